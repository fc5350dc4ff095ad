"""The plan as the widget's panel shows it: a measure's page, or the outline, section by section as printed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from keikaku import years
from knowledge import places
from knowledge import plan as model
from knowledge.store import MeasureRow, PassageRow, PlanRow, Store, current_plans


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
                {"section": name, "passages": [_passage(p) for p in common if places.passage_section(p) == name]}
                for name in dict.fromkeys(places.passage_section(p) for p in common)
            ]
            contents = [
                {
                    "heading": chapter.title,
                    "text": f"{m.label or f'{m.no}．'}{m.title}" + (f"（{m.page}ページ）" if m.page else ""),
                }
                for chapter in found.chapters
                for m in chapter.measures
            ]
            return {
                "plan": found.name,
                "title": found.title,
                "sections": [*sections, {"section": places.contents_section(found), "passages": contents}],
            }


def _plan(session: Session, name: str | None) -> PlanRow | None:
    plans = current_plans(session)
    if name is None:
        return plans[-1] if plans else None
    return next((plan for plan in plans if plan.name == name), None)


def _passage(passage: PassageRow) -> dict[str, str | None]:
    return {"heading": passage.heading, "text": passage.text}


def _sections(measure: MeasureRow) -> list[dict[str, Any]]:
    """Under the names that sources give them; a table that is printed in several places is shown in each."""
    texts = {places.passage_section(p): p for p in measure.passages}
    parts: list[dict[str, Any]] = [
        {"section": places.title_section(measure), "passages": [{"heading": None, "text": measure.title}]},
        {"section": places.owner_section(measure), "passages": [{"heading": None, "text": measure.owners_printed}]},
        *(_prose(measure, name) for name, p in texts.items() if p.section in {model.ISSUES, model.POLICY}),
        *_kpi_sections(measure),
        *_schedule_sections(measure),
    ]
    known = {part["section"] for part in parts}
    parts += [_prose(measure, name) for name in texts if name not in known]
    return [part for part in parts if part.get("passages") or part.get("table")]


def _prose(measure: MeasureRow, section: str) -> dict[str, Any]:
    said = [_passage(p) for p in measure.passages if places.passage_section(p) == section]
    return {"section": section, "passages": said}


def _kpi_sections(measure: MeasureRow) -> list[dict[str, Any]]:
    found = []
    for name in dict.fromkeys(places.kpi_section(kpi) for kpi in measure.kpis):
        kpis = [kpi for kpi in measure.kpis if places.kpi_section(kpi) == name]
        columns = list(dict.fromkeys(places.column(kpi, value) for kpi in kpis for value in kpi.values))
        rows = []
        for kpi in kpis:
            cells = {places.column(kpi, v): v.text + (f"（{v.as_of}）" if v.as_of else "") for v in kpi.values}
            label = ("　" if kpi.parent else "") + kpi.name
            rows.append({"cells": [label, *(cells.get(column, "") for column in columns)]})
        notes = dict.fromkeys(note for kpi in kpis for note in kpi.notes)
        passages = [{"heading": None, "text": f"※ {note}"} for note in notes]
        table = {"header": ["指標", *columns], "rows": rows}
        found.append({"section": name, "passages": passages, "table": table})
    if measure.kpi_unset:
        said = [{"heading": None, "text": measure.kpi_unset}]
        found.append({"section": places.unset_section(measure), "passages": said})
    return found


def _schedule_sections(measure: MeasureRow) -> list[dict[str, Any]]:
    found = []
    for name in dict.fromkeys(places.schedule_section(item) for item in measure.schedule):
        items = [item for item in measure.schedule if places.schedule_section(item) == name]
        span = sorted({cell.year for item in items for cell in item.cells})
        rows = []
        for item in items:
            cells = {cell.year: cell.text or "" for cell in item.cells}
            rows.append({"cells": [item.name, *(cells.get(year, "") for year in span)]})
        header = ["取組内容", *(f"{years.reiwa(year)}年度" for year in span)]
        found.append({"section": name, "table": {"header": header, "rows": rows}})
    return found
