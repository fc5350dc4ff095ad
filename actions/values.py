"""Answers about KPI values: one cell, a row, a difference, a comparison, a reverse look-up, a confirmation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from actions.knowledge import Knowledge
from actions.reply import Reply, Source, Status, Table, cell_source, row_source, unset_source
from keikaku import years
from keikaku.linker import Quantity
from keikaku.text import nfkc
from knowledge import places
from knowledge.store import KpiRow, MeasureRow, ValueRow

TARGET, BASELINE, ACTUAL = "target", "baseline", "actual"


def unit_of(kpi: KpiRow, value: ValueRow) -> str:
    """The unit printed in the cell, else the one the KPI's name gives."""
    return value.unit or (kpi.unit or "" if value.number is not None else "")


def shown(kpi: KpiRow, value: ValueRow) -> str:
    """A cell as staff read it: 「55%」, 「8,000時間」, 「9,600時間（かっこ内は 2,400）」, 「(未調査)」."""
    if value.number is None:
        unit = kpi.unit if kpi.unit and _says_figure(value) and nfkc(kpi.unit) not in nfkc(value.text) else ""
        return f"「{value.text}」" + (f"（単位：{unit}）" if unit else "")
    printed = value.text.split("(")[0].split("（")[0].strip()
    unit = "" if value.unit else (kpi.unit or "")
    bracket = f"（表のかっこ内は{value.bracket}）" if value.bracket else ""
    return f"{printed}{unit}{bracket}"


def number(kpi: KpiRow, value: float, sign: bool = False) -> str:
    """A computed number in the KPI's unit; differences of % are points."""
    cell_unit = next((v.unit for v in kpi.values if v.unit), None) or kpi.unit or ""
    unit = "ポイント" if cell_unit == "%" and sign else cell_unit
    text = f"{value:+,.1f}" if sign else f"{value:,.1f}"
    return f"{text.removesuffix('.0')}{unit}"


def name_of(kpi: KpiRow) -> str:
    """A sub-row is named with its parent."""
    return f"{kpi.parent.name}のうち「{kpi.name}」" if kpi.parent else f"「{kpi.name}」"


def column_of(value: ValueRow) -> str:
    """『R5（2023）年度末』, 『R5（2023）年度の実績』 or 『現状』."""
    if value.kind == ACTUAL and value.year:
        return f"{years.spoken(value.year)}の実績"
    return f"{years.reiwa(value.year)}（{value.year}）年度末" if value.year else "現状"


def label_of(value: ValueRow) -> str:
    """What the figure is: 『R5（2023）年度末の目標』, 『現状（R4実績）』."""
    if value.kind == ACTUAL:
        return column_of(value)
    return f"{column_of(value)}の目標" if value.year else f"現状{as_of(value)}"


def as_of(value: ValueRow) -> str:
    return f"（{value.as_of}）" if value.as_of else ""


def short_column(value: ValueRow) -> str:
    """The column's heading; 『実績』 with its year, which the heading alone may not say."""
    if value.kind == ACTUAL:
        return column_of(value)
    return value.column if value.year else "現状"


def line(kpi: KpiRow, value: ValueRow) -> str:
    return f"{column_of(value)}{as_of(value)}：{shown(kpi, value)}"


def cells(kpi: KpiRow) -> list[ValueRow]:
    baseline = kpi.baseline
    return ([baseline] if baseline else []) + list(kpi.targets.values())


def printed(kpi: KpiRow) -> list[ValueRow]:
    """The whole row: what was reached (where the plan has such columns), the baseline and the targets."""
    return [*kpi.actuals.values(), *cells(kpi)]


def table(kpis: Sequence[KpiRow], marked_years: Sequence[int | None] = (), kind: str = "") -> Table:
    """KPI rows as printed, with the asked columns marked (of one kind, if it is given)."""
    columns = {_column_key(value): places.column(kpi, value) for kpi in reversed(kpis) for value in printed(kpi)}
    keys = sorted(columns, key=_column_order) if len(kpis) > 1 else list(columns)
    rows, marked = [], set()
    for r, kpi in enumerate(kpis):
        row = {_column_key(value): value for value in printed(kpi)}
        rows.append(
            [
                ("　" if kpi.parent else "") + kpi.name,
                *(v.text + as_of(v) if (v := row.get(key)) else "" for key in keys),
            ]
        )
        marked |= {
            (r, c)
            for c, key in enumerate(keys, 1)
            if key in row and key[1] in marked_years and (key[0] == kind if kind else key[0] != ACTUAL)
        }
    return Table(["指標", *(columns[key] for key in keys)], rows, marked)


