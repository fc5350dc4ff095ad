"""What a message describes in everyday words (『家で働けるようにする話』, 『番号カード以外の本人確認』): the items of the FAQ entry that
the search finds for it.

The names of items share no word with such a message, the phrasings of an entry do; its first phrasing uses the plan's terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from actions import cutoffs
from actions.frame import BARE, FAIR, LINKED_SURELY, TIE, Frame
from actions.knowledge import Found, Knowledge
from keikaku.linker import Link, Links, PlanLinker, asked_unit
from knowledge.store import FaqRow

MEASURE = 0.99
KIND = {"values": "kpi", "schedule": "schedule", "owners": "measure"}


class Describing:
    """Links by description, within one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._items = lru_cache(maxsize=1024)(self._items_of)

    @cached_property
    def _linker(self) -> PlanLinker:
        return PlanLinker(self.knowledge.lexicon)

    def read(self, links: Links, found: Sequence[Found], route: str, last: Frame | None) -> Links:
        """The links with those by description, where the message names nothing surely that the route answers of, and
        nothing that the plan does not know."""
        if last is not None and len(links.repaired) <= BARE:
            return links  # it goes on from the last turn
        kind = KIND.get(route)
        if kind is None or not found or found[0].score < cutoffs.DESCRIBED:
            return links
        if links.unknown or links.strangers or links.elsewhere or links.whole:
            return links
        named = max((link.score for link in links.items if link.kind == kind), default=0.0)
        entry, score = found[0].entry, found[0].score
        refs = {quote.passage.measure.ref for quote in entry.quotes if quote.passage.measure}
        within = [link for link in links.items if link.measure in refs]
        if (
            named >= LINKED_SURELY
            or not entry.questions
            or any(link.score >= (FAIR if link.kind == kind == "kpi" else LINKED_SURELY) for link in within)
        ):
            return links  # its own words tell more
        unit = asked_unit(links.repaired) if kind == "kpi" else None
        top = min(1.0, max((link.score for link in links.items), default=0.0) + TIE)
        described = [
            replace(link, score=max(top, score) * (1.0 if link.kind == kind else MEASURE))
            for link in self._items(entry.id)
            if link.kind in {kind, "measure"}
            and (link.kind != "kpi" or unit in {None, self.knowledge.kpis[link.id].unit})
        ]
        if not any(link.kind == kind for link in described):
            return links
        best: dict[str, Link] = {}
        for link in sorted([*links.items, *described], key=lambda link: link.score):
            best[link.id] = link
        return replace(links, items=sorted(best.values(), key=lambda link: -link.score))

    def _items_of(self, id_: str) -> list[Link]:
        """What the entry's first phrasing names, of the measures that it quotes."""
        entry: FaqRow = self.knowledge.entries[id_]
        refs = {quote.passage.measure.ref for quote in entry.quotes if quote.passage.measure}
        links = self._linker.link(entry.questions[0])
        own = [link for link in links.items if link.measure in refs and link.score >= FAIR]
        return [*own, *(self._measure(ref) for ref in refs if not any(link.id == ref for link in own))]

    def _measure(self, ref: str) -> Link:
        return Link(
            ref, "measure", self.knowledge.measures[ref].title, ref, 1.0, 1.0, self.knowledge.measures[ref].title
        )
