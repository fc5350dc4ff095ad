"""When an answer written by staff (a FAQ with `answer`) is the reply, before the plan is asked."""

from __future__ import annotations

from actions.frame import ASPECTS, VALUE_ASPECTS
from actions.knowledge import Found, Knowledge
from keikaku.linker import Links

FOUND_CURATED = 0.5
_OF_THE_PLAN = VALUE_ASPECTS | {"owner", "owned", "issues"}


def curated_answer(knowledge: Knowledge, links: Links, intent: str) -> Found | None:
    """The entry that was asked for word for word, or found well where no table of the plan is asked for."""
    if not knowledge.curated:
        return None
    exact = knowledge.verbatim(links.text)
    if exact or ASPECTS.get(intent) in _OF_THE_PLAN:
        return exact
    best = next(iter(knowledge.search(links.repaired, 1)), None)
    return best if best and best.entry.answer and best.score >= FOUND_CURATED else None
