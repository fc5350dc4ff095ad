"""The hybrid index: question variants and answers by words, by pairs of characters and by embedding, as one score in 0…1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.document import Document
from search.encoder import Encoder
from search.interface import QUERY_CHARACTERS, Hit
from search.score import WEIGHTS
from search.tokens import tokens
from search.words import Bag, Lexical, grams

__all__ = ["QUERY_CHARACTERS", "WEIGHTS", "Document", "Hit", "Index"]

Scores = NDArray[np.float32]


class Index:
    """Search over documents; built in memory, in about a second for a plan."""

    def __init__(
        self,
        documents: Sequence[Document],
        encoder: Encoder,
        *,
        raw: bool = False,
        weights: dict[str, float] | None = None,
    ) -> None:
        """`raw`: scores stay the weighted sum of the channels, whatever the encoder's calibration."""
        self.documents = list(documents)
        self.encoder = encoder
        self.calibration = None if raw else encoder.calibration
        self.weights = weights or WEIGHTS
        self._place = {document.id: i for i, document in enumerate(self.documents)}
        self._questions = [question for document in documents for question in document.questions]
        self._owner = np.array([i for i, document in enumerate(documents) for _ in document.questions], dtype=np.int64)
        self._lexical: dict[str, Lexical] = {}
        for kind, terms in (("words", tokens), ("grams", grams)):
            vocabulary: dict[str, int] = {}
            asked = Bag.of(map(terms, self._questions), vocabulary)
            said = Bag.of((terms(document.answer) for document in documents), vocabulary)
            self._lexical[f"question_{kind}"] = Lexical(asked)
            self._lexical[f"text_{kind}"] = Lexical(said.joined(asked.gathered(self._owner, said.size)))
        self._vectors = {
            "question_vectors": self._encoded(self._questions),
            "answer_vectors": self._encoded([document.answer for document in documents]),
        }

    @property
    def size(self) -> int:
        return len(self.documents)

    def search(self, query: str, limit: int = 10, only: set[str] | None = None) -> list[Hit]:
        """The best entries for `query`, best first; `only` narrows to these ids."""
        query = query.strip()[:QUERY_CHARACTERS]
        if not self.documents or not query:
            return []
        channels, variant = self._channels(query)
        total = np.sum([self.weights.get(name, 0.0) * scores for name, scores in channels.items()], axis=0)
        order = self._best(total, limit, only)
        return [
            Hit(
                self.documents[i].id,
                self.calibration.probability(float(total[i])) if self.calibration else float(total[i]),
                self._questions[variant[i]] if variant[i] >= 0 else None,
                {name: round(float(scores[i]), 3) for name, scores in channels.items()},
            )
            for i in order
        ]

    def _channels(self, query: str) -> tuple[dict[str, Scores], NDArray[np.int64]]:
        """Each channel's score of each document, and each document's best variant (-1: it has none)."""
        vector = self.encoder.encode([query])[0]
        words, pairs = tokens(query), grams(query)
        by_question = {
            "question_words": self._lexical["question_words"].scores(words),
            "question_grams": self._lexical["question_grams"].scores(pairs),
            "question_vectors": np.clip(self._vectors["question_vectors"] @ vector, 0, 1),
        }
        channels = {
            "text_words": self._lexical["text_words"].scores(words),
            "text_grams": self._lexical["text_grams"].scores(pairs),
            "answer_vectors": np.clip(self._vectors["answer_vectors"] @ vector, 0, 1),
        }
        combined = np.sum([self.weights.get(name, 0.0) * scores for name, scores in by_question.items()], axis=0)
        variant = np.full(len(self.documents), -1, dtype=np.int64)
        if len(combined):
            best = np.full(len(self.documents), -np.inf)
            np.maximum.at(best, self._owner, combined)
            (at,) = np.nonzero(combined == best[self._owner])
            variant[self._owner[at]] = at  # of several that are as good, the last one stays
        seen = variant >= 0
        for name, scores in by_question.items():
            channels[name] = np.zeros(len(self.documents), np.float32)
            channels[name][seen] = scores[variant[seen]]
        return channels, variant

    def _best(self, total: Scores, limit: int, only: set[str] | None) -> NDArray[np.int64]:
        """The places of the `limit` highest scores, best first; the earlier document where two are equal."""
        places = np.arange(len(total)) if only is None else self._places(only)
        if len(places) > limit:  # sorting all of them would take longer than all the rest
            worst = np.partition(total[places], -limit)[-limit] if limit > 0 else np.inf
            places = places[total[places] >= worst]
        return places[np.argsort(-total[places], kind="stable")][: max(limit, 0)]

    def _places(self, ids: set[str]) -> NDArray[np.int64]:
        return np.array(sorted(self._place[id_] for id_ in ids if id_ in self._place), dtype=np.int64)

    def _encoded(self, texts: Sequence[str]) -> Scores:
        # `or [""]`: the width of the vectors is known only from the encoder
        return self.encoder.encode(list(texts) or [""])[: len(texts)]
