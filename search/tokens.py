"""How text becomes search tokens: Sudachi mode-A normalised forms of content words."""

from __future__ import annotations

from keikaku.morph import Morpheme, analyse
from keikaku.text import nfkc


def tokens(text: str) -> list[str]:
    """Normalised content words of `text`, in order, lower case; numbers are kept, particles and symbols dropped."""
    return [m.normal.lower() for m in analyse(nfkc(text)) if is_search_word(m)]


def is_search_word(morpheme: Morpheme) -> bool:
    """Whether the morpheme says something about which text it stands in."""
    if morpheme.pos[1] == "数詞":
        return morpheme.surface.isascii()
    return morpheme.is_content or morpheme.pos[0] == "副詞"
