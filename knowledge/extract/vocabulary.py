"""What a heading stands for: the words of data/headings.yml, looked up without widths, marks, brackets and years."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from keikaku.text import nfkc
from knowledge.extract import fiscal

HEADINGS = Path(__file__).resolve().parent.parent.parent / "data" / "headings.yml"
_MARKS = r"[■◆●○◎□◇▼▽▲△※*・►▶>＞《》≪≫〈〉【】\[\]〔〕「」『』<>＜＞＊★☆◯:：\-―–—|]"
_ORDINAL = re.compile(r"^(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[ァ-オ])[)）.．、]|第\d{1,2}[章節項])(?!\d)")
_ORDINAL_SPACED = re.compile(r"^(?:\d{1,2}(?:[-.]\d{1,2})*|[①-⑳]|[Ⅰ-Ⅻ]|[ア-オ])[\s\u3000]+")
_CIRCLED = re.compile(r"^[①-⑳❶-❿]\s*")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]|[\[［][^\]］]*[\]］]")
_BRACKETED = re.compile(r"[(（\[［]([^()（）\]］]*)[)）\]］]")
_JOINTS = re.compile(r"[・／/及びおよびと、,]")
_UNIT = re.compile(
    r"^(?:単位\s*[:：]?\s*)?(?P<unit>%|‰|[延累千万百億]*(?:人|名|件|回|箇所|か所|カ所|ヶ所|ヵ所|施設|時間|円|台|社|校|園|団体|世帯|戸|棟|店舗|事業者|事業所|自治体|市町村|市町|市|町|地区|地域|組|組織|本|点|種類|種|冊|枚|日|分|秒|年|歳|位|倍|ポイント|pt|人日|人回|人泊|泊|品目|品|ha|a|m|km|km2|m2|m3|㎡|㎥|㎢|t|kg|g|kWh|MWh|kW|MW|GWh|t-CO2|トン|ヘクタール|項目|手続|業務|講座|クラブ|ユーザー|アクセス|PV|登録|者|基|床|頭|羽|尾|セット|プロジェクト|サービス|システム|区間|路線|便|隻|件数|人数)(?:/[^\s()]{1,6})?)$"
)


@dataclass(frozen=True)
class Header:
    """A column heading as understood: its role, the fiscal years in it, the unit in its brackets."""

    text: str
    role: str | None
    years: tuple[int, ...] = ()
    as_of: str = ""
    unit: str | None = None

    @property
    def means_something(self) -> bool:
        return self.role is not None or bool(self.years)


@dataclass
class Vocabulary:
    """The words of data/headings.yml by role."""

    columns: dict[str, str] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    measure_kinds: list[str] = field(default_factory=list)
    chapter_kinds: list[str] = field(default_factory=list)
    unset: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path = HEADINGS) -> Vocabulary:
        """Read the file. Raises OSError, yaml.YAMLError, or KeyError for a missing part."""
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        columns, sections = (
            {key(w): role for role, ws in data[part].items() for w in ws} for part in ("columns", "sections")
        )
        measures, chapters = (
            sorted(map(str, data[part]), key=len, reverse=True) for part in ("measure_kinds", "chapter_kinds")
        )
        return cls(columns, sections, measures, chapters, [str(word) for word in data["unset"]])


@lru_cache(maxsize=1)
def words() -> Vocabulary:
    return Vocabulary.load()


def key(text: str) -> str:
    """The form in which headings are compared."""
    text = _CIRCLED.sub("", text.strip())
    text = nfkc(text).strip()
    text = re.sub(rf"^{_MARKS}+|{_MARKS}+$", "", text).strip()
    shorter = _ORDINAL_SPACED.sub("", _ORDINAL.sub("", text))
    text = shorter or text
    text = re.sub(rf"^{_MARKS}+|{_MARKS}+$", "", text)
    return re.sub(r"[\s_]|※\d*|\*\d*$", "", text).upper()


@lru_cache(maxsize=20_000)
def column(text: str) -> Header:
    """A cell as a column heading. Long texts are never one."""
    if not text or len(text) > 40:
        return Header(text, None)
    found = fiscal.find(re.sub(r"\s", "", text))
    unit = next((u for inner in _BRACKETED.findall(nfkc(text)) if (u := unit_of(inner))), None)
    bare = _BRACKETS.sub("", found.rest)
    role = _lookup(key(bare)) or _lookup(key(found.rest))
    if role is None and _lookup(re.sub(r"\d{1,2}$", "", key(bare))) == "kpi_name":
        role = "kpi_name"  # 指標1, 指標②
    if role is None:
        inner = next((r for part in _BRACKETED.findall(found.rest) if (r := _lookup(key(part)))), None)
        role = inner if not key(bare) else None
    if role is None and found.years:
        role = _affix(key(bare))
        if role is None and re.sub(r"[()~\-末度年間前期後半中（）時点現在第次目初\d・/]", "", key(bare)):
            return Header(text, None)  # a sentence that mentions a year
    elif role is None:
        role = _contained(key(bare))
    return Header(text, role, found.years, found.printed, unit)


def _lookup(word: str) -> str | None:
    return words().columns.get(word) if word else None


def _affix(word: str) -> str | None:
    """『末実績』, 『時点の現状値』: what is left of a heading beside its year."""
    for role_word, role in words().columns.items():
        if (
            role in {"target", "actual", "baseline"}
            and len(role_word) >= 2
            and (word.endswith(role_word) or word.startswith(role_word))
        ):
            return role
    return None


def _contained(word: str) -> str | None:
    """A longer heading that is made of known words: 『担当課（室）名』, 『成果指標・目標項目』, 『計画策定時の基準値』."""
    if not 3 <= len(word) <= 14:
        return None
    best = ""
    for known in words().columns:
        if len(known) >= 3 and len(known) > len(best) and (word.startswith(known) or word.endswith(known)):
            best = known
    if best and len(best) * 2 >= len(word):
        return words().columns[best]
    parts = [part for part in _JOINTS.split(word) if part]
    roles = {words().columns.get(part) for part in parts} if len(parts) > 1 else set()
    return roles.pop() if len(roles) == 1 else None


@lru_cache(maxsize=20_000)
def section(text: str) -> str | None:
    """The role of a heading line such as 『■ 現状と課題』 or 『3 成果指標（KPI）』; None for any other line."""
    if not text or len(text) > 30:
        return None
    if whole := re.fullmatch(r"\s*[(（]([^()（）]+)[)）]\s*", text):
        text = whole[1]
    known = words().sections
    bare = key(_BRACKETS.sub("", text))
    found = known.get(bare) or known.get(key(text))
    if found is None:
        parts = [part for part in re.split(r"[・／/]|及び|および|と", bare) if part]
        found = _together({known.get(part) for part in parts}) if len(parts) > 1 else None
    return found


def _together(roles: set[str | None]) -> str | None:
    """『主な取組と年次計画』 heads a schedule, 『現状と数値目標』 KPIs: of prose and a table, the table."""
    tables = roles - {"issues", "policy"}
    if None in roles or len(tables) > 1:
        return None
    return tables.pop() if tables else roles.pop() if len(roles) == 1 else None


def unit_of(text: str) -> str | None:
    """The unit, where the text is nothing else: 『％』, 『単位：件』, 『人/年』."""
    match = _UNIT.match(nfkc(text).strip())
    return match["unit"] if match else None


def says_unset(text: str) -> bool:
    """The text says that there is no KPI yet (『令和8年度に検討し設定する』); a figure beside the year says otherwise."""
    return any(word in nfkc(text) for word in words().unset) and not re.search(r"\d", fiscal.find(text).rest)
