"""Numbered titles: 『施策1-2　窓口のデジタル化』, 『第3章 …』, 『(2) …』 – the kind, the number and the words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from keikaku.text import fold, join_spaced_letters, nfkc, squeeze
from knowledge.extract import vocabulary

_CIRCLED = {chr(0x2460 + i): str(i + 1) for i in range(20)}
_NUMBER = r"(?:\d{1,3}(?:\s*[-－−―ー–.．‐‑・]\s*[(（]?\d{1,3}[)）]?)*|[(（]\d{1,3}[)）]|[①-⑳]|[Ⅰ-Ⅻ](?:\s*[-－−.．]\s*\d{1,3})*|[IVX]{1,4}(?:[-.]\d+)*(?![A-Za-z])|[A-Z](?:[-－−]?\d{1,3})*(?![A-Za-z])|[一二三四五六七八九十]{1,3})"
_CHAPTER = re.compile(rf"^第\s*({_NUMBER})\s*(章|部|編|節|項)\s*(.*)$")
_PLAIN = (
    ("#-#", re.compile(r"^(\d{1,2}(?:\s*[-－−―‐–.．]\s*[(（]?\d{1,3}[)）]?)+)[.．、:：\s\u3000]+(.+)$")),
    ("#-#", re.compile(r"^(\d{1,2}(?:[-－−―‐–]\d{1,3})+)(?=[^\d\s年月日\-.])(.+)$")),
    ("#-(#)", re.compile(r"^(\d{1,2}[-－−‐–][(（]\d{1,3}[)）])[\s\u3000]*(.+)$")),
    (
        "Ⅰ-#",
        re.compile(r"^((?:[Ⅰ-Ⅻ]|[IVX]{1,4})(?:\s*[-－−‐–.．]\s*[(（]?\d{1,3}[)）]?)+)[.．、:：\s\u3000]*(?!\d)(.+)$"),
    ),
    ("A#", re.compile(r"^(?![RHS]\d)([A-Z][-－−]?\d{1,3}(?:[-－−]\d{1,3})*)[.．、:：\s\u3000]+(.+)$")),
    ("No", re.compile(r"^(?:No\.?|NO\.?|№)\s*(\d{1,3})[.．、:：\s\u3000]+(.+)$")),
    ("(#)", re.compile(r"^([(（]\d{1,2}[)）])[\s\u3000]*(.+)$")),
    ("#", re.compile(r"^(\d{1,2})(?:[.．、:：)）][\s\u3000]*|[\s\u3000]+)(?!\d)(.+)$")),
    ("①", re.compile(r"^([①-⑳])[\s\u3000]*(.+)$")),
    ("Ⅰ", re.compile(r"^([Ⅰ-Ⅻ])[.．、\s\u3000]*(.+)$")),
    ("ア", re.compile(r"^([ア-オ])[.．\s\u3000]+(.+)$")),
)
_BOX = re.compile(r"^(?:【(?P<inner>[^【】]{1,40})】|[■◆●□◇▼]\s*(?P<marked>.{1,40}))$")
_OWNER = re.compile(
    r"^(?P<title>.{2,}?)\s*[【（(〔\[＜]\s*(?:(?P<label>[^】）)〕\]＞：:\s]{1,8})\s*[：:]\s*)?(?P<names>[^【（(〔\[＜】）)〕\]＞：:]{2,60})[】）)〕\]＞]$"
)
_DEPARTMENTS = r"(?:[^\s、,・]{1,14}(?:課|室|局|センター|事務局)(?:[、,・\s]|$))+"
_COUNTER = re.compile(r"^(?:年度?|か?月|日|人|件|回|時間?|％|%|割|か所|箇所)(?![\u4e00-\u9fffァ-ヶ])")
# How high a numbered line stands where the file marks no levels.
_RANK = {
    "第章": 1,
    "第部": 1,
    "第編": 1,
    "第節": 2,
    "第項": 3,
    "Ⅰ": 2,
    "kind": 4,
    "#": 5,
    "#-#": 6,
    "#-(#)": 6,
    "Ⅰ-#": 6,
    "A#": 6,
    "No": 6,
    "(#)": 7,
    "①": 8,
    "ア": 9,
    "【】": 9,
}


@dataclass(frozen=True)
class Title:
    """`label` is as printed (施策1-2), `number` its bare form (1-2); `pattern` tells numbered lines of one sort."""

    printed: str
    words: str
    label: str | None = None
    number: str | None = None
    kind: str | None = None
    pattern: str = ""

    @property
    def rank(self) -> int:
        if self.kind:
            return 3 if self.kind in vocabulary.words().chapter_kinds else _RANK["kind"]
        return _RANK.get(self.pattern, 10)

    @property
    def is_measure_kind(self) -> bool:
        return self.kind is not None and self.kind in vocabulary.words().measure_kinds


@lru_cache(maxsize=10_000)
def read_title(text: str) -> Title:
    """The parts of a title; a title without a number has only words."""
    printed = squeeze(join_spaced_letters(text))
    if match := _CHAPTER.match(printed):
        return Title(
            printed, squeeze(match[3]) or printed, f"第{match[1]}{match[2]}", number_of(match[1]), None, f"第{match[2]}"
        )
    plain = re.sub(r"^[■◆●□◇▼○◎【《〈]\s*", "", printed)
    kinds = "|".join(map(re.escape, (*vocabulary.words().measure_kinds, *vocabulary.words().chapter_kinds)))
    if match := re.match(
        rf"^(?P<kind>{kinds})\s*(?:No\.?|番号|第)?\s*(?P<number>{_NUMBER})(?P<gap>\s*[】》〉:：.．、)）\-―]?[\s\u3000]*)(?P<words>.*)$",
        plain,
    ):
        words = squeeze(match["words"]).strip("「」『』【】")
        number = number_of(match["number"])
        # 『施策1の担当』 and 『施策一覧』 are no titles, 『施策1　にぎわいの創出』 is one.
        close = not match["gap"] and words
        spelled = re.search(r"[A-Za-z一二三四五六七八九十]$", match["number"]) is not None
        if number and not (close and (spelled or re.match(r"^(?:年|月|つ|件|回|人|の|に|を|は|が|で|と)", words))):
            return Title(
                printed,
                words or printed,
                f"{match['kind']}{number}",
                number,
                match["kind"],
                f"{match['kind']}{_shape(number)}",
            )
    for pattern, regex in _PLAIN:
        if (match := regex.match(printed)) and not _COUNTER.match(match[2]):
            return Title(printed, squeeze(match[2]), squeeze(match[1]), number_of(match[1]), None, pattern)
    if match := _BOX.match(printed):
        return Title(printed, squeeze(match["inner"] or match["marked"]), pattern="【】")
    return Title(printed, printed)


def split_owner(text: str) -> tuple[str, str]:
    """『市税収納率の向上【担当：収納課】』 → the title and its departments ("" where it names none)."""
    match = _OWNER.match(squeeze(text))
    if match is None:
        return text, ""
    label, names = match["label"], squeeze(match["names"])
    if label is not None:
        known = vocabulary.column(label).role == "owner" or vocabulary.section(label) == "owner"
        return (match["title"], names) if known else (text, "")
    return (match["title"], names) if re.fullmatch(_DEPARTMENTS, names) else (text, "")


def is_bare_number(text: str) -> bool:
    """『施策1-2』 or 『1-2』 with nothing behind it: the number of a measure whose name stands elsewhere."""
    title = read_title(text)
    if title.is_measure_kind:
        return title.words == title.printed
    return re.fullmatch(r"\d{1,2}(?:[-－−‐–]\d{1,3})+", squeeze(text)) is not None


def number_of(text: str) -> str | None:
    """『１－２』, 『(2)』, 『①』, 『1.2』 in one form: 1-2, 2, 1, 1-2."""
    text = "".join(_CIRCLED.get(char, char) for char in text.strip())
    plain = re.sub(r"[\s()]", "", nfkc(text))
    plain = re.sub(r"[.．・ー―–‐‑−－]+", "-", plain).strip("-")
    match = re.fullmatch(r"([A-Za-z一二三四五六七八九十]{0,4})-?(\d+(?:-\d+)*)?", plain)
    if not match or not plain:
        return None
    return "-".join(str(int(part)) if part.isdigit() else part for part in plain.split("-"))


def _shape(number: str) -> str:
    return re.sub(r"\d+|[IVX]+|[A-Z]|[一二三四五六七八九十]+", "#", number)


def key(words: str) -> str:
    """The form in which titles are compared."""
    return re.sub(r"[・,，、。.\-－―ー~〜～【】（）()\[\]]", "", fold(join_spaced_letters(words)))