def _column_key(value: ValueRow) -> tuple[str, int | None]:
    """Rows of different tables stand in one column only where kind and year are the same."""
    return value.kind, value.year


def _column_order(key: tuple[str, int | None]) -> tuple[int, int]:
    return (ACTUAL, BASELINE, TARGET).index(key[0]), key[1] or 0


def headline(kpi: KpiRow, value: ValueRow) -> dict[str, str] | None:
    """The one value of an answer and what it is; None where the cell holds no figure."""
    if not _says_figure(value):
        return None
    text = value.text if value.number is None else shown(kpi, value).split("（表の")[0]
    what = label_of(value)
    return {"text": text, "label": f"{kpi.parent.name + 'のうち' if kpi.parent else ''}{kpi.name}　{what}"}


def series(kpi: KpiRow) -> dict[str, Any] | None:
    """Baseline and targets as points of a line; None where there are fewer than two figures."""
    points = [
        {"label": value.column if value.year else "現状", "number": value.number, "text": shown(kpi, value)}
        for value in cells(kpi)
        if value.number is not None
    ]
    unit = next((unit_of(kpi, v) for v in cells(kpi) if v.number is not None), "")
    return {"name": kpi.name, "unit": unit, "points": points} if len(points) > 1 else None


def stamp_years(value: ValueRow) -> list[int]:
    """The fiscal year of an as-of date (R3年2月末時点 → 2020)."""
    return [mention.year for mention in years.find_years(value.as_of or "")]


def next_questions(kpi: KpiRow, year: int | None) -> list[str]:
    following = [y for y in kpi.targets if year is None or y > year]
    buttons = [f"{kpi.name}の{years.reiwa(following[0])}年度末の目標は？"] if following else []
    return [*buttons, f"{kpi.name}の目標を年度ごとに全部教えて", f"{kpi.measure.number}の担当所属は？"]


def unset_reply(measures: Sequence[MeasureRow], when: bool = False) -> Reply:
    """A measure whose KPI the plan hasn't set. `when`: that is known, and asked is when it will be."""
    lines = [
        f"{m.number}「{m.title}」のKPIは、計画では「{m.kpi_unset}」とされていて、まだ設定されていません。"
        for m in measures
    ]
    dated = when and all(years.find_years(nfkc(m.kpi_unset or "")) for m in measures)
    buttons = [f"{m.number}のスケジュールは？" for m in measures] + [f"{m.number}の施策概要は？" for m in measures]
    status: Status = "answered" if dated else "not_in_plan"
    sources = [unset_source(m) for m in measures]
    return Reply(status, "\n".join(lines), sources, buttons, why="KPI not set in the plan")


def may_be_baseline_of(kpi: KpiRow, year: int) -> bool:
    """The baseline is of that year by its as-of date, or may be where it has none: the year before the first target."""
    stamps = stamp_years(kpi.baseline) if kpi.baseline else []
    return year in stamps if stamps else year == min(kpi.targets, default=0) - 1


def are_as_of(kpis: Sequence[KpiRow], wanted: Sequence[int]) -> bool:
    """The baselines are dated, and of the years asked for."""
    return all(kpi.baseline and set(wanted) <= set(stamp_years(kpi.baseline)) for kpi in kpis)


