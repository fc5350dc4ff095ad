"""What differs between a stored plan and the edition that it replaced."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from knowledge.diff import Change, compare
from knowledge.editions import plan_of, previous_edition
from knowledge.store import PlanRow, whole_plans


@dataclass(frozen=True)
class EditionChanges:
    """The edition before a plan (whole, detached) and every difference."""

    before: PlanRow
    changes: list[Change]


def changes_of(session: Session, plan: PlanRow) -> EditionChanges | None:
    """None where the store holds no earlier edition of the plan."""
    before = previous_edition(session, plan)
    if before is None:
        return None
    (whole,) = whole_plans(session, [before.id])
    return EditionChanges(whole, compare(plan_of(whole), plan_of(plan)))
