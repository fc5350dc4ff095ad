"""The hybrid index over FAQ entries: question variants and answers, by BM25 and by embedding, as one similarity in 0…1."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
from numpy.typing import NDArray

from search.encoder import Encoder
from search.tokens import tokens

WEIGHTS = {"question_words": 0.35, "answer_words": 0.2, "question_vectors": 0.3, "answer_vectors": 0.15}


@dataclass(frozen=True)
class Document:
    """One entry to be found: `questions` are its variants, `answer` what it says (with its headings)."""

    id: str
    questions: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Hit:
    """A found entry. `score` is the weighted sum of the four channels, each in 0…1."""

    id: str
    score: float
    question: str | None
    channels: dict[str, float]


class _Words:
    """BM25 scores as a share of what a perfect match would score."""

    def __init__(self, texts: Sequence[str]) -> None:
        corpus = [tokens(text) for text in texts]
        frequency = Counter(word for document in corpus for word in set(document))
        self._idf = {word: math.log(1 + (len(corpus) - n + 0.5) / (n + 0.5)) for word, n in frequency.items()}
        self._unseen = max(self._idf.values(), default=1.0)
        self._size = len(corpus)
        self._bm25 = bm25s.BM25(method="lucene", k1=1.2, b=0.5) if any(corpus) else None
        if self._bm25 is not None:
            self._bm25.index(corpus, show_progress=False)

    def scores(self, query: list[str]) -> NDArray[np.float32]:
        ideal = sum(self._idf.get(word, self._unseen) for word in set(query))
        known = [word for word in dict.fromkeys(query) if word in self._idf]
        if self._bm25 is None or not ideal or not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(np.minimum(self._bm25.get_scores(known) / ideal, 1.0), dtype=np.float32)


class Index:
    """Search over documents; built in memory, in about a second for a plan."""

    def __init__(self, documents: Sequence[Document], encoder: Encoder) -> None:
        self.documents = list(documents)
        self.encoder = encoder
        self._questions = [question for document in documents for question in document.questions]
        self._owner = np.array([i for i, document in enumerate(documents) for _ in document.questions], dtype=np.int64)
        self._question_words = _Words(self._questions)
        self._answer_words = _Words([document.answer for document in documents])
        self._question_vectors = encoder.encode(self._questions) if self._questions else np.zeros((0, 1), np.float32)
        self._answer_vectors = (
            encoder.encode([d.answer for d in documents]) if documents else np.zeros((0, 1), np.float32)
        )

    def search(self, query: str, limit: int = 10, only: set[str] | None = None) -> list[Hit]:
        """The best entries for `query`, best first; `only` narrows to these ids."""
        if not self.documents or not query.strip():
            return []
        words = tokens(query)
        vector = self.encoder.encode([query])[0]
        by_question = {
            "question_words": self._question_words.scores(words),
            "question_vectors": np.clip(self._question_vectors @ vector, 0, 1)
            if self._questions
            else np.zeros(0, np.float32),
        }
        channels = {
            "answer_words": self._answer_words.scores(words),
            "answer_vectors": np.clip(self._answer_vectors @ vector, 0, 1),
        }
        best_variant = np.full(len(self.documents), -1, dtype=np.int64)
        combined = sum(WEIGHTS[name] * scores for name, scores in by_question.items())
        for name in by_question:
            channels[name] = np.zeros(len(self.documents), np.float32)
        for variant in np.argsort(np.asarray(combined)):
            best_variant[self._owner[variant]] = variant
        seen = best_variant >= 0
        for name, scores in by_question.items():
            channels[name][seen] = scores[best_variant[seen]]
        total = np.sum([WEIGHTS[name] * scores for name, scores in channels.items()], axis=0)
        order = [i for i in np.argsort(-total) if only is None or self.documents[i].id in only]
        return [
            Hit(
                self.documents[i].id,
                float(total[i]),
                self._questions[best_variant[i]] if best_variant[i] >= 0 else None,
                {name: round(float(scores[i]), 3) for name, scores in channels.items()},
            )
            for i in order[:limit]
        ]
