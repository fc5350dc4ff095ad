"""Years that a question names by their place in the plan: 初年度, 2年目, 最終年度, 計画の最後の年."""

from __future__ import annotations

import re
from collections.abc import Sequence

from keikaku.years import number

_FIRST = re.compile(r"初年度|(?:最初|さいしょ|初め|はじめ)の(?:年|とし)|1年目|一年目|スタートの年")
_LAST = re.compile(
    r"最終年度?|最終目標|(?:最後|さいご)の(?:年度?|とし)|ラストの年|final year|last year of|計画の最後|計画の終わり|計画終了|最終的"
    r"|(?:最後|おしまい|最終)(?=\d|は|で|だけ|だと|なら|って|[?？]|$)"
)
ONWARD = re.compile(r"度?\s*(?:以降|以後|から(?:先|後|あと)?(?!何|なに))")
_NTH = re.compile(r"([1-9一二三四五])年目")


_MOST = re.compile(r"(?:一番|いちばん|もっとも|最も)(?=最後|おしまい|最終|最初|はじめ|初め|初年度)")


def without_emphasis(text: str) -> str:
    """『いちばん最後は』 asks for the last year, not for the highest figure."""
    return _MOST.sub("", text)


def relative_years(text: str, plan_years: Sequence[int]) -> list[int]:
    """The fiscal years meant, for a plan whose targets stand under `plan_years` (in order)."""
    if not plan_years:
        return []
    found = [plan_years[0]] if _FIRST.search(text) else []
    for match in _NTH.finditer(text):
        place = number(match[1])
        if place and place <= len(plan_years):
            onward = ONWARD.match(text, match.end())
            found += plan_years[place - 1 :] if onward else [plan_years[place - 1]]
    if _LAST.search(text):
        found.append(plan_years[-1])
    return list(dict.fromkeys(found))
