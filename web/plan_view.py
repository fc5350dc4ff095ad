"""The plan as the widget's panel shows it: a measure's page, or the outline, section by section as printed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from keikaku import years
from knowledge import plan as model
from knowledge.store import KpiRow, MeasureRow, PassageRow, PlanRow, Store, current_plans

TITLE_CELL = "①個別施策"


class PlanView:
    """Reads plans in use. Methods answer None where there is no such plan or measure."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def measure(self, no: int, plan: str | None = None) -> dict[str, Any] | None:
        """Measure `no` of the plan that sources call `plan` (default: the newest)."""
        with self._store.session() as session:
            found = _plan(session, plan)
            row = next((m for m in found.measures if m.no == no), None) if found else None
            if found is None or row is None:
                return None
            return {
                "plan": found.name,
                "no": row.no,
                "title": row.title,
                "page": row.page,
                "chapter": row.chapter.title if row.chapter else None,
                "sections": _sections(row),
            }

    def outline(self, plan: str | None = None) -> dict[str, Any] | None:
        """Cover, aims of the chapters and the table of contents."""
        with self._store.session() as session:
            found = _plan(session, plan)
            if found is None:
                return None
            common = [p for p in found.passages if p.measure_id is None]
            sections = [
                {"section": name, "passages": [_passage(p) for p in common if p.section == name]}
                for name in dict.fromkeys(p.section for p in common)
            ]
            contents = [
                {"heading": chapter.title, "text": f"{m.no}．{m.title}（{m.page}ページ）"}
                for chapter in found.chapters
                for m in chapter.measures
            ]
            return {
                "plan": found.name,
                "title": found.title,
                "sections": [*sections, {"section": "目次", "passages": contents}],
            }


def _plan(session: Session, name: str | None) -> PlanRow | None:
    plans = current_plans(session)
    if name is None:
        return plans[-1] if plans else None
    return next((plan for plan in plans if plan.name == name), None)


def _passage(passage: PassageRow) -> dict[str, str | None]:
    return {"heading": passage.heading, "text": passage.text}


def _sections(measure: MeasureRow) -> list[dict[str, Any]]:
    def prose(section: str) -> dict[str, Any]:
        return {"section": section, "passages": [_passage(p) for p in measure.passages if p.section == section]}

    parts: list[dict[str, Any]] = [
        {"section": TITLE_CELL, "passages": [{"heading": None, "text": measure.title}]},
        {"section": model.OWNER_CELL, "passages": [{"heading": None, "text": measure.owners_printed}]},
        prose(model.ISSUES),
        prose(model.POLICY),
        _kpi_section(measure),
        _schedule_section(measure),
    ]
    known = {part["section"] for part in parts}
    parts += [prose(name) for name in dict.fromkeys(p.section for p in measure.passages) if name not in known]
    return [part for part in parts if part.get("passages") or part.get("table")]


def _kpi_section(measure: MeasureRow) -> dict[str, Any]:
    kpis: list[KpiRow] = list(measure.kpis)
    columns = list(dict.fromkeys(value.column for kpi in kpis for value in _printed(kpi)))
    rows = []
    for kpi in kpis:
        cells = {v.column: v.text + (f"（{v.as_of}）" if v.as_of else "") for v in _printed(kpi)}
        name = ("　" if kpi.parent else "") + kpi.name
        rows.append({"cells": [name, *(cells.get(column, "") for column in columns)]})
    notes = dict.fromkeys(note for kpi in kpis for note in kpi.notes)
    said = [measure.kpi_unset] if measure.kpi_unset else [f"※ {note}" for note in notes]
    section: dict[str, Any] = {
        "section": model.KPI_TABLE,
        "passages": [{"heading": None, "text": text} for text in said],
    }
    if rows:
        section["table"] = {"header": ["指標", *columns], "rows": rows}
    return section


def _printed(kpi: KpiRow) -> list[Any]:
    return [value for value in kpi.values if value.kind in {"baseline", "target"}]


def _schedule_section(measure: MeasureRow) -> dict[str, Any]:
    span = sorted({cell.year for item in measure.schedule for cell in item.cells})
    rows = []
    for item in measure.schedule:
        cells = {cell.year: cell.text or "" for cell in item.cells}
        rows.append({"cells": [item.name, *(cells.get(year, "") for year in span)]})
    header = ["取組内容", *(f"{years.reiwa(year)}年度" for year in span)]
    return {"section": model.SCHEDULE_TABLE, "table": {"header": header, "rows": rows} if rows else None}
