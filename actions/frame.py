"""The frame: what a question asks (aspect) about what (items, years), filled from the message and, for follow-ups, the last turn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from actions.relative_years import ONWARD, relative_years
from keikaku.linker import Link, Links, asked_unit
from keikaku.years import REIWA_OFFSET, number

# Intent → aspect; several intents may ask the same thing.
ASPECTS = {
    "ask_kpi_target": "target",
    "ask_kpi_baseline": "baseline",
    "ask_kpi_all": "all",
    "ask_kpi_change": "change",
    "ask_kpi_compare": "compare",
    "ask_kpi_reverse": "reverse",
    "ask_confirm": "confirm",
    "ask_schedule": "schedule",
    "ask_issues": "issues",
    "ask_policy": "policy",
    "ask_definition": "definition",
    "ask_fact": "fact",
    "ask_overview": "overview",
    "ask_owner": "owner",
    "ask_owned_measures": "owned",
    "ask_list": "list",
    "ask_outside_attribute": "outside",
    "chat_outside": "chat",
    "follow_up": "follow_up",
    "correct": "follow_up",
}
VALUE_ASPECTS = frozenset({"target", "baseline", "all", "change", "compare", "reverse", "confirm"})
TEXT_ASPECTS = frozenset({"issues", "policy", "definition", "fact", "overview"})

OUTSIDE_ASPECTS = frozenset({"outside", "chat"})
OWNER_ASPECTS = frozenset({"owner", "owned"})

FAIR = 0.45  # a link below this says nothing
TIE = 0.06  # links this near are equally good
CLOSE = 0.12  # an item this near the best may still be meant
LINKED_SURELY = 0.72  # (bench/thresholds.py)
BARE = 14  # characters of a message that may only go on
NAMED = 0.5  # so much of a name has to be said to name what the last turn was not about


def route_of(aspect: str) -> str:
    """The route of an aspect; what is no aspect is small talk."""
    if aspect in VALUE_ASPECTS:
        return "values"
    if aspect in TEXT_ASPECTS:
        return "texts"
    if aspect in OUTSIDE_ASPECTS:
        return "outside"
    if aspect in OWNER_ASPECTS:
        return "owners"
    return aspect if aspect in {"schedule", "list", "follow_up"} else "talk"


@dataclass
class Frame:
    """`kpis`, `schedule`, `measures` hold item ids. `inherited` names what came from the last turn, `asked` holds the
    words of the question beside its subject, `said` the entries quoted of late, `run` the KPIs whose figures were given one
    after another and `earlier` the subjects before (actions/history.py), `open` says that the reply asked back. Where
    several plans are in use, `plan` is the one answered from, `choices` the frames within each of those that were offered."""

    aspect: str
    kpis: list[str] = field(default_factory=list)
    schedule: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)
    departments: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    chapters: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    question: str = ""
    asked: str = ""
    topic: str = ""
    said: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    unit: str = ""
    strength: float = 0.0
    open: bool = False
    inherited: list[str] = field(default_factory=list)
    earlier: list[dict[str, Any]] = field(default_factory=list)
    plan: int | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Frame | None:
        return cls(**data) if data else None

    @property
    def has_subject(self) -> bool:
        return bool(self.kpis or self.schedule or self.measures or self.departments or self.chapters)


def best(links: Links, kind: str) -> Link | None:
    return next((link for link in links.items if link.kind == kind), None)


def score_of(links: Links, kind: str) -> float:
    link = best(links, kind)
    return link.score if link else 0.0


def tied(links: Links, kind: str, floor: float = FAIR, margin: float = TIE) -> list[Link]:
    """The links of a kind that are as good as its best."""
    found = [link for link in links.items if link.kind == kind and link.score >= floor]
    if not found:
        return []
    top = found[0]
    # A name that is only a part of the fully said best name was not meant beside it.
    return [
        link
        for link in found
        if link.score >= top.score - margin and not (top.coverage > 0.95 and set(link.matched) < set(top.matched))
    ]


def measure_scores(links: Sequence[Link]) -> dict[str, float]:
    """Measure → the best evidence that the question is about it, through any of its items."""
    scores: dict[str, float] = {}
    for link in links:
        if link.measure is not None:
            weight = 1.0 if link.kind == "measure" else 0.97
            scores[link.measure] = max(scores.get(link.measure, 0.0), weight * link.score)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def resolve(
    aspect: str, links: Links, last: Frame | None, plan_years: Sequence[int] = (), leans: bool = False
) -> Frame:
    """The frame of this message, completed from the last one where the message leaves something open. `leans`: it names
    nothing but what belongs to the last subject."""
    frame = Frame(aspect, years=_years(links, plan_years), question=links.repaired, asked=links.residue)
    frame.departments = [link.label for link in tied(links, "department", 0.7)]
    chapter_first = bool(links.items) and links.items[0].kind == "chapter"
    frame.chapters = [link.label for link in tied(links, "chapter", 0.6 if chapter_first else 0.8)]
    frame.headings = [link.label for link in tied(links, "heading", 0.6, 0.02)]
    figures = aspect in VALUE_ASPECTS and score_of(links, "kpi") >= LINKED_SURELY
    scores = measure_scores([link for link in links.items if not (figures and link.kind == "schedule")])
    top = max(scores.values(), default=0.0)
    frame.strength = max((link.score for link in links.items), default=0.0)
    if top >= FAIR:
        frame.measures = [no for no, score in scores.items() if score >= top - TIE]
        near = [link for link in tied(links, "kpi") if link.measure in frame.measures or link.score >= top - CLOSE]
        within = [link for link in links.items if link.kind == "kpi" and link.measure in frame.measures]
        if near and within and not any(link.measure in frame.measures for link in near) and near[0].score < top:
            # The measure is named better than any KPI: one of its own is meant (『RPAで浮く職員時間』).
            near = [link for link in within if link.score >= max(FAIR, within[0].score - TIE)] or near
        frame.kpis = [link.id for link in near]
        frame.schedule = [link.id for link in tied(links, "schedule") if link.measure in frame.measures]
    weakly = leans and all(link.coverage < NAMED for link in links.items)
    names = bool(links.concepts) and not weakly
    frame.topic = links.repaired if names or last is None else last.topic or last.question
    if last is not None:
        last = _with_figures(last)
        frame.unit = last.unit
        frame.years = frame.years or neighbour_year(links.repaired, last, plan_years)
        bare = not links.concepts and not links.unknown and not asked_unit(links.repaired)
        if frame.years and bare and not ASKS.search(links.repaired):
            aspect = "follow_up"  # nothing but a year
        if (
            aspect == "overview"
            and last.aspect in VALUE_ASPECTS
            and frame.kpis
            and score_of(links, "kpi") >= score_of(links, "measure")
        ):
            aspect = "follow_up"
    if last is None:
        if aspect == "follow_up":
            frame.aspect = "target" if frame.years and frame.kpis else "overview"
        return frame
    if aspect == "follow_up":
        frame.aspect = last.aspect
        frame.inherited.append("aspect")
        of_kpi = score_of(links, "kpi") >= max(LINKED_SURELY, score_of(links, "schedule"))
        if last.aspect == "schedule" and (FIGURES.search(links.repaired) or of_kpi):
            frame.aspect = "target"
        elif frame.years and last.aspect not in VALUE_ASPECTS and last.aspect != "schedule":
            valued = frame.kpis or (last.kpis and not frame.measures) or YEAR_END.search(links.repaired)
            valued = valued or FIGURES.search(links.repaired)
            frame.aspect = "target" if valued else "schedule"
        elif frame.years and last.aspect in {"baseline", "all", "reverse", "confirm"}:
            frame.aspect = "target"
        elif last.aspect == "baseline" and "目標" in links.repaired:
            frame.aspect = "all"
        elif last.aspect in OWNER_ASPECTS and last.kpis and _NOW.search(links.repaired):
            frame.aspect = "baseline"
        if last.aspect in VALUE_ASPECTS and not frame.years:
            if ORIGIN.search(links.repaired):
                frame.aspect = "baseline"
            elif REST.search(links.repaired):
                frame.aspect = "all"
    if not frame.has_subject and not links.unknown:
        frame.kpis, frame.schedule, frame.measures = list(last.kpis), list(last.schedule), list(last.measures)
        if _WHOLE_MEASURE.search(links.repaired):
            frame.kpis, frame.schedule = [], []
        frame.headings = frame.headings or list(last.headings)
        frame.departments = list(last.departments) if aspect in {"owned", "follow_up"} else []
        frame.chapters = list(last.chapters) if aspect in {"list", "follow_up"} else []
        frame.inherited.append("subject")
    goes_on = aspect in VALUE_ASPECTS and last.aspect in VALUE_ASPECTS and _GOES_ON.search(links.repaired)
    if (
        goes_on
        and not _NOW.search(links.repaired)
        and aspect in {"target", "baseline"}
        and last.years
        and not links.years
    ):
        frame.aspect = "target"
    same_year = SAME_YEAR.search(links.repaired) is not None and bool(last.years)
    if same_year and frame.aspect in {"baseline", "all"}:
        frame.aspect = "target"
    whole = ORIGIN.search(links.repaired) or REST.search(links.repaired)
    if (
        not frame.years
        and not whole
        and ("aspect" in frame.inherited or goes_on or same_year)
        and not AFTER.search(links.repaired)
    ):
        frame.years = list(last.years)
        frame.inherited.append("years")
    return frame


def _with_figures(last: Frame) -> Frame:
    """An owner asked for in between does not end the talk of a KPI (『担当は？』, 『じゃあ今は？』)."""
    if last.aspect not in OWNER_ASPECTS or last.kpis:
        return last
    before = next((subject for subject in last.earlier if subject["measures"] == last.measures), None)
    return replace(last, kpis=list(before["kpis"]), unit=before["unit"]) if before else last


ASKS = re.compile(
    r"目標|担当|課題|スケジュール|予定|概要|方針|方向|指標|KPI|現状|何[をがすやで]|なに|どう|やること|すること|どこの|誰|だれ|なぜ|なんで"
)
_GOES_ON = re.compile(
    r"^(?:その(?:うち|内|中)|うち|では|じゃ|それでは|なら|ちなみに|同じ|and\b)|(?:の|な)(?:ほう|方)(?:は|も|だと|なら)|(?:だと|なら)(?:[?？]|$)|も(?:お願い|教え)?[?？。]*$|[にへ]戻",
    re.IGNORECASE,
)
ORIGIN = re.compile(
    r"^(?:それ(?:って|は)|で|じゃあ?|では)?、?(?:今|いま|現状|現在|現時点)(?:は|だと|なら|って|の(?:値|数字)は?)?[?？。]*$"
    r"|もともと|元々|(?<![のたる])もと(?:は|が|の値)|(?:最初|当初|はじめ)の(?:値|数字|状態)|策定(?:時|した)|出発点|\bnow\b|\boriginally\b"
)
REST = re.compile(r"全部|ぜんぶ|すべて|全て|残り|のこり|(?:ほか|他)の(?:年|分)|全年度|通しで|\ball years\b")
_NOW = re.compile(r"現状|現在|今|いま|基準値|\bnow\b|current", re.IGNORECASE)
FIGURES = re.compile(r"目標|指標|KPI|現状|数値|数字|値|割合|いくつ|どのくらい|どれくらい|達成")
CONTRASTS = re.compile(r"じゃ(?:なく|ない)|では?な[くい]|(?:ほう|方)(?:は|が|も|の|を|で)")
YEAR_END = re.compile(r"\d\s*(?:年度?)?(?:末|まつ)")
_WHOLE_MEASURE = re.compile(r"(?:その|この|同じ)(?:施策|取組)")
_NEXT = re.compile(
    r"(?:次|翌|つぎ)の?(?:年|とし)|その次|さらに次|そのつぎ|\b(?:the year after|(?:the )?(?:next|following) year|a year later)\b",
    re.IGNORECASE,
)
_RETOLD = re.compile(r"(?:聞き|言い|書き|尋ね|質問の仕)方が|(?:間違|まちが)え|(?:たい|い|た)の?ん?でした")
_PREVIOUS = re.compile(
    r"(?<![\d一二三])(?<!年)前の?(?:年|とし)|その前|(?:ひとつ|一つ|1つ)前|\b(?:the year before|(?:the )?(?:previous|preceding|prior) year|a year earlier)\b",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(r"(?:じゃあ?|では?|なら)?、?([1-9])年?(?:は|も|だと|なら)?[?？。]*")
_AWAY = re.compile(r"([1-5一二三四五])年(前|後)")


SAME_YEAR = re.compile(
    r"(?:同じ|おなじ|その|同)(?:年(?!度?ごと)|ころ|頃|時点|時期|とき|時[はの])|that (?:same )?year|same year",
    re.IGNORECASE,
)
AFTER = re.compile(r"その(?:後|あと|先)|それ以降|(?:終わっ|済ん|でき)(?:たら|た(?:後|あと))")


def neighbour_year(text: str, last: Frame, plan_years: Sequence[int] = ()) -> list[int]:
    """『その次の年度は』: one year on from the last answer's; 『その後は』: all years after it; 『5は？』 of figures: R5."""
    bare = _BARE_YEAR.fullmatch(text)
    if bare and last.aspect in VALUE_ASPECTS and REIWA_OFFSET + int(bare[1]) in plan_years:
        return [REIWA_OFFSET + int(bare[1])]
    if not last.years:
        return []
    following = _NEXT.search(text)
    if following and _RETOLD.search(text) and _NEXT.search(last.question):
        return list(last.years)  # 『聞き方が悪かったです。翌年度末の全体を知りたいのでした』
    if AFTER.search(text) or (following and ONWARD.match(text, following.end())):
        return [year for year in plan_years if year > last.years[-1]] or [last.years[-1] + 1]
    if away := _AWAY.search(text):
        steps = number(away[1]) or 0
        return [last.years[0] - steps if away[2] == "前" else last.years[-1] + steps]
    if following:
        return [last.years[-1] + 1]
    return [last.years[0] - 1] if _PREVIOUS.search(text) else []


def _years(links: Links, plan_years: Sequence[int]) -> list[int]:
    if links.year_range and len(links.years) == 2 and links.years[0] < links.years[1] <= links.years[0] + 10:
        return list(range(links.years[0], links.years[1] + 1))
    if links.year_onward and len(links.years) == 1:
        return [year for year in plan_years if year >= links.years[0]] or list(links.years)
    return list(links.years) or relative_years(links.repaired, plan_years)
