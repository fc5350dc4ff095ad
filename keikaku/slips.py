"""Mends typing slips: a stretch of text that sounds or nearly looks like a word of the vocabulary becomes that word.

Pure and deterministic. What is a word of its own (`Lexicon.right_words`), or part of a name that is said letter by letter, stays.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cached_property

from rapidfuzz.distance import OSA, Levenshtein

from keikaku.lexicon import WHOLE_FROM, Lexicon, spans_of
from keikaku.morph import MUNICIPAL, Morpheme, analyse, readings_of
from keikaku.reading import kana_fold, keys_of, sound_of
from keikaku.text import KATAKANA_WORD, katakana, nfkc
from keikaku.years import find_years

WINDOW = 6  # morphemes that a slip may have been cut into
MISSPELT_FROM = 6  # kana of a word that is known in spite of a wrong one
COMPOUND_FROM = 6  # characters of a katakana compound that may be a slip though its parts are words
ALL_WRONG_FROM = 4  # characters of a kanji word that is known by its sounds alone (単頭処続)
CLIP_BEGINS = 4  # so many kana of its beginning name a word
DROPPED = 2  # kana that a slip leaves out (『チャトボッ』)
CLIPPED_FROM = 1.7  # a clipped word is at most this many times shorter
_LONG_VOWELS = frozenset("アイウエオァィゥェォ")
ENGLISH_FROM = 5  # kana of what may be romaji in an English sentence
_OF_ENGLISH = re.compile(
    r"\b(?:the|an?|of|is|are|was|were|how|what|which|when|do|does|did|in|for|to|by|had|has)\b", re.IGNORECASE
)
_LATIN_IN_KANA = re.compile(r"[a-z][ぁ-ゖ]|[ぁ-ゖ][a-z]")
MISTYPED_FROM, LONG_WORD = 5, 9  # keys
RUNS, LONGEST_RUN = 5, 16  # what is longer is no word with a slip
_LATIN = re.compile(r"[a-z]")
_KEYS_AMONG_KANA = re.compile(
    r"(?:[ぁ-ゖァ-ヶー一-龥]{0,6}(?<![\da-z])[a-z]{1,2}(?![\da-z])[ぁ-ゖァ-ヶー]{1,6})+", re.ASCII
)
_CAPITALS = re.compile(r"(?<![A-Za-z])[A-Z]{5,}(?![A-Za-z])")
_CLIPPED = re.compile(r"[ァ-ヶー]{3,7}")
_HIRAGANA = re.compile(r"[ぁ-ゖー]+")
_KANJI = re.compile(r"[一-龥]")
_KANJI_WORD = re.compile(r"[一-龥]{2,4}")
_GRAMMAR = {"助詞", "助動詞", "副詞", "連体詞", "接続詞", "感動詞"}
Found = tuple[int, int, str, float]  # start, end, the word meant, how much speaks for it


class SlipMender:
    """Mends to the words of one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._by_length: dict[tuple[int, int], list[str]] = {}
        self._spelled = sorted(
            {nfkc(name).lower() for item in lexicon.items for name in item.names if len(name) >= WHOLE_FROM}
        )

    def mend(self, text: str) -> tuple[str, list[tuple[str, str]]]:
        """Mend slips: a stretch that sounds (or nearly looks) like a word of the vocabulary becomes that word."""
        if not text:
            return text, []
        protected = self._protected(text)
        sound = sound_of(text)
        borders = {m.start for m in analyse(text)} | {len(text)}
        found: list[Found] = []
        for reading, words in itertools.chain(self.lexicon.vocabulary.items(), self.lexicon.sounds_of_others.items()):
            at = sound.kana.find(reading)
            while at != -1:
                stop = at + len(reading)
                if sound.starts[at] and sound.ends[stop - 1]:
                    start, end = sound.spans[at][0], sound.spans[stop - 1][1]
                    if end < len(text) and text[end] in _LONG_VOWELS and end not in borders:
                        end += 1  # セキュリテイ
                    apart = reading in self.lexicon.sounds_of_others and not {start, end} <= borders
                    if not apart and self._may_mend(text, start, end, reading, protected):
                        found.append((start, end, _best_word(words, text[start:end]), len(reading)))
                at = sound.kana.find(reading, at + 1)
        found += self._lookalikes(text, protected) + self._misread(text, protected)
        found += self._misspelt(text, protected) + self._clipped(text, protected)
        found += self._mistyped(text, protected) + self._swapped(text, protected)
        names = self._name_spans(text)
        return _replace(text, [f for f in found if not any(f[0] < end and start < f[1] for start, end in names)])

    def _name_spans(self, text: str) -> list[tuple[int, int]]:
        """Where a name of the plan stands letter by letter: 歳児 in 『むし歯のない3歳児の割合』 is no slip for 催事."""
        lower = text.lower()
        return [span for name in self._spelled for span in spans_of(name, lower)]

    def _protected(self, text: str) -> list[bool]:
        """Characters that stand in a vocabulary word already, in a year, or in the name of a municipality."""
        lower = text.lower()
        protected = [False] * len(text)
        for word in self.lexicon.surfaces:
            at = lower.find(word)
            while at != -1:
                protected[at : at + len(word)] = [True] * len(word)
                at = lower.find(word, at + 1)
        tokens = analyse(text)
        for place, suffix in itertools.pairwise(tokens):
            if place.is_place and suffix.surface in MUNICIPAL:
                protected[place.start : suffix.end] = [True] * (suffix.end - place.start)
        for mention in find_years(text):
            protected[mention.start : mention.end] = [True] * (mention.end - mention.start)
        return protected

    def _may_mend(self, text: str, start: int, end: int, reading: str, protected: list[bool]) -> bool:
        surface = text[start:end]
        if all(protected[start:end]) or nfkc(surface).lower() in self.lexicon.surfaces:
            return False
        if len(surface) == 1 and _KANJI.match(surface):
            return False
        if surface in self.lexicon.right_words or _is_verb(text, start, end):
            return False
        if len(reading) < 4 and _HIRAGANA.fullmatch(surface) and _is_grammar(text, start, end):
            return False  # 『できたのかどうか』 is no slip for 稼働
        kana_only = re.fullmatch(r"[ぁ-ゖァ-ヶー]+", surface) is not None
        if len(reading) < ENGLISH_FROM and surface.isascii() and len(_OF_ENGLISH.findall(text)) > 1:
            return False  # 『had taken』 is no slip for 他県
        if len(reading) < 4:
            borders = {m.start for m in analyse(text)} | {len(text)}
            return start in borders and end in borders
        if kana_only and len(reading) == 4 and start > 0 and re.match(r"[ぁ-ゖ]", text[start - 1]) is not None:
            return {start, end} <= {m.start for m in analyse(text)} | {len(text)}
        return True

    def _lookalikes(self, text: str, protected: list[bool]) -> list[Found]:
        """Words of four characters or more with one character wrong, where the analyser saw only fragments."""
        found: list[Found] = []
        for tokens in _windows(text):
            start, end = tokens[0].start, tokens[-1].end
            window = text[start:end].lower()
            fragments = [t for t in tokens if _is_fragment(t) and not all(protected[t.start : t.end])]
            compound = len(window) >= COMPOUND_FROM and KATAKANA_WORD.fullmatch(window) is not None
            compound = compound and not all(protected[start:end])  # チャットポット: of two words, neither of them meant
            if len(window) < 4 or len(window) > 16 or re.search(r"[\s、。?!()\d何]", window):
                continue
            if not fragments and not compound:
                continue
            if any(t.surface == "の" for t in tokens[1:-1]):
                continue  # 『周波数の目標』 is no slip for 数値目標
            best = None if _LATIN_IN_KANA.search(window) and any(protected[start:end]) else self._nearest(window)
            if best and best.lower() not in window:
                found.append((start, end, best, len(window) - 1.5))
        return found

    def _misread(self, text: str, protected: list[bool]) -> list[Found]:
        """Short kanji words with a character for another of the same sound, which the analyser reads otherwise (処管 for
        所管)."""
        found: list[Found] = []
        for tokens in _windows(text):
            start, end = tokens[0].start, tokens[-1].end
            typed = text[start:end]
            if not _KANJI_WORD.fullmatch(typed) or any(protected[start:end]) or typed in self.lexicon.right_words:
                continue
            if any(t.pos[1] == "数詞" or t.is_place or t.surface in self.lexicon.right_words for t in tokens):
                continue
            if len(tokens) == 1 and not tokens[0].oov:
                continue  # a word of the dictionary, or a name
            words = [word for word in self._kanji_words.get(len(typed), ()) if _sounds_alike(typed, word)]
            if len(words) == 1:
                found.append((start, end, words[0], len(typed) + 2))
        return found

    @cached_property
    def _kanji_words(self) -> dict[int, list[str]]:
        """Words of the vocabulary in two to four kanji, by their length."""
        words: dict[int, list[str]] = {}
        for spellings in self.lexicon.vocabulary.values():
            for word in spellings:
                if _KANJI_WORD.fullmatch(word):
                    words.setdefault(len(word), []).append(word)
        return words

    def _misspelt(self, text: str, protected: list[bool]) -> list[Found]:
        """Words in hiragana with one kana wrong, missing or too many (『ちゃとぼっと』, 『でんしんせい』)."""
        found: list[Found] = []
        for tokens in _windows(text):
            start, end = tokens[0].start, tokens[-1].end
            if not _HIRAGANA.fullmatch(text[start:end]):
                continue
            typed = kana_fold(katakana(text[start:end]))
            if len(typed) < MISSPELT_FROM - 1 or any(protected[start:end]):
                continue
            for reading, words in self.lexicon.vocabulary.items():
                if (
                    len(reading) >= MISSPELT_FROM
                    and reading[0] == typed[0]
                    and Levenshtein.distance(typed, reading, score_cutoff=1) == 1
                ):
                    found.append((start, end, words[0], len(typed) - 1.5))
        return found

    def _clipped(self, text: str, protected: list[bool]) -> list[Found]:
        """Clipped katakana (『オプデ』, 『セキュクラ』, 『チャットボ』): a word of no dictionary that begins one long word, or
        whose kana stand in it in their order."""
        found: list[Found] = []
        for m in analyse(text):
            if not m.oov or not _CLIPPED.fullmatch(m.surface) or all(protected[m.start : m.end]):
                continue
            short = kana_fold(m.surface)
            words = [
                word
                for reading, spellings in self.lexicon.vocabulary.items()
                for word in spellings
                if KATAKANA_WORD.fullmatch(word) and _is_clip(short, kana_fold(reading))
            ]
            shortest = min(map(len, words), default=0)  # ロボト: ロボット rather than a compound of it
            meant = {self.lexicon.canonical(word) for word in words}
            nearest = {
                self.lexicon.canonical(word) for word in words if len(word) == shortest <= len(m.surface) + DROPPED
            }
            if 1 in {len(meant), len(nearest)}:
                found.append((m.start, m.end, min(words, key=len), len(short)))
        return found

    def _mistyped(self, text: str, protected: list[bool]) -> list[Found]:
        """Romaji input with a letter missing, wrong or too many, which leaves Latin letters among the kana (『担tぷ』,
        『もくhyぽう』): the keys that were hit are nearly those of a word."""
        found: list[Found] = []
        for run in itertools.islice(_KEYS_AMONG_KANA.finditer(text), RUNS):
            if len(run.group()) > LONGEST_RUN or any(protected[run.start() : run.end()]):
                continue
            for start, end in itertools.combinations(range(run.start(), run.end() + 1), 2):
                typed = text[start:end]
                if end - start < 2 or not _LATIN.search(typed) or typed.isascii():
                    continue
                keys = keys_of(typed)
                limit = 1 if len(keys) < LONG_WORD else 2
                near = [
                    (distance, word)
                    for word in self._keys.get(keys[:1], {})
                    if (distance := Levenshtein.distance(keys, word, score_cutoff=limit)) <= limit
                ]
                if near:
                    distance, word = min(near)
                    found.append((start, end, self._keys[keys[0]][word], len(word) - distance))
        return found

    @cached_property
    def _keys(self) -> dict[str, dict[str, str]]:
        """First key → the keys by which a word of the vocabulary is typed → the word."""
        found: dict[str, dict[str, str]] = {}
        for reading, words in self.lexicon.vocabulary.items():
            if len(keys := keys_of(reading)) >= MISTYPED_FROM:
                found.setdefault(keys[0], {}).setdefault(keys, words[0])
        return found

    def _swapped(self, text: str, protected: list[bool]) -> list[Found]:
        """Capitals with two letters swapped or one wrong (『CSRIT』)."""
        found: list[Found] = []
        for match in _CAPITALS.finditer(text):
            typed = match.group()
            if any(protected[match.start() : match.end()]):
                continue
            near = [w for w in self._capitals if w[0] == typed[0] and OSA.distance(typed, w, score_cutoff=1) == 1]
            found += [(match.start(), match.end(), near[0], float(len(typed)))] if len(near) == 1 else []
        return found

    @cached_property
    def _capitals(self) -> list[str]:
        """The words of the vocabulary in capitals."""
        return [w for words in self.lexicon.vocabulary.values() for w in words if _CAPITALS.fullmatch(w)]

    def _nearest(self, window: str) -> str | None:
        limit = 1 if len(window) < 9 else 2
        # 『tれわーく』: a slip of the keyboard leaves kana of the other kind, too.
        windows = {window, katakana(window)} if _LATIN_IN_KANA.search(window) else {window}
        for word in self._words_by_length(len(window), limit):
            for typed in windows:
                if word[0] != typed[0] and word[-1] != typed[-1]:
                    continue
                if Levenshtein.distance(typed, word.lower(), score_cutoff=limit) <= limit:
                    return word
        return None

    def _words_by_length(self, length: int, slack: int) -> list[str]:
        """Words of four characters or more that are about as long; looked up once."""
        if (length, slack) not in self._by_length:
            self._by_length[length, slack] = [
                word
                for words in self.lexicon.vocabulary.values()
                for word in words
                if len(word) >= 4 and abs(len(word) - length) <= slack and not word.isascii() and "の" not in word
            ]
        return self._by_length[length, slack]


