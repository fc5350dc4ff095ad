"""Lexical scores: BM25 over words and over pairs of characters, each as a share of what a perfect match would score."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from keikaku.text import fold

_SEPARATORS = re.compile(r"\W+")
_KANA_ONLY = re.compile(r"[ぁ-ん]+")


def grams(text: str) -> list[str]:
    """Pairs of neighbouring characters, without those of hiragana alone (particles, endings)."""
    parts = _SEPARATORS.split(fold(text))
    pairs = [part[i : i + 2] for part in parts for i in range(len(part) - 1)]
    return [pair for pair in pairs if not _KANA_ONLY.fullmatch(pair)]


class Lexical:
    """BM25 scores of many texts for one query, 0…1."""

    def __init__(self, corpus: Sequence[list[str]]) -> None:
        frequency = Counter(term for document in corpus for term in set(document))
        self._idf = {term: math.log(1 + (len(corpus) - n + 0.5) / (n + 0.5)) for term, n in frequency.items()}
        self._unseen = math.log(1 + (len(corpus) + 0.5) / 0.5)
        self._size = len(corpus)
        self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.5) if frequency else None
        if self._bm25 is not None:
            self._bm25.index(list(corpus), show_progress=False)

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts,). A term that no text holds counts as one that should have matched."""
        terms = dict.fromkeys(query)
        known = [term for term in terms if term in self._idf]
        if self._bm25 is None or not known:
            return np.zeros(self._size, np.float32)
        ideal = sum(self._idf.get(term, self._unseen) for term in terms)
        return np.asarray(np.minimum(self._bm25.get_scores(known) / ideal, 1.0), dtype=np.float32)
