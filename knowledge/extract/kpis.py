"""KPIs of a table: one per row, or one over several rows (目標 and 実績, or a row per year)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from keikaku.text import fold, nfkc, squeeze
from knowledge import plan as model
from knowledge.documents import Place
from knowledge.extract import cells, fiscal, vocabulary
from knowledge.extract.columns import Reading
from knowledge.extract.parts import Column, Table

_SUB_ROW = re.compile(r"^(?:うち|内訳[:：]?|└|┗|[-–]\s)[\s\u3000]*")
_FINAL = re.compile(r"最終")
_EVERY_YEAR = re.compile(r"毎年|各年|年度ごと|年間")
_NEXT_YEAR = re.compile(r"\s*[、,/／→⇒]\s*(?=(?:令和|平成|[RH])\s*\d{1,2}|20\d\d)")
_ACTUAL_CELL = re.compile(
    r"^(?P<value>.*\d.*?)\s*[（(\[【](?:実績値?|現状値?|実績見込み?|見込み?|基準値?|速報値?)[)）\]】]$"
)
_KIND_BEHIND = re.compile(r"^(?P<name>.{2,}?)\s*[【（(\[〔](?P<kind>[^【】（）()\[\]〔〕]{2,8})[】）)\]〕]$")
_MIDWAY = re.compile(r"中間")


@dataclass
class Found:
    """A KPI as found in a table, with the row by which its measure is known."""

    name: str
    row: int
    place: Place
    parent: str | None = None
    unit: str | None = None
    baseline: model.Value | None = None
    targets: dict[int, model.Value] = field(default_factory=dict)
    actuals: dict[int, model.Value] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)
    marked: bool = False

    def kpi(self, row: int, section: str) -> model.Kpi:
        return model.Kpi(
            self.name,
            row,
            self.baseline,
            dict(sorted(self.targets.items())),
            self.unit,
            self.parent,
            tuple(self.notes),
            dict(sorted(self.actuals.items())),
            section,
            self.place.page,
        )


def kpis_of(table: Table, reading: Reading, end: int | None = None) -> list[Found]:
    """The KPIs of a table, top to bottom. `end`: the plan's last fiscal year, for a 目標値 that names no year."""
    found: list[Found] = []
    parent: str | None = None
    kinds_in_names = False
    assert reading.kpi_name is not None
    for r in range(len(table.rows)):
        printed = table.text(r, reading.kpi_name)
        name, said_kind = kind_behind(_SUB_ROW.sub("", cells.name_of(printed)))
        kinds_in_names = kinds_in_names or said_kind is not None
        by_kind = reading.kind is not None or reading.year is not None or kinds_in_names
        if not name and not (by_kind and found):
            continue
        if _is_group(table, reading, r):
            continue
        known = found[-1] if found and by_kind and (not name or fold(found[-1].name) == fold(name)) else None
        unit, bare = _unit(table, reading, r, name)
        if known is None:
            indented = table.rows[r][reading.kpi_name.index].indented or _SUB_ROW.match(squeeze(printed)) is not None
            group = cells.name_of(table.text(r, reading.kpi_group)) if reading.kpi_group else ""
            if group and fold(group) != fold(bare) and not indented:
                siblings = [k for k in found if fold(k.name) == fold(group)]
                parent_name = siblings[-1].name if siblings else None
                bare = bare if siblings else f"{group} {bare}"
            else:
                parent_name = parent if indented else None
                parent = parent if indented else bare
            known = Found(bare, r, table.places[r], parent_name, unit, marked=cells.has_mark(printed))
            if unit is None and parent_name:
                known.unit = next((k.unit for k in found if k.name == parent_name), None)
            found.append(known)
        _read_values(table, reading, r, known, end, said_kind)
        for column in reading.notes:
            text = squeeze(cells.one_line(table.text(r, column)))
            if text and not cells.is_empty(text) and text not in known.notes:
                known.notes.append(text if column.title in {"備考", "注"} else f"{column.title}：{text}")
    for kpi in found:
        if kpi.baseline is None and kpi.actuals and (reading.kind is not None or not reading.actuals):
            # Without a column 現状 the plan starts from the last value that was reached.
            value = kpi.actuals[max(kpi.actuals)]
            stamp = value.column if vocabulary.column(value.column).role == "actual" else f"{value.column}実績"
            kpi.baseline = replace(value, as_of=stamp)
    return [kpi for kpi in found if kpi.targets or kpi.baseline or kpi.actuals or kpi.undated]


def _is_group(table: Table, reading: Reading, r: int) -> bool:
    """A row with no value cell of its own: a heading inside the table."""
    row = table.rows[r]
    columns = [*reading.targets, *reading.actuals, *([reading.baseline] if reading.baseline else [])]
    assert reading.kpi_name is not None
    name = row[reading.kpi_name.index]
    return all(not row[c.index].text or row[c.index] is name for c in columns)


