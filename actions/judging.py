"""What a message asks beyond its likeliest route: whether it goes on, is a bare name, asks for a sum, a date, an unset figure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import beyond, cutoffs, values
from actions.frame import (
    ASKS,
    ASPECTS,
    BARE,
    FAIR,
    FIGURES,
    LINKED_SURELY,
    NAMED,
    ORIGIN,
    REST,
    VALUE_ASPECTS,
    Frame,
    best,
    neighbour_year,
    route_of,
    score_of,
)
from actions.knowledge import Found, Knowledge
from actions.leaning import Leaning
from actions.message import CONTINUING, Message
from actions.relative_years import relative_years
from actions.reply import Reply
from actions.routing import beyond_word
from actions.text_answers import ASKS_WHEN, WHY
from actions.value_answers import AS_OF, BASIS
from keikaku.linker import Links, asked_unit
from keikaku.text import nfkc

MANY_UNKNOWN = 2
SHORT = 24
SENTENCE = 4  # words of an English sentence


class Judging:
    """Judges messages against one knowledge base and the last turn."""

    def __init__(self, knowledge: Knowledge, leaning: Leaning) -> None:
        self.knowledge, self.leaning = knowledge, leaning

    def asks_about_quote(self, message: Message, last: Frame | None) -> bool:
        """『それはいつから？』, 『なんで？』: nothing is named, so that it is asked of the text that was just quoted."""
        links = message.links
        if (
            last is None
            or (route_of(last.aspect) != "texts" and not (last.aspect == "schedule" and WHY.search(links.asked)))
            or links.years
            or self.leaning.own_nouns(links, common=True)
        ):
            return False
        when = ASKS_WHEN.search(links.asked) is not None and bool(last.said)
        return when or (WHY.search(links.asked) is not None and len(links.repaired) <= BARE)

    def asks_figure(self, message: Message, last: Frame | None) -> bool:
        """『目標は何%？』, 『数値目標はどう置かれている？』 of what was talked about, or a number with nothing named (『100%が目標の
        ものは』)."""
        links = message.links
        if links.unknown or links.elsewhere or beyond_word(links.asked) or not _FIGURE_WORD.search(links.asked):
            return False
        if links.quantities and not links.concepts:
            return True
        figure = asked_unit(links.repaired) is not None or _OWN_FIGURE.search(links.text) is not None
        return message.leans and last is not None and bool(last.measures) and figure

    def asks_of_blank(self, message: Message, last: Frame | None) -> bool:
        """『現状に数字が入ってないのはなんで』, of a KPI whose present state is no number: its cell says why."""
        link = best(message.links, "kpi")
        ids: list[str] = []
        if link is not None and link.score >= FAIR:
            ids = [link.id]
        elif last is not None and message.leans:
            ids = last.kpis
        kpis = [self.knowledge.kpis[id_] for id_ in ids]
        blank = any(kpi.baseline is not None and kpi.baseline.number is None for kpi in kpis)
        return blank and _BLANK.search(message.links.asked) is not None

    def asks_record(self, message: Message, last: Frame | None) -> bool:
        """『どんな実績がある？』 where the text of the measure speaks of what was done; no figure of a year is asked for."""
        links = message.links
        if "実績" not in links.asked or links.years or asked_unit(links.repaired) or links.unknown:
            return False
        refs = {link.measure for link in links.items if link.score >= FAIR} or set(last.measures if last else ())
        of_kpi = score_of(links, "kpi") >= FAIR or (message.leans and last is not None and bool(last.kpis))
        known = self.knowledge.measures
        return not of_kpi and any("実績" in p.text for ref in refs if ref in known for p in known[ref].passages)

    @staticmethod
    def asks_whether_planned(message: Message) -> bool:
        """『…という話は計画にありますか』, of something that is linked, and nothing strange is named."""
        links = message.links
        named = any(link.score >= FAIR for link in links.items) and not links.unknown and not links.elsewhere
        named = named and not beyond.strange(message) and not beyond_word(links.without("measure", "schedule", "kpi"))
        return named and _PLANNED.search(links.asked) is not None

    @staticmethod
    def is_told(message: Message, found: list[Found], routes: dict[str, float]) -> bool:
        """The text is likely asked for, the search has surely found it, and nothing strange is named."""
        likely = routes.get("texts", 0.0) >= cutoffs.LIKELY_TEXT and routes["outside"] <= cutoffs.DOUBTFUL
        return likely and bool(found) and found[0].score >= cutoffs.FOUND_SURELY and not beyond.strange(message)

    def asks_cell(self, message: Message) -> bool:
        """A KPI is surely named, and a year that the plan has a target or the present state for; nothing strange beside it."""
        links = message.links
        link = best(links, "kpi")
        if link is None or link.score < LINKED_SURELY or links.unknown or links.elsewhere or len(links.years) != 1:
            return False
        asked, kpi = links.without("measure", "schedule", "kpi"), self.knowledge.kpis[link.id]
        held = links.years[0] in kpi.targets or values.are_as_of([kpi], links.years)
        return held and not beyond.strange(message) and not beyond_word(asked)

    def is_bare_kpi(self, message: Message) -> bool:
        """Nothing but the name of a KPI (『県のオープンデータの件数』)."""
        links, link = message.links, best(message.links, "kpi")
        if (
            link is None
            or link.score < LINKED_SURELY
            or links.unknown
            or links.elsewhere
            or len(links.repaired) > SHORT
        ):
            return False
        own = {m.normal.lower() for m in self.leaning.own_nouns(links)}
        plain = not _QUESTION.search(links.repaired) and not beyond_word(links.asked)
        return plain and own <= set(link.matched) and not beyond.strange(message)

    def names_more(self, links: Links, frame: Frame | None) -> bool:
        """Something that the list of all measures says nothing of: a word that the plan does not know, or a name of its own
        (『…を指図する組織の名前は』)."""
        if not links.concepts and len(_ENGLISH.findall(links.repaired)) >= SENTENCE and not _ALL.search(links.repaired):
            return True  # of what else, only its English tells
        if frame is not None and frame.chapters:
            return False
        if links.unknown:
            return True
        own = {m.normal.lower() for m in self.leaning.own_nouns(links)} & self.knowledge.lexicon.idf.keys()
        return bool(own)

    @staticmethod
    def asks_basis(message: Message, last: Frame | None) -> bool:
        """『どうやって計算した数字？』 of a KPI that is named, or was talked about."""
        return BASIS.search(message.links.beside_names) is not None and _is_of_kpi(message, last)

    @staticmethod
    def asks_as_of(message: Message, last: Frame | None) -> bool:
        """『それは何月時点の数字？』 of a KPI that is named, or was talked about."""
        links = message.links
        asks = AS_OF.search(links.beside_names) is not None and not links.quantities
        return asks and _is_of_kpi(message, last)

    @staticmethod
    def asks_bare_figure(links: Links, last: Frame | None) -> bool:
        """『目標は何件ですか』 as a first message: of which KPI has to be asked."""
        named = links.concepts or links.unknown or links.elsewhere or any(i.score >= FAIR for i in links.items)
        return last is None and not named and _BARE_FIGURE.search(links.repaired) is not None

    def asks_unset(self, message: Message, last: Frame | None) -> bool:
        """A figure is asked for, of a measure that was talked about: the plan says that its KPI is not set yet."""
        links = message.links
        if not message.leans or last is None or not self.is_unset(last):
            return False
        figures = FIGURES.search(links.repaired) is not None or WHEN_SET.search(links.repaired) is not None
        return figures and not beyond_word(links.asked)

    def has_no_figures(self, message: Message, last: Frame | None) -> bool:
        """No figure is asked for, of a measure that was talked about and has none (『R3には何をやる？』)."""
        if not message.leans or last is None or asked_unit(message.links.repaired):
            return False
        if not self.is_unset(last) or FIGURES.search(message.links.repaired):
            return False
        return last.aspect not in VALUE_ASPECTS or route_of(ASPECTS.get(message.intent, "")) == "schedule"

    def is_unset(self, frame: Frame) -> bool:
        return bool(frame.measures) and all(self.knowledge.measures[ref].kpi_unset for ref in frame.measures)

    def says_baseline(self, reply: Reply, frame: Frame | None) -> bool:
        """The text names the present state of the KPI already (『現状値でいい』): its targets are not asked for."""
        kpis = [self.knowledge.kpis[id_] for id_ in frame.kpis] if frame is not None and not frame.years else []
        return any(kpi.baseline is not None and kpi.baseline.text in nfkc(reply.text) for kpi in kpis)

    def continues(self, message: Message, last: Frame | None, routes: dict[str, float]) -> bool:
        """The message only changes something of the last one (『じゃあR6は？』, 『そうじゃなくて光ファイバの方』)."""
        if last is None:
            return False
        links = message.links
        timed = bool(links.years or relative_years(links.repaired, [1]) or neighbour_year(links.repaired, last))
        if (
            message.intent not in CONTINUING
            and len(links.repaired) <= SHORT
            and (
                _REPAIRS.search(links.repaired)
                or (last.open and (links.concepts or links.items) and not _QUESTION.search(links.repaired))
            )
        ):
            return True
        rest = (REST.search(links.repaired) or ORIGIN.search(links.repaired)) and not self.leaning.own_nouns(links)
        if rest and last.aspect in VALUE_ASPECTS and len(links.repaired) <= BARE and not links.unknown:
            return True
        route, likeliest = next(iter(routes.items()))
        if route == "talk" and likeliest >= cutoffs.SURE and not links.concepts and not timed:
            return False  # 『そうなんだ。どうも』
        elsewhere = bool(links.elsewhere) and last.aspect in VALUE_ASPECTS
        elsewhere = elsewhere and all(link.coverage < NAMED for link in links.items)
        if elsewhere and len(links.repaired) <= BARE and not ASKS.search(links.repaired):
            return True
        bare = timed and not links.concepts and not links.unknown and len(links.repaired) <= BARE
        bare = bare and not ASKS.search(links.repaired)
        surely_else = (
            likeliest >= cutoffs.BY_ITSELF
            and (message.intents[0][1] < cutoffs.UNSURE_INTENT or (links.concepts and ASKS.search(links.repaired)))
            and route != route_of(last.aspect)
        )
        return (message.intent in CONTINUING and not surely_else) or (bare and likeliest < cutoffs.SURE)

    def alike(self, run: Sequence[str]) -> list[str]:
        """The latest KPIs of a run that are in one unit."""
        kept: list[str] = []
        for id_ in reversed([id_ for id_ in run if id_ in self.knowledge.kpis]):
            if kept and self.unit(id_) != self.unit(kept[0]):
                break
            kept.insert(0, id_)
        return kept

    def unit(self, id_: str) -> str:
        kpi = self.knowledge.kpis[id_]
        return next((unit for value in kpi.values if (unit := values.unit_of(kpi, value))), "")

    def asks_sum(self, links: Links, last: Frame | None) -> bool:
        """『合わせて何人』 after several figures in one unit."""
        several = last is not None and len(self.alike(last.run)) > 1
        return several and SUM.search(links.repaired) is not None and not self.leaning.own_nouns(links)

    @staticmethod
    def is_of_others(links: Links, frame: Frame) -> bool:
        """Several words that the plan does not know, and no item of it that is surely named."""
        return len(links.unknown) >= MANY_UNKNOWN and frame.strength < LINKED_SURELY and not frame.inherited


def _is_of_kpi(message: Message, last: Frame | None) -> bool:
    """A KPI is surely named, or was talked about and nothing else is named."""
    goes_on = last is not None and bool(last.kpis) and (message.leans or not message.links.concepts)
    return goes_on or score_of(message.links, "kpi") >= LINKED_SURELY


_FIGURE_WORD = re.compile(r"目標|指標|KPI")
_OWN_FIGURE = re.compile(r"数値目標|目標値|KPI|指標")
_BLANK = re.compile(r"(?:現状|数字|数値|値)\w{0,8}?(?:な[いくし]|空欄|空白|未|ブランク|抜け)")
_PLANNED = re.compile(
    r"(?:計画|施策)(?:書|の中)?に(?:は|も|って)?(?:あ[りる]|載っ|の[っり]|書[いか]|入っ|含ま|出て|うたわ)"
    r"|(?:話|取組|取り組み|施策|計画|項目)(?:って|は|が|も)?(?:あり|ある)"
)
_BARE_FIGURE = re.compile(r"目標|現状|KPI|指標")
WHEN_SET = re.compile(r"(?:決め|決ま|設定|できる|作る)")
SUM = re.compile(
    r"(?:全部|全体|みんな|[三3二2]つ)?(?:を)?[合あ]わせ(?:て|る|た|ると)|合計|合算|トータル|全体|足す|たすと|足し(?:て|た)"
)
_ENGLISH = re.compile(r"\b[A-Za-z][a-z]+\b")
_ALL = re.compile(r"\b(?:list|all|how many|which|every|each)\b", re.IGNORECASE)
_REPAIRS = re.compile(
    r"^(?:いや|いえ|違|ちが|そうじゃ|そっちじゃ)|(?:の|る|た|い)(?:ほう|方)(?:[はがで。]|$|です)|でお願い"
)
_QUESTION = re.compile(r"[?？]|何|いつ|どこ|どう|なぜ|誰|教え|ますか|ですか")