def value_reply(knowledge: Knowledge, kpis: list[KpiRow], wanted: list[int], baseline: bool) -> Reply:
    """The value of one or more KPIs in the asked years (or at the baseline)."""
    lines, sources, missing = [], [], []
    figures: list[dict[str, str] | None] = []
    for kpi in kpis:
        values: list[ValueRow] = [kpi.baseline] if baseline and kpi.baseline else []
        for year in wanted:
            if year in kpi.targets:
                values.append(kpi.targets[year])
            elif kpi.baseline and may_be_baseline_of(kpi, year):
                values += [kpi.baseline] if kpi.baseline not in values else []
            else:
                missing.append(year)
        for value in values:
            lines.append(_sentence(kpi, value))
            sources.append(cell_source(kpi, value))
            figures.append(headline(kpi, value))
    if missing and not lines:
        return outside_years(knowledge, kpis, missing)
    if not lines:  # a table without a column for the present state
        text = "、".join(name_of(k) for k in kpis) + "の現状の値は、計画に書かれていません。"
        return Reply(
            "not_in_plan", text, [row_source(k) for k in kpis], next_questions(kpis[0], None), why="no baseline"
        )
    if missing:
        lines.append(f"{'・'.join(years.spoken(y) for y in dict.fromkeys(missing))}の目標は、計画にありません。")
    known = [v for k in kpis for v in ([k.baseline] if baseline and k.baseline else [])]
    unknown_baseline = baseline and not wanted and all(v.number is None and not _says_figure(v) for v in known)
    for note in dict.fromkeys(note for kpi in kpis for note in kpi.notes if any(v.bracket for v in kpi.values)):
        lines.append(f"※ {note}")
    marked: list[int | None] = [*wanted, *([None] if baseline else [])]
    status: Status = "not_in_plan" if unknown_baseline else "answered"
    return Reply(
        status,
        "\n".join(lines),
        sources,
        next_questions(kpis[0], max(wanted, default=None)),
        table(kpis, marked),
        "KPI cell",
        figures[0] if len(figures) == 1 else None,
    )


def _says_figure(value: ValueRow) -> bool:
    """『毎年度1回以上』 is an answer though it is no plain number; 『—』 and 『(未調査)』 are not."""
    return any(char.isdigit() for char in value.text)


def _sentence(kpi: KpiRow, value: ValueRow) -> str:
    if value.kind == BASELINE:
        if value.number is None and not _says_figure(value):
            return f"{name_of(kpi)}の現状{as_of(value)}は、計画の表では{shown(kpi, value)}で、数値は書かれていません。"
        stamp = f"{value.as_of}" if value.as_of else "時点は表に書かれていません"
        return f"{name_of(kpi)}の現状は{shown(kpi, value)}です（{stamp}）。"
    return f"{name_of(kpi)}の{label_of(value)}は{shown(kpi, value)}です。"


def outside_years(knowledge: Knowledge, kpis: Sequence[KpiRow], wanted: Sequence[int]) -> Reply:
    """A year that the plan has no column for."""
    asked = "・".join(years.spoken(y) for y in dict.fromkeys(wanted))
    names = "、".join(name_of(k) for k in kpis)
    text = f"{names}の{asked}の目標は、計画にありません。"
    if has := "と、".join(_held(kpis)):
        text += f"\n計画にあるのは{has}です。"
    return Reply(
        "not_in_plan", text, [row_source(k) for k in kpis], next_questions(kpis[0], None), why="year outside the plan"
    )


def _held(kpis: Sequence[KpiRow]) -> list[str]:
    """What the plan has of these KPIs, for a reply that lacks what was asked for."""
    span = sorted({year for kpi in kpis for year in kpi.targets})
    held = []
    if span and span == list(range(span[0], span[-1] + 1)) and len(span) > 1:
        held.append(f"{years.reiwa(span[0])}〜{years.reiwa(span[-1])}年度末の目標")
    elif span:
        held.append(f"{'・'.join(years.reiwa(year) for year in span)}年度末の目標")
    if any(kpi.baseline for kpi in kpis):
        held.append("計画を作ったときの現状")
    return held


def actual_reply(kpis: list[KpiRow], wanted: list[int]) -> Reply:
    """What was reached, as the plan prints it. A baseline whose date is of the asked year counts where it says so."""
    lines: list[str] = []
    sources: list[Source] = []
    found: list[ValueRow] = []
    figures = []
    for kpi in kpis:
        values = [v for year, v in kpi.actuals.items() if not wanted or year in wanted]
        baseline = kpi.baseline
        if baseline and "実績" in f"{baseline.as_of}{baseline.column}":
            of = set(stamp_years(baseline)) - kpi.actuals.keys()
            values += [baseline] if of and (not wanted or of & set(wanted)) else []
        for value in values:
            lines.append(_sentence(kpi, value))
            sources.append(cell_source(kpi, value))
            figures.append(headline(kpi, value))
        known = {year for value in values for year in ([value.year] if value.year else stamp_years(value))}
        missing = [year for year in wanted if year not in known]
        if missing or not values:
            when = "・".join(years.spoken(year) for year in missing)
            lines.append(f"{name_of(kpi)}の{when + 'の' if when else ''}実績は、計画に書かれていません。")
            sources.append(row_source(kpi))
        found += values
    if not found and (has := "と、".join(_held(kpis))):
        lines.append(f"計画にあるのは{has}です。")
    marked: list[int | None] = [value.year for value in found if value.kind == ACTUAL]
    return Reply(
        "answered" if found else "not_in_plan",
        "\n".join(lines),
        sources,
        next_questions(kpis[0], None),
        table(kpis, marked, ACTUAL),
        "actual values",
        figures[0] if len(figures) == 1 else None,
    )


