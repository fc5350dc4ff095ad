"""How like a question is to labelled ones, with its subject: what a hospital or a school lunch is asked of is not the plan's,
however it is asked.

The labelled questions are those of data/routing as the linker reads them (models/phrasing.joblib keeps them); the router
(`actions.routing`) weighs the likenesses with its other features. They are about one plan (data/routing/plan.yml): of another,
they say nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import yaml

from actions.phrasing import DATA, Labelled, Phrasing
from search.encoder import Array, Encoder


class Neighbours:
    """Labelled questions as vectors."""

    def __init__(self, encoder: Encoder, questions: Sequence[Labelled]) -> None:
        """`questions`: (text as the linker reads it, route)."""
        self._encoder = encoder
        self._texts = np.array([text for text, _ in questions])
        self._routes = np.array([route for _, route in questions])
        self._vectors: Array = encoder.encode([text for text, _ in questions])

    def features(self, text: str, but_itself: bool = False) -> dict[str, float]:
        """'near <route>' → cosine of the likest question of that route; `but_itself`: not the same text."""
        likeness = self._vectors @ self._encoder.encode([text])[0]
        if but_itself:
            likeness = np.where(self._texts == text, -1.0, likeness)
        return {f"near {route}": float(likeness[self._routes == route].max()) for route in sorted(set(self._routes))}

    @staticmethod
    @lru_cache(maxsize=1)
    def plan() -> str:
        """The title of the plan that the labelled questions are about."""
        return str(yaml.safe_load((DATA / "routing" / "plan.yml").read_text("utf-8"))["title"])

    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, encoder: Encoder) -> Neighbours:
        """The labelled questions of the trained phrasing model."""
        return cls(encoder, Phrasing.load().questions)
