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


def asked_verbatim(knowledge: Knowledge, links: Links) -> Found | None:
    """The entry that was asked for word for word."""
    return knowledge.verbatim(links.text) if knowledge.curated else None


def curated_answer(knowledge: Knowledge, found: Sequence[Found], prose: bool) -> Found | None:
    """The best hit, if staff wrote its answer and `prose` is asked for rather than a table."""
    best = found[0] if found and knowledge.curated else None
    return best if prose and best and best.entry.answer and best.score >= FOUND_CURATED else None
