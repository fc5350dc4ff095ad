"""Understands a table by its columns: which hold names, values of which year, owners, schedule cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from knowledge.documents import Cell
from knowledge.extract import cells, vocabulary
from knowledge.extract.parts import Column, Table

_GENERIC_NUMBER = {"NO", "NO.", "番号", "整理番号", "項番", "#"}


@dataclass
class Reading:
    """The columns of a table by what they hold. `kind` of the table: kpi, schedule, list, figures or unknown."""

    kpi_name: Column | None = None
    kpi_group: Column | None = None
    unit: Column | None = None
    baseline: Column | None = None
    baseline_year: Column | None = None
    targets: list[Column] = field(default_factory=list)
    target_year: Column | None = None
    actuals: list[Column] = field(default_factory=list)
    year: Column | None = None
    kind: Column | None = None
    items: list[Column] = field(default_factory=list)
    schedule: list[Column] = field(default_factory=list)
    period: Column | None = None
    owners: list[Column] = field(default_factory=list)
    chapter: Column | None = None
    measure_name: Column | None = None
    measure_no: Column | None = None
    measure_ref: Column | None = None
    issues: list[Column] = field(default_factory=list)
    policy: list[Column] = field(default_factory=list)
    notes: list[Column] = field(default_factory=list)
    ignored: list[Column] = field(default_factory=list)
    figures: list[Column] = field(default_factory=list)
    years_of: dict[int, Column] = field(default_factory=dict)  # value column → the year column that follows it

    @property
    def has_kpis(self) -> bool:
        return self.kpi_name is not None and bool(self.targets or self.baseline or self.actuals)

    @property
    def has_schedule(self) -> bool:
        return bool(self.schedule or self.period)

    @property
    def names_measures(self) -> bool:
        return self.measure_name is not None

    @property
    def numbers_measures(self) -> bool:
        """A column 施策番号; a mere 番号 may just count the rows."""
        column = self.measure_no
        return column is not None and vocabulary.key((column.parts or [""])[-1]) not in _GENERIC_NUMBER


def read_columns(table: Table) -> Reading:
    """Give every column its part."""
    reading = Reading()
    bare: list[Column] = []
    baselines: list[Column] = []
    names: list[Column] = []
    measures: list[Column] = []
    values: list[Column] = []
    for before, column, after in zip([None, *table.columns], table.columns, [*table.columns[1:], None]):
        role = column.role
        if role in {"year", "baseline_year", "target_year"} and not column.years:
            valued = _dated_by(column, role, before, after)
            if valued is not None:
                reading.years_of[valued.index] = column
                continue
        scheduled = any(vocabulary.section(part) == "schedule" for part in column.parts)
        if role in {"target", "actual"} and scheduled:
            role = None
        if role in {"target_year", "baseline_year"} and column.years:
            role = role.removesuffix("_year")  # 『目標年度（R10）』 heads the value itself
        if role == "target":
            reading.targets.append(column)
        elif role == "baseline":
            baselines.append(column)
        elif role == "actual":
            reading.actuals.append(column)
        elif column.years and role in {None, "year", "kind", "item", "policy", "period"}:
            bare.append(column)
        elif role == "measure_name":
            measures.append(column)
        elif role == "kpi_name":
            names.append(column)
        elif role == "item":
            reading.items.append(column)
        elif role == "value":
            values.append(column)
        elif role == "owner":
            reading.owners.append(column)
        elif role == "note":
            reading.notes.append(column)
        elif role == "issues":
            reading.issues.append(column)
        elif role == "policy":
            reading.policy.append(column)
        elif role in {
            "unit",
            "baseline_year",
            "target_year",
            "year",
            "kind",
            "chapter",
            "measure_no",
            "measure_ref",
            "period",
        }:
            if getattr(reading, role) is None:
                setattr(reading, role, column)
            elif role in {"measure_no", "chapter"}:
                setattr(reading, role, column)  # the last one stands nearest to the measure
            else:
                reading.ignored.append(column)
        else:
            reading.ignored.append(column)
    _choose_measure(reading, measures)
    _tell_chapter_from_prose(table, reading)
    _choose_baseline(table, reading, baselines)
    _choose_names(table, reading, names)
    _find_kind(table, reading)
    if reading.kind is not None or table.section == "kpi" or reading.kpi_name is not None:
        reading.targets += values
    else:
        reading.ignored += values
    _share_years(table, reading, bare)
    _start_from_actuals(reading)
    _name_what_has_none(table, reading)
    return reading


def _dated_by(column: Column, role: str, before: Column | None, after: Column | None) -> Column | None:
    """The value column that a year column belongs to: beside it under one heading (目標値｜年度・値), else the one before it."""
    roles = {"baseline", "target"} if role == "year" else {role.removesuffix("_year")}
    beside = [c for c in (before, after) if c is not None and c.role in roles and not c.years]
    if len(column.parts) > 1:
        return next((c for c in beside if c.parts[:-1] == column.parts[:-1]), None)
    return before if before in beside else None


def _choose_measure(reading: Reading, measures: list[Column]) -> None:
    """Of 施策 and 事業 side by side the last is the measure, the one before its chapter."""
    if measures:
        reading.measure_name = measures[-1]
        if len(measures) > 1 and reading.chapter is None:
            reading.chapter = measures[-2]


def _tell_chapter_from_prose(table: Table, reading: Reading) -> None:
    """施策の方向 over sentences is what is to be done, not the chapter."""
    column = reading.chapter
    if column is not None and any("。" in row[column.index].text for row in table.rows):
        reading.policy.append(column)
        reading.chapter = None


def _choose_baseline(table: Table, reading: Reading, baselines: list[Column]) -> None:
    """The latest of several."""
    if baselines:
        # 現状値 with the years R3, R4 below it: the last one is the start, the others are actuals.
        reading.baseline = max(baselines, key=lambda column: (max(column.years, default=0), column.index))
        reading.actuals += [column for column in baselines if column is not reading.baseline and column.years]
        reading.ignored += [column for column in baselines if column is not reading.baseline and not column.years]


def _start_from_actuals(reading: Reading) -> None:
    """Without a column 現状値 the latest actual before the targets is what the plan starts from."""
    if reading.baseline is None and reading.actuals and reading.targets and reading.kind is None:
        first = min((year for column in reading.targets for year in column.years), default=9999)
        before = [c for c in reading.actuals if not c.years or max(c.years) < first]
        if before:
            reading.baseline = max(before, key=lambda column: (max(column.years, default=0), column.index))
            reading.actuals.remove(reading.baseline)


def _choose_names(table: Table, reading: Reading, names: list[Column]) -> None:
    """Two name columns: the one that varies is the name, the merged one its group."""
    if not names:
        return
    if len(names) == 1:
        reading.kpi_name = names[0]
        return

    def variety(column: Column) -> int:
        return len({id(row[column.index]) for row in table.rows if row[column.index].text})

    best = max(names, key=lambda column: (variety(column), column.index))
    reading.kpi_name = best
    same_heading = [c for c in names if c is not best and c.parts == best.parts]
    reading.kpi_group = same_heading[0] if same_heading else None


def _find_kind(table: Table, reading: Reading) -> None:
    """A column of words like 目標 and 実績 says what the row's values are."""
    for column in [reading.kind, *reading.ignored, *reading.items, reading.kpi_name]:
        if column is None or not table.rows:
            continue
        roles = [vocabulary.column(row[column.index].text).role for row in table.rows if row[column.index].text]
        known = sum(role in {"target", "actual", "baseline"} for role in roles)
        if len(roles) >= 1 and known * 2 > len(roles) and known >= 1 and (len(roles) > 1 or column is reading.kind):
            if column is reading.kpi_name:
                continue
            if reading.kpi_name is None and set(roles) == {"target"} and column is not reading.kind:
                # 量の見込み, 確保方策: the rows are named so.
                reading.kpi_name = column
                reading.ignored = [c for c in reading.ignored if c is not column]
                reading.items = [c for c in reading.items if c is not column]
                return
            reading.kind = column
            reading.ignored = [c for c in reading.ignored if c is not column]
            reading.items = [c for c in reading.items if c is not column]
            return
    if reading.kind is not None:
        reading.ignored.append(reading.kind)
        reading.kind = None


