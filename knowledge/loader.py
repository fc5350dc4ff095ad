"""Puts a parsed plan into the store, once: the same document again changes nothing, a newer edition stands beside the old."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge import plan as model
from knowledge.passages import passages_of
from knowledge.store import (
    ChapterRow,
    DepartmentRow,
    KpiRow,
    MeasureRow,
    OwnerRow,
    PassageRow,
    PlanRow,
    ScheduleCellRow,
    ScheduleRow,
    ValueRow,
)


def load_plan(session: Session, plan: model.Plan, source: str) -> tuple[PlanRow, bool]:
    """Store `plan` as the current edition of its title. Returns the row and whether it was new."""
    known = session.scalar(select(PlanRow).where(PlanRow.checksum == plan.checksum))
    editions = session.scalars(select(PlanRow).where(PlanRow.title == plan.title)).all()
    for other in editions:
        other.current = False
    if known:
        known.current = True
        return known, False
    row = PlanRow(
        checksum=plan.checksum,
        title=plan.title,
        subtitle=plan.subtitle,
        issued=plan.issued,
        issuer=plan.issuer,
        source=source,
        edition=1 + max((other.edition for other in editions), default=0),
    )
    session.add(row)
    chapters: dict[str, ChapterRow] = {}
    for title in dict.fromkeys([c.title for c in plan.chapters] + [m.chapter for m in plan.measures if m.chapter]):
        chapters[title] = ChapterRow(no=len(chapters) + 1, title=title)
        row.chapters.append(chapters[title])
    with session.no_autoflush:
        measures = {measure.no: _measure(session, measure, chapters) for measure in plan.measures}
    row.measures += list(measures.values())
    row.passages += [
        PassageRow(
            key=p.key,
            section=p.section,
            heading=p.heading,
            text=p.text,
            measure=measures[p.measure] if p.measure is not None else None,
        )
        for p in passages_of(plan)
    ]
    session.flush()
    return row, True


def _measure(session: Session, measure: model.Measure, chapters: dict[str, ChapterRow]) -> MeasureRow:
    row = MeasureRow(
        no=measure.no,
        title=measure.title,
        title_printed=measure.title_printed,
        page=measure.page,
        owners_printed=measure.owners_printed,
        kpi_unset=measure.kpi_unset,
        chapter=chapters.get(measure.chapter),
    )
    for position, name in enumerate(measure.owners):
        row.owners.append(OwnerRow(position=position, department=_department(session, name)))
    by_name: dict[str, KpiRow] = {}
    for kpi in measure.kpis:
        kpi_row = KpiRow(row=kpi.row, name=kpi.name, unit=kpi.unit, notes=list(kpi.notes))
        kpi_row.parent = by_name.get(kpi.parent) if kpi.parent else None
        cells = [
            ("baseline", None, kpi.baseline),
            *(("target", year, value) for year, value in sorted(kpi.targets.items())),
        ]
        kpi_row.values += [
            ValueRow(
                kind=kind,
                year=year,
                text=value.text,
                number=value.number,
                unit=value.unit,
                bracket=value.bracket,
                as_of=value.as_of,
                column=value.column,
            )
            for kind, year, value in cells
        ]
        by_name[kpi.name] = kpi_row
        row.kpis.append(kpi_row)
    for item in measure.schedule:
        row.schedule.append(
            ScheduleRow(
                row=item.row,
                name=item.name,
                cells=[ScheduleCellRow(year=year, text=text) for year, text in sorted(item.cells.items())],
            )
        )
    return row


def _department(session: Session, name: str) -> DepartmentRow:
    pending = (row for row in session.new if isinstance(row, DepartmentRow) and row.name == name)
    department = next(pending, None) or session.scalar(select(DepartmentRow).where(DepartmentRow.name == name))
    if department is None:
        department = DepartmentRow(name=name)
        session.add(department)
    return department


def counts(session: Session) -> dict[str, int]:
    """Rows by table, for the report."""
    tables = (PlanRow, MeasureRow, KpiRow, ValueRow, ScheduleRow, PassageRow)
    return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