def basis_reply(kpis: Sequence[KpiRow]) -> Reply:
    """How the figures were arrived at: the note below the table, where there is one."""
    noted = [kpi for kpi in kpis if kpi.notes]
    if noted:
        lines = [
            f"{name_of(kpi)}の表の注には、次のように書かれています。\n" + "\n".join(f"※ {n}" for n in kpi.notes)
            for kpi in noted
        ]
        return Reply(
            "answered", "\n".join(lines), [row_source(k) for k in noted], next_questions(noted[0], None), why="note"
        )
    names = "、".join(name_of(kpi) for kpi in kpis)
    text = f"{names}の値の根拠や計算のしかたは、計画に書かれていません。"
    return Reply(
        "not_in_plan", text, [row_source(k) for k in kpis], next_questions(kpis[0], None), why="no basis given"
    )


def all_reply(kpis: list[KpiRow]) -> Reply:
    """Whole rows: baseline and every target."""
    lines: list[str] = []
    sources: list[Source] = []
    by_measure = len({k.measure.ref for k in kpis}) == 1 and len(kpis) > 1
    if by_measure:
        lines.append(f"{kpis[0].measure.number}「{kpis[0].measure.title}」の指標（KPI）は{len(kpis)}件です。")
    for kpi in kpis:
        if len(kpis) > 1:
            lines.append(
                f"{name_of(kpi)}：" + "、".join(f"{short_column(v)}{as_of(v)} {shown(kpi, v)}" for v in printed(kpi))
            )
        else:
            lines.append(f"{name_of(kpi)}の現状と目標は次のとおりです。")
            lines += [line(kpi, v) for v in printed(kpi)]
        if kpi.children and not any(child in kpis for child in kpi.children):
            lines.append("内訳：" + "、".join(f"「{c.name}」" for c in kpi.children) + "（この指標は内訳の合計です）")
        sources.append(row_source(kpi))
        lines += [f"※ {note}" for note in kpi.notes]
    return Reply(
        "answered",
        "\n".join(lines),
        sources,
        [f"{kpis[0].measure.number}の担当所属は？", f"{kpis[0].measure.number}のスケジュールは？"],
        table(kpis),
        "KPI rows",
        series=series(kpis[0]) if len(kpis) == 1 else None,
    )


def change_reply(
    knowledge: Knowledge, kpi: KpiRow, wanted: list[int], from_baseline: bool, ratio: bool = False
) -> Reply:
    """The difference between two cells (or their ratio, too), with both ends, and the step of each year."""
    missing = [y for y in wanted if y not in kpi.targets]
    if missing and all(may_be_baseline_of(kpi, y) for y in missing):
        wanted, missing, from_baseline = [y for y in wanted if y in kpi.targets], [], True
    if missing:
        return outside_years(knowledge, [kpi], missing)
    row = cells(kpi)
    if len(wanted) >= 2:
        row = [kpi.targets[y] for y in sorted(wanted)]
    elif len(wanted) == 1:
        previous = [v for v in row if v.year is not None and v.year < wanted[0]]
        start = kpi.baseline if from_baseline or not previous else previous[-1]
        row = [start, kpi.targets[wanted[0]]] if start else [kpi.targets[wanted[0]]]
    figures = [v for v in row if v.number is not None]
    if len(figures) < 2:
        reply = all_reply([kpi])
        reply.text = f"{name_of(kpi)}は数値のない欄があるため、差を計算できません。\n" + reply.text
        return reply
    first, last = figures[0], figures[-1]
    assert first.number is not None and last.number is not None
    difference = last.number - first.number
    direction = "変わりません" if difference == 0 else f"{number(kpi, difference, sign=True)}です"
    lines = [
        f"{name_of(kpi)}は、{column_of(first)}{as_of(first)}の{shown(kpi, first)}から{column_of(last)}の{shown(kpi, last)}へ、"
        f"{direction}（差は計算した値です）。"
    ]
    if ratio and first.number:
        times = f"{last.number / first.number:.2f}".rstrip("0").rstrip(".")
        lines.append(f"{column_of(last)}は{column_of(first)}の{times}倍です（計算した値です）。")
    if len(figures) > 2:
        lines.append("推移：" + " → ".join(f"{v.column if v.year else '現状'} {shown(kpi, v)}" for v in figures))
        steps = []
        for before, after in itertools.pairwise(figures):
            assert before.number is not None and after.number is not None
            label = f"{years.reiwa(after.year)}年度" if after.year else ""
            steps.append(f"{label} {number(kpi, after.number - before.number, sign=True)}")
        lines.append("年度ごとの増減：" + "、".join(steps))
    if any(v.number is None for v in row):
        lines.append(f"現状は「{row[0].text}」のため、差に入れていません。")
    return Reply(
        "answered",
        "\n".join(lines),
        [cell_source(kpi, v) for v in figures],
        next_questions(kpi, None),
        table([kpi], [v.year for v in figures]),
        "KPI difference",
        series=series(kpi),
    )


