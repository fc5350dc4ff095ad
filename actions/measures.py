"""Answers about measures: owners, schedules, overviews, lists and counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.frame import LINKED_SURELY, Frame
from actions.knowledge import Knowledge
from actions.reply import (
    Reply,
    Status,
    contents_source,
    owner_source,
    passage_source,
    schedule_source,
    title_source,
    unset_source,
)
from actions.themes import measures_mentioning, measures_of_theme
from keikaku import years
from keikaku.morph import analyse
from keikaku.text import fold, nfkc
from knowledge import plan as model
from knowledge.store import MeasureRow, ScheduleRow

OUTSIDE_YEARS = "year outside the schedule"
_WHOLE_PLAN = re.compile(r"総数|合計|全部|ぜんぶ|すべて|全て|一覧|いくつ|何個|何件")
_UNSET = re.compile(r"未設定|設定され|設定し|検討し(?:て、?)?設定|決まって|定まって|ない|まだ|なし|未定")
EFFECTS = re.compile(r"効果|ねらい|狙い|目的|めざ|目指")
_KPI = re.compile(r"KPI|指標|けーぴーあい", re.IGNORECASE)
_CHAPTER = re.compile(r"章|柱|分類|区分|大項目")
_MENTIONS = re.compile(
    r"言及|出てく|登場|触れ(?:て|ら)|(?:書かれ|書いて|載って|載っと|記載)(?!い?ない)|含[むま]|名前が"
)
_IN_PLAN = re.compile(r"(?:計画|スケジュール|表|章|欄|本文)\w{0,4}に")  # where it stands, not what is mentioned
SHARED = re.compile(
    r"(?:複数|[2二ふた]つ(?:以上)?|2|二)の?(?:課|所属|部署|部局)(?!目)|連名|名(?:前)?を?連ね|併記|共同(?:で)?(?:担当|所管|受け持)"
    r"|課(?:だけ)?(?:で(?:は)?|じゃ)なく(?:て)?、?(?:他|ほか|よそ)の?(?:所属|課|部署)"
    r"|(?:一つ|ひとつ|1つ|単独)の(?:課|所属|部署)(?:だけ)?(?:じゃ|では|で)な|(?:課|所属)(?:以外|だけで(?:は)?な\w)(?:に|の課)?も"
)
_PAGE = re.compile(r"(?<!ホーム)(?<!Web)ページ|頁|page", re.IGNORECASE)


def title(measure: MeasureRow) -> str:
    return f"{measure.number}「{measure.title}」"


def owner_names(measure: MeasureRow) -> list[str]:
    return [owner.department.name for owner in measure.owners]


def owner_reply(measures: Sequence[MeasureRow]) -> Reply:
    """Which departments own the measures."""
    lines = [
        f"{title(m)}の担当所属は{'と'.join(names)}です。"
        if (names := owner_names(m))
        else f"{title(m)}の担当所属は、計画に書かれていません。"
        for m in measures
    ]
    status: Status = "answered" if any(map(owner_names, measures)) else "not_in_plan"
    buttons = [f"{m.number}のKPIは？" for m in measures] + [f"{m.number}のスケジュールは？" for m in measures]
    return Reply(status, "\n".join(lines), [owner_source(m) for m in measures], buttons, why="owner cell")


def all_owners_reply(knowledge: Knowledge) -> Reply:
    """No measure named: the owners of all, the shared one once."""
    measures = list(knowledge.measures.values())
    shared = [name for name in owner_names(measures[0]) if all(name in owner_names(m) for m in measures)]
    lines = [f"全{len(measures)}施策を{'・'.join(shared)}が担当しています。"] if shared else []
    for m in measures:
        others = [name for name in owner_names(m) if name not in shared]
        if others:
            lines.append(
                f"{title(m)}は{'・'.join(others)}も担当しています。" if shared else f"{title(m)}：{'・'.join(others)}"
            )
    lines.append("どの施策についてか教えていただければ、その施策の担当をお答えします。")
    return Reply("answered", "\n".join(lines), [owner_source(m) for m in measures], why="owners of all measures")


def owned_reply(knowledge: Knowledge, departments: Sequence[str]) -> Reply:
    """Which measures a department owns."""
    lines, sources = [], []
    for name in departments:
        owned = [m for m in knowledge.measures.values() if name in owner_names(m)]
        lines.append(f"{name}が担当する施策は{len(owned)}件です。")
        lines += [f"・{title(m)}" + _shared_with(m, name) for m in owned]
        sources += [owner_source(m) for m in owned]
    return Reply("answered", "\n".join(lines), sources, why="measures of a department", gathers=True)


def _shared_with(measure: MeasureRow, name: str) -> str:
    others = [n for n in owner_names(measure) if n != name]
    return f"（{'・'.join(others)}と共同）" if others else ""


# --- schedule ---------------------------------------------------------------------------------------------------


def phases(item: ScheduleRow) -> list[tuple[str, int, int]]:
    return model.ScheduleItem(item.name, item.row, {c.year: c.text for c in item.cells}).phases()


def _phase_line(item: ScheduleRow) -> str:
    runs = phases(item)
    if not runs:
        return "表の欄は空欄です（計画には内容が書かれていません）"
    return "、".join(f"{model.ScheduleItem.period(first, last)} {text}" for text, first, last in runs)


def schedule_reply(
    knowledge: Knowledge, items: Sequence[ScheduleRow], wanted: Sequence[int], question: str, whole: bool = False
) -> Reply:
    """What is planned when. A phase that the question names comes first; a year narrows to its cells, below which `whole`
    gives the row."""
    known = {c.year for item in items for c in item.cells}
    missing = [year for year in wanted if year not in known]
    if wanted and len(missing) == len(set(wanted)):
        span = f"{years.reiwa(min(known))}〜{years.reiwa(max(known))}年度"
        asked = "・".join(years.spoken(y) for y in missing)
        names = "、".join(f"「{i.name}」" for i in items[:3])
        text = f"{names}の{asked}の予定は、計画にありません。\n計画のスケジュールは{span}です。"
        return Reply(
            "not_in_plan",
            text,
            [schedule_source(i) for i in items],
            [f"{items[0].measure.number}のスケジュールは？"],
            why=OUTSIDE_YEARS,
        )
    lines, sources = [], []
    if not wanted:
        for item in items:
            for text, first, last in phases(item):
                if _names_phase(question, text, item):
                    lines.append(f"「{item.name}」の「{text}」は{_long_period(first, last)}です。")
                    sources.append(schedule_source(item, text, model.ScheduleItem.period(first, last)))
        lines = lines[:3]
    several = len(items) > 1
    if several and len({i.measure.ref for i in items}) == 1:
        lines.append(f"{title(items[0].measure)}のスケジュールは次のとおりです。")
    empty = 0
    for item in items:
        if wanted:
            for year in wanted:
                cell = next((c for c in item.cells if c.year == year), None)
                if cell is None:
                    continue
                if cell.text:
                    lines.append(f"「{item.name}」の{years.spoken(year)}の予定は「{cell.text}」です。")
                else:
                    empty += 1
                    lines.append(
                        f"「{item.name}」の{years.spoken(year)}の欄は空欄です（計画には内容が書かれていません）。"
                    )
                sources.append(schedule_source(item, cell.text, f"{years.reiwa(year)}年度"))
            if whole:
                lines.append(f"全体：{_phase_line(item)}")
        else:
            empty += not phases(item)
            lines.append(f"{'・' if several else ''}「{item.name}」：{_phase_line(item)}")
            sources.append(schedule_source(item, _phase_line(item)))
    nothing = empty and empty == len(items) * max(len(wanted), 1)
    number = items[0].measure.number
    return Reply(
        "not_in_plan" if nothing else "answered",
        "\n".join(dict.fromkeys(lines)),
        sources,
        [f"{number}のKPIは？", f"{number}の担当所属は？"],
        why="schedule cells",
    )


def no_schedule_reply(found: Sequence[MeasureRow]) -> Reply:
    """Measures for which the plan has no schedule."""
    text = f"{'と'.join(title(m) for m in found)}のスケジュールは、計画に書かれていません。"
    buttons = [f"{m.number}の{what}は？" for m in found for what in ("担当所属", "課題")]
    return Reply("not_in_plan", text, [title_source(m) for m in found], buttons, why="no schedule")


def items_with_phase(knowledge: Knowledge, question: str, wanted: Sequence[int]) -> list[ScheduleRow]:
    """Schedule items that have a phase the question names (in a year it names)."""
    return [
        item
        for item in knowledge.schedule.values()
        if any(
            _names_phase(question, text, item) and (not wanted or any(first <= year <= last for year in wanted))
            for text, first, last in phases(item)
        )
    ]


def names_phase(question: str, item: ScheduleRow) -> bool:
    """The question says most of the words of one of the item's phases (『完了するのは何月』: 提供完了(9月))."""
    said = {m.normal for m in analyse(nfkc(question)) if m.is_noun}
    own = {m.normal for m in analyse(nfkc(item.name))}
    for text, _, _ in phases(item):
        words = {m.normal for m in analyse(nfkc(re.sub(r"[(（].*?[)）]", "", text))) if m.is_noun} - own
        if words and 2 * len(words & said) >= len(words):
            return True
    return False


