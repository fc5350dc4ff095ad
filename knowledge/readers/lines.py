"""Text as files hold it, made readable: one line, one space, real characters."""

from __future__ import annotations

import re
import unicodedata

from keikaku.text import squeeze

# PDF fonts often carry the radical ⼈ (U+2F08) in place of the word 人; only those are replaced, widths stay as printed.
_RADICALS = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]")


def clean_line(text: str) -> str:
    """One line without invisible characters; 『計 画 の 期 間』 spread over its width is 計画の期間."""
    text = squeeze(_INVISIBLE.sub("", _RADICALS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)))
    parts = text.split(" ")
    if len(parts) >= 3 and all(len(part) == 1 for part in parts):
        return "".join(parts)
    return text


def clean_lines(text: str) -> str:
    """The non-empty lines of a text, each cleaned, joined by line breaks."""
    return "\n".join(words for line in text.splitlines() if (words := clean_line(line)))
