"""The words of the loaded plans: what can be linked, and how staff call it.

Built by `knowledge.build` from the store, the thesaurus and the plan's aliases; read as JSON by Rasa's side.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from keikaku.morph import analyse
from keikaku.reading import kana_fold, reading_of
from keikaku.text import nfkc

WHOLE_FROM = 4  # characters of a name that is looked for as it is written

# What a question asks about rather than what it is about; never a reason to link one item and not another.
ASPECT_WORDS = [
    "施策",
    "指標",
    "KPI",
    "現状",
    "現状値",
    "基準値",
    "課題",
    "目標",
    "目標値",
    "担当",
    "担当課",
    "担当所属",
    "所属",
    "部署",
    "所管",
    "スケジュール",
    "取組",
    "取組内容",
    "取組の方向性",
    "方向性",
    "概要",
    "施策概要",
    "年度",
    "年度末",
    "計画",
    "割合",
    "数値",
    "値",
    "予定",
    "時期",
    "期間",
    "内容",
    "一覧",
    "件",
    "回",
    "人",
    "時間",
    "箇所",
    "都道府県",
    "本県",
    "県",
    "理由",
    "原因",
    "意味",
    "定義",
    "説明",
    "方針",
    "対応",
    "質問",
    "合計",
    "内訳",
    "増加",
    "差",
    "比較",
    "変化",
    "推移",
    "達成",
    "現在",
    "今",
    "今後",
    "将来",
    "全部",
    "全体",
    "すべて",
    "各",
    "毎年",
    "年間",
    "累計",
    "状況",
    "数",
    "率",
    "等",
    "化",
    "新た",
    "向け",
    "部",
    "課",
    "為",
    "事",
    "物",
    "所",
    "方",
    "者",
    "用",
    "的",
    "性",
    "中",
    "際",
    "他",
    "上",
    "下",
    "前",
    "後",
    "ため",
    "こと",
    "もの",
    "ところ",
    "とき",
    "年",
    "月",
    "末",
    "第",
    "約",
    "以上",
    "以外",
    "度",
    "教える",
    "知る",
    "聞く",
    "見る",
    "言う",
    "書く",
    "載る",
    "示す",
    "挙げる",
    "列挙",
    "答える",
    "分かる",
    "つ",
    "いくつ",
    "いつ",
    "どこ",
    "どれ",
    "何",
    "なに",
    "誰",
    "関する",
    "関係",
    "関連",
    "検討",
    "つく",
    "係る",
]


NO_NOUN = 0.6  # the weight of a word that is no noun


@dataclass
class Item:
    """Something of a plan that a question can be about. `names` are its label and what staff call it; `measure` is the id
    of the measure that it belongs to; `number` is a measure's (9, 1-2), `printed` how the plan writes it (取組項目9);
    `descriptions` say what it is without naming it (actions/describing.py)."""

    id: str
    kind: str
    label: str
    names: list[str]
    plan: int = 0
    measure: str | None = None
    unit: str | None = None
    number: str | None = None
    printed: str | None = None
    descriptions: list[str] = field(default_factory=list)


@dataclass
class PlanName:
    """A plan as questions name it. `names`: its title and what is short for it; `places`: whose plan it is (鳥取県, 鳥取);
    `years`: when it was issued; `words`: the nouns of its text; `everyday`: what staff say for its subjects without naming an
    item; `narrowing`: what makes less of a subject than its figures are about (集落)."""

    id: int
    title: str
    names: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    everyday: list[str] = field(default_factory=list)
    narrowing: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Lexicon:
    """Items and synonyms of one plan or several, with the indexes that linking needs (computed on first use)."""

    items: list[Item] = field(default_factory=list)
    synonyms: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    plans: list[PlanName] = field(default_factory=list)
    other_subjects: list[str] = field(default_factory=list)
    no_slips: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read the JSON that `save` wrote. Raises OSError or ValueError."""
        data = json.loads(path.read_text("utf-8"))
        plans = [PlanName(**plan) for plan in data.get("plans", [])]
        return cls(**{**data, "items": [Item(**item) for item in data["items"]], "plans": plans})

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), "utf-8")

    def within(self, plan: PlanName) -> Lexicon:
        """The lexicon of this plan alone: what is strange to it is strange though another plan speaks of it."""
        items = [item for item in self.items if item.plan == plan.id]
        return Lexicon(items, self.synonyms, plan.words, self.common, [plan], self.other_subjects, self.no_slips)

    def is_of_title(self, text: str) -> bool:
        """A part of a plan's title: a title with a particle after it is no slip of the title."""
        return any(text.lower() in name.lower() for plan in self.plans for name in plan.names)

    @cached_property
    def _places(self) -> re.Pattern[str] | None:
        """Names of those whose plans these are; 鳥取 does not stand for 鳥取市."""
        names = sorted({nfkc(place) for plan in self.plans for place in plan.places}, key=len, reverse=True)
        suffix = r"(?![都道府県市区町村])"
        return (
            re.compile("|".join(re.escape(n) + ("" if n[-1] in "都道府県市区町村" else suffix) for n in names))
            if names
            else None
        )

    def place_spans(self, text: str) -> list[tuple[int, int]]:
        """Where `text` names those whose plans these are: that tells nothing apart within a plan."""
        return [match.span() for match in self._places.finditer(text)] if self._places else []

    @cached_property
    def synonyms_by_first(self) -> dict[str, list[tuple[str, str]]]:
        """First character → (synonym, term), longest first; both in the spelling of `canonical`."""
        found: dict[str, list[tuple[str, str]]] = {}
        for synonym, term in self.synonyms.items():
            found.setdefault(synonym[0], []).append((synonym, term))
        for pairs in found.values():
            pairs.sort(key=lambda pair: -len(pair[0]))
        return found

    @cached_property
    def aspect_concepts(self) -> frozenset[str]:
        return frozenset(m.normal.lower() for word in ASPECT_WORDS for m in analyse(word))

    @cached_property
    def name_concepts(self) -> list[list[frozenset[str]]]:
        """For each item, the concepts of each of its names."""
        return [[self.concepts(name) for name in item.names] for item in self.items]

    @cached_property
    def idf(self) -> dict[str, float]:
        """Concept → how much it tells items apart (log inverse item frequency, ≥ 0.3)."""
        count: Counter[str] = Counter()
        for names in self.name_concepts:
            count.update(set().union(*names))
        total = max(len(self.items), 1)
        return {
            concept: max(0.3, (math.log(1 + total / n) - 0.5) * (1.0 if _is_noun(concept) else NO_NOUN))
            for concept, n in count.items()
        }

    @cached_property
    def everyday(self) -> frozenset[str]:
        """Words that name no other subject than the plans', though no item of them."""
        return frozenset(word for plan in self.plans for word in plan.everyday)

    @cached_property
    def narrowing(self) -> frozenset[str]:
        """Words that a text may well be asked about, but for which a plan's figure is too wide."""
        return frozenset(word for plan in self.plans for word in plan.narrowing)

    @cached_property
    def common_words(self) -> frozenset[str]:
        """Words that belong to asking, whatever the subject."""
        return frozenset(self.common) | {m.surface for word in self.common for m in analyse(word)}

    @cached_property
    def common_readings(self) -> frozenset[str]:
        """The same in katakana, as somebody may type them (ヒョウ for 表)."""
        return frozenset(reading_of(word) for word in self.common if not word.isascii())

    def is_other_subject(self, surface: str, concept: str) -> bool:
        """The word tells of another subject, unless something of a plan has it in its name."""
        return surface in self._other_subjects and concept not in self.idf

    @cached_property
    def _other_subjects(self) -> frozenset[str]:
        return frozenset(self.other_subjects)

    @cached_property
    def right_words(self) -> frozenset[str]:
        """Words that are never mended to one of the plan's, however alike they sound (異常 is no slip for 以上)."""
        return self.common_words | self._other_subjects | frozenset(self.no_slips)

    @cached_property
    def sounds_of_others(self) -> dict[str, list[str]]:
        """Folded reading → the subject that is meant, of subjects that sound like nothing in the plan (斬業 → 残業)."""
        found: dict[str, list[str]] = {}
        for word in self.other_subjects:
            reading = kana_fold(reading_of(word))
            if len(reading) >= 4 and reading not in self.vocabulary:
                found.setdefault(reading, []).append(word)
        return found

    @cached_property
    def known_concepts(self) -> frozenset[str]:
        """Every concept that the plans' text, the names or the thesaurus use."""
        texts = [*self.words, *self.synonyms, *self.synonyms.values()]
        return frozenset(self.idf) | {m.normal.lower() for text in texts for m in analyse(text)}

    @cached_property
    def vocabulary(self) -> dict[str, list[str]]:
        """Folded reading → words that are read so; what typing slips are mended to."""
        found: dict[str, list[str]] = {}
        places = [place for plan in self.plans for place in plan.places]
        for word in dict.fromkeys([*self.words, *self.synonyms, *self.synonyms.values(), *ASPECT_WORDS, *places]):
            reading = kana_fold(reading_of(nfkc(word)))
            if len(reading) >= 3 and len(word) >= 2:
                found.setdefault(reading, []).append(nfkc(word))
        return found

    @cached_property
    def surfaces(self) -> frozenset[str]:
        return frozenset(word.lower() for words in self.vocabulary.values() for word in words)

    def begins_word(self, text: str) -> bool:
        """A clipped word (『マイナカ』 for マイナカード) is still a known one."""
        return any(word.startswith(text.lower()) for word in self.surfaces)

    def canonical(self, text: str) -> str:
        """Synonyms replaced by the plan's words. `text` is NFKC."""
        return "".join(part for part, _, _ in self.canonical_parts(text))

    def canonical_parts(self, text: str) -> list[tuple[str, int, int]]:
        """(replacement or the character itself, start, end) from left to right; longest synonym first."""
        lower = text.lower()
        parts: list[tuple[str, int, int]] = []
        i = 0
        while i < len(text):
            for synonym, term in self.synonyms_by_first.get(lower[i], ()):
                end = i + len(synonym)
                if lower.startswith(synonym, i) and _is_whole(lower, i, end) and not _contains(lower, term, i, end):
                    said = "".join(part for part, _, _ in parts).lower()
                    parts.append((term[_overlap(said, term.lower()) :], i, end))
                    i = end
                    break
            else:
                parts.append((text[i], i, i + 1))
                i += 1
        return parts

    def concepts(self, text: str) -> frozenset[str]:
        """Concepts of a name: normal forms of its content words after synonyms, without aspect words."""
        text = self.canonical(nfkc(text))
        places = self.place_spans(text)
        found = (m.normal.lower() for m in analyse(text) if m.is_content and not within(m.start, places))
        return frozenset(concept for concept in found if concept not in self.aspect_concepts)


