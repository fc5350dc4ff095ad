"""One user message as Rasa understood it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from actions.frame import ASPECTS
from keikaku.linker import Links

BEYOND = frozenset({"chat_outside", "ask_outside_attribute"})
CONTINUING = frozenset({"follow_up", "correct"})


@dataclass(frozen=True)
class Message:
    """The links and the intents with their confidences, best first. `leans`: it names nothing but what belongs to the last
    turn's subject (actions/leaning.py). `parts`: its questions, where it asks several (actions/several_questions.py)."""

    links: Links
    intents: list[tuple[str, float]]
    leans: bool = False
    parts: tuple[Message, ...] = ()

    @classmethod
    def from_rasa(cls, latest: dict[str, Any]) -> Message:
        """From a tracker's latest message or the answer of /model/parse."""
        ranking = latest.get("intent_ranking") or [latest.get("intent") or {"name": "chat_outside", "confidence": 0.0}]
        intents = [(i["name"] or "", float(i["confidence"])) for i in ranking]
        parts = tuple(cls.from_rasa(part) for part in latest.get("parts") or [])
        return cls(Links.from_dict(latest["links"]), intents, parts=parts)

    def within(self, plan: int) -> Message:
        """The message as read for one of several plans."""
        return replace(self, links=self.links.by_plan.get(str(plan), self.links), parts=())

    @property
    def intent(self) -> str:
        return self.intents[0][0]

    def likeliest(self, intents: frozenset[str], default: str) -> str:
        """The likeliest of some intents."""
        return next((name for name, _ in self.intents if name in intents), default)

    def aspect(self, aspects: frozenset[str], default: str) -> str:
        """The likeliest of some aspects."""
        return next((ASPECTS[name] for name, _ in self.intents if ASPECTS.get(name) in aspects), default)
