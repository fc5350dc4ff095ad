"""Editions: which plan replaces which, and a stored plan as the parser would give it."""

from __future__ import annotations

import re
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from keikaku import years
from keikaku.text import fold, nfkc
from knowledge import plan as model
from knowledge.store import KpiRow, PlanRow, ValueRow

# What changes from one edition of a plan to the next, and is no part of its name.
_EDITION = re.compile(
    r"[(（【\[〔][^()（）【】\[\]〔〕]*[)）】\]〕]|第[\d一二三四五六七八九十]+[次期版]|(?:令和|平成)(?:\d+|元)年度?(?:\d+月)?(?:版|改[訂定]版?|策定|見直し)?"
    r"|20\d\d(?:年度?)?(?:版)?|改[訂定]版?|見直し版?|[新後前]期|修正版|確定版|最終版|素案|[(（]案[)）]|[~〜～\-−―—–].*$"
)
_MUNICIPALITY = re.compile(r"^.+?(?:都|道|府|県|市|区|町|村)")


class Named(Protocol):
    """A plan, parsed or stored."""

    title: str
    issuer: str


def same_series(one: Named, other: Named) -> bool:
    """Two documents are editions of one plan: the same name without edition marks, of the same issuer."""
    mine, theirs = fold(one.issuer), fold(other.issuer)
    if mine and theirs and not mine.startswith(theirs) and not theirs.startswith(mine):
        return False
    # 『環境基本計画』 of 緑市 and 『緑市環境基本計画』 are one name; 緑市企画部 stands for 緑市.
    places = [match[0] for issuer in (mine, theirs) if (match := _MUNICIPALITY.match(issuer))]
    names = [without_edition(fold(plan.title)) for plan in (one, other)]
    for place in places:
        names = [name.removeprefix(place) or name for name in names]
    return names[0] == names[1]


def without_edition(title: str) -> str:
    """The title without what tells editions apart (第2期, 令和6年度版); the title itself where that is all of it."""
    return _EDITION.sub("", title).strip() or title


def previous_edition(session: Session, row: PlanRow) -> PlanRow | None:
    """The edition that `row` replaced: the newest other one of its series."""
    rows = session.scalars(select(PlanRow).where(PlanRow.id != row.id).order_by(PlanRow.edition.desc()))
    return next((other for other in rows if same_series(other, row) and other.edition < row.edition), None)


def is_older(issued: str, than: str) -> bool:
    """『令和5年3月』 is older than 『令和6年3月』; False where one of them names no date."""
    dates = []
    for text in (issued, than):
        found = years.find_years(nfkc(text))
        month = re.search(r"(\d{1,2})月", nfkc(text))
        # Months count from April, as the fiscal years do.
        dates.append((found[0].year, (int(month[1]) - 4) % 12 if month else 0) if found else None)
    return dates[0] is not None and dates[1] is not None and dates[0] < dates[1]


def plan_of(row: PlanRow) -> model.Plan:
    """A stored plan as an object of knowledge.plan."""
    plan = model.Plan(row.title, row.subtitle, row.issued, row.issuer, checksum=row.checksum)
    plan.chapters = [model.Chapter(chapter.title) for chapter in row.chapters]
    for m in row.measures:
        measure = model.Measure(
            m.no,
            m.title,
            m.title_printed,
            m.chapter.title if m.chapter else "",
            m.page,
            [owner.department.name for owner in m.owners],
            m.owners_printed,
            label=m.label,
            kpi_unset=m.kpi_unset,
        )
        measure.paragraphs = [
            model.Paragraph(p.section, p.heading, p.text, p.printed, p.page)
            for p in m.passages
            if p.section in {model.ISSUES, model.POLICY}
        ]
        measure.kpis = [_kpi(kpi) for kpi in m.kpis]
        measure.schedule = [
            model.ScheduleItem(s.name, s.row, {cell.year: cell.text for cell in s.cells}) for s in m.schedule
        ]
        plan.measures.append(measure)
    return plan


def _kpi(row: KpiRow) -> model.Kpi:
    return model.Kpi(
        row.name,
        row.row,
        _value(row.baseline) if row.baseline else None,
        {year: _value(value) for year, value in row.targets.items()},
        row.unit,
        row.parent.name if row.parent else None,
        tuple(row.notes),
        {year: _value(value) for year, value in row.actuals.items()},
    )


def _value(row: ValueRow) -> model.Value:
    return model.Value(row.text, row.number, row.unit, row.bracket, row.as_of, row.column)
