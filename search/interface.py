"""What every search index offers, wherever it keeps its contents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

QUERY_CHARACTERS = 1_000  # a longer question is cut here: its subject stands in its first lines


@dataclass(frozen=True)
class Hit:
    """A found entry. `score`: how probably it answers the question (0…1), or the weighted sum of the channels where the
    encoder has no calibration. `channels`: each channel's share before weighting. `question`: the best phrasing."""

    id: str
    score: float
    question: str | None
    channels: dict[str, float]


class SearchIndex(Protocol):
    """Search over documents: in memory (search.index), with changes beside it (actions.layered), in PostgreSQL
    (search.postgres). `size`: how many documents it holds."""

    @property
    def size(self) -> int: ...

    def search(self, query: str, limit: int = 10, only: set[str] | None = None) -> list[Hit]:
        """The best entries for `query`, best first; `only` narrows to these ids."""
        ...
