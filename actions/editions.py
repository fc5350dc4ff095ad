"""The edition before: what has changed since, and what it said itself, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from actions import measures, values
from actions.frame import LINKED_SURELY, measure_scores, tied
from actions.knowledge import Knowledge
from actions.reply import Reply, Source, cell_source, contents_source, owner_source, row_source, title_source
from keikaku.linker import Links
from keikaku.text import fold
from knowledge.changes import EditionChanges
from knowledge.diff import Change
from knowledge.store import KpiRow, MeasureRow, PlanRow

SHOWN = 20
_BEFORE = r"(?:前|以前|従来|旧来)の(?:計画|版|期)|旧計画|前計画|前期計画|前回の?計画|旧版|前の版|前版|新旧|改[定訂]前|見直し前"
_CHANGED = r"変わ|変更|違|差|見直|比べ|比較|増え|減|追加|加わ|なくな|削除|新し|引き[上下]げ"
_REVISED = r"改[定訂]|見直し|新しい(?:計画|版)|今回の(?:計画|版)"
# 『目標が変わった指標は』: something of the plan that was changed, where no year is named that it changed to.
_WHAT = r"(?:施策|指標|KPI|目標値?|担当(?:課|所属)?|所属|所管|スケジュール|取組)"
_PAST = r"(?:変わった|変更された|変更になった|変更のあった|見直された|改められた|追加された|加わった|なくなった|削除された|廃止された)"
_OF_BEFORE = re.compile(_BEFORE)
_DIFFERS = re.compile(_CHANGED)
_ASKS = re.compile(
    rf"(?:{_BEFORE}).*|(?:{_REVISED})(?:で|によ|後|から|は).*(?:{_CHANGED})|{_WHAT}.{{0,6}}{_PAST}|{_PAST}.{{0,4}}{_WHAT}"
)
_KINDS: dict[str, tuple[str, re.Pattern[str]]] = {
    "owners": ("担当", re.compile(r"担当|所属|所管|部署|どの課|主管")),
    "schedule": ("スケジュール", re.compile(r"スケジュール|予定|工程")),
    "target": ("目標", re.compile(r"目標")),
    "baseline": ("現状の値", re.compile(r"現状|基準値")),
    "kpi": ("指標", re.compile(r"指標|KPI", re.IGNORECASE)),
    "measure": (
        "施策",
        re.compile(
            r"施策(?:が|は|の)?(?:追加|増え|なくな|削除|廃止|加わ|新し)|(?:追加|新し|なくな|削除|廃止|加わ).*施策"
        ),
    ),
    "unit": ("単位", re.compile(r"単位")),
    "text": ("本文", re.compile(r"本文|文章|課題|概要|方針")),
}


def edition_reply(knowledge: Knowledge, links: Links) -> Reply | None:
    """What the edition before said, or what differs from it; None where neither is asked."""
    of_before = _OF_BEFORE.search(links.repaired)
    # 『R6からR7でどれだけ変わる？』 asks for a row of this edition.
    if not of_before and (links.years or not _ASKS.search(links.repaired)):
        return None
    plan = knowledge.plan
    edition = knowledge.changes.get(plan.id)
    if edition is None:
        text = f"「{plan.name}」には、比べる前の版がありません（前の版は読み込まれていません）。"
        return Reply("not_in_plan", text, [contents_source(plan)], why="no edition before")
    if of_before and not _DIFFERS.search(links.repaired) and (reply := _said_before(knowledge, edition, links)):
        return reply
    return _differences(knowledge, edition, links)


def _said_before(knowledge: Knowledge, edition: EditionChanges, links: Links) -> Reply | None:
    """What the edition before says of the KPI or measure that is named, there or here; None where none is."""
    before = edition.before
    rows: list[MeasureRow | KpiRow] = [*_named_in(before, links.repaired)]
    if not rows:
        subject = _subject(knowledge, links)
        found = [edition.kpi_before(row) if isinstance(row, KpiRow) else edition.measure_before(row) for row in subject]
        rows = [row for row in found if row is not None]
        if subject and not rows:
            names = "、".join(f"「{row.name if isinstance(row, KpiRow) else row.title}」" for row in subject)
            text = f"{names}は、前の版「{before.name}」にはありません。"
            return Reply("not_in_plan", text, [contents_source(before)], why="not in the edition before")
    if not rows:
        return None
    reply = _row_reply(knowledge, rows, links)
    text = f"前の版「{before.name}」では次のとおりです。\n{reply.text}"
    buttons = ["前の計画から何が変わった？"]
    return replace(reply, text=text, buttons=buttons, why=f"edition before: {reply.why}")


def _named_in(plan: PlanRow, text: str) -> Sequence[MeasureRow | KpiRow]:
    """The KPI or measure of a plan whose whole name the text holds; the longest name where there are several."""
    rows: list[MeasureRow | KpiRow] = [kpi for measure in plan.measures for kpi in measure.kpis]
    rows += plan.measures
    named = {row: fold(row.name if isinstance(row, KpiRow) else row.title) for row in rows}
    held = [row for row, name in named.items() if name and name in fold(text)]
    longest = max((len(named[row]) for row in held), default=0)
    return [row for row in held if len(named[row]) == longest]


def _row_reply(knowledge: Knowledge, rows: Sequence[MeasureRow | KpiRow], links: Links) -> Reply:
    """What is asked of these rows: owners, schedule, values of years, else all that there is."""
    of = [row if isinstance(row, MeasureRow) else row.measure for row in rows]
    kinds = _asked_kinds(links.repaired)
    if "owners" in kinds:
        return measures.owner_reply(list(dict.fromkeys(of)))
    if "schedule" in kinds and any(measure.schedule for measure in of):
        items = [item for measure in dict.fromkeys(of) for item in measure.schedule]
        return measures.schedule_reply(knowledge, items, links.years, links.repaired)
    kpis = [row for row in rows if isinstance(row, KpiRow)]
    if not kpis and (links.years or {"target", "baseline", "kpi"} & set(kinds)):
        kpis = [kpi for measure in of for kpi in measure.kpis]
        if not kpis and all(measure.kpi_unset for measure in of):
            return values.unset_reply(of)
    if not kpis:
        return measures.overview_reply(of[0])
    baseline = "baseline" in kinds and "target" not in kinds
    if links.years or baseline:
        return values.value_reply(knowledge, kpis, links.years, baseline)
    return values.all_reply(kpis)


def _differences(knowledge: Knowledge, edition: EditionChanges, links: Links) -> Reply:
    """What differs between the two editions (of a measure or a KPI, if one is named)."""
    plan, before = knowledge.plan, edition.before
    kinds = _asked_kinds(links.repaired)
    subject = _subject(knowledge, links)
    changes = [c for c in edition.changes if (not kinds or c.kind in kinds) and (not subject or _is_of(c, subject))]
    what = "・".join(_KINDS[kind][0] for kind in kinds) or "内容"
    of = "、".join(
        f"{row.number}「{row.title}」" if isinstance(row, MeasureRow) else f"指標「{row.name}」" for row in subject
    )
    editions = f"前の版「{before.name}」と今の版「{plan.name}」"
    if not changes:
        text = f"{editions}を比べると、{of + 'の' if of else ''}{what}に変わったところはありません。"
        return Reply("answered", text, [contents_source(before), contents_source(plan)], why="nothing changed")
    lines = [f"{editions}を比べると、{of + 'の' if of else ''}{what}で変わったところは{len(changes)}件です。"]
    lines += [f"・{change}" for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        counts = {label: sum(c.kind == kind for c in changes) for kind, (label, _) in _KINDS.items()}
        lines.append(
            f"ほか{len(changes) - SHOWN}件（全体の内訳：{'、'.join(f'{k}{n}件' for k, n in counts.items() if n)}）"
        )
    sources = [source for change in changes[:SHOWN] for source in _sources(change, before, plan)]
    buttons = (
        [] if kinds else ["担当が変わった施策は？", "目標が変わった指標は？", "追加された施策やなくなった施策は？"]
    )
    return Reply("answered", "\n".join(lines), sources, buttons, why="edition differences", gathers=True)


def _asked_kinds(text: str) -> list[str]:
    """The kinds of difference that are asked for; none for all of them."""
    kinds = [kind for kind, (_, pattern) in _KINDS.items() if pattern.search(text)]
    if "target" in kinds:  # 『目標が変わった指標』: the figures; a KPI that came or went has changed its targets, too
        kinds = list(dict.fromkeys([*kinds, "kpi", "unit"]))
    elif "kpi" in kinds:
        kinds = list(dict.fromkeys([*kinds, "target", "baseline", "unit"]))
    return kinds


def _subject(knowledge: Knowledge, links: Links) -> Sequence[MeasureRow | KpiRow]:
    """The KPI or the measure that the question names, else none."""
    kpis = [knowledge.kpis[link.id] for link in tied(links, "kpi", LINKED_SURELY) if link.id in knowledge.kpis]
    scores = {ref: score for ref, score in measure_scores(links.items).items() if ref in knowledge.measures}
    top = max(scores.values(), default=0.0)
    if kpis and top <= max(link.score for link in links.items if link.kind == "kpi"):
        return kpis
    return [knowledge.measures[ref] for ref, score in scores.items() if score == top >= LINKED_SURELY][:2]


def _is_of(change: Change, subject: Sequence[MeasureRow | KpiRow]) -> bool:
    for row in subject:
        if isinstance(row, MeasureRow) and change.new == row.no:
            return True
        if (
            isinstance(row, KpiRow)
            and change.new == row.measure.no
            and change.row[1]
            and fold(change.row[1]) == fold(row.name)
        ):
            return True
    return False


def _sources(change: Change, before: PlanRow, after: PlanRow) -> Iterator[Source]:
    """Where each of the two editions prints what differs."""
    for plan, no, name in ((before, change.old, change.row[0]), (after, change.new, change.row[1])):
        measure = next((m for m in plan.measures if m.no == no), None)
        if measure is None:
            yield contents_source(plan)
            continue
        kpi = next((k for k in measure.kpis if name and k.name == name), None)
        value = None
        if kpi is not None:
            value = kpi.targets.get(change.year) if change.year else kpi.baseline if change.kind == "baseline" else None
        if kpi is not None:
            yield cell_source(kpi, value) if value is not None else row_source(kpi)
        else:
            yield owner_source(measure) if change.kind == "owners" else title_source(measure)
