"""How text becomes search tokens: Sudachi mode-A normalised forms of content words."""

from __future__ import annotations

from keikaku.morph import Morpheme, is_content, raw_morphemes
from keikaku.text import nfkc

_kinds: dict[int, bool | None] = {}  # Sudachi's part-of-speech number → kept, not kept, or (None) it depends


def tokens(text: str) -> list[str]:
    """Normalised content words of `text`, in order, lower case; numbers are kept, particles and symbols dropped."""
    found = []
    for morpheme in raw_morphemes(nfkc(text)):
        number = morpheme.part_of_speech_id()
        if number not in _kinds:
            _kinds[number] = _kept(tuple(morpheme.part_of_speech()))
        kept = _kinds[number]
        # The surface is asked for only where needed: a big index reads millions of morphemes.
        if kept or (kept is None and morpheme.surface().isascii()):
            found.append(morpheme.normalized_form().lower())
    return found


def is_search_word(morpheme: Morpheme) -> bool:
    """Whether the morpheme says something about which text it stands in."""
    kept = _kept(morpheme.pos)
    return morpheme.surface.isascii() if kept is None else kept


def _kept(pos: tuple[str, ...]) -> bool | None:
    """Whether words of this part of speech are search words. None: numerals, of which only those in digits are."""
    if pos[1] == "数詞":
        return None
    return is_content(pos) or pos[0] == "副詞"