def _windows(text: str) -> Iterator[tuple[Morpheme, ...]]:
    """Each stretch of up to WINDOW morphemes."""
    tokens = analyse(text)
    for i in range(len(tokens)):
        for j in range(i + 1, min(i + WINDOW, len(tokens)) + 1):
            yield tokens[i:j]


def _is_fragment(m: Morpheme) -> bool:
    """A piece that the analyser could not read as a word: one character long or unknown, and no particle."""
    return (len(m.surface) == 1 or m.oov) and m.pos[0] not in {"助詞", "助動詞", "補助記号", "空白"}


def _sounds_alike(typed: str, word: str) -> bool:
    """The words share a character in its place, or are long, and the others of each pair have a reading in common."""
    pairs = list(zip(typed, word))
    others = [(a, b) for a, b in pairs if a != b]
    enough = len(others) < len(pairs) or len(pairs) >= ALL_WRONG_FROM
    return bool(others) and enough and all(readings_of(a) & readings_of(b) for a, b in others)


def _is_grammar(text: str, start: int, end: int) -> bool:
    """The analyser sees particles, auxiliaries and the like from end to end."""
    tokens = [m for m in analyse(text) if m.start < end and start < m.end]
    whole = bool(tokens) and tokens[0].start == start and tokens[-1].end == end
    return whole and all(m.pos[0] in _GRAMMAR for m in tokens)


