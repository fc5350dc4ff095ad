"""The words of the encoder: how raw text is cut into them, and the vector that each starts from.

The cutting is a unigram model (fewest and most frequent words win) that the `tokenizers` library runs from one file, so the
encoder needs no analyser of its own when it is loaded. Every spelling stands for a normal form: 調べ-, 調べる share one
vector, and so do ゴミ and ごみ.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from keikaku.morph import Morpheme, analyse
from keikaku.text import hiragana, katakana, nfkc
from search.tokens import is_search_word

DIMENSIONS = 300
GENERAL_WORDS = 100_000  # of 480,000, most frequent first; the rest are names and fragments
OWN_SHARE = 0.5  # how much the texts' own counts weigh against general frequency when text is cut
_COMPOSED = 0.7  # length of a vector made from a word's parts: it says less than one of its own
_ROWS = {"う": "わいうえおっ", "く": "かきくけこい", "ぐ": "がぎぐげごい", "す": "さしすせそ", "つ": "たちつてとっ"}
_ROWS |= {"ぬ": "なにぬねのん", "ぶ": "ばびぶべぼん", "む": "まみむめもん", "る": "らりるれろっ"}
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Vectors:
    """ja_ginza's vectors: `rows` (20,000, 300), unit length; `row_of` gives a normal form's row, most frequent first."""

    row_of: dict[str, int]
    rows: Array

    def of(self, word: str) -> Array:
        """The word's vector; made from its parts where it has none; zeros where they have none either."""
        if word in self.row_of:
            return np.asarray(self.rows[self.row_of[word]])
        halves = [word[:2], word[2:]] if len(word) > 2 else []
        parts = [self.rows[self.row_of[p]] for p in halves if p in self.row_of] or [
            self.rows[self.row_of[c]] for c in word if c in self.row_of
        ]
        if not parts:
            return np.zeros(DIMENSIONS, np.float32)
        mean = np.mean(parts, axis=0)
        return np.asarray(_COMPOSED * mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


@lru_cache(maxsize=1)
def load_vectors() -> Vectors:
    """Read ja_ginza's vectors (about two seconds)."""
    import spacy

    unused = ["tok2vec", "parser", "attribute_ruler", "ner", "morphologizer", "compound_splitter", "bunsetu_recognizer"]
    vocab = spacy.load("ja_ginza", exclude=unused).vocab
    row_of: dict[str, int] = {}
    for key, row in vocab.vectors.key2row.items():
        row_of.setdefault(vocab.strings[key].lower(), int(row))
    rows = np.asarray(vocab.vectors.data, dtype=np.float32)
    return Vectors(row_of, rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))


@dataclass(frozen=True)
class Vocabulary:
    """Spellings with their log probability and the index of their normal form in `words`; -1: a word without meaning."""

    words: list[str]
    spellings: dict[str, tuple[float, int]]


def make_vocabulary(texts: Iterable[str], vectors: Vectors) -> Vocabulary:
    """The spellings of `texts` and of the general words, in a fixed order."""
    own: Counter[str] = Counter()
    normal_of: dict[str, Counter[str]] = {}
    for text in texts:
        for morpheme in analyse(nfkc(text)):
            spelling = morpheme.surface.lower().strip()
            if spelling:
                own[spelling] += 1
                normal_of.setdefault(spelling, Counter())[_normal(morpheme)] += 1
    total = sum(own.values()) or 1
    general, normal = _general(vectors)
    zipf = sum(general.values())
    for spelling, count in normal_of.items():
        normal[spelling] = min(count, key=lambda word: (-count[word], word))
    words = sorted({word for word in normal.values() if word})
    place = {word: i for i, word in enumerate(words)}
    spellings: dict[str, tuple[float, int]] = {}
    for spelling in sorted(normal):
        share = OWN_SHARE * own[spelling] / total + (1 - OWN_SHARE) * general.get(spelling, 0.0) / zipf
        spellings[spelling] = (math.log(share), place.get(normal[spelling], -1))
    return Vocabulary(words, spellings)


def _normal(morpheme: Morpheme) -> str:
    return morpheme.normal.lower() if is_search_word(morpheme) else ""


@lru_cache(maxsize=1)
def _general_words(words: tuple[str, ...]) -> tuple[dict[str, float], dict[str, str]]:
    frequency: dict[str, float] = {}
    normal: dict[str, str] = {}
    for rank, word in enumerate(words):
        morphemes = analyse(word)
        if len(morphemes) != 1 or morphemes[0].oov or morphemes[0].pos[0] == "空白":
            continue
        share = 1.0 / (rank + 10)
        for spelling in _spellings(word, morphemes[0]):
            if spelling not in frequency:
                frequency[spelling] = share if spelling == word else share / 4
                normal[spelling] = _normal(morphemes[0])
    return frequency, normal


def _general(vectors: Vectors) -> tuple[dict[str, float], dict[str, str]]:
    frequency, normal = _general_words(tuple(list(vectors.row_of)[:GENERAL_WORDS]))
    return frequency, dict(normal)


def _spellings(word: str, morpheme: Morpheme) -> Sequence[str]:
    """The word, its inflected stems, and its other kana."""
    found = [word]
    kind = morpheme.pos[4] if len(morpheme.pos) > 4 else ""
    if morpheme.pos[0] == "動詞" and len(word) > 1:
        if "一段" in kind:
            found.append(word[:-1])
        elif "五段" in kind and word[-1] in _ROWS:
            found += [word[:-1] + kana for kana in _ROWS[word[-1]]]
    elif morpheme.pos[0] == "形容詞" and word[-1] == "い" and len(word) > 2:
        found += [word[:-1] + ending for ending in ("く", "かっ", "けれ", "さ")]
    if len(word) > 1:
        found += [other for other in (hiragana(word), katakana(word)) if other != word]
    return found
