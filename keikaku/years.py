"""Fiscal years (年度) as they are written: R5, 令和5年度, 令5, 2023, FY2023, '23年度, 5年度末, 平成28年度."""

from __future__ import annotations

import re
from dataclasses import dataclass

REIWA_OFFSET = 2018
HEISEI_OFFSET = 1988

_TO_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_KANJI_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = r"(?:\d{1,2}|元|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_SUFFIX = r"(?:\s*年度?末?度?|\s*(?:末|まつ|ねんどまつ|ねんど|nendo(?:matsu)?))?"
_YEAR = re.compile(
    rf"""
    (?:(?<![A-Za-z])FY\s?)?(?P<western>(?<![\d,.])20\d\d(?![\d,.]*\d)(?!\s*(?:人|名|件|回|時間|箇所|か所|団体|%))|[二2][〇○零0][一二三四][〇○零一二三四五六七八九])\s*[（(]?(?:(?:令和|R)\s*\d{{1,2}}\s*[）)]?)?{_SUFFIX}
  | (?P<era>令和|れいわ|レイワ|reiwa|平成|へいせい|heisei|(?<![A-Za-z])[RrHh](?=\s?\d{{1,2}}(?!\d))|令|平(?=\d))\s*(?P<n>{_NUMBER}){_SUFFIX}
  | (?<![\d,.'])'?(?P<short>2[0-9])(?=\s*年度)\s*年度末?
  | (?:(?<![A-Za-z])FY\s?'?|(?<![\d,.])')(?P<quote>2[0-9])(?!\d)
  | (?<![\d,.第RrHh月日〇○零一二三四五六七八九十])(?P<bare>\d{{1,2}}|二?十[一二三四五六七八九]?|[一二三四五六七八九])(?=\s*(?:年度|ねんど|年末|nendo|末))\s*(?:年度末?|ねんど(?:まつ)?|年末|nendo(?:matsu)?|末)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The end of a range whose era was said at its start: 令和三〜六, R3-6.
_UNTIL = re.compile(rf"\s*[〜~～ー−-]\s*(?P<n>{_NUMBER})(?![\d月日%箇か]){_SUFFIX}")
_MONTH = re.compile(r"[)）]?年?\s*(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月")


@dataclass(frozen=True)
class YearMention:
    """A fiscal year in a text, with the character span it was read from."""

    year: int
    start: int
    end: int


def number(text: str) -> int | None:
    """A one- or two-digit number in Arabic or kanji digits; 元 is 1. None for anything else."""
    if text.isdigit():
        return int(text)
    if text == "元":
        return 1
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_KANJI_DIGITS[tens] if tens else 1) * 10 + (_KANJI_DIGITS[ones] if ones else 0)
    return _KANJI_DIGITS.get(text)


def kanji_number(text: str) -> int:
    """A number below ten thousand as it is said: 千 is 1000, 二百五十 is 250."""
    total, digit = 0, 0
    for char in text:
        if char in _KANJI_DIGITS:
            digit = _KANJI_DIGITS[char]
        else:
            total, digit = total + (digit or 1) * {"千": 1000, "百": 100, "十": 10}[char], 0
    return total + digit


def find_years(text: str) -> list[YearMention]:
    """All fiscal years in NFKC text, in order.

    A bare 5年度 is Reiwa 5; 23年度 is 2023, since no plan of this century reaches Reiwa 20.
    """
    found: list[YearMention] = []
    for match in _YEAR.finditer(text):
        year: int | None
        if match["western"]:
            year = int(match["western"].translate(_TO_DIGITS))
        elif match["era"]:
            count = number(match["n"])
            heisei = match["era"].lower() in {"平成", "へいせい", "heisei", "平", "h"}
            year = None if count is None else count + (HEISEI_OFFSET if heisei else REIWA_OFFSET)
        elif match["short"] or match["quote"]:
            year = 2000 + int(match["short"] or match["quote"])
        else:
            count = number(match["bare"])
            year = None if count is None else (2000 + count if count >= 20 else REIWA_OFFSET + count)
        if year is not None and not (found and found[-1].start == match.start()):
            # January to March belong to the fiscal year that began the April before: 2024年3月末 is the end of R5.
            month = _MONTH.match(text, match.end())
            early = month is not None and (number(month[1]) or 0) <= 3
            found.append(YearMention(year - 1 if early else year, match.start(), match.end()))
            until = _UNTIL.match(text, match.end()) if match["era"] else None
            last = number(until["n"]) if until else None
            if until is not None and last is not None and year < last + REIWA_OFFSET <= year + 10:
                found.append(YearMention(last + REIWA_OFFSET, until.start("n"), until.end()))
    return found


def reiwa(year: int) -> str:
    """2023 → 'R5'; a year before Reiwa as 'H30'."""
    return f"R{year - REIWA_OFFSET}" if year > REIWA_OFFSET else f"H{year - HEISEI_OFFSET}"


def spoken(year: int) -> str:
    """2023 → 'R5（2023）年度'."""
    return f"{reiwa(year)}（{year}）年度"