def _long_period(first: int, last: int) -> str:
    if first == last:
        return years.spoken(first)
    return f"{years.spoken(first)}から{years.spoken(last)}まで"


def _names_phase(question: str, text: str, item: ScheduleRow) -> bool:
    """The question says the words of this phase, and they are not just the item's own name."""
    asked, phase = fold(question), fold(re.sub(r"[(（].*?[)）]", "", text))
    return len(phase) >= 2 and phase in asked and phase not in fold(item.name)


# --- overview and lists -----------------------------------------------------------------------------------------


def overview_reply(measure: MeasureRow) -> Reply:
    """A measure in a few lines: owner, first words of issues and policy, KPIs, schedule items."""
    lines, sources = [f"{title(measure)}の概要です。"], [title_source(measure)]
    if names := owner_names(measure):
        lines.append(f"・担当所属：{'、'.join(names)}")
        sources.append(owner_source(measure))
    for section in (model.ISSUES, model.POLICY):
        passage = next((p for p in measure.passages if p.section == section), None)
        if passage:
            lines.append(f"・{section}：{passage.text}")
            sources.append(passage_source(passage))
    if measure.kpi_unset:
        lines.append(f"・KPI：{measure.kpi_unset}")
        sources.append(unset_source(measure))
    elif measure.kpis:
        lines.append("・KPI：" + "、".join(f"「{k.name}」" for k in measure.kpis))
    if measure.schedule:
        lines.append("・主な取組：" + "、".join(f"「{s.name}」" for s in measure.schedule))
    buttons = [
        f"{measure.number}のKPIは？",
        f"{measure.number}の課題は？",
        f"{measure.number}のスケジュールは？",
        f"{measure.number}の施策概要は？",
    ]
    return Reply("answered", "\n".join(lines), sources, buttons, why="measure overview")


