"""What can be found: the unit that the encoder is built from and the index holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Document:
    """One entry to be found: `questions` are its variants, `answer` what it says (with its headings)."""

    id: str
    questions: tuple[str, ...]
    answer: str