def _share_years(table: Table, reading: Reading, bare: list[Column]) -> None:
    """Columns headed by a year alone: targets, schedule, or figures that belong to neither."""
    if not bare:
        return
    said = {vocabulary.section(part) for column in bare for part in column.parts}
    if reading.kpi_name is None and not reading.targets:  # 『年次計画｜R7｜R8』 over 『講習会｜年1回｜年2回』
        said |= {vocabulary.section(part) for column in table.columns[:1] for part in column.parts}
    about_kpis = (
        table.section == "kpi"
        or reading.kpi_name is not None
        or bool(reading.targets)
        or (reading.baseline is not None and "現状" in reading.baseline.title)
        or reading.kind is not None
    )
    texts = [row[c.index].text for row in table.rows for c in bare if not cells.is_empty(row[c.index].text)]
    numeric = sum(cells.is_figure(text) for text in texts) / max(len(texts), 1)
    if "schedule" in said or (table.section == "schedule" and (numeric < 0.5 or reading.kpi_name is None)):
        reading.schedule = bare
    elif about_kpis:
        if reading.targets and numeric < 0.3:
            reading.schedule = bare
        elif numeric >= 0.3 or not texts or not reading.items:
            # 『R5.3末』 beside 『R6｜R7』 is a day on which something was counted; so is 『R4』 before 『R6目標』.
            first = min((year for column in reading.targets for year in column.years), default=0)
            counted = [c for c in bare if "月" in c.as_of or (reading.baseline is None and max(c.years) < first)]
            reading.actuals += counted
            reading.targets += [column for column in bare if column not in counted]
        else:
            reading.schedule = bare
    elif texts and (numeric < 0.5 or _rows_are_work(reading)):
        reading.schedule = bare
    else:
        reading.figures = bare