def _outline(measure: MeasureRow) -> list[str]:
    """What stands under a measure: the headings of its text and the rows of its schedule."""
    headings = dict.fromkeys(
        p.heading for p in measure.passages if p.heading and p.section in (model.ISSUES, model.POLICY)
    )
    lines = [f"本文の項目：{'、'.join(heading for heading in headings if heading)}"] if headings else []
    return lines + ([f"スケジュールの取組：{'、'.join(s.name for s in measure.schedule)}"] if measure.schedule else [])


def list_reply(knowledge: Knowledge, frame: Frame, question: str, concepts: Sequence[str] = ()) -> Reply:
    """Lists and counts: effects of a chapter, measures without a KPI, KPIs, chapters, pages, measures of a theme."""
    plan = knowledge.plan
    chapters = [knowledge.chapters[c] for c in frame.chapters if c in knowledge.chapters]
    if EFFECTS.search(question):
        chosen = {c.title for c in chapters or plan.chapters}
        passages = [p for p in knowledge.passages if p.section == model.EFFECTS and p.heading in chosen]
        lines = []
        for heading in dict.fromkeys(p.heading for p in passages):
            lines.append(f"「{heading}」の目指す効果は次のとおりです。")
            lines += [f"・{p.text}" for p in passages if p.heading == heading]
        return Reply(
            "answered", "\n".join(lines), [passage_source(p) for p in passages], why="effects of chapters", gathers=True
        )
    measures = [m for c in chapters for m in c.measures] or list(knowledge.measures.values())
    if _PAGE.search(question) and frame.measures and not chapters:
        found = [knowledge.measures[ref] for ref in frame.measures]
        return Reply(
            "answered",
            "\n".join(
                f"{title(m)}は{m.page}ページです。"
                if m.page
                else f"{title(m)}のページは、読み込んだ計画に書かれていません。"
                for m in found
            ),
            [title_source(m) for m in found],
            why="page",
        )
    if "未設定" in question or (_KPI.search(question) and _UNSET.search(question)):
        unset = [m for m in measures if m.kpi_unset]
        lines = [
            f"KPIがまだ設定されていない施策は{len(unset)}件です。",
            *(f"・{title(m)}：{m.kpi_unset}" for m in unset),
        ]
        return Reply(
            "answered",
            "\n".join(lines),
            [unset_source(m) for m in unset] or [contents_source(plan)],
            why="measures without KPI",
            gathers=True,
        )
    if (
        _MENTIONS.search(question)
        and not _IN_PLAN.search(question)
        and (found := measures_mentioning(knowledge, concepts))
    ):
        lines = [f"当てはまる施策は{len(found)}件です。", *(f"・{title(m)}" for m in found)]
        buttons = [f"{m.number}の概要は？" for m in found]
        sources = [title_source(m) for m in found]
        return Reply("answered", "\n".join(lines), sources, buttons, why="measures that mention it", gathers=True)
    if (
        frame.measures
        and not chapters
        and frame.strength >= 0.5
        and len(frame.measures) <= 6
        and not _KPI.search(question)
        and not (_WHOLE_PLAN.search(question) and frame.strength < LINKED_SURELY)
    ):
        found = measures_of_theme(knowledge, concepts) or [knowledge.measures[ref] for ref in frame.measures]
        lines = [f"当てはまる施策は{len(found)}件です。", *(f"・{title(m)}" for m in found)]
        rows = found[0].schedule if len(found) == 1 else []
        lines += _outline(found[0]) if len(found) == 1 else []
        return Reply(
            "answered",
            "\n".join(lines),
            [*map(title_source, found), *(schedule_source(item) for item in rows)],
            [f"{m.number}の概要は？" for m in found],
            why="measures of a theme",
            gathers=True,
        )
    if _KPI.search(question) and not re.search(r"施策", question):
        kpis = [k for m in measures for k in m.kpis]
        lines = [f"指標（KPI）は{len(kpis)}件です（うち内訳の指標が{sum(k.parent is not None for k in kpis)}件）。"]
        lines += [f"・{m.number}：{'、'.join(k.name for k in m.kpis) or m.kpi_unset}" for m in measures]
        return Reply("answered", "\n".join(lines), [contents_source(plan)], why="list of KPIs", gathers=True)
    if _CHAPTER.search(question) and not chapters and plan.chapters:
        lines = [
            f"計画は{len(plan.chapters)}つの章に分かれています。",
            *(f"・{c.title}（{_span(c.measures)}{len(c.measures)}施策）" for c in plan.chapters),
        ]
        return Reply("answered", "\n".join(lines), [contents_source(plan)], why="chapters", gathers=True)
    lines = [f"「{c.title}」の施策は{len(c.measures)}件です。" for c in chapters] or [
        f"計画の個別施策は{len(measures)}件です。"
    ]
    lines += [f"{_numbered(m)}{_on_page(m)}" for m in measures]
    return Reply("answered", "\n".join(lines), [contents_source(plan)], why="list of measures", gathers=True)


SELECTIONS = frozenset({"measures without KPI", "measures of a theme", "measures that mention it"})


def refs_in(knowledge: Knowledge, reply: Reply) -> list[str]:
    """The measures that a reply rests on."""
    cited = {(source.measure_no, source.measure) for source in reply.sources}
    return [measure.ref for measure in knowledge.measures.values() if (measure.no, measure.title) in cited]


def _span(measures: Sequence[MeasureRow]) -> str:
    """『施策1〜4、』"""
    if not measures:
        return ""
    first, last = measures[0], measures[-1]
    return f"{first.number}〜{last.label or last.no}、"


def _numbered(measure: MeasureRow) -> str:
    """『9．マイナンバー活用拡大』, with the number as printed where that is another."""
    return f"{measure.label}「{measure.title}」" if measure.label else f"{measure.no}．{measure.title}"


def _on_page(measure: MeasureRow) -> str:
    return f"（{measure.page}ページ）" if measure.page else ""
