"""Readings (よみ): how a word sounds, so that 甲府率, こうふりつ and koufuritsu meet 交付率."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

import jaconv

from keikaku.morph import analyse
from keikaku.text import katakana
from keikaku.years import find_years

_LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        [
            "エー",
            "ビー",
            "シー",
            "ディー",
            "イー",
            "エフ",
            "ジー",
            "エイチ",
            "アイ",
            "ジェー",
            "ケー",
            "エル",
            "エム",
            "エヌ",
            "オー",
            "ピー",
            "キュー",
            "アール",
            "エス",
            "ティー",
            "ユー",
            "ブイ",
            "ダブリュー",
            "エックス",
            "ワイ",
            "ゼット",
            "ゼロ",
            "イチ",
            "ニ",
            "サン",
            "ヨン",
            "ゴ",
            "ロク",
            "ナナ",
            "ハチ",
            "キュウ",
        ],
    )
)
_SYLLABLE = r"(?:(?:[kgsztdnhbpmrjfc]?y|[sc]h|ts|[kgsztdnhbpmrwjfyv])?[aiueo]-?|n(?![aiueoy])'?|([kgstdpbzcj])(?=\1))"
_ROMAJI = re.compile(rf"(?<![A-Za-z]){_SYLLABLE}{{2,}}(?![A-Za-z])", re.IGNORECASE)
_ENGLISH = frozenset(
    [
        "the",
        "to",
        "me",
        "he",
        "she",
        "we",
        "you",
        "are",
        "is",
        "in",
        "on",
        "no",
        "so",
        "do",
        "go",
        "be",
        "one",
        "more",
        "same",
        "made",
        "some",
        "note",
        "data",
        "home",
        "use",
        "base",
        "rate",
    ]
)
_ROMAJI_WORD = re.compile(rf"{_SYLLABLE}+", re.IGNORECASE)
_ROMAJI_GRAMMAR = re.compile(
    r"\b(?:wa|ga|wo|ni|desu|desuka|masuka|itsu|nani|nan|doko|dou|dono|ikutsu|oshiete|kudasai|suru|naru|dekita|mokuhyou?|tantou?)\b",
    re.IGNORECASE,
)
_PARTICLES = {"wa": "は", "wo": "を", "e": "へ"}
LONG_ROMAJI = 6
_OF_ENGLISH = re.compile(r"\b(?:the|an?|of|is|are|was|what|which|how|when|who|for|do|does|please)\b", re.IGNORECASE)
ROMAJI_SHARE = 0.5  # of the words of a message in romaji
_FOLDS = (
    ("ディ", "デ"),
    ("ティ", "テ"),
    ("ヂ", "ジ"),
    ("ヅ", "ズ"),
    ("ヴァ", "バ"),
    ("ヴ", "ブ"),
    ("ヲ", "オ"),
    ("ッ", "ツ"),
)


def kana_fold(reading: str) -> str:
    """A reading without what slips most easily: long marks, small ッ (『びつぐ』), small vowels after ディ, ヂ/ジ."""
    for old, new in _FOLDS:
        reading = reading.replace(old, new)
    return reading.replace("ー", "")


def romaji_to_katakana(text: str) -> str | None:
    """Katakana for a run of Latin letters that is romaji from end to end, else None."""
    word = text.lower()
    if word in _ENGLISH or len(word) < 3 or not _ROMAJI.fullmatch(word):
        return None
    return str(katakana(jaconv.alphabet2kana(word)))


def keys_of(text: str) -> str:
    """The Latin keys by which a text is typed: its reading in romaji."""
    reading = "".join(m.surface if re.fullmatch(r"[ぁ-ゖァ-ヶーa-z]+", m.surface) else m.reading for m in analyse(text))
    return re.sub(r"[ー\-]", "", str(jaconv.kana2alphabet(jaconv.kata2hira(reading))))


def is_romaji(text: str) -> bool:
    """A message in romaji throughout (『koufuritsu no mokuhyou wa nan desu ka』)."""
    words = {word.lower() for word in re.findall(r"[A-Za-z']+", text)}
    spelled = [word for word in words if _ROMAJI_WORD.fullmatch(word)]
    long = [word for word in spelled if len(word) >= LONG_ROMAJI and word not in _ENGLISH]
    grammar = _ROMAJI_GRAMMAR.search(text) is not None or (len(long) > 1 and not _OF_ENGLISH.search(text))
    grammar = grammar and text.isascii()
    return grammar and len(words) >= 3 and len(spelled) >= ROMAJI_SHARE * len(words)


def romaji_to_hiragana(text: str, kept: Container[str]) -> str:
    """The text with its romaji in hiragana, but for years and the words that are `kept`."""
    years = [(mention.start, mention.end) for mention in find_years(text)]

    def in_kana(match: re.Match[str]) -> str:
        word = match.group().lower()
        if word in kept or not _ROMAJI_WORD.fullmatch(word) or any(a <= match.start() < b for a, b in years):
            return match.group()
        return _PARTICLES.get(word) or str(jaconv.alphabet2kana(word))

    return re.sub(r"[A-Za-z']+", in_kana, text)


def reading_of(word: str) -> str:
    """The katakana reading of a vocabulary word; capitals are spelled (DX → ディーエックス)."""
    parts = []
    for m in analyse(word, "C"):
        if re.fullmatch(r"[A-Za-z0-9]+", m.surface) and (
            m.surface.isupper() or m.surface.isdigit() or len(m.surface) <= 2
        ):
            parts.append("".join(_LETTERS.get(c.upper(), "") for c in m.surface))
        elif re.fullmatch(r"[ぁ-ゖァ-ヶー]+", m.surface):
            parts.append(katakana(m.surface))
        elif m.pos[0] not in {"補助記号", "空白", "記号"}:
            parts.append(m.reading)
    return "".join(parts)


@dataclass(frozen=True)
class Sound:
    """A text as one string of folded kana, each kana with the span of text it comes from.

    `starts[i]` says that a word may begin at kana i, `ends[i]` that one may end after it.
    """

    kana: str
    spans: list[tuple[int, int]]
    starts: list[bool]
    ends: list[bool]


def sound_of(text: str) -> Sound:
    """The reading of NFKC text with its alignment. Kana align one by one, other words as a whole."""
    kana: list[str] = []
    spans: list[tuple[int, int]] = []
    starts: list[bool] = []
    ends: list[bool] = []

    def add(reading: str, start: int, end: int, one_by_one: bool) -> None:
        first = len(kana)
        for i, char in enumerate(reading):
            kana.append(char)
            spans.append((start + i, start + i + 1) if one_by_one else (start, end))
            starts.append(one_by_one or len(kana) - 1 == first)
            ends.append(one_by_one)
        if len(kana) > first:
            ends[-1] = True

    for piece in _pieces(text):
        chunk, at = piece.group(), piece.start()
        if re.fullmatch(r"[A-Za-z' \-]+", chunk):
            for word in re.finditer(r"[A-Za-z'\-]+", chunk):
                kata = romaji_to_katakana(word.group())
                if kata:
                    add(kata, at + word.start(), at + word.end(), False)
                elif word.group().isupper() and len(word.group()) <= 6:
                    add("".join(_LETTERS.get(c, "") for c in word.group()), at + word.start(), at + word.end(), False)
                else:
                    add("\u0000", at + word.start(), at + word.end(), False)
            continue
        for m in analyse(chunk):
            if re.fullmatch(r"[ぁ-ゖァ-ヶー]+", m.surface):
                add(katakana(m.surface), at + m.start, at + m.end, True)
            elif m.surface.isspace():
                continue
            elif m.pos[0] in {"補助記号", "空白", "記号"} or not re.fullmatch(r"[ァ-ヶー]+", m.reading):
                add("\u0000", at + m.start, at + m.end, False)
            else:
                add(m.reading, at + m.start, at + m.end, False)
    return _fold(Sound("".join(kana), spans, starts, ends))


def _pieces(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"[A-Za-z' \-]*[A-Za-z][A-Za-z'\-]*|[^A-Za-z]+", text))


def _fold(sound: Sound) -> Sound:
    """`kana_fold` that keeps the alignment."""
    kana, spans, starts, ends = list(sound.kana), list(sound.spans), list(sound.starts), list(sound.ends)
    out: tuple[list[str], list[tuple[int, int]], list[bool], list[bool]] = ([], [], [], [])
    i = 0
    while i < len(kana):
        step, char = 1, kana[i]
        for old, new in _FOLDS:
            if "".join(kana[i : i + len(old)]) == old:
                step, char = len(old), new
                break
        if char == "ー":
            if out[0]:
                out[1][-1] = (out[1][-1][0], max(out[1][-1][1], spans[i][1]))
                out[3][-1] = out[3][-1] or ends[i]
        else:
            out[0].append(char)
            out[1].append((spans[i][0], spans[i + step - 1][1]))
            out[2].append(starts[i])
            out[3].append(ends[i + step - 1])
        i += step
    return Sound("".join(out[0]), *out[1:])
