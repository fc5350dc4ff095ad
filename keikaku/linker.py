"""Links a question to the plan: repaired text, fiscal years, quantities, and the items it may be about, with scores.

Pure and deterministic: the same text and lexicon give the same links. Nothing here knows a particular plan.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from keikaku.asking import asked_part, leading_clauses, points_back
from keikaku.asking import asking as asking_of
from keikaku.lexicon import WHOLE_FROM, Item, Lexicon, spans_of, within
from keikaku.morph import MUNICIPAL, Morpheme, analyse
from keikaku.plan_names import cut_names, named_plans
from keikaku.reading import is_romaji, romaji_to_hiragana
from keikaku.slips import SlipMender
from keikaku.text import KATAKANA_WORD, hiragana, lines_as_sentences, nfkc, squeeze, unspaced
from keikaku.years import YearMention, find_years, kanji_number

MAX_TEXT = 1500
COVERAGE = 0.55
UNIT_PENALTY = 0.2
CONTEXT = 0.3
NAMED = 0.4
FULLY = 0.95
LEAD, SURE_LEAD, SAME_UNIT = 0.02, 0.1, 0.3  # how far the best KPI of a part is ahead of the next
LEAD_UP, POINTED_AT = 0.35, 0.8
BESIDE_WHOLE = 0.85  # what remains of the score of an item beside one that is named so
_BESIDE = re.compile(
    r"[、,+/&＋]|および|及び|\b(?:and|or|versus|vs)\b|と(?=[^いはかきこしてのも])|それぞれ|両方|より(?=[^、。]*(?:多|少|大|高|低))|は(?=[^は]*何倍)"
)
_ALL_OF = re.compile(r"比較|比べ|全部|ぜんぶ|[3三みっ]つとも|みんな|両方|それぞれ|どちらも|どっちも|[2二ふた]つとも")
_APART = re.compile(r"\s+")
_ASKED_UNITS = (
    ("時間", re.compile(r"(?:何|なん)時間|時間|\bhours?\b", re.IGNORECASE)),
    (
        "人",
        re.compile(
            r"(?:何|なん)(?:人|名|にん)|人数|職員の?数|者の?数|(?:how many|number of) (?:\w+ )?(?:staff|people|persons|employees|officials|officers|participants|trainees|workers)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "件",
        re.compile(
            r"(?:何|なん)(?:件|けん)|件数|(?:how many|number of) (?:\w+ )?(?:items|cases|data ?sets)\b", re.IGNORECASE
        ),
    ),
    ("回", re.compile(r"(?:何|なん)(?:回|かい)|回数|[年\d]回|how many times|how often", re.IGNORECASE)),
    (
        "箇所",
        re.compile(
            r"(?:何|なん)[箇かヶカ]所|箇所|(?:how many|number of) (?:\w+ )?(?:sites|places|locations|(?:base )?stations)\b",
            re.IGNORECASE,
        ),
    ),
    ("台", re.compile(r"(?:何|なん)台|台数")),
    ("円", re.compile(r"(?:何|なん)円|いくらかか|金額")),
    ("枚", re.compile(r"(?:何|なん)枚|枚数")),
    ("社", re.compile(r"(?:何|なん)社")),
    ("校", re.compile(r"(?:何|なん)校|学校数")),
    ("世帯", re.compile(r"(?:何|なん)世帯|世帯数")),
    ("%", re.compile(r"%|パーセント|割合|何割|率|\b(?:percent(?:age)?|rate|ratio|share)\b", re.IGNORECASE)),
    (
        "自治体",
        re.compile(
            r"自治体の?数|市町村の?数|何団体|何自治体|何市町村|団体の?数|(?:how many|number of) (?:\w+ )?(?:municipalities|towns|local governments)\b",
            re.IGNORECASE,
        ),
    ),
)
_TEN_THOUSANDS = re.compile(r"(?<![\d.])(\d{1,3})万(\d{1,4}|\d,\d{3})?(?!\d)")  # 1万1200 → 11200
_KANJI_NUMBER = re.compile(
    r"(?<![一二三四五六七八九十百千万第\d])(?:[一二三四五六七八九]?[千百十])+[一二三四五六七八九]?(?=時間|人|名|箇所|か所|ヶ所|件|回|%|パーセント|自治体|団体|市町村)"
)
_ZERO = re.compile(r"ゼロ(?=パーセント|%|人|件|回|時間|箇所)")
# Other prefectures in an English question are places as they are in a Japanese one.
_PREFECTURES = {
    "tokyo": "東京都", "osaka": "大阪府", "kyoto": "京都府", "hokkaido": "北海道", "shimane": "島根県", "okayama": "岡山県",
    "hiroshima": "広島県", "yamaguchi": "山口県", "hyogo": "兵庫県", "fukuoka": "福岡県", "aichi": "愛知県", "kanagawa": "神奈川県",
    "saitama": "埼玉県", "chiba": "千葉県", "miyagi": "宮城県", "ehime": "愛媛県", "kagawa": "香川県", "kochi": "高知県",
    "tokushima": "徳島県", "nara": "奈良県", "wakayama": "和歌山県", "okinawa": "沖縄県", "nagasaki": "長崎県", "kumamoto": "熊本県",
}  # fmt: skip
_PREFECTURE = re.compile(rf"\b({'|'.join(_PREFECTURES)})\b(?: prefecture)?", re.IGNORECASE)
_IN_KANA = {"いち": "1", "に": "2", "さん": "3", "よん": "4", "よ": "4", "ご": "5", "ろく": "6"}
_KANA_COUNT = re.compile(rf"(?<=れいわ)(?:{'|'.join(_IN_KANA)})(?=ねん)|(?<![ぁ-ゖ])ご(?=じー)")  # れいわごねん, ごじー
_OF_ENGLISH = frozenset(
    ["who", "what", "which", "when", "where", "how", "why", "and", "the", "is", "are", "in", "of", "for", "it"]
)
_FORMAL_NUMERALS = str.maketrans("壱弐", "一二")
_LETTER_G = re.compile(r"(?<=\d)[じジ]ー")  # 5じー
_TENTHS = re.compile(r"(?<![\d.])([1-9])割(?:([1-9])分|(半)(?=[^期日年]))")  # 6割5分 → 65%
_IN_TURN = re.compile(r"すべて|全て|全部|ぜんぶ|順|並べ|ならべ|一覧|通し")
_DIGITS_AND_LETTERS = re.compile(r"(?<![A-Za-z\d])(\d{1,2})([A-Za-z]{1,3})(?![A-Za-z\d])")
# Kana after a number, or after the 何 of a question (何べん), that can only be its unit.
_KANA_UNITS = {
    "年": re.compile(r"(?<=\d)ねん(?=\d)"),
    "月": re.compile(r"(?<=\d)がつ"),
    "万": re.compile(r"(?<=\d)まん(?=\s*(?:人|にん|名|時間|じかん|件|けん|円|えん)|[のにを])"),
    "人": re.compile(r"(?<=\d)にん(?!き)"),
    "件": re.compile(r"(?<=\d)けん(?=[にのはをがでず、。?\s]|$)"),
    "時間": re.compile(r"(?<=[\d万])じかん"),
    "箇所": re.compile(r"(?<=[\d何])かしょ"),
    "回": re.compile(r"(?:(?<=[\d何])|(?<=なん))(?:[べぺへ]ん|遍|かい(?!ぎ))"),
}
_TURNING = re.compile(r"(?:^|(?<=[。、]))話(?:は|が|を)?(?:変わ|変え|かわ|かえ)\w{0,5}?(?:けど|けれど|が|て)[、,]?")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#x?[0-9A-Fa-f]{1,6});")  # what copied HTML leaves
_REPEAT = re.compile(r"(.{1,12}?)\1{4,}")
_QUANTITY = re.compile(
    r"(?<![\d.,A-Za-z])(?<!施策)(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>%|パーセント|ぱーせんと|箇所|か所|カ所|ヶ所|ヵ所|時間|自治体|市町村|団体|人|名|件|回|割)?(?![A-Za-z\d]|あたり|当たり|につき|月|日|年|課題|つの|号|条|倍|番)"
)
_UNITS = {
    "割": "%",
    "パーセント": "%",
    "ぱーせんと": "%",
    "か所": "箇所",
    "カ所": "箇所",
    "ヶ所": "箇所",
    "ヵ所": "箇所",
    "名": "人",
    "団体": "自治体",
}
_RANGE = re.compile(r"\s*(?:から|〜|～|~|ー|-|→|より|\bto\b|\bthrough\b)\s*")
_ONWARD = re.compile(r"\s*(?:以降|以後|からあと|から後|から先|からずっと|onwards?\b)")
_ENGLISH = re.compile(r"\b[A-Za-z][a-z]+\b")  # running English text: its words are no strange subjects
_ALL_KATAKANA = re.compile(r"[^ぁ-ゖ一-龥]+")
_KATAKANA_GRAMMAR = re.compile(
    r"(?<![ァ-ヶー])(?:ノ|ハ|ガ|ヲ|ニ|デ|ト|モ)(?![ァ-ヶー])|デスカ|マスカ|クダサイ|オシエテ|イツ|ドコ|ナニ|ナン|ドノ|ッテ|タイ"
)
_OFFICE_WORK = re.compile(r"要求|編成|査定|折衝|資料|答弁|説明|審査|調書|会議|対応|報告|特別委")  # 予算要求, 決算審査
_MEASURING = frozenset({"率", "割合", "数", "件数", "回数", "人数", "台数"})
_ADVERBIAL = frozenset({"形状詞可能", "サ変形状詞可能", "副詞可能"})  # 自由に使える: no subject
KANA_NOUN_FROM = 4
_WEAK = re.compile(r".|[ぁ-ゖー]+")  # one character or only hiragana: no evidence of another subject
_MEASURE_NUMBER = re.compile(
    r"施策\s*(?:no\.?|番号|第)?\s*(\d{1,2}(?:-\d{1,2})*)(?![\d年件つ%個コ本]|こ(?!と))|(\d{1,2})番(?:目)?の?施策",
    re.IGNORECASE,
)
# 『RPAではなくAIの方』, 『R3じゃなくてR5』: what is named before these words is not meant, if something follows.
_NOT_THAT = re.compile(
    r"(?:^|(?<=[、。,はがを])|(?<=って))(?:(?!って)[^、。,!?\sはがを])*?(?:では?なく|じゃなく|でなく|じゃない|ではない|じゃねえ)(?:って|て|の|と)?(?:[、,]|です[。、]?)?(?=.*\w)"
)
_SAID_OF = frozenset({"は", "だけ", "で", "って", "なら", "だと", "の", "も", "?", "？"})
_BRIDGE = re.compile(r"[のやと・、&\s\-]|及び|および|と")


@dataclass(frozen=True)
class Quantity:
    """A number in the question that is no year: what a reverse or a confirmation question asks about."""

    number: float
    unit: str | None
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Link:
    """An item that the question may be about. `coverage`: how much of the best name is said; `score` in 0…1."""

    id: str
    kind: str
    label: str
    measure: str | None
    score: float
    coverage: float
    name: str
    matched: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stranger:
    """A noun of another subject, and the linked concepts that stand in one noun phrase with it. `mentioned`: the plan's
    text has the word, though not for what it is asked here (a place)."""

    word: str
    beside: list[str]
    mentioned: bool = False


@dataclass
class Links:
    """Everything that linking found in one question; travels to the action server as JSON."""

    text: str
    repaired: str
    masked: str
    years: list[int] = field(default_factory=list)
    year_range: bool = False
    year_onward: bool = False
    quantities: list[Quantity] = field(default_factory=list)
    items: list[Link] = field(default_factory=list)
    concepts: list[str] = field(default_factory=list)
    cover: list[Link] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)  # places in the asking part other than those whose plan it is
    repairs: list[tuple[str, str]] = field(default_factory=list)
    asked: str = ""
    residue: str = ""
    measured: list[tuple[str, str]] = field(default_factory=list)
    whole: list[tuple[str, str]] = field(default_factory=list)  # (kind, name) of items that are named letter by letter
    # Where several plans are in use: those that are named, how well each fits, and the links within each, by the plan's id.
    named: list[int] = field(default_factory=list)
    together: bool = False  # several are named side by side
    fits: dict[str, float] = field(default_factory=dict)
    by_plan: dict[str, Links] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def without(self, *kinds: str) -> str:
        """The asking part less the whole names of these kinds: 率 in 『徴収率の向上の課題は』 says nothing of what is asked."""
        return _less(self.asked or self.repaired, [name for kind, name in self.whole if kind in kinds])

    @property
    def beside_names(self) -> str:
        """The message less all whole names: 合計 in 『合計特殊出生率の目標は』 asks for no sum."""
        return _less(self.repaired, [name for _, name in self.whole])

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Links:
        return cls(
            **{
                **data,
                "quantities": [Quantity(**q) for q in data["quantities"]],
                "items": [Link(**link) for link in data["items"]],
                "cover": [Link(**link) for link in data["cover"]],
                "strangers": [Stranger(**stranger) for stranger in data["strangers"]],
                "repairs": [(a, b) for a, b in data["repairs"]],
                "measured": [(word, concept) for word, concept in data.get("measured", [])],
                "whole": [(kind, name) for kind, name in data.get("whole", [])],
                "by_plan": {id_: cls.from_dict(links) for id_, links in data.get("by_plan", {}).items()},
            }
        )


class PlanLinker:
    """Finds in a question what the lexicon knows."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon, self._slips = lexicon, SlipMender(lexicon)
        plans = lexicon.plans if len(lexicon.plans) > 1 else []
        self._within = {plan.id: PlanLinker(lexicon.within(plan)) for plan in plans}
        self._named: dict[tuple[str, str], set[str]] = {}  # (kind, name) → items that are called so
        for item in lexicon.items:
            for name in item.names if item.kind in {"measure", "kpi", "schedule"} else ():
                self._named.setdefault((item.kind, lexicon.canonical(nfkc(name)).lower()), set()).add(item.id)
        self._names = sorted((n for n in self._named if len(n[1]) >= WHOLE_FROM), key=lambda n: (-len(n[1]), n))

    def link(self, text: str) -> Links:
        """Links of one user message of any length; only its first 1,500 characters are read."""
        plain = unspaced(lines_as_sentences(nfkc(_ENTITY.sub(" ", text))))
        plain = _REPEAT.sub(r"\1\1", squeeze(self._in_kana(plain)))[:MAX_TEXT]
        for written, kana in _KANA_UNITS.items():
            plain = kana.sub(written, plain)
        plain = _ZERO.sub("0", _in_kanji_prefecture(plain))
        plain = _KANA_COUNT.sub(lambda m: _IN_KANA[m[0]], plain)
        plain = _LETTER_G.sub("G", plain.translate(_FORMAL_NUMERALS))
        plain = _KANJI_NUMBER.sub(lambda m: str(kanji_number(m[0])), plain)
        plain = _TENTHS.sub(lambda m: f"{m[1]}{m[2] or 5}%", _TURNING.sub("", plain))
        plain = _TEN_THOUSANDS.sub(lambda m: f"{int(m[1]) * 10_000 + int((m[2] or '0').replace(',', ''))}", plain)
        repaired, repairs = self._slips.mend(plain)
        canonical = self.lexicon.canonical(repaired)
        if not self._within:
            return self._links(plain, canonical, repairs)
        # A plan's name says which plan is meant and nothing of what is asked of it.
        named, together, spans = named_plans(self.lexicon, canonical)
        canonical = cut_names(canonical, spans)
        links = self._links(plain, canonical, repairs)
        links.named, links.together, links.fits = named, together, self._fits(canonical)
        links.by_plan = {str(id_): linker._links(plain, canonical, repairs) for id_, linker in self._within.items()}
        return links

    def _links(self, plain: str, canonical: str, repairs: list[tuple[str, str]]) -> Links:
        mentions = [m for m in find_years(canonical) if not _is_span(canonical, m)]
        denied = _denied(canonical)
        if any(not within(m.start, denied) for m in mentions):
            mentions = [m for m in mentions if not within(m.start, denied)]
        quantities = _quantities(canonical, [(m.start, m.end) for m in mentions])
        tokens = analyse(canonical)
        weights = self._concept_weights(canonical, tokens, mentions)
        whole = self._whole(canonical)
        unit = asked_unit(_less(canonical, [canonical[start:end] for start, end, _ in whole]))
        others = {item.id for item in self.lexicon.items if unit and item.unit and item.unit != unit}
        scored = _narrowest_first(self._named_whole(self._score(weights, unit=unit), canonical, whole), others)
        items = self._numbered(canonical) + _best_of_each_kind(scored)
        unknown, strangers = self._unknown(canonical, tokens, weights, [(start, end) for start, end, _ in whole])
        years = list(dict.fromkeys(m.year for m in mentions))
        return Links(
            text=plain,
            repaired=canonical,
            masked=self._mask(canonical, tokens, mentions, quantities, [(start, end) for start, end, _ in whole]),
            years=years,
            year_range=_is_range(canonical, mentions),
            year_onward=any(_ONWARD.match(canonical, m.end) for m in mentions),
            quantities=quantities,
            items=items,
            concepts=sorted(weights, key=lambda c: -weights[c]),
            cover=_without_wider(
                self._cover(canonical, weights, [(start, end) for start, end, _ in whole]),
                scored,
                self._named_by(canonical, whole),
            ),
            unknown=unknown,
            strangers=strangers,
            elsewhere=self._elsewhere(canonical, tokens),
            repairs=repairs,
            asked=asked_part(canonical),
            measured=self._measured(canonical, tokens),
            whole=list(dict.fromkeys((kind, canonical[start:end]) for start, end, kind in whole)),
            residue="".join(m.surface for m in tokens if m.normal.lower() not in weights),
        )

    def _in_kana(self, text: str) -> str:
        """A message typed in katakana (『テンプショルイ ノ タントウ ハ』) or romaji throughout in hiragana, but for words of the
        plan."""
        if is_romaji(text):
            return romaji_to_hiragana(self.lexicon.canonical(text), self.lexicon.surfaces)
        if not _ALL_KATAKANA.fullmatch(text) or not _KATAKANA_GRAMMAR.search(text):
            return text
        return "".join(part if part in self.lexicon.surfaces else hiragana(part) for part in self._katakana.split(text))

    @cached_property
    def _katakana(self) -> re.Pattern[str]:
        words = sorted((w for w in self.lexicon.surfaces if KATAKANA_WORD.fullmatch(w)), key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, words))})") if words else re.compile("(?!)")

    # --- concepts and scores ------------------------------------------------------------------------------------

    def _concept_weights(
        self, text: str, tokens: tuple[Morpheme, ...], mentions: list[YearMention]
    ) -> dict[str, float]:
        """Concept → weight: idf, less where it stands in a sentence that only leads up to the question."""
        asking, leading = asking_of(text), leading_clauses(text, reasons=True)
        silent = [*_denied(text), *((m.start, m.end) for m in mentions), *self.lexicon.place_spans(text)]
        said: dict[str, float] = {}
        asked: dict[str, float] = {}
        names = False
        for m in tokens:
            concept = m.normal.lower()
            if not m.is_content or concept in self.lexicon.aspect_concepts or concept not in self.lexicon.idf:
                continue
            if within(m.start, silent):
                continue
            weight = self.lexicon.idf[concept]
            said[concept] = max(said.get(concept, 0.0), weight)
            if asking[m.start] and not within(m.start, leading):
                asked[concept] = said[concept]
                names = names or m.is_noun
        # Where the asking sentence names nothing (『あわせて教えて』), its subject stands in what leads up to it.
        lead_up = POINTED_AT if points_back(text) else LEAD_UP
        return {c: asked.get(c, lead_up * w) for c, w in said.items()} if names else said

    def _score(self, weights: dict[str, float], kinds: tuple[str, ...] = (), unit: str | None = None) -> list[Link]:
        """Items by how much of a name is said (coverage) and how much of what is said is the name (focus).

        A KPI in the unit that is asked for (『RPAで何時間』) comes before one in another.
        """
        links = [link for _, link in self._scored(weights, kinds, unit)]
        return sorted(links, key=lambda link: -link.score)

    def _scored(
        self, weights: dict[str, float], kinds: tuple[str, ...] = (), unit: str | None = None
    ) -> Iterator[tuple[Item, Link]]:
        total = sum(weights.values())
        if not total:
            return
        for item, names in zip(self.lexicon.items, self.lexicon.name_concepts):
            if kinds and item.kind not in kinds:
                continue
            best: tuple[float, float, str, list[str]] = (0.0, 0.0, "", [])
            for name, concepts in zip(item.names, names):
                common = sorted(c for c in concepts if c in weights)
                if not common:
                    continue
                said = sum(weights[c] for c in common)
                # A concept from a lead-up sentence covers the name only as far as it counts at all.
                coverage = said / sum(self.lexicon.idf[c] for c in concepts)
                focus = said / total
                best = max(best, (COVERAGE * coverage + (1 - COVERAGE) * focus, coverage, name, common))
            if unit and item.unit and item.unit != unit and {item.unit, unit} != {"市町村", "自治体"}:
                best = (best[0] - UNIT_PENALTY, *best[1:])
            if best[0] > 0.2:
                yield (
                    item,
                    Link(
                        item.id,
                        item.kind,
                        item.label,
                        item.measure,
                        round(best[0], 4),
                        round(best[1], 4),
                        best[2],
                        best[3],
                    ),
                )

    def _numbered(self, text: str) -> list[Link]:
        """『施策9』 names a measure by its number, and so does the number as the plan prints it (『取組項目9』)."""
        numbers = measure_numbers(text)
        return [
            Link(item.id, item.kind, item.label, item.measure, 1.0, 1.0, item.printed or f"施策{item.number}")
            for item in self.lexicon.items
            if item.kind == "measure"
            and (item.number in numbers or _says_number(text, self.lexicon.canonical(item.printed or "")))
        ]

    def _fits(self, text: str) -> dict[str, float]:
        """Plan's id → the best score of its items, where the words of all plans count: what one plan alone knows tells
        against the others."""
        weights = self._concept_weights(text, analyse(text), find_years(text))
        owner = {item.id: item.plan for item in self.lexicon.items if item.kind == "measure"}
        best = {str(plan.id): 0.0 for plan in self.lexicon.plans}
        for link in self._numbered(text):
            best[str(owner[link.id])] = link.score
        for item, link in self._scored(weights, unit=asked_unit(text)):
            best[str(item.plan)] = max(best[str(item.plan)], link.score)
        return best

    def _cover(self, text: str, weights: dict[str, float], whole: list[tuple[int, int]]) -> list[Link]:
        """KPIs named side by side (『件数と自治体数』): the best of each part.

        The rest of the question is faint context; KPIs in the same unit go together (『RPAと議事録AIの時間』).
        """
        rankings: list[list[tuple[Item, Link]]] = []
        cuts = _BESIDE
        if (all_of := _ALL_OF.search(text)) and not _BESIDE.search(text[: all_of.start()]):
            cuts = _APART  # 『交付率 オンライン率 両方』
        for part in _cut(text, cuts, whole):
            said = {c for m in analyse(part) if (c := m.normal.lower()) in weights}
            if not said:
                continue
            mixed = {c: w if c in said else CONTEXT * w for c, w in weights.items()}
            own = self._ranked_kpis({c: weights[c] for c in said}, asked_unit(part))
            context = {link.id: link.score for _, link in self._ranked_kpis(mixed, asked_unit(part))}
            ranked = [
                (item, replace(link, score=round(0.5 * (link.score + context.get(link.id, 0.0)), 4)))
                for item, link in own
            ]
            if ranked:
                rankings.append(sorted(ranked, key=lambda pair: -pair[1].score))
        units = [ranked[0][0].unit for ranked in rankings if len(ranked) == 1 or _leads(ranked, SURE_LEAD)]
        unit = asked_unit(text) or next((u for u in units if u and units.count(u) == len(units)), None)
        found: dict[str, Link] = {}
        for ranked in rankings:
            if len(ranked) > 1 and not _leads(ranked, SURE_LEAD):
                top = ranked[0][1].score
                alike = [pair for pair in ranked if unit and pair[0].unit == unit and pair[1].score >= top - SAME_UNIT]
                ranked = alike or ranked
            if ranked[0][1].score >= NAMED and (len(ranked) == 1 or _leads(ranked, LEAD)):
                found.setdefault(ranked[0][1].id, ranked[0][1])
        return list(found.values())[:4] if len(found) > 1 else []

    def _ranked_kpis(self, weights: dict[str, float], unit: str | None) -> list[tuple[Item, Link]]:
        return sorted(self._scored(weights, ("kpi",), unit), key=lambda pair: -pair[1].score)

    def _unknown(
        self, text: str, tokens: tuple[Morpheme, ...], weights: dict[str, float], whole: list[tuple[int, int]]
    ) -> tuple[list[str], list[Stranger]]:
        """(nouns that the plan and the thesaurus never use, those that stand in one noun phrase with linked words).

        『水道料金のオンライン化率』 is about water bills whatever else it names; 『移住相談の窓口です。光回線は？』 is not about
        moving house. A place that no linked name holds is a stranger though the plan mentions it (『米子市の交付率』).
        A name that is said letter by letter stands in one phrase, whatever words it is made of (『隣町の朝食を食べる児童の割合』).
        """
        asking, leading = asking_of(text), leading_clauses(text)
        known = [*self.lexicon.place_spans(text), *whole, *((year.start, year.end) for year in find_years(text))]
        if all(within(m.start, leading) for m in tokens if m.normal.lower() in weights):
            leading = []  # nothing else names the subject
        english = len(_ENGLISH.findall(text)) >= 3
        unknown: list[str] = []
        strangers: list[Stranger] = []
        phrase: list[Morpheme] = []
        for m in [*tokens, None]:
            joins = m is not None and (
                (m.is_noun and m.pos[1] != "数詞")
                or m.pos[0] in {"接尾辞", "接頭辞", "形状詞"}
                or m.surface == "の"
                or (m.pos[0] == "動詞" and m.pos[5].startswith("連用形"))  # 読み取り精度
            )
            if m is not None and phrase and m.pos[1] == "数詞" and m.start == phrase[-1].end:
                joins = re.match(r"[A-Za-z]", text[m.end :]) is not None  # ローカル5G is one phrase
            joins = joins or (m is not None and within(m.start, whole))
            if m is not None and joins and asking[m.start]:
                phrase.append(m)
                continue
            beside = [n.normal.lower() for n in phrase if n.normal.lower() in weights]
            for n in phrase:
                if within(n.start, known) or within(n.start, leading):
                    continue
                word = _in_kanji(n) or n.surface
                new = n.is_noun and n.is_content and not n.is_person and not _WEAK.fullmatch(word)
                new = new and text[n.start - 1 : n.start] != "何"  # what is counted by (『何ポイント上がる』)
                new = new and not (n.pos[2] in _ADVERBIAL and text[n.end : n.end + 1] in {"に", "な"})
                new = new and not self._is_known(n) and not (english and n.surface.isascii())
                new = new and not _OFFICE_WORK.match(text, n.end)
                narrows = new and n.surface in self.lexicon.narrowing
                if new and not narrows:
                    unknown.append(word)
                if beside and (new or (n.is_place and n.normal.lower() not in self.lexicon.aspect_concepts)):
                    mentioned = narrows or n.normal.lower() in self.lexicon.known_concepts
                    strangers.append(Stranger(word, beside, mentioned))
            phrase = []
        for other in self._other_numbers(text):
            unknown.append(other)
            strangers.append(Stranger(other, list(weights)))
        return list(dict.fromkeys(unknown)), strangers

    def _other_numbers(self, text: str) -> list[str]:
        """『6Gの基地局』 of a plan that has 5G: the same letters with another number are another thing."""
        letters = {known.lstrip("0123456789") for known in self._numbered_letters}
        found = [m for m in _DIGITS_AND_LETTERS.finditer(text) if m[2].lower() in letters]
        return [m.group() for m in found if m.group().lower() not in self._numbered_letters]

    @cached_property
    def _numbered_letters(self) -> frozenset[str]:
        """What the plan's names have of the kind (5g)."""
        names = " ".join(nfkc(name) for item in self.lexicon.items for name in item.names)
        return frozenset(m.group().lower() for m in _DIGITS_AND_LETTERS.finditer(names))

    def _elsewhere(self, text: str, tokens: tuple[Morpheme, ...]) -> list[str]:
        """Places of the asking part: a prefecture or municipality by its suffix, or a place that something is said of."""
        asking, own = asking_of(text), [*self.lexicon.place_spans(text), *leading_clauses(text)]
        found = []
        for place, following in itertools.pairwise([*tokens, None]):
            if place is None or not place.is_place or not asking[place.start] or within(place.start, own):
                continue
            if following is None or following.surface in MUNICIPAL or following.surface in _SAID_OF:
                found.append(place.surface)
        return list(dict.fromkeys(found))

    def _measured(self, text: str, tokens: tuple[Morpheme, ...]) -> list[tuple[str, str]]:
        """(word, concept) of what a rate or a number is asked of, in the asking sentences: 利用 in 『利用率』, 参加 in 『参加者数』."""
        asking = asking_of(text)
        found = []
        for i, m in enumerate(tokens):
            if m.surface not in _MEASURING or not i or not asking[m.start]:
                continue
            j = i - 1
            while j and tokens[j].pos[0] == "接尾辞":
                j -= 1
            head = tokens[j]
            if not head.is_noun or head.pos[1] == "数詞" or head.end != tokens[j + 1].start:
                continue
            if head.pos[2] == "副詞可能":
                continue  # いちばん人数が多い
            concept = head.normal.lower()
            if concept not in self.lexicon.aspect_concepts and head.surface not in self.lexicon.common_words:
                found.append((head.surface, concept))
        return found

    def _is_known(self, m: Morpheme) -> bool:
        concept = m.normal.lower()
        if self.lexicon.is_other_subject(m.surface, concept):
            return False
        return (
            concept in self.lexicon.known_concepts
            or concept in self.lexicon.aspect_concepts
            or m.surface in self.lexicon.common_words
            or m.normal in self.lexicon.common_words
            or m.surface in self.lexicon.everyday
            or m.surface.startswith("何")
            or m.surface.lower() in _OF_ENGLISH
            or (KATAKANA_WORD.fullmatch(m.surface) is not None and m.surface in self.lexicon.common_readings)
            or (KATAKANA_WORD.fullmatch(m.surface) is not None and self.lexicon.begins_word(m.surface))
        )

    def _whole(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, kind) of the names that stand in the text letter by letter; of overlapping ones the longest."""
        lower = text.lower()
        found: list[tuple[int, int, str]] = []
        for kind, name in self._names:
            for start, end in spans_of(name, lower):
                if all(end <= other or stop <= start for other, stop, _ in found):
                    found.append((start, end, kind))
        return sorted(found)

    def _named_by(self, text: str, whole: list[tuple[int, int, str]]) -> set[str]:
        """The items whose names these are."""
        return {id_ for start, end, kind in whole for id_ in self._named[kind, text[start:end].lower()]}

    def _named_whole(self, links: list[Link], text: str, whole: list[tuple[int, int, str]]) -> list[Link]:
        """Beside an item that is named letter by letter, one of its kind is not meant that the same words fit as well."""
        ids = self._named_by(text, whole)
        named = [link for link in links if link.id in ids]

        def is_beside(link: Link) -> bool:
            return link.id not in ids and any(
                link.kind == other.kind and set(link.matched) <= set(other.matched) for other in named
            )

        weighed = [
            replace(link, score=round(link.score * BESIDE_WHOLE, 4)) if is_beside(link) else link for link in links
        ]
        return sorted(weighed, key=lambda link: -link.score)

    def _mask(
        self,
        text: str,
        tokens: tuple[Morpheme, ...],
        mentions: list[YearMention],
        quantities: list[Quantity],
        whole: list[tuple[int, int]],
    ) -> str:
        """The question without its subject: years, quantities and linked words as placeholders."""
        kinds, places = [""] * len(text), self.lexicon.place_spans(text)
        for m in tokens:
            concept = m.normal.lower()
            if (
                m.is_content
                and not within(m.start, places)
                and concept in self.lexicon.idf
                and concept not in self.lexicon.aspect_concepts
            ):
                kinds[m.start : m.end] = ["主題"] * (m.end - m.start)
        for start, end in whole:
            if "主題" in kinds[start:end]:
                kinds[start:end] = ["主題"] * (end - start)
        for q in quantities:
            kinds[q.start : q.end] = ["数量"] * (q.end - q.start)
        for mention in mentions:
            kinds[mention.start : mention.end] = ["何年度"] * (mention.end - mention.start)
        # What leads up to the question says nothing about what is asked.
        asking = asking_of(text) if asked_part(text) != text else [True] * len(text)
        parts: list[str] = []
        i = 0
        while i < len(text):
            if not asking[i]:
                i += 1
                continue
            if not kinds[i]:
                parts.append(text[i])
                i += 1
                continue
            kind, i = kinds[i], i + 1
            while i < len(text):
                bridge = _BRIDGE.match(text, i)
                if kinds[i] == kind:
                    i += 1
                elif kind == "主題" and bridge and bridge.end() < len(text) and kinds[bridge.end()] == kind:
                    i = bridge.end()
                else:
                    break
            parts.append(f" {kind} ")
        return squeeze("".join(parts))


def _in_kanji(m: Morpheme) -> str | None:
    """A longer noun typed in hiragana as it is written (びょういん: 病院)."""
    spelled = len(m.surface) >= KANA_NOUN_FROM and re.fullmatch(r"[ぁ-ゖー]+", m.surface) and not m.oov
    return m.normal if spelled and re.search(r"[一-龥]", m.normal) else None


def _denied(text: str) -> list[tuple[int, int]]:
    """Spans that name what is not meant; none where nothing else is named after them."""
    return [match.span() for match in _NOT_THAT.finditer(text) if len(text) - match.end() >= 2]


def _narrowest_first(links: list[Link], others: set[str]) -> list[Link]:
    """Of KPIs those first that all the words fit which fit another, and more (『RPAの研修受講者数』: not all trainees).
    `others`: in another unit than is asked for."""
    kpis = [link for link in links if link.kind == "kpi" and link.id not in others]

    def lifted(link: Link) -> Link:
        wider = [o.score for o in kpis if set(o.matched) < set(link.matched) and o.score >= link.score]
        return replace(link, score=round(max(wider) + 0.001, 4)) if link in kpis and wider else link

    return sorted(map(lifted, links), key=lambda link: -link.score)


def _best_of_each_kind(links: list[Link]) -> list[Link]:
    """The six best of each kind, best first. `links` are in that order."""
    kept: list[Link] = []
    for kind in dict.fromkeys(link.kind for link in links):
        kept += [link for link in links if link.kind == kind][:6]
    return sorted(kept, key=lambda link: -link.score)


def _without_wider(cover: list[Link], scored: list[Link], named: set[str]) -> list[Link]:
    """KPIs named side by side, without one whose words only say more of another (『県庁DX推進の研修、受講者の目標は』).
    `named`: those that are named letter by letter."""
    matched = {link.id: set(link.matched) for link in scored if link.kind == "kpi"}
    full = {link.id for link in scored if link.coverage >= FULLY}
    kept = [
        link
        for link in cover
        if link.id in named
        or not any(o.id != link.id and o.id in full and matched.get(link.id, set()) < matched[o.id] for o in cover)
    ]
    return kept if len(kept) > 1 else []


def _cut(text: str, at: re.Pattern[str], whole: list[tuple[int, int]]) -> list[str]:
    """The parts that are named side by side; a name that holds 『と』 is one."""
    cuts = [match.span() for match in at.finditer(text) if not within(match.start(), whole)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends)]


def _less(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, " ")
    return text


def _says_number(text: str, printed: str) -> bool:
    """A bare number (『1-2の担当は』) names a measure only where it begins the question."""
    if not printed:
        return False
    name = re.escape(printed)
    pattern = rf"^{name}(?=[のは])" if re.fullmatch(r"[\d\-()]+", printed) else rf"{name}(?![\d\-])"
    return re.search(pattern, text) is not None


def _leads(ranked: list[tuple[Item, Link]], margin: float) -> bool:
    return ranked[0][1].score - ranked[1][1].score >= margin


def measure_numbers(text: str) -> set[str]:
    """The numbers of measures that a text names (『施策9』, 『3番目の施策』)."""
    return {m[1] or m[2] for m in _MEASURE_NUMBER.finditer(text)}


def asked_unit(text: str) -> str | None:
    """The unit of the value that the question wants, where it names just one."""
    found = [unit for unit, pattern in _ASKED_UNITS if pattern.search(text)]
    return found[0] if len(found) == 1 else None


def _quantities(text: str, taken: list[tuple[int, int]]) -> list[Quantity]:
    found = []
    for match in _QUANTITY.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        if match["unit"] is None and re.match(
            r"[ぁ-んァ-ヶ一-龥]?(?:県|課|つ|本|番|期|次|代|階|台|割)", text[match.end() :]
        ):
            continue
        unit = match["unit"]
        number = float(match["number"].replace(",", "")) * (10 if unit == "割" else 1)
        found.append(
            Quantity(
                number, _UNITS.get(unit, unit) if unit else None, match.group().strip(), match.start(), match.end()
            )
        )
    return found


def _is_span(text: str, mention: YearMention) -> bool:
    """『4年度分を順番に』 is so many years, not the fourth."""
    bare = re.fullmatch(r"[2-6二三四五六]年度", text[mention.start : mention.end]) is not None
    return bare and text.startswith(("分", "ぶん"), mention.end) and _IN_TURN.search(text) is not None


def _is_range(text: str, mentions: list[YearMention]) -> bool:
    """『R3からR6』: two years with a range mark between them."""
    return len(mentions) == 2 and _RANGE.fullmatch(text[mentions[0].end : mentions[1].start]) is not None


def _in_kanji_prefecture(text: str) -> str:
    return _PREFECTURE.sub(lambda m: _PREFECTURES[m[1].lower()], text) if text.isascii() else text