def compare_reply(
    knowledge: Knowledge,
    kpis: list[KpiRow],
    wanted: list[int],
    baseline: bool,
    *,
    total: bool = False,
    ratio: bool = False,
) -> Reply:
    """Several KPIs side by side; where their units agree, which is larger, their sum (`total`) and how many times (`ratio`)."""
    if not wanted and not baseline:
        wanted = knowledge.years()[-1:]
    reply = value_reply(knowledge, kpis, wanted, baseline)
    if reply.status != "answered":
        return reply
    conclusions = []
    for year in [*wanted, *([None] if baseline else [])]:
        pairs = [(k, v) for k in kpis for v in cells(k) if v.year == year and v.number is not None]
        whole = [(k, v) for k, v in pairs if k.parent not in kpis]
        pairs = [(k, v) for k, v in pairs if not any(child in kpis for child in k.children)]
        if len(pairs) < 2 or len({unit_of(k, v) for k, v in pairs}) != 1:
            continue
        pairs.sort(key=lambda pair: -(pair[1].number or 0.0))
        (kpi, most), (_, least) = pairs[0], pairs[-1]
        assert most.number is not None and least.number is not None
        column = column_of(most)
        if total:
            amount = number(kpi, sum(v.number or 0.0 for _, v in whole))
            conclusions.append(f"{column}の合計は{amount}です（合計は計算した値です）。")
        elif most.number == least.number:
            conclusions.append(f"{column}は{'どちらも' if len(pairs) == 2 else 'いずれも'}同じ値です。")
        else:
            gap = number(kpi, most.number - least.number, sign=True).lstrip("+")
            how = "の方が大きく、" if len(pairs) == 2 else "が最も大きく、最も小さいものとの"
            conclusions.append(f"{column}は{name_of(kpi)}{how}差は{gap}です（差は計算した値です）。")
        if ratio and least.number:
            times = f"{most.number / least.number:.2f}".rstrip("0").rstrip(".")
            conclusions.append(f"{column}は{times}倍です（計算した値です）。")
    reply.text = "\n".join([*conclusions, reply.text])
    return reply


def changes_reply(
    knowledge: Knowledge, kpis: Sequence[KpiRow], wanted: list[int], from_baseline: bool, steps: bool = False
) -> Reply:
    """The difference of each of several KPIs; `steps`: and of each year."""
    replies = [change_reply(knowledge, kpi, wanted, from_baseline) for kpi in kpis]
    reply = replies[0]
    reply.text = "\n".join(r.text if steps else r.text.splitlines()[0] for r in replies)
    reply.sources = [source for r in replies for source in r.sources]
    reply.series = None
    return reply


def listing_reply(knowledge: Knowledge, unit: str | None, wanted: Sequence[int]) -> Reply:
    """All KPIs (in one unit, where it is named) with their values in the asked years, or in all."""
    kpis = [k for k in knowledge.kpis.values() if not unit or any(unit_of(k, v) == unit for v in cells(k))]
    lines, sources = [f"当てはまる指標は{len(kpis)}件です。"], []
    for kpi in kpis:
        values = [v for v in cells(kpi) if v.year in wanted] if wanted else cells(kpi)
        lines.append(f"・{kpi.measure.number} {name_of(kpi)}：{'、'.join(line(kpi, v) for v in values) or '記載なし'}")
        sources.append(row_source(kpi))
    return Reply("answered", "\n".join(lines), sources, why="list of KPI values", gathers=True)


