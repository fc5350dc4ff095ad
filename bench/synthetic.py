"""As many passages as wanted, made from the real ones: their sentences, with other nouns and numbers in place of some.

Nouns are drawn by rank with Zipf's law from the plan's own nouns and then the general ones of ja_ginza's vocabulary, so that
a bigger base has more rare words, as real text has. The same number of passages is always the same passages, and a bigger
base begins with the smaller one.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keikaku.morph import analyse
from keikaku.text import nfkc
from search.document import Document
from search.vocabulary import load_vectors

REPLACED = 0.35  # of the nouns
ZIPF = 1.15
_NOUN = re.compile(r"[一-鿿]{2,5}|[ァ-ヶー]{3,8}")
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"[^。]+。?")


@dataclass(frozen=True)
class _Pattern:
    """A real sentence cut into pieces: fixed text, and nouns (True) that may be replaced."""

    pieces: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, sentence: str) -> _Pattern:
        return cls(
            tuple((m.surface, m.pos[:2] == ("名詞", "普通名詞") and len(m.surface) > 1) for m in analyse(sentence))
        )


class Passages:
    """Makes documents out of `real` ones."""

    def __init__(self, real: Sequence[Document]) -> None:
        answers = [s for d in real for s in _SENTENCE.findall(nfkc(d.answer)) if len(s) > 15]
        self._answers = [_Pattern.of(sentence) for sentence in dict.fromkeys(answers)]
        self._questions = [_Pattern.of(nfkc(q)) for d in real for q in d.questions[:3]]
        own = Counter(t for p in self._answers for t, is_noun in p.pieces if is_noun)
        general = [word for word in load_vectors().row_of if _NOUN.fullmatch(word) and word not in own]
        random.Random(0).shuffle(general)
        self._nouns = [noun for noun, _ in own.most_common()] + general

    def documents(self, count: int) -> list[Document]:
        """`count` documents with one question each; about a hundred characters long, as the real ones are."""
        return [self._document(i) for i in range(count)]

    def queries(self, count: int, of: int) -> Iterator[str]:
        """Questions about some of the first `of` documents, each without one of its words."""
        chance = random.Random(1)
        for _ in range(count):
            question = self._document(chance.randrange(of)).questions[0]
            words = [m.surface for m in analyse(question)]
            del words[chance.randrange(len(words))]
            yield "".join(words) or question

    def _document(self, number: int) -> Document:
        chance = random.Random(number)
        nouns: list[str] = []
        text = "".join(
            self._filled(chance.choice(self._answers), chance, nouns) for _ in range(chance.choice((1, 1, 1, 2)))
        )
        question = self._filled(chance.choice(self._questions), chance, nouns, about=nouns[:8])
        return Document(f"s{number:07d}", (question,), text)

    def _filled(self, pattern: _Pattern, chance: random.Random, used: list[str], about: Sequence[str] = ()) -> str:
        """The sentence with some nouns replaced, by `about` where given; its nouns are added to `used`."""
        parts = []
        for piece, is_noun in pattern.pieces:
            if is_noun and about and chance.random() < 0.7:
                piece = chance.choice(about)
            elif is_noun and chance.random() < REPLACED:
                piece = self._nouns[self._rank(chance)]
            if is_noun:
                used.append(piece)
            parts.append(_DIGITS.sub(lambda digits: str(chance.randrange(10 ** len(digits[0]))), piece))
        return "".join(parts)

    def _rank(self, chance: random.Random) -> int:
        """0… below the number of nouns, by Zipf's law: the inverse of its distribution, as if ranks were continuous."""
        tail = len(self._nouns) ** (1 - ZIPF)
        return int((1 - chance.random() * (1 - tail)) ** (1 / (1 - ZIPF))) - 1