def _rows_are_work(reading: Reading) -> bool:
    """施策 or 取組 with amounts per year (10業務｜20業務) is a schedule; 項目 with numbers is a statistic."""
    items = {vocabulary.key(column.parts[-1]) for column in reading.items if column.parts}
    return reading.measure_name is not None or bool(reading.owners) or bool(items - {"項目", "事項", "内容"})


def _name_what_has_none(table: Table, reading: Reading) -> None:
    """Names under another heading: 項目｜現状値｜目標値, or a first column without any heading."""
    valued = bool(reading.targets) and (
        reading.baseline is not None or table.section == "kpi" or reading.kind is not None
    )
    first = next((c for c in reading.ignored if c.index == 0 and c.role is None), None)
    unnamed = first or next(
        (c for c in reading.ignored if c.role is None and not c.years and _is_worded(table, c)), None
    )
    if reading.kpi_name is None and valued:
        candidates = [*reading.items[:1], *([unnamed] if unnamed else []), *reading.policy[:1]]
        if not candidates and reading.measure_name is not None:
            reading.kpi_name = reading.measure_name
        elif candidates:
            reading.kpi_name = candidates[0]
            for pool in (reading.items, reading.ignored, reading.policy):
                pool[:] = [c for c in pool if c is not candidates[0]]
    elif reading.has_schedule and not reading.items and reading.measure_name is None and unnamed:
        reading.items = [unnamed]
        reading.ignored.remove(unnamed)
    elif reading.has_schedule and not reading.items and reading.measure_name is None and reading.policy:
        reading.items = [reading.policy.pop(0)]


def name_rows(table: Table, reading: Reading, name: str) -> None:
    """Give the table's values a name that stands outside it, where its columns hold values."""
    reading.targets += reading.figures
    reading.figures = []
    if not (reading.targets or reading.actuals or reading.baseline):
        return
    width = max((len(row) for row in table.rows), default=0)
    table.rows = [[*row, Cell(name, r, width)] for r, row in enumerate(table.rows)]
    reading.kpi_name = Column(width, [name], [])
    if reading.kind is None:
        reading.kind = next((c for c in table.columns if c.role == "kind" or (c.index == 0 and c.role is None)), None)


def _is_worded(table: Table, column: Column) -> bool:
    texts = [row[column.index].text for row in table.rows if row[column.index].text]
    return bool(texts) and sum(not cells.is_figure(text) for text in texts) * 2 > len(texts)