def matches(kpi: KpiRow, value: ValueRow, quantity: Quantity) -> bool:
    """The cell holds this number, in this unit where one was said."""
    bracket = (
        float(value.bracket.replace(",", "")) if value.bracket and value.bracket.replace(",", "").isdigit() else None
    )
    return quantity.number in {value.number, bracket} and _is_unit(quantity.unit, unit_of(kpi, value))


def counts_in(kpi: KpiRow, unit: str | None) -> bool:
    """Some cell of the row is in this unit, or none was said."""
    return any(_is_unit(unit, unit_of(kpi, value)) for value in cells(kpi) if value.number is not None)


def _is_unit(said: str | None, unit: str) -> bool:
    return said is None or not unit or said == unit or {said, unit} == {"市町村", "自治体"}


def holders(pool: Sequence[KpiRow], quantity: Quantity, wanted: Sequence[int]) -> list[tuple[KpiRow, list[ValueRow]]]:
    """The KPIs and cells that hold a number."""
    found = [(k, [v for v in cells(k) if matches(k, v, quantity) and (not wanted or v.year in wanted)]) for k in pool]
    return [(k, vs) for k, vs in found if vs]


def reverse_reply(
    knowledge: Knowledge, kpis: list[KpiRow], quantity: Quantity, wanted: list[int], surely: bool = False
) -> Reply:
    """Which year or KPI holds a number. Unless one KPI is `surely` meant, all of the plan's are looked through."""
    whole = not kpis
    found = holders(kpis or list(knowledge.kpis.values()), quantity, wanted)
    if not found and surely and kpis and wanted:  # 『R6は2,000人とあるが』: no, it is another
        return confirm_reply(knowledge, kpis[0], quantity, wanted, baseline=False)
    if not found and not (surely and len(kpis) == 1):
        kpis, found = [], holders(list(knowledge.kpis.values()), quantity, wanted)
    asked = quantity.text
    if not found:
        scope = "、".join(name_of(k) for k in kpis) if kpis else "どの指標"
        when = f"{'・'.join(years.spoken(y) for y in wanted)}に" if wanted else ""
        text = f"{scope}{'に' if kpis else 'にも'}、{when}{asked}の欄はありません。"
        return Reply(
            "not_in_plan",
            text,
            [row_source(k) for k in kpis],
            [f"{k.name}の目標を年度ごとに全部教えて" for k in kpis],
            why="no such value",
        )
    lines = []
    if len(found) == 1:
        kpi, values = found[0]
        targets = [v for v in values if v.year]
        first = targets[0] if targets else values[0]
        rest = f"（その後も{'・'.join(v.column for v in values[1:])}は同じ値です）" if len(values) > 1 else ""
        what = "目標" if first.year else f"現状{as_of(first)}"
        when = column_of(first) if first.year else "計画を作ったとき"
        lines.append(f"{name_of(kpi)}が{shown(kpi, first)}なのは{when}の{what}です{rest}。")
        lines += [f"※ {note}" for note in kpi.notes if first.bracket]
    else:
        lines.append(
            f"{asked}の欄がある指標は{len(found)}件です。"
            if not wanted
            else f"{'・'.join(years.spoken(y) for y in wanted)}に{asked}の指標は{len(found)}件です。"
        )
        lines += [
            f"・{k.measure.number}{name_of(k)}：{'、'.join((v.column if v.year else '現状') for v in vs)}"
            for k, vs in found
        ]
    sources = [cell_source(k, v) for k, vs in found for v in vs]
    return Reply(
        "answered",
        "\n".join(lines),
        sources,
        next_questions(found[0][0], None),
        table([k for k, _ in found]),
        "reverse look-up",
        gathers=whole,
    )


def first_beyond(kpi: KpiRow, amount: float, strictly: bool) -> ValueRow | None:
    """The first cell of the row that is beyond a number, or (not `strictly`) that much."""
    return next(
        (
            v
            for v in cells(kpi)
            if v.number is not None and (v.number > amount or (not strictly and v.number == amount))
        ),
        None,
    )