def _is_noun(concept: str) -> bool:
    """The word names something; a verb or an adjective alone (着なくていい) tells little of what is meant."""
    return any(m.pos[0] not in {"動詞", "形容詞", "副詞", "助動詞"} for m in analyse(concept))


def spans_of(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the name stands in the text."""
    at = text.find(name)
    while at != -1:
        yield at, at + len(name)
        at = text.find(name, at + len(name))


def within(place: int, spans: list[tuple[int, int]]) -> bool:
    """A character stands in one of the spans."""
    return any(start <= place < end for start, end in spans)


def _is_word_char(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_katakana(char: str) -> bool:
    return "ァ" <= char <= "ヶ" or char == "ー"


def _is_whole(text: str, start: int, end: int) -> bool:
    """A Latin or katakana word must not be cut out of a longer one (『AI』 in 『RAID』, 『ネット』 in 『ネットワーク』)."""
    for kind in (_is_word_char, _is_katakana):
        if start > 0 and kind(text[start]) and kind(text[start - 1]):
            return False
        if end < len(text) and kind(text[end - 1]) and kind(text[end]):
            return False
    return True


def _overlap(before: str, term: str) -> int:
    """How much of a term's beginning the text already says (『AI』 before 『チャットボット』 → 『AIチャットボット』)."""
    return next((n for n in range(len(term) - 1, 1, -1) if before.endswith(term[:n])), 0)


def _contains(text: str, term: str, start: int, end: int) -> bool:
    """The text already says the longer term here, so the synonym inside it stays (『研修』 in 『研修会』)."""
    term = term.lower()
    at = text.find(term, max(0, start - len(term)), end + len(term))
    return at != -1 and at <= start and end <= at + len(term)
