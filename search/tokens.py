"""How text becomes search tokens: Sudachi mode-A normalised forms of content words."""

from __future__ import annotations

from keikaku.morph import analyse
from keikaku.text import nfkc


def tokens(text: str) -> list[str]:
    """Normalised content words of `text`, in order, lower case; numbers are kept, particles and symbols dropped."""
    return [
        m.normal.lower()
        for m in analyse(nfkc(text))
        if m.is_content or (m.pos[1] == "数詞" and m.surface.isascii()) or m.pos[0] == "副詞"
    ]