def reach_reply(knowledge: Knowledge, kpi: KpiRow, quantity: Quantity, strictly: bool) -> Reply:
    """『1,000人を超えるのは何年度から』: the first target beyond a number."""
    row = [v for v in cells(kpi) if v.number is not None]
    first = first_beyond(kpi, quantity.number, strictly)
    word = "を超える" if strictly else "以上になる"
    if first is None:
        text = f"{name_of(kpi)}に、{quantity.text}{word}欄はありません。"
        return Reply("not_in_plan", text, [row_source(kpi)], next_questions(kpi, None), table([kpi]), "no such value")
    text = f"{name_of(kpi)}が{quantity.text}{word}のは、{column_of(first)}{'の目標' if first.year else ''}（{shown(kpi, first)}）からです。"
    before = row[row.index(first) - 1] if row.index(first) else None
    if before is not None:
        text += f"\nその前の{column_of(before)}は{shown(kpi, before)}です。"
    sources = [cell_source(kpi, v) for v in (first, before) if v is not None]
    return Reply("answered", text, sources, next_questions(kpi, first.year), table([kpi], [first.year]), "first beyond")


def race_reply(knowledge: Knowledge, kpis: Sequence[KpiRow], quantity: Quantity) -> Reply:
    """『100%に先に届くのはどちら』: the first year of each, the earliest first."""
    reached = {kpi.id: first_beyond(kpi, quantity.number, strictly=False) for kpi in kpis}
    order = sorted(kpis, key=lambda kpi: (found.year or 0) if (found := reached[kpi.id]) else 9999)
    replies = [reach_reply(knowledge, kpi, quantity, strictly=False) for kpi in order]
    firsts = [value.year for kpi in order if (value := reached[kpi.id])]
    lead = ""
    if firsts and firsts.count(firsts[0]) == 1:
        lead = f"先に{quantity.text}以上になるのは{name_of(order[0])}です。\n"
    elif len(firsts) == len(kpis) and len(set(firsts)) == 1:
        lead = f"{quantity.text}以上になるのは、どれも同じ時期です。\n"
    text = lead + "\n".join(reply.text.splitlines()[0] for reply in replies)
    status: Status = "answered" if firsts else "not_in_plan"
    sources = [source for reply in replies for source in reply.sources]
    return Reply(status, text, sources, next_questions(order[0], None), table(kpis), "first beyond")


def confirm_first_year(knowledge: Knowledge, kpi: KpiRow, quantity: Quantity, year: int) -> Reply:
    """『100%になるのはR4から？』: yes or no first, then when the row first holds the number."""
    reply = reverse_reply(knowledge, [kpi], quantity, [], surely=True)
    if reply.status == "answered":
        first = next(v.year for v in cells(kpi) if matches(kpi, v, quantity))
        reply.text = f"{'はい、合っています。' if first == year else 'いいえ、違います。'}{reply.text}"
    return reply


def confirm_reply(
    knowledge: Knowledge, kpi: KpiRow, quantity: Quantity, wanted: list[int], baseline: bool, target: bool = False
) -> Reply:
    """『R5は50箇所で合ってる？』: yes or no first, then the right value. `target`: the number is taken for a target."""
    missing = [y for y in wanted if y not in kpi.targets]
    if missing:
        return outside_years(knowledge, [kpi], missing)
    if not wanted and not baseline:
        pool = list(kpi.targets.values()) if target else cells(kpi)
        if not any(matches(kpi, v, quantity) for v in pool):
            reply = all_reply([kpi])
            reply.text = f"いいえ、そのような{'目標' if target else '値'}はありません。\n{reply.text}"
            return reply
        return reverse_reply(knowledge, [kpi], quantity, [])
    values = [kpi.targets[y] for y in wanted] or ([kpi.baseline] if kpi.baseline else [])
    right = all(matches(kpi, v, quantity) for v in values)
    lead = "はい、合っています。" if right else "いいえ、違います。"
    reply = value_reply(knowledge, [kpi], wanted, baseline and not wanted)
    reply.text = f"{lead}{reply.text}"
    elsewhere = [v for v in cells(kpi) if matches(kpi, v, quantity)]
    if not right and elsewhere:
        reply.text += f"\n{quantity.text}は{'・'.join(column_of(v) for v in elsewhere)}の値です。"
    return reply
