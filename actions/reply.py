"""The reply contract: status, text, sources, buttons, table. Every figure in a reply comes from a row of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from knowledge import places
from knowledge.store import FaqRow, KpiRow, MeasureRow, PassageRow, PlanRow, ScheduleRow, ValueRow

Status = Literal["answered", "not_in_plan", "clarify", "no_answer", "chitchat"]
MAX_BUTTONS = 6


@dataclass(frozen=True)
class Source:
    """Where a statement is printed."""

    plan: str
    measure_no: int | None
    measure: str | None
    section: str
    page: int | None
    quote: str | None = None
    row: str | None = None
    column: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As in the contract: the optional keys only where they say something."""
        optional = ("quote", "row", "column")
        return {key: value for key, value in asdict(self).items() if value is not None or key not in optional}


@dataclass
class Table:
    """A small table of the plan; `marked` marks the cells that were asked for."""

    header: list[str]
    rows: list[list[str]]
    marked: set[tuple[int, int]] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        return {
            "header": self.header,
            "rows": [
                {"cells": row, "marked": [(r, c) in self.marked for c in range(len(row))]}
                for r, row in enumerate(self.rows)
            ],
        }


@dataclass
class Reply:
    """One reply. `why` is for `make explain` and the log, never for staff."""

    status: Status
    text: str
    sources: list[Source] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    table: Table | None = None
    why: str = ""
    value: dict[str, str] | None = None  # the one value asked for: {text, label}; shown large
    series: dict[str, Any] | None = None  # a row to draw: {name, unit, points: [{label, number, text}]}
    confidence: float | None = None  # the router's, 0 to 1; None where a rule or an exact match decided
    gathers: bool = False  # a list over the whole plan: those of several plans can stand side by side

    def custom(self) -> dict[str, Any]:
        sources = list(dict.fromkeys(self.sources))
        custom: dict[str, Any] = {"status": self.status, "sources": [source.as_dict() for source in sources]}
        if self.table:
            custom["table"] = self.table.as_dict()
        if self.value:
            custom["value"] = self.value
        if self.series:
            custom["series"] = self.series
        if self.confidence is not None:
            custom["confidence"] = round(self.confidence, 3)
        return custom

    def button_list(self) -> list[dict[str, str]]:
        """A button asks its own title."""
        return [{"title": text, "payload": text} for text in list(dict.fromkeys(self.buttons))[:MAX_BUTTONS]]


def together(replies: Sequence[Reply], why: str) -> Reply:
    """Several replies below one another, each text once. What one of them alone shows (a table) is kept."""
    order: tuple[Status, ...] = ("answered", "clarify", "not_in_plan")
    status = next((s for s in order if any(r.status == s for r in replies)), replies[0].status)
    tables = [reply.table for reply in replies if reply.table]
    return Reply(
        status,
        "\n\n".join(dict.fromkeys(reply.text for reply in replies)),
        [source for reply in replies for source in reply.sources],
        [button for buttons in zip(*(reply.buttons for reply in replies)) for button in buttons],
        tables[0] if len(tables) == 1 else None,
        why=f"{why}: " + " | ".join(reply.why for reply in replies),
    )


def cell_source(kpi: KpiRow, value: ValueRow) -> Source:
    """The cell of a KPI table."""
    stamp = f"（{value.as_of}）" if value.as_of else ""
    return _kpi_source(kpi, quote=f"{value.text}{stamp}", column=places.column(kpi, value))


def row_source(kpi: KpiRow) -> Source:
    return _kpi_source(kpi)


def unset_source(measure: MeasureRow) -> Source:
    return _measure_source(measure, places.unset_section(measure), quote=measure.kpi_unset)


def owner_source(measure: MeasureRow) -> Source:
    return _measure_source(measure, places.owner_section(measure), quote=measure.owners_printed)


def schedule_source(item: ScheduleRow, quote: str | None = None, column: str | None = None) -> Source:
    section = places.schedule_section(item)
    return _measure_source(item.measure, section, quote=quote, row=item.name, column=column, page=item.page)


def title_source(measure: MeasureRow) -> Source:
    return _measure_source(measure, places.title_section(measure), quote=measure.title)


def passage_source(passage: PassageRow, quote: str | None = None) -> Source:
    printed = places.passage_section(passage)
    section = f"{printed}【{passage.heading}】" if passage.heading else printed
    if passage.measure is not None:
        return _measure_source(passage.measure, section, quote=quote or passage.text, page=passage.page)
    return Source(passage.plan.name, None, None, section, passage.page, quote or passage.text)


def contents_source(plan: PlanRow) -> Source:
    return Source(plan.name, None, None, places.contents_section(plan), None)


def faq_source(entry: FaqRow) -> Source:
    return Source(entry.source or "FAQ", None, None, f"FAQ（{entry.category}）", None, entry.answer)


def _kpi_source(kpi: KpiRow, quote: str | None = None, column: str | None = None) -> Source:
    return _measure_source(kpi.measure, places.kpi_section(kpi), quote, kpi.name, column, kpi.page)


def _measure_source(
    measure: MeasureRow,
    section: str,
    quote: str | None = None,
    row: str | None = None,
    column: str | None = None,
    page: int | None = None,
) -> Source:
    """`page`: where it is printed, if that is known and another page than the measure's."""
    return Source(measure.plan.name, measure.no, measure.title, section, page or measure.page, quote, row, column)
