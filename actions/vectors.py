"""An encoder that remembers: when the index is built anew, only new texts are embedded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from search.encoder import Array, Encoder


class RememberingEncoder(Encoder):
    """Another encoder's vectors, remembered while `recording` (the building of an index); queries pass through."""

    def __init__(self, encoder: Encoder, known: dict[str, Array] | None = None) -> None:
        self.base = encoder
        self.vectors: dict[str, Array] = {}
        self.recording = True
        self._known = known or {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)

    def encode(self, texts: Sequence[str]) -> Array:
        """Unit vectors, shape (len(texts), dimensions)."""
        if not self.recording or not texts:
            return self.base.encode(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._known and text not in self.vectors]
        if new:
            self.vectors.update(zip(new, self.base.encode(new)))
        self.vectors.update((text, self._known[text]) for text in texts if text in self._known)
        return np.stack([self.vectors[text] for text in texts])

    def finish(self) -> None:
        """The index is built: remember no more, and forget what the last one had and this one has not."""
        self.recording = False
        self._known = {}
