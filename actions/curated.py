"""When an answer written by staff (a FAQ with `answer`) is the reply, before the plan is asked."""

from __future__ import annotations

from collections.abc import Sequence

from actions.frame import ASPECTS, VALUE_ASPECTS
from actions.knowledge import Found, Knowledge
from keikaku.linker import Links

FOUND_CURATED = 0.5
PROSE_ROUTES = frozenset({"texts", "outside", "talk"})
_OF_THE_PLAN = VALUE_ASPECTS | {"owner", "owned", "issues"}


def may_be_prose(intent: str) -> bool:
    """The intent asks for no table of the plan."""
    return ASPECTS.get(intent) not in _OF_THE_PLAN


def curated_answer(knowledge: Knowledge, links: Links, found: Sequence[Found], prose: bool) -> Found | None:
    """The entry that was asked for word for word, or the best hit where `prose` is asked for rather than a table."""
    if not knowledge.curated:
        return None
    if exact := knowledge.verbatim(links.text):
        return exact
    best = found[0] if found else None
    return best if prose and best and best.entry.answer and best.score >= FOUND_CURATED else None
