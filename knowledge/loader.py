"""Puts a parsed plan into the store, once: the same document again changes nothing, a newer edition stands beside the old."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from knowledge import plan as model
from knowledge.editions import same_series
from knowledge.passages import passages_of
from knowledge.store import (
    ChapterRow,
    DepartmentRow,
    FaqQuoteRow,
    FaqRow,
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
    """Store `plan` as the current edition of its series. Returns the row and whether anything was loaded.

    The same document again changes nothing, unless it is read differently now (new words in data/headings.yml):
    then the new reading takes the place of the old.
    """
    digest = hashlib.sha256(repr((plan.title, plan.chapters, plan.measures, plan.paragraphs)).encode()).hexdigest()
    known = session.scalar(select(PlanRow).where(PlanRow.checksum == plan.checksum))
    editions = [row for row in session.scalars(select(PlanRow)) if row is known or same_series(row, plan)]
    for other in editions:
        other.current = False
    if known and known.digest == digest:
        known.current = True
        return known, False
    if known:
        editions.remove(known)
        _delete(session, known)
    row = PlanRow(
        checksum=plan.checksum,
        title=plan.title,
        subtitle=plan.subtitle,
        issued=plan.issued,
        issuer=plan.issuer,
        source=source,
        edition=known.edition if known else 1 + max((other.edition for other in editions), default=0),
        digest=digest,
        confidence=plan.reading.confidence,
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
            printed=p.printed,
            page=p.page,
            measure=measures[p.measure] if p.measure is not None else None,
        )
        for p in passages_of(plan)
    ]
    session.flush()
    return row, True


def _delete(session: Session, row: PlanRow) -> None:
    """Take a plan out with all that hangs on it, FAQ entries that quote it too: loading the FAQ makes those again."""
    passages = select(PassageRow.id).where(PassageRow.plan_id == row.id)
    entries = list(session.scalars(select(FaqQuoteRow.entry_id).where(FaqQuoteRow.passage_id.in_(passages)).distinct()))
    session.execute(delete(FaqQuoteRow).where(FaqQuoteRow.entry_id.in_(entries)))
    session.execute(delete(FaqRow).where(FaqRow.id.in_(entries)))
    session.execute(delete(PassageRow).where(PassageRow.plan_id == row.id))
    session.flush()
    session.expire(row)
    # Sub-rows of a KPI point at their parent: they go first.
    for measure in row.measures:
        for kpi in measure.kpis:
            kpi.parent = None
        measure.chapter = None
    session.flush()
    session.delete(row)
    session.flush()


def _measure(session: Session, measure: model.Measure, chapters: dict[str, ChapterRow]) -> MeasureRow:
    row = MeasureRow(
        no=measure.no,
        title=measure.title,
        title_printed=measure.title_printed,
        page=measure.page,
        owners_printed=measure.owners_printed,
        kpi_unset=measure.kpi_unset,
        label=measure.label,
        owner_section=measure.owner_section,
        chapter=chapters.get(measure.chapter),
    )
    for position, name in enumerate(measure.owners):
        row.owners.append(OwnerRow(position=position, department=_department(session, name)))
    by_name: dict[str, KpiRow] = {}
    for kpi in measure.kpis:
        kpi_row = KpiRow(
            row=kpi.row, name=kpi.name, unit=kpi.unit, notes=list(kpi.notes), section=kpi.section, page=kpi.page
        )
        kpi_row.parent = by_name.get(kpi.parent) if kpi.parent else None
        cells = [
            *([("baseline", None, kpi.baseline)] if kpi.baseline else []),
            *(("target", year, value) for year, value in sorted(kpi.targets.items())),
            *(("actual", year, value) for year, value in sorted(kpi.actuals.items())),
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
                section=item.section,
                page=item.page,
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
