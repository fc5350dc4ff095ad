"""What differs between a stored plan and the edition that it replaced."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.diff import Change, compare, counterparts
from knowledge.editions import plan_of, previous_edition
from knowledge.store import KpiRow, MeasureRow, PlanRow, whole_plans


@dataclass(frozen=True)
class EditionChanges:
    """The edition before a plan (whole, detached), every difference, and what each measure and KPI was there."""

    before: PlanRow
    changes: list[Change]
    counterparts: dict[tuple[int, str | None], tuple[int, str | None]]

    def measure_before(self, measure: MeasureRow) -> MeasureRow | None:
        """The measure in the edition before; None where it is new."""
        no, _ = self.counterparts.get((measure.no, None), (None, None))
        return next((m for m in self.before.measures if m.no == no), None)

    def kpi_before(self, kpi: KpiRow) -> KpiRow | None:
        """The KPI in the edition before; None where it is new."""
        no, name = self.counterparts.get((kpi.measure.no, kpi.name), (None, None))
        return next((k for m in self.before.measures if m.no == no for k in m.kpis if k.name == name), None)


def changes_of(session: Session, plan: PlanRow) -> EditionChanges | None:
    """None where the store holds no earlier edition of the plan."""
    before = previous_edition(session, plan)
    if before is None:
        return None
    (whole,) = whole_plans(session, [before.id])
    old, new = plan_of(whole), plan_of(plan)
    return EditionChanges(whole, compare(old, new), counterparts(old, new))
