"""What a message describes in everyday words (『家で働けるようにする話』, 『番号カード以外の本人確認』): the item whose descriptions it is
nearest to.

The names of items share no word with such a message. Descriptions (data/plan/*.descriptions.yml) do, but are no names for the
linker: their words are too common to be evidence one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from actions import cutoffs
from actions.frame import BARE, FAIR, LINKED_SURELY, TIE, Frame, best
from actions.knowledge import Knowledge
from keikaku.lexicon import Item, Lexicon
from keikaku.linker import Link, Links, asked_unit
from keikaku.text import nfkc
from search.encoder import Encoder
from search.index import Document, Index

KIND = {"values": "kpi", "schedule": "schedule", "owners": "measure"}


class Describing:
    """Links by description, within one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def read(self, links: Links, route: str, last: Frame | None) -> Links:
        """The links with the described item ahead of all, where the message names none surely that the route answers of,
        and nothing that the plan does not know."""
        kind = KIND.get(route)
        if kind is None or (last is not None and len(links.repaired) <= BARE):
            return links  # the second goes on from the last turn
        if links.unknown or links.strangers or links.elsewhere or links.whole:
            return links
        if any(
            link.score >= (LINKED_SURELY if link.kind == kind else FAIR)
            for link in links.items
            if link.kind in {kind, "department"}
        ):
            return links
        unit = asked_unit(links.repaired) if kind == "kpi" else None
        item, likeness = self.item(links.asked or links.repaired, kind, unit)
        named = best(links, "measure")
        if item is None:
            return links
        weakly = likeness < cutoffs.DESCRIBED_SURELY
        if named and named.score >= LINKED_SURELY and (weakly or named.measure == item.measure):
            return links  # its own words tell more
        score = min(1.0, max([LINKED_SURELY, *(link.score + 2 * TIE for link in links.items)]))
        described = Link(item.id, item.kind, item.label, item.measure, score, 1.0, item.label)
        return replace(links, items=[described, *(link for link in links.items if link.id != item.id)])

    def likeness(self, links: Links) -> dict[str, float]:
        """For the router: how much like the descriptions of an item of each kind the message is."""
        index = _index(self.knowledge.lexicon, self.knowledge.encoder)
        if index is None or links.unknown or links.strangers or links.elsewhere:
            return {}
        text = links.asked or links.repaired
        return {
            f"described {kind}": hits[0].score
            for kind, items in self._items.items()
            if (hits := index.search(text, 1, {item.id for item in items}))
        }

    @cached_property
    def _items(self) -> dict[str, list[Item]]:
        """The items that may be described, by their kind."""
        known = self.knowledge.measures
        found: dict[str, list[Item]] = {}
        for item in self.knowledge.lexicon.items:
            if item.kind in KIND.values() and item.measure in known:
                found.setdefault(item.kind, []).append(item)
        return found

    def item(self, text: str, kind: str, unit: str | None = None) -> tuple[Item | None, float]:
        """The item of a kind that a text describes, and how much like its descriptions it is; a KPI in the unit that is
        asked for, or a measure whose KPI is not set."""
        known = self.knowledge.measures
        fitting = {item.id: item for item in self._items.get(kind, []) if unit is None or item.unit in {None, unit}}
        if kind == "kpi":
            unset = [m for m in self._items.get("measure", []) if m.measure and known[m.measure].kpi_unset]
            fitting |= {item.id: item for item in unset}
        index = _index(self.knowledge.lexicon, self.knowledge.encoder)
        hits = index.search(text, 2, set(fitting)) if index else []
        if not hits or hits[0].score < cutoffs.DESCRIBED:
            return None, 0.0
        lead = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
        return fitting[hits[0].id] if lead >= cutoffs.DESCRIBED_LEAD * hits[0].score else None, hits[0].score


@lru_cache(maxsize=2)
def _index(lexicon: Lexicon, encoder: Encoder) -> Index | None:
    """The items that have descriptions, by these and by their names."""
    documents = [Document(item.id, tuple(_phrasings(item, lexicon)), "") for item in lexicon.items if item.descriptions]
    return Index(documents, encoder, raw=True) if documents else None


def _phrasings(item: Item, lexicon: Lexicon) -> Sequence[str]:
    """As written, and with the plan's words for synonyms, as a message has them."""
    written = [*item.names, *map(nfkc, item.descriptions)]
    return list(dict.fromkeys([*written, *map(lexicon.canonical, written)]))
