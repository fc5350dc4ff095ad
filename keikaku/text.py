"""Normalisation of Japanese text as staff and documents write it."""

from __future__ import annotations

import re
import unicodedata

# Half-width or typed sound marks that stand after their kana: カ゛ → ガ.
_SOUND_MARKS = str.maketrans({"゛": "\u3099", "゜": "\u309a", "ﾞ": "\u3099", "ﾟ": "\u309a"})
_SPACED_MARK = re.compile(r"[ \u3000]*([\u3099\u309a])")
_DASHES = re.compile(r"(?<=[ァ-ヶー])[-‐‑–—―−ｰ]")
_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SPACE = re.compile(r"[ \t\u3000\u00a0]+")
_SPACED_LETTERS = re.compile(r"(?<![A-Za-z])[A-Z](?: ?-? ?[A-Z](?![a-z]))*(?: [A-Z](?![a-z]))(?: ?-? ?[A-Z](?![a-z]))*")
MANY_PIECES, SPACED_SHARE = 6, 0.8
_CJK = r"[\u3040-\u30ff\u3400-\u9fff々〆]"

MARGIN = 30  # characters; a longer line may have been broken by a margin
_LINE_GOES_ON = re.compile(r"(?:[、。,.?!？！:：「（(はがをにのでとやもへ]|[A-Za-z])$")
_BULLET = re.compile(r"[・\-*●○■◆>＞]")

KATAKANA_WORD = re.compile(r"[ァ-ヶー]{3,}")


def nfkc(text: str) -> str:
    """Unify widths and sound marks; drop control characters. Letter case is kept."""
    text = _SPACED_MARK.sub(r"\1", _CONTROL.sub("", text).translate(_SOUND_MARKS))
    text = unicodedata.normalize("NFKC", text).replace("\u3099", "").replace("\u309a", "")
    return _DASHES.sub("ー", text)


def fold(text: str) -> str:
    """The key under which two spellings are the same: NFKC, lower case, no white space or quotes."""
    return re.sub(r"[\s「」『』“”\"]", "", nfkc(text)).lower()


def squeeze(text: str) -> str:
    """One line, single spaces, no spaces at the ends."""
    return _SPACE.sub(" ", text.replace("\n", " ")).strip()


def lines_as_sentences(text: str) -> str:
    """One line: a short line of its own (a bullet, a line of a mail) becomes a sentence, one that a margin broke goes on."""
    lines = [line.strip() for line in text.splitlines()]
    joined = ""
    for i, line in enumerate(lines):
        joined += line
        following = lines[i + 1] if i + 1 < len(lines) else None
        if following is None or not line or _LINE_GOES_ON.search(line):
            continue
        joined += "。" if len(line) < MARGIN or not following or _BULLET.match(following) else ""
    return joined


def unspaced(text: str) -> str:
    """Letter-spaced text (『電 子 申 請  ２ ３ 年 度』) without its single spaces; other text as it is."""
    pieces = text.split()
    if len(pieces) < MANY_PIECES or sum(len(piece) == 1 for piece in pieces) < SPACED_SHARE * len(pieces):
        return text
    return re.sub(r"(?<=\S)[ \u3000](?=\S)", "", text)


def join_spaced_letters(text: str) -> str:
    """Mend Latin words that a converter broke apart: 「A I ・ R P A を」 → 「AI・RPAを」."""

    mended = _SPACED_LETTERS.sub(lambda match: match.group().replace(" ", ""), text)
    if mended == text:
        return text
    mended = re.sub(r"(?<=[A-Z]) ?・ ?(?=[A-Z])", "・", mended)
    return re.sub(rf"(?<=[A-Z]) (?={_CJK})|(?<={_CJK}) (?=[A-Z])", "", mended)


_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_KATAKANA = {code + 0x60: code for code in range(0x3041, 0x3097)}


def katakana(text: str) -> str:
    """Hiragana as katakana; everything else as it is."""
    return text.translate(_HIRAGANA)


def hiragana(text: str) -> str:
    """Katakana as hiragana; everything else as it is."""
    return text.translate(_KATAKANA)


def sentences(text: str) -> list[str]:
    """Split at 。！？ outside brackets; the mark stays with its sentence."""
    parts, start, depth = [], 0, 0
    for i, char in enumerate(text):
        if char in "（(「『":
            depth += 1
        elif char in "）)」』":
            depth = max(0, depth - 1)
        elif char in "。！？!?" and depth == 0:
            parts.append(text[start : i + 1].strip())
            start = i + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