def _is_verb(text: str, start: int, end: int) -> bool:
    """A verb or adjective in kanji, which only sounds like another (引き上げる is no slip for 挙げる)."""
    m = next((m for m in analyse(text) if (m.start, m.end) == (start, end)), None)
    return m is not None and m.pos[0] in {"動詞", "形容詞"} and not m.oov and _KANJI.search(m.surface) is not None


def _stand_in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _is_clip(short: str, reading: str) -> bool:
    """`short` is the beginning of a word, or some of its kana with the first one."""
    if len(short) >= CLIP_BEGINS and len(short) < len(reading) and reading.startswith(short):
        return True
    clipped = len(reading) >= CLIPPED_FROM * len(short) or 0 < len(reading) - len(short) <= DROPPED
    return reading[0] == short[0] and clipped and _stand_in_order(short, reading)


def _best_word(words: list[str], surface: str) -> str:
    """Of words that sound alike, the one that looks most like what was typed."""
    return min(words, key=lambda word: Levenshtein.distance(word, surface))


def _replace(text: str, found: list[Found]) -> tuple[str, list[tuple[str, str]]]:
    """Apply the longest replacements that do not overlap."""
    taken: list[tuple[int, int, str]] = []
    for start, end, word, _ in sorted(found, key=lambda f: (-f[3], f[0])):
        if all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, word))
    repairs = []
    for start, end, word in sorted(taken, reverse=True):
        repairs.append((text[start:end], word))
        text = text[:start] + word + text[end:]
    return text, repairs[::-1]