def _unit(table: Table, reading: Reading, r: int, name: str) -> tuple[str | None, str]:
    """The unit of a row (its column, the name's brackets, the heading's brackets) and the name as printed."""
    if reading.unit is not None:
        text = squeeze(nfkc(cells.one_line(table.text(r, reading.unit)))).strip("()")
        if text and not cells.is_empty(text):
            return text, name
    for inner in reversed(re.findall(r"[（(]([^（()）]*)[)）]", name)):
        if unit := vocabulary.unit_of(inner):
            return unit, name
    columns = [*reading.targets, *([reading.baseline] if reading.baseline else []), reading.kpi_name]
    return next((c.unit for c in columns if c is not None and c.unit), None), name


def kind_behind(name: str) -> tuple[str, str | None]:
    """『満足度【実績】』 → the name and what the row's values are (target, actual, baseline)."""
    match = _KIND_BEHIND.match(name)
    role = vocabulary.column(match["kind"]).role if match else None
    return (squeeze(match["name"]), role) if match and role in {"target", "actual", "baseline"} else (name, None)


def _said_in_cell(text: str) -> tuple[str, bool]:
    """『71.2（実績）』 under a year: what was reached, not what is aimed at."""
    match = _ACTUAL_CELL.match(cells.one_line(text))
    return (match["value"], True) if match else (text, False)


def _read_values(table: Table, reading: Reading, r: int, kpi: Found, end: int | None, kind: str | None) -> None:
    row_year = _year_in(table, reading.year, r)
    if reading.kind is not None:
        kind = vocabulary.column(table.text(r, reading.kind)).role
    if reading.baseline is not None:
        text = table.text(r, reading.baseline)
        # 現状値 beside rows 目標 and 実績: either holds it, the row of what was reached before the other.
        better = kind == "actual" and kpi.baseline is not None and not cells.is_empty(text)
        if text and (kpi.baseline is None or better):
            stamp = reading.baseline.as_of or None
            beside = reading.years_of.get(reading.baseline.index)
            if beside is not None and (said := squeeze(table.text(r, beside))):
                stamp = None if cells.is_empty(said) else said
            elif reading.baseline_year is not None and (said := squeeze(table.text(r, reading.baseline_year))):
                stamp = said
            elif not stamp and row_year:
                stamp = squeeze(table.text(r, reading.year)) if reading.year else None
            kpi.baseline = cells.value_of(text, reading.baseline.title, stamp, kpi.unit)
    for column in reading.targets:
        text = table.text(r, column)
        if cells.is_empty(text):
            continue  # a dash under a year: the plan sets no target for it
        years = column.years or row_year
        bare, was_reached = _said_in_cell(text)
        if was_reached and years:
            kpi.actuals[years[-1]] = cells.value_of(bare, column.title, None, kpi.unit)
        elif kind == "actual" and years:
            kpi.actuals[years[-1]] = cells.value_of(text, column.title, None, kpi.unit)
        elif kind == "baseline":
            stamp = column.as_of or (squeeze(table.text(r, reading.year)) if reading.year else None)
            kpi.baseline = kpi.baseline or cells.value_of(text, column.title, stamp, kpi.unit)
        else:
            _add_target(table, reading, r, kpi, column, text, years, end)
    for column in reading.actuals:
        if not cells.is_empty(text := table.text(r, column)) and (years := column.years or row_year):
            kpi.actuals[years[-1]] = cells.value_of(text, column.title, None, kpi.unit)


def _add_target(
    table: Table,
    reading: Reading,
    r: int,
    kpi: Found,
    column: Column,
    text: str,
    years: tuple[int, ...],
    end: int | None,
) -> None:
    """A target under its year: of the column, of the row's 目標年度, in the cell, or the plan's last."""
    lines = [line for part in text.split("\n") for line in _NEXT_YEAR.split(part) if line.strip()]
    if not years and len(lines) > 1 and all(_leading_year(line) for line in lines):
        for line in lines:  # 『R6：50件』 line by line in one cell
            _add_target(table, reading, r, kpi, column, line, (_leading_year(line) or 0,), end)
        return
    value = cells.value_of(text, column.title, None, kpi.unit)
    own = fiscal.find(value.as_of).one if value.as_of else None
    if own is not None and years and own not in years:
        years = (own,)  # 『60％（R9）』 below 目標値（R11） is the target of R9
    if not years:
        years = _year_in(table, reading.years_of.get(column.index) or reading.target_year, r)
    if not years and value.as_of:
        years = fiscal.find(value.as_of).years
    if not years and not _MIDWAY.search(column.title):
        undated = [c for c in reading.targets if not c.years]
        if end is not None and (len(undated) == 1 or _FINAL.search(column.title)):
            years = (end,)
    if not years:
        kpi.undated.append(f"{column.title} {value.text}")
    elif _EVERY_YEAR.search(value.text):
        for year in years:
            kpi.targets.setdefault(year, value)
    else:
        # Below 『R6～R8』 stands what is to be reached at the end.
        kpi.targets.setdefault(years[-1], value)


def _leading_year(line: str) -> int | None:
    match = re.match(r"^(.{2,12}?)[:：\s]", line)
    return fiscal.find(match[1]).one if match else None


def _year_in(table: Table, column: Column | None, r: int) -> tuple[int, ...]:
    return fiscal.find(table.text(r, column)).years[-1:] if column is not None else ()
