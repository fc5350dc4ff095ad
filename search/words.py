"""Lexical scores: BM25 over words and over pairs of characters, each as a share of what a perfect match would score."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import bm25s
import numpy as np
from numpy.typing import ArrayLike, NDArray

from keikaku.text import fold

K1, B = 1.2, 0.5  # how soon a repeated term adds nothing; how much long texts are held back
_SEPARATORS = re.compile(r"\W+")
_KANA_ONLY = re.compile(r"[ぁ-ん]+")


def grams(text: str) -> list[str]:
    """Pairs of neighbouring characters, without those of hiragana alone (particles, endings)."""
    parts = _SEPARATORS.split(fold(text))
    pairs = [part[i : i + 2] for part in parts for i in range(len(part) - 1)]
    return [pair for pair in pairs if not _KANA_ONLY.fullmatch(pair)]


def rarity(texts: int, frequency: ArrayLike) -> NDArray[np.float64]:
    """BM25's weight of terms that stand in `frequency` of `texts` texts (0: in none of them)."""
    held = np.asarray(frequency, dtype=np.float64)
    return np.log(1 + (texts - held + 0.5) / (held + 0.5))


def saturation(count: ArrayLike, length: ArrayLike, mean_length: float) -> NDArray[np.float64]:
    """BM25's 0…1 for a term that stands `count` times in a text of `length` terms."""
    times = np.asarray(count, dtype=np.float64)
    return times / (K1 * (1 - B + B * np.asarray(length) / mean_length) + times)


@dataclass(frozen=True)
class Bag:
    """The terms of `size` texts as numbers: `texts[i]` holds `terms[i]`, in no order. `vocabulary`: term → number."""

    vocabulary: dict[str, int]
    size: int
    texts: NDArray[np.int32]
    terms: NDArray[np.int32]

    @classmethod
    def of(cls, corpus: Iterable[Sequence[str]], vocabulary: dict[str, int] | None = None) -> Bag:
        """Read term lists one by one; terms that `vocabulary` lacks are added to it."""
        known: dict[str, int] = {} if vocabulary is None else vocabulary
        number = known.setdefault
        ids = [np.array([number(term, len(known)) for term in text], dtype=np.int32) for text in corpus]
        texts = np.repeat(np.arange(len(ids), dtype=np.int32), [len(text) for text in ids])
        return cls(known, len(ids), texts, np.concatenate(ids) if ids else np.zeros(0, np.int32))

    def gathered(self, owner: NDArray[np.int64], size: int) -> Bag:
        """The same terms in `size` bigger texts: text i goes into text `owner[i]`."""
        return Bag(self.vocabulary, size, owner[self.texts].astype(np.int32), self.terms)

    def joined(self, other: Bag) -> Bag:
        """Each text with the terms of the other bag's text of the same number. One vocabulary for both."""
        pairs = ((self.texts, other.texts), (self.terms, other.terms))
        return Bag(self.vocabulary, self.size, *(np.concatenate(pair) for pair in pairs))


class _Bm25(bm25s.BM25):  # type: ignore[misc]
    """bm25s with its index built by NumPy: its own goes through every text in Python."""

    def build_index_from_ids(
        self, unique_token_ids: Sequence[int], corpus_token_ids: Bag, **_progress: bool
    ) -> dict[str, Any]:
        bag = corpus_token_ids
        pairs, counts = np.unique(bag.terms.astype(np.int64) * bag.size + bag.texts, return_counts=True)
        terms, texts = np.divmod(pairs, bag.size)
        lengths = np.bincount(bag.texts, minlength=bag.size)
        frequency = np.bincount(terms, minlength=len(bag.vocabulary))
        data = rarity(bag.size, frequency)[terms] * saturation(counts, lengths[texts], float(lengths.mean()))
        self.nonoccurrence_array = None
        return {
            "data": data.astype(self.dtype),
            "indices": texts.astype(self.int_dtype),
            "indptr": np.concatenate([[0], np.cumsum(frequency)]),
            "num_docs": bag.size,
        }


@dataclass(frozen=True)
class _Corpus:
    """What bm25s calls a tokenised corpus."""

    ids: Bag
    vocab: dict[str, int]


class Lexical:
    """BM25 scores of many texts for one query, 0…1."""

    def __init__(self, bag: Bag) -> None:
        self._vocabulary = bag.vocabulary
        self._size = bag.size
        self._bm25 = _Bm25(method="lucene", k1=K1, b=B) if len(bag.terms) else None
        if self._bm25 is not None:
            # A copy: bm25s adds an empty term of its own.
            self._bm25.index(_Corpus(bag, dict(bag.vocabulary)), show_progress=False)
            frequency = np.diff(self._bm25.scores["indptr"])
            self._rarity = rarity(bag.size, frequency)
            self._held = frequency > 0
        self._unseen = float(rarity(bag.size, 0))

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts,). A term that no text holds counts as one that should have matched."""
        terms = list(dict.fromkeys(query))
        if self._bm25 is None:
            return np.zeros(self._size, np.float32)
        ids = [self._vocabulary.get(term, -1) for term in terms]
        known = [i for i in ids if 0 <= i < len(self._held) and self._held[i]]
        if not known:
            return np.zeros(self._size, np.float32)
        ideal = float(self._rarity[known].sum()) + self._unseen * (len(terms) - len(known))
        return np.asarray(np.minimum(self._bm25.get_scores(known) / ideal, 1.0), dtype=np.float32)
