"""One scored turn, and where its reply comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Result:
    """One scored turn. `faults` is empty when the reply is right."""

    id: str
    turn: int
    user: str
    status: str | None
    reply: str
    tags: list[str]
    wanted: list[str]
    milliseconds: float
    faults: list[str] = field(default_factory=list)
    meaning: str = ""
    section: str = ""  # of the first source: スケジュール
    item: str = ""  # of the first source: 施策9 マイナンバーカードの交付率
    confidence: float | None = None

    @property
    def misleads(self) -> bool:
        return any(fault.startswith("says ") for fault in self.faults)


def custom_of(messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The custom of the one message of a reply that carries a status; empty where none does."""
    return next((m["custom"] for m in messages if (m.get("custom") or {}).get("status")), {})


def provenance(messages: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """`section`, `item` and `confidence` of a reply, as far as it gives them."""
    custom = custom_of(messages)
    source: dict[str, Any] = next(iter(custom.get("sources") or []), {})
    number = f"施策{source['measure_no']}" if source.get("measure_no") else ""
    return {
        "section": source.get("section") or "",
        "item": " ".join(part for part in (number, source.get("row")) if part),
        "confidence": custom.get("confidence"),
    }
