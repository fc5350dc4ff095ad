"""Schedule items of a table, of a period column, or of lines that begin with a year."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keikaku.text import squeeze
from knowledge import plan as model
from knowledge.extract import cells, fiscal
from knowledge.extract.columns import Reading
from knowledge.extract.parts import Table

_YEAR_LINE = re.compile(r"^[・\-*\s]*(?P<year>[^：:→⇒]{2,24}?)(?:\s*[：:→⇒]\s*|\s+)(?P<text>.+)$")
_NEXT_YEAR = re.compile(r"\s*[/／;；、,→⇒]\s*(?=(?:令和|平成|[RH])\s*\d|20\d\d)")


def items_of(table: Table, reading: Reading, r: int, section: str, fallback: str) -> list[model.ScheduleItem]:
    """The schedule item of row r; `fallback` names it where the table has no name column."""
    name = _item_name(table, reading, r) or fallback
    texts: dict[int, list[str]] = {}
    for column in reading.schedule:
        text = squeeze(cells.one_line(table.text(r, column)))
        for year in column.years:
            part = fiscal.PART.search(column.title)
            said = f"{part[0]}：{text}" if part and text else text
            if said not in texts.setdefault(year, []) and said:
                texts[year].append(said)
    if reading.period is not None and not reading.schedule:
        printed = squeeze(cells.one_line(table.text(r, reading.period)))
        texts = {year: [printed] for year in fiscal.find(printed).years}
    if not name or not texts:
        return []
    row_cells: dict[int, str | None] = {year: "、".join(parts) or None for year, parts in sorted(texts.items())}
    return [model.ScheduleItem(name, r + 1, row_cells, section, table.places[r].page)]


def _item_name(table: Table, reading: Reading, r: int) -> str:
    columns = reading.items or ([reading.kpi_name] if reading.kpi_name and not reading.targets else [])
    names = [cells.name_of(table.text(r, column)) for column in columns]
    merged = len(columns) > 1 and table.rows[r][columns[0].index].height > 1
    if merged and len(dict.fromkeys(names)) > 1:
        # 大項目 merged over its 小項目.
        return " ".join(name for name in dict.fromkeys(names) if name)
    return next((name for name in names if name), "")


def items_of_lines(lines: Iterable[str], name: str, section: str, page: int | None) -> model.ScheduleItem | None:
    """『令和6年度：設計』 line by line as one item."""
    found: dict[int, str | None] = {}
    for line in (part for text in lines for part in _NEXT_YEAR.split(squeeze(text))):
        match = _YEAR_LINE.match(line)
        years = fiscal.find(match["year"]) if match else None
        if match is None or years is None or not years.years or re.sub(r"[（()）年度末〜~\s]", "", years.rest):
            continue
        for year in years.years:
            found[year] = f"{found[year]}、{squeeze(match['text'])}" if year in found else squeeze(match["text"])
    return model.ScheduleItem(name, 1, dict(sorted(found.items())), section, page) if found else None
