"""The questions in a message that asks several things (『RPAの担当と、R6の目標は？　予算もわかる？』).

Pure. A part may lack the subject that the part before it names: it is read as what follows that one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from keikaku.asking import asks, tells
from keikaku.lexicon import spans_of, within
from keikaku.morph import analyse
from keikaku.text import sentences

MOST = 4
SHORTEST = 4  # characters of a part: 『いつ、どこで』 is one question
_ASPECTS = (
    r"(?:目標(?:値|時間|数)?|担当(?:課|部署|所属)?|所管(?:課|の?所属名?)?|所属名|課名|課題|スケジュール|予定|概要|方針|KPI|現状値?|予算|費用|金額|額|"
    r"電話番号|内線|連絡先|氏名|理由|効果|実績|開始年度|人数)"
)
_ASPECT = re.compile(_ASPECTS, re.IGNORECASE)
_AFTER_ASPECT = re.compile(rf"({_ASPECTS})$", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:何|なに|いつ|どこ|どれ|だれ|誰)(?!か(?:[^?？。]|$)|で?も|に\w{0,4}でも)|なん[のだでにじ人回件年月時割台]|どの|どう|どんな|どげ|いくら|いくつ|なぜ|"
    r"\b(?:what|when|who|which|where|why|how)\b",
    re.IGNORECASE,
)
# What is asked of two things together is one question.
_TOGETHER = re.compile(
    r"差|違い|違う|比べ|比較|対比|どっち|どちら|より|何倍|合計|合算|足し(?:た|て)|足す|トータル|(?:合わせ|あわせ)(?:ると|た|て(?:何|いくつ|どれ))|それとも|変わ|推移|[増減]|一番|最も|関係"
)
_AGAIN = re.compile(
    r"それとも|で(?:いい|ええ|よい|よろしい|結構)|どちら|どっち|差[はを]|違い|または|では?ないですか|とか[?？。]?$"
)
_PAIRS = re.compile(r"現状(?:と|や|及び|および|・|、)(?:課題|目標)|目標(?:と|や|及び|および)(?:現状|実績)")
_CUT = re.compile(
    r"(?<=\w)[、,;；]\s*(?:また|それと|あと|それから|さらに|及び|および|そして|and\b)?\s*|\s+and\s+(?=(?:what|when|who|which|where|why|how)\b)"
    r"|(?:と(?![しすなはい言])|及び|および|並びに|ならびに|それと|プラス|[+＋&])、?|\s+"
)
_REST = re.compile(
    rf"に?ついて|に関し|は(?!じ)|って|、|の(?=[^の、]{{0,12}}?{_ASPECTS})|\s+(?={_ASPECTS})|それぞれ|両方|どちらも|[2二ふた]つとも"
)
_BESIDE = frozenset({"と", "及び", "および", "並びに", "ならびに", "+", "&"})
_NAMES = frozenset({"名詞", "接尾辞", "接頭辞", "補助記号"})
_FIRST_ENDS = re.compile(r"[、はがを]|です")  # what stands before is more than a name
_GOES_ON = re.compile(
    r"(?:[はがをにものへとや]|ついて|として|とか|関して|けど|ので|(?<=[ァ-ヶーA-Za-z一-龥」])(?<![使行持言立待])って)$"
)
_FRAGMENT = re.compile(r"[のでがをに]$")
_BUT = re.compile(r"(?:何|いくつ|いつ|どこ)\w{0,6}で$")  # 『何台で、R6には何台』


def sides_of(text: str) -> list[tuple[str, str]]:
    """『AとBのR5の目標はそれぞれ？』 as (A, the question about A) and (B, the one about B); none where nothing is named side by
    side."""
    whole = sentences(text)
    for at, sentence in enumerate(whole):
        if _TOGETHER.search(sentence) or not (sides := _sides(sentence)):
            continue
        lead = "".join(whole[:at])
        return [(name, f"{lead}{side}") for name, side in sides]
    return []


def _sides(sentence: str) -> list[tuple[str, str]]:
    tokens = analyse(sentence)
    for before, mark, after in zip(tokens, tokens[1:], tokens[2:]):
        named = before.pos[0] in _NAMES and after.pos[0] in _NAMES and before.end >= SHORTEST - 2
        if mark.surface not in _BESIDE or mark.pos[0] not in {"助詞", "接続詞", "補助記号"} or not named:
            continue
        rest = _REST.search(sentence, after.end)
        if rest is None or _FIRST_ENDS.search(sentence[: mark.start]):
            return []
        first, second, asked = (
            sentence[: mark.start],
            sentence[mark.end : rest.start()].strip("、 "),
            sentence[rest.start() :],
        )
        return [(first, first + asked), (second, second + asked)]
    return []


def parts_of(text: str, names: Sequence[str] = ()) -> list[str]:
    """Two to four questions, in their order; none where the message asks one thing. `names` (of plan items) stay whole."""
    found: list[str] = []
    for sentence in sentences(text):
        if found and _AGAIN.search(sentence):
            found = ["".join([*found, sentence])]
            continue
        for part in _clauses(sentence, names):
            # What leads up to a question, or follows it without asking, belongs to it.
            if found and not (_asks(part) and _asks(found[-1])):
                found[-1] += part
            else:
                found.append(part)
    found = [part.strip(" 、,") for part in found]
    return found if 1 < len(found) <= MOST else []


def _asks(part: str) -> bool:
    if not _ASKING.search(part) and (not _ASPECT.search(part) or _FRAGMENT.search(part)):
        return False
    return asks(part) or not tells(part)


def _clauses(sentence: str, names: Sequence[str]) -> list[str]:
    """The sentence cut where both sides ask something: by a question word each, or by what is asked (『担当とR6の目標』)."""
    if _TOGETHER.search(sentence):
        return [sentence]
    whole = [match.span() for match in _PAIRS.finditer(sentence)]
    whole += [span for name in names for span in spans_of(name.lower(), sentence.lower())]
    parts, start = [], 0
    for cut in _CUT.finditer(sentence):
        left, right = sentence[start : cut.start()], sentence[cut.end() :]
        if within(cut.start(), whole) or len(left) < SHORTEST or not right:
            continue
        aspect, others = _AFTER_ASPECT.search(left), _ASPECT.findall(right)
        both_named = aspect is not None and any(other != aspect[1] for other in others)
        pause = cut.group()[0] in "、,;；" or "and" in cut.group()
        both_ask = pause and _ASKING.search(left) and _ASKING.search(right)
        if both_named or (both_ask and (_BUT.search(left) or not _GOES_ON.search(left))):
            parts.append(left)
            start = cut.end()
    return [*parts, sentence[start:]]
