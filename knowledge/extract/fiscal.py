"""Fiscal years in headings and cells, with ranges and dates, beyond the single mentions of keikaku.years."""

from __future__ import annotations

import re
from dataclasses import dataclass

from keikaku import years
from keikaku.text import nfkc

_DOTTED = re.compile(
    r"((?:令和|平成|[RrHh])\s*(?:\d{1,2}|元)|20\d\d)\s*[./]\s*(1[0-2]|0?[1-9])(?:[./]\d{1,2})?(?=\D|$)"
)
_SHORT_RANGE = re.compile(r"((?:令和|平成|[RrHh])\s*)(\d{1,2}|元)(\s*(?:年度?)?\s*[~\-―—–〜]\s*)(\d{1,2})(?=\D|$)")
_WESTERN_RANGE = re.compile(r"(20\d\d)(\s*(?:年度?)?\s*[~\-―—–〜]\s*)(\d\d)(?=年度)")
_ERA = r"(?:令和|平成|[RrHh])\s*(?:\d{1,2}|元)"
_BOTH = re.compile(rf"({_ERA})\s*(?:年度?)?\s*[(（]\s*(?:西暦)?\s*20\d\d\s*(?:年度?)?\s*[)）]")
_BOTH_WESTERN = re.compile(rf"(20\d\d)\s*(?:年度?)?\s*[(（]\s*{_ERA}\s*(?:年度?)?\s*[)）]")
_RANGE = re.compile(r"^[\s)）]*(?:年度?)?[\s)）]*(?:から|[~〜\-―—–])[\s(（]*$")
# What goes on after a year: 年度末, 3月31日現在, 時点.
_TAIL = re.compile(r"^(?:年?(?:度|間)?)?\s*(?:末|(?:1[0-2]|0?[1-9])月(?:\d{1,2}日|末)?)?\s*(?:時点|現在|頃)?\s*")
PART = re.compile(r"上期|下期|上半期|下半期|前期|後期|第?[1-4]四半期|[1-4]Q|\d{1,2}[~〜-]\d{1,2}月")  # of a year


@dataclass(frozen=True)
class Years:
    """Fiscal years in a text. `rest` is the text without them, `printed` the words that gave them."""

    years: tuple[int, ...]
    rest: str
    printed: str
    is_range: bool = False

    @property
    def one(self) -> int | None:
        return self.years[0] if len(set(self.years)) == 1 else None


def find(text: str) -> Years:
    """Every fiscal year of a text in any width; 『R6～R8』 stands for all three."""
    text = spelled_out(text)
    mentions = years.find_years(text)
    found: list[int] = []
    is_range = False
    rest, printed, at = [], [], 0
    for i, mention in enumerate(mentions):
        if mention.start < at:
            continue
        between = text[at : mention.start]
        if i and found and _RANGE.match(between) and found[-1] < mention.year <= found[-1] + 15:
            found += range(found[-1] + 1, mention.year)
            is_range = True
        found.append(mention.year)
        tail = _TAIL.match(text[mention.end :])
        end = mention.end + (tail.end() if tail else 0)
        rest.append(between)
        printed.append(text[mention.start : end].strip())
        at = end
    rest.append(text[at:])
    words = re.sub(r"[(（]\s*[)）]", "", "".join(rest)).strip()
    # 令和6年度(2024年度) names one year twice.
    unique = tuple(dict.fromkeys(found))
    joined = "~".join((printed[0], printed[-1])) if is_range else "".join(dict.fromkeys(printed[:1]))
    return Years(unique, words, joined, is_range)


def spelled_out(text: str) -> str:
    """NFKC, with R5.3 as R5年3月, R6-8 as R6-R8 and 令和6(2024)年度 as 令和6年度, so that every year is one that keikaku.years knows."""
    text = _BOTH.sub(lambda m: f"{m[1]}年度" if "度" in m[0] else f"{m[1]}年", nfkc(text))
    text = _BOTH_WESTERN.sub(r"\1年", text).replace("年年", "年")
    text = _SHORT_RANGE.sub(lambda m: f"{m[1]}{m[2]}{m[3]}{m[1]}{m[4]}", text)
    text = _WESTERN_RANGE.sub(lambda m: f"{m[1]}{m[2]}20{m[3]}", text)
    return _DOTTED.sub(lambda m: f"{m[1]}年{int(m[2])}月", text)
