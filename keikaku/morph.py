"""Japanese morphemes from Sudachi, the analyser inside GiNZA."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import local
from typing import Any

from sudachipy import Dictionary, SplitMode

_KATAKANA = re.compile(r"[ァ-ヶー]{2,}")
_MODES = {"A": SplitMode.A, "B": SplitMode.B, "C": SplitMode.C}
_CONTENT = {"名詞", "動詞", "形容詞", "形状詞", "接頭辞", "接尾辞", "代名詞", "副詞"}
MUNICIPAL = frozenset("都道府県市区町村")  # what follows a place that is a body of its own


@dataclass(frozen=True)
class Morpheme:
    """One morpheme with its character span in the analysed text."""

    surface: str
    normal: str
    reading: str
    pos: tuple[str, ...]
    start: int
    end: int
    oov: bool

    @property
    def is_noun(self) -> bool:
        return self.pos[0] == "名詞"

    @property
    def is_place(self) -> bool:
        return self.pos[:3] == ("名詞", "固有名詞", "地名")

    @property
    def is_person(self) -> bool:
        return self.pos[:3] == ("名詞", "固有名詞", "人名")

    @property
    def is_content(self) -> bool:
        """Carries meaning of its own: no particle, auxiliary, symbol, number or light verb (する, ある)."""
        return is_content(self.pos)


def is_content(pos: tuple[str, ...]) -> bool:
    """The same of a part of speech."""
    if pos[0] not in _CONTENT or (pos[1] in {"数詞", "非自立可能"} and pos[0] == "動詞"):
        return False
    return pos[1] != "数詞" and pos[0] not in {"代名詞", "副詞"}


_own = local()


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    return Dictionary(dict="core")


def _tokenizer() -> Any:
    """One for each thread: a Sudachi tokenizer used by two at once raises 『Already borrowed』."""
    if not hasattr(_own, "tokenizer"):
        _own.tokenizer = _dictionary().create()
    return _own.tokenizer


def raw_morphemes(text: str, mode: str = "A") -> Iterator[Any]:
    """Sudachi's own morphemes of `text`, for who needs speed more than a `Morpheme`."""
    return (m for m in _tokenizer().tokenize(text, _MODES[mode]) if m.end() > m.begin())


@lru_cache(maxsize=4096)
def readings_of(character: str) -> frozenset[str]:
    """All readings of a word or character that the dictionary has, in katakana (人: ヒト, ジン, ニン…)."""
    return frozenset(m.reading_form() for m in _dictionary().lookup(character))


@lru_cache(maxsize=4096)
def _is_listed(surface: str) -> bool:
    """The dictionary has this very word."""
    return any(m.surface() == surface for m in _dictionary().lookup(surface))


@lru_cache(maxsize=4096)
def analyse(text: str, mode: str = "A") -> tuple[Morpheme, ...]:
    """Morphemes of `text` in split mode A (shortest), B or C (longest)."""
    return tuple(
        Morpheme(
            m.surface(),
            m.normalized_form(),
            m.reading_form(),
            tuple(m.part_of_speech()),
            m.begin(),
            m.end(),
            # Sudachi calls some guesses words of its own (シスム, ロボト before はい).
            m.is_oov() or (_KATAKANA.fullmatch(m.surface()) is not None and not _is_listed(m.surface())),
        )
        for m in raw_morphemes(text, mode)
    )
