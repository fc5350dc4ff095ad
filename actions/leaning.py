"""Whether a message leans on the last turn: it names nothing of its own, so that its words count only within the last subject.

『いつ作ったんですか』 shares a verb with names all over the plan, 『研修の目標回数は』 a noun with four measures; after an answer
about one measure both go on about that one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from actions.frame import CLOSE, FAIR, NAMED, Frame
from actions.knowledge import Knowledge
from actions.measures import names_phase
from actions.message import CONTINUING, Message
from keikaku.linker import Link, Links
from keikaku.morph import Morpheme, analyse
from keikaku.text import nfkc
from keikaku.years import find_years

NAMED_FULLY = 0.75  # so much of a name has to be said in words that the plan uses about the last subject, too
LONGEST = 40  # characters of the asking part; a longer question stands by itself, unless it points back
_POINTS = re.compile(r"それ|その|あれ(?!ば)|あの|これ(?!から|まで)|この|当該|同じ|上記|前述|今の(?!ところ)")
_WEAK = re.compile(r".|[ぁ-ゖー]+|[A-Za-z][a-z]+")  # lower case: a word of English, no name
_TELLING = frozenset({"名詞", "形容詞", "形状詞"})
_NO_NAMES = frozenset({"副詞可能", "形状詞可能", "サ変形状詞可能"})  # 今, 一緒
_COUNTS = re.compile(r".[数率]")
_OTHERS = re.compile(r"(?:ほか|他|別)(?:に|の)[^。]*施策|施策[^。]*(?:ほか|他)に|どの施策")
# Kinds of things: without a name before them they mean what was just talked about (『いつからある制度？』).
_KINDS = frozenset(
    [
        "制度",
        "仕組み",
        "システム",
        "サービス",
        "組織",
        "団体",
        "施設",
        "会議",
        "部会",
        "委員会",
        "役職",
        "事業",
        "活動",
        "場所",
        "人",
        "数字",
        "値",
        "実績",
    ]
)


class Leaning:
    """Judges messages against the last turn's subject in one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._nouns = lru_cache(maxsize=None)(self._nouns_of)

    def read(self, message: Message, last: Frame | None) -> Message:
        """The message; one that leans with only those links that belong to the last subject."""
        if last is None or not last.measures or not self._leans(message, last):
            return message
        links = message.links
        telling = self._noun_concepts(links, _TELLING)
        inside = [
            link
            for link in self._inside(links, last)
            if link.score >= FAIR and (not link.matched or telling & set(link.matched))
        ]
        talked_of = [self.knowledge.schedule[id_] for id_ in last.schedule]
        if any(names_phase(links.asked, item) for item in talked_of):
            inside = [
                link for link in inside if link.coverage >= NAMED
            ]  # 『運用は』: of the item that was talked about
        if inside and inside[0].kind == "measure" and inside[0].coverage < NAMED:
            inside = []  # a weak word for the measure that is talked about anyway
        matched = {concept for link in inside for concept in link.matched}
        narrowed = replace(
            links,
            items=inside,
            concepts=[concept for concept in links.concepts if concept in matched],
            cover=[link for link in links.cover if link.measure in last.measures],
        )
        return replace(message, links=narrowed, leans=True)

    def departs(self, message: Message, last: Frame | None) -> bool:
        """The message has a subject that the plan knows and the last turn was not about, though no item has it in its name
        (『証紙っていつなくなるの』): nothing is inherited. So is it with a question for other measures."""
        links = message.links
        if last is None or not last.measures or message.leans or links.unknown or message.intent in CONTINUING:
            return False
        if _OTHERS.search(links.repaired):
            return True
        if any(link.score >= FAIR for link in links.items) or _POINTS.search(links.repaired):
            return False
        plan = frozenset().union(*(self._nouns(ref) for ref in self.knowledge.measures))
        known = frozenset().union(*(self._nouns(ref) for ref in last.measures))
        own = {m.normal.lower() for m in self.own_nouns(links)}
        return bool(own & plan) and not own & known

    def own_nouns(self, links: Links, common: bool = False) -> list[Morpheme]:
        """Nouns as typed (slips mended) that name something, rather than ask, count or tell a time. `common`: with those
        that belong to asking, whatever the subject (手引き, 窓口)."""
        typed = _mended(links)
        lexicon, dates = self.knowledge.lexicon, [(y.start, y.end) for y in find_years(typed)]
        return [
            m
            for m in analyse(typed)
            if m.is_noun
            and m.is_content
            and m.pos[2] not in _NO_NAMES
            and not _COUNTS.fullmatch(m.surface)
            and not _WEAK.fullmatch(m.surface)
            and (common or m.surface not in lexicon.common_words)
            and m.normal.lower() not in lexicon.aspect_concepts
            and m.surface not in _KINDS
            and not any(start <= m.start < end for start, end in dates)
        ]

    def _leans(self, message: Message, last: Frame) -> bool:
        links = message.links
        if links.unknown or links.elsewhere or _OTHERS.search(links.repaired):
            return False
        if any(
            link.kind in {"department", "chapter"} and link.score >= NAMED and link.coverage >= FAIR
            for link in links.items
        ):
            return False
        points = _POINTS.search(links.repaired) is not None
        if len(links.asked or links.repaired) > LONGEST and not points and message.intent not in CONTINUING:
            return False
        own = self.own_nouns(links)
        outside = [link for link in links.items if link.measure is not None and link.measure not in last.measures]
        within = max((link.score for link in self._inside(links, last)), default=0.0)
        if any(not link.matched for link in outside):
            return False  # by its number
        nouns = self._noun_concepts(links)
        known = frozenset().union(*(self._nouns(ref) for ref in last.measures))
        familiar = all(m.normal.lower() in known for m in own)
        enough = NAMED_FULLY if familiar else NAMED
        named = [link for link in outside if link.coverage >= enough and nouns & set(link.matched)]
        if named and max(link.score for link in named) > within + CLOSE:
            return False
        return points or familiar

    def _noun_concepts(self, links: Links, kinds: frozenset[str] = frozenset({"名詞"})) -> set[str]:
        """Concepts that the message says by nouns; a verb that stands for a term (働きかける for 要望) names nothing."""
        typed = _mended(links)
        nouns = {m.normal.lower() for m in analyse(typed) if m.pos[0] in kinds}
        for part, start, end in self.knowledge.lexicon.canonical_parts(typed):
            if part != typed[start:end] and any(m.pos[0] in kinds for m in analyse(typed[start:end])):
                nouns |= {m.normal.lower() for m in analyse(part)}
        return nouns

    @staticmethod
    def _inside(links: Links, last: Frame) -> list[Link]:
        return [link for link in links.items if link.measure in last.measures]

    def _nouns_of(self, ref: str) -> frozenset[str]:
        """The nouns that the plan uses about a measure."""
        measure = self.knowledge.measures[ref]
        texts: Sequence[str] = [
            measure.title,
            *(kpi.name for kpi in measure.kpis),
            *(text for item in measure.schedule for text in (item.name, *(cell.text or "" for cell in item.cells))),
            *(passage.text for passage in measure.passages),
        ]
        return frozenset(m.normal.lower() for text in texts for m in analyse(nfkc(text)) if m.is_noun)


def _mended(links: Links) -> str:
    """The message as typed, without its slips."""
    text = links.text
    for wrong, right in links.repairs:
        text = text.replace(wrong, right)
    return text
