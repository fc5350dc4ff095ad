"""Which answer about values a question gets: one cell, a row, a difference, a comparison, or which KPI was meant."""

from __future__ import annotations

import re

from actions import measures, values
from actions.frame import FAIR, LINKED_SURELY, Frame, score_of
from actions.knowledge import Knowledge
from actions.reply import Reply, row_source, together
from keikaku.linker import Links, Quantity, asked_unit
from keikaku.text import fold, nfkc
from keikaku.years import find_years, reiwa
from knowledge.store import KpiRow

CHOICES = 5
NAMED_BESIDE = 0.5
BEST_LEAD = 0.03  # so far ahead is the KPI that is meant
SUBJECT_FROM = 3  # a shorter word of another subject is one word to the linker, too


class ValueAnswers:
    """Chooses the answer to a question about values, from its links and its frame."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.has_actuals = any(kpi.actuals for kpi in knowledge.kpis.values())

    def asks_actual(self, links: Links, frame: Frame) -> bool:
        """What was reached is asked for, of a KPI, in a plan that prints such figures, or in the year of its baseline."""
        kpis = [self.knowledge.kpis[id_] for id_ in frame.kpis]
        dated = bool(frame.years) and values.are_as_of(kpis, frame.years)
        return (self.has_actuals or dated) and bool(kpis) and _asks_actual(links)

    def reply(self, links: Links, frame: Frame) -> tuple[Reply, Frame] | None:
        """The answer and the frame with what it was about; None where nothing like a KPI was named."""
        k = self.knowledge
        if frame.aspect == "baseline" and frame.years and not _asks_now(links):
            frame.aspect = "target"
        if frame.aspect not in {"reverse", "confirm"} and asks_change(links.beside_names):
            frame.aspect = "change"
        if links.quantities and not frame.has_subject:
            if links.unknown:
                return None  # whose figure it is, the plan does not know (『住民票を…19のうちいくつ』)
            quantity = links.quantities[-1]
            if frame.aspect in {"reverse", "confirm"} or values.holders(list(k.kpis.values()), quantity, frame.years):
                return self._reverse(links, frame), frame
        if (
            not frame.has_subject
            and frame.aspect == "all"
            and not links.concepts
            and not _ONE_WORD.fullmatch(links.text)
        ):
            if frame.years or asked_unit(links.beside_names):
                return values.listing_reply(k, asked_unit(links.beside_names), frame.years), frame
            return measures.list_reply(k, frame, "指標の一覧"), frame
        unset = [k.measures[ref] for ref in frame.measures if k.measures[ref].kpi_unset]
        when_set = _WHEN_SET.search(links.repaired) is not None
        if unset and not frame.kpis and frame.strength >= LINKED_SURELY:
            return values.unset_reply(unset, when_set), frame
        if frame.aspect in {"reverse", "confirm"} and links.quantities and not frame.kpis:
            return values.reverse_reply(k, self._kpis(frame, links), links.quantities[-1], frame.years), frame
        kpi_score = max((link.score for link in links.items if link.id in frame.kpis), default=0.0)
        kpis = self._kpis(frame, links)
        if _MOST.search(links.beside_names) or _TOTAL.search(links.beside_names):
            frame.aspect = "compare"
            kpis = self._pool(links, kpis)
        beside = len(links.cover) > 1 and (
            min(link.score for link in links.cover) >= NAMED_BESIDE
            or {link.id for link in links.cover} == {f"kpi:{kpi.id}" for kpi in kpis}
        )
        several = frame.aspect in {"compare", "change"} or BOTH.search(links.beside_names) is not None or beside
        if several and len(links.cover) > 1 and "subject" not in frame.inherited:
            kpis = [k.kpis[link.id] for link in links.cover if link.id in k.kpis]
            alone = _TOTAL.search(links.beside_names) or _MOST.search(links.beside_names)
            kpis = kpis if alone else _with_shared_parent(kpis)
        elif frame.aspect == "all" and frame.measures and (not frame.kpis or self._means_measure(links, kpi_score)):
            each = "subject" in frame.inherited and BOTH.search(links.beside_names) is not None
            kpis = [kpi for ref in frame.measures[: None if each else 1] for kpi in k.measures[ref].kpis]
        units = _asked_units(links.beside_names) if BOTH.search(links.beside_names) else set()
        if len(units) > 1 and len(frame.measures) == 1:
            own = [kpi for kpi in k.measures[frame.measures[0]].kpis if kpi.unit in units and kpi.parent is None]
            kpis = own if {kpi.unit for kpi in own} == units else kpis
        if _PARTS.search(links.beside_names):
            kpis = self._with_children(kpis)
        if unset and not kpis:
            return values.unset_reply(unset, when_set), frame
        if not kpis:
            asked = self._ask_which_kpi(links, frame)
            return (asked, frame) if asked else None
        frame.kpis = [f"kpi:{kpi.id}" for kpi in kpis]
        if other := self._other_subject(links, kpis) or _other_attribute(links, kpis) or _other_holder(links, kpis):
            return other, frame
        if frame.aspect not in {"reverse", "confirm"} and (other := _other_unit(links, kpis)):
            counted = self._in_unit(links, frame)
            if len(counted) != 1:
                return other, frame
            kpis, frame.kpis = counted, [f"kpi:{counted[0].id}"]
        if BASIS.search(links.beside_names):
            return values.basis_reply(kpis), frame
        frame.unit = kpis[0].unit or ""
        frame.measures = list(dict.fromkeys(kpi.measure.ref for kpi in kpis))
        if _asks_actual(links) and len({kpi.measure.ref for kpi in kpis}) == 1:
            actual = values.actual_reply(kpis, frame.years)
            if actual.status == "answered" or not (frame.years and values.are_as_of(kpis, frame.years)):
                return actual, frame
            # What the plan found in that year stands in its column 『現状』.
            frame.aspect = "baseline"
        return self._value_of(links, frame, kpis, beside), frame

    def _other_subject(self, links: Links, kpis: list[KpiRow]) -> Reply | None:
        """『時間外勤務を何時間減らす』: a word that makes another subject of it, which may be cut into known ones."""
        names = "".join([*(kpi.name for kpi in kpis), *(kpi.measure.title for kpi in kpis)])
        others = [word for word in self.knowledge.lexicon.other_subjects if len(word) >= SUBJECT_FROM]
        strange = [word for word in others if word in links.asked and word not in names]
        return _something_else(f"「{strange[0]}」", kpis, "another subject") if strange else None

    def _reverse(self, links: Links, frame: Frame) -> Reply:
        """Who holds the numbers that were named; 『0%又は0人』 are two."""
        numbers = list({(q.number, q.unit): q for q in links.quantities}.values())
        replies = [values.reverse_reply(self.knowledge, [], quantity, frame.years) for quantity in numbers]
        found = [reply for reply in replies if reply.status == "answered"]
        return together(found, "reverse look-up") if len(found) > 1 else (found or replies)[-1]

    @staticmethod
    def _asks_both_ends(links: Links, frame: Frame, kpis: list[KpiRow]) -> bool:
        """『いまと目標は』, 『R2は何回で、何回に増やす？』: the present state and what follows, no year that has a target."""
        raised = _RAISED_TO.search(links.beside_names) is not None
        if not frame.years:
            return _asks_now(links) and (_asks_target(links) or raised)
        return raised and all(values.may_be_baseline_of(kpi, year) for kpi in kpis for year in frame.years)

    def counts(self, links: Links) -> bool | None:
        """A KPI of what was named is in the unit that is asked for; None where no unit is."""
        unit, k = asked_unit(links.without("measure", "schedule", "kpi")), self.knowledge
        if unit is None:
            return None
        named = [link for link in links.items if link.measure in k.measures and link.score >= FAIR]
        return any(values.counts_in(kpi, unit) for link in named for kpi in k.measures[link.measure or ""].kpis)

    def _in_unit(self, links: Links, frame: Frame) -> list[KpiRow]:
        """The KPIs in the unit that is asked for, of those that were named (『職員研修は年に何回』), else of the measures."""
        unit, k = asked_unit(links.without("measure", "schedule", "kpi")), self.knowledge
        named = [k.kpis[link.id] for link in links.items if link.kind == "kpi" and link.score >= FAIR]
        rows = [kpi for ref in frame.measures for kpi in k.measures[ref].kpis if kpi.parent is None]
        return [kpi for kpi in named if kpi.unit == unit] or [kpi for kpi in rows if kpi.unit == unit]

    @staticmethod
    def _means_measure(links: Links, kpi_score: float) -> bool:
        """The KPIs of a measure are asked for rather than the one KPI that is linked, too."""
        score = score_of(links, "measure")
        if _KPI_LIST.search(links.beside_names) or _SEVERAL_KPIS.search(links.beside_names):
            return True
        whole = {kind for kind, _ in links.whole}
        if "measure" in whole and "kpi" not in whole:
            return True
        return score > kpi_score or (score == kpi_score and "施策" in links.beside_names)

    def _value_of(self, links: Links, frame: Frame, kpis: list[KpiRow], beside: bool) -> Reply:
        """`beside`: the KPIs were named side by side, each is asked for."""
        k = self.knowledge
        if frame.aspect == "change" and len(frame.years) == 1 and _starts_from_year(links):
            frame.years = sorted({*frame.years, max(year for kpi in kpis for year in kpi.targets)})
        one_measure = len({kpi.measure.ref for kpi in kpis}) == 1
        if len(kpis) == 1 and (reached := _reached(links, kpis[0])):
            return self._first_beyond(kpis[0], reached, links, frame)
        if len(kpis) > 1 and links.quantities and _RACE.search(links.beside_names):
            return values.race_reply(k, kpis, links.quantities[-1])
        if frame.aspect in {"reverse", "confirm"} and links.quantities:
            return self._of_number(links, frame, kpis)
        if frame.aspect == "compare" and len(kpis) == 1 and len(frame.years) + _asks_now(links) > 1:
            return values.change_reply(k, kpis[0], frame.years, _asks_now(links), "倍" in links.beside_names)
        apart = len(kpis) > 1 and (not one_measure or len(links.cover) > 1)
        if frame.aspect == "change" and apart and (len(frame.years) > 1 or _GROWTH.search(links.beside_names)):
            return values.changes_reply(
                k, kpis, frame.years, _asks_now(links), _STEPS.search(links.beside_names) is not None
            )
        if len(kpis) > 1 and (frame.aspect == "compare" or (frame.aspect == "change" and apart)):
            total, ratio = _TOTAL.search(links.beside_names) is not None, "倍" in links.beside_names
            return values.compare_reply(k, kpis, frame.years, _asks_now(links), total=total, ratio=ratio)
        goes_on = "subject" in frame.inherited  # 『今の時点では？』 after a comparison
        if len(kpis) > 1 and not (one_measure or beside or goes_on or BOTH.search(links.beside_names)):
            return self._which(kpis, frame)
        if frame.aspect == "change" and one_measure and not BOTH.search(links.beside_names):
            kpis = kpis[:1]
            if _STEPS.search(links.beside_names):
                frame.years = frame.years if len(frame.years) > 1 else []
            return values.change_reply(k, kpis[0], frame.years, _asks_now(links), "倍" in links.beside_names)
        known = [y for y in frame.years if any(y in q.targets or values.may_be_baseline_of(q, y) for q in kpis)]
        if frame.aspect == "baseline" and frame.years and not known:
            return values.outside_years(k, kpis, frame.years)
        if one_measure and self._asks_both_ends(links, frame, kpis):
            return values.all_reply(kpis)
        if frame.aspect == "baseline":
            return values.value_reply(
                k,
                kpis,
                [y for y in links.years if any(y in kpi.targets for kpi in kpis)],
                True,
            )
        if frame.years and frame.aspect != "all":
            no_target = not any(year in kpi.targets for kpi in kpis for year in frame.years)
            if no_target and _asks_target(links) and not _asks_now(links):
                return values.outside_years(k, kpis, frame.years)  # a baseline of that year is no target
            return values.value_reply(k, kpis, frame.years, _asks_now(links))
        until = _UNTIL.search(links.repaired) is not None  # 『R6までの推移』
        if frame.years and len(frame.years) == 1 and frame.aspect == "all" and not until and not _asks_now(links):
            return values.value_reply(k, kpis, frame.years, False)
        return values.all_reply(self._with_children(kpis) if frame.aspect == "all" and len(kpis) == 1 else kpis)

    def _of_number(self, links: Links, frame: Frame, kpis: list[KpiRow]) -> Reply:
        """When or whether these KPIs have the number that was said."""
        k, quantity = self.knowledge, links.quantities[-1]
        if not any(values.counts_in(kpi, quantity.unit) for kpi in _best_linked(links, kpis)):
            return values.reverse_reply(
                k, [], quantity, frame.years
            )  # 『目標100人の研修』 is none that is counted in 回
        if len(kpis) > 1 and frame.years:
            kpis = _best_linked(links, kpis)
        one = kpis[0] if len(kpis) == 1 else None
        if one and len(frame.years) == 1 and _REACHED.search(links.beside_names):
            return values.confirm_first_year(k, one, quantity, frame.years[0])
        beyond = _BEYOND.search(links.beside_names)
        when = beyond is not None and _WHEN.search(links.beside_names) is not None
        if one and not when and (frame.years or frame.aspect == "confirm"):
            now, target = not frame.years and _asks_now(links), _asks_target(links)
            return values.confirm_reply(k, one, quantity, frame.years, now, target)
        surely = score_of(links, "kpi") >= LINKED_SURELY or "subject" in frame.inherited
        if one and beyond:
            return self._first_beyond(one, quantity, links, frame)
        holders = values.holders(kpis, quantity, frame.years)
        if len(holders) == 1:  # 『その前の年は？』 goes on from the year that was found
            found_years = [value.year for value in holders[0][1] if value.year]
            frame.years = frame.years or found_years[:1]
            return values.reverse_reply(k, [holders[0][0]], quantity, [], surely)
        if one and surely and not holders and not frame.years and values.first_beyond(one, quantity.number, False):
            return self._first_beyond(one, quantity, links, frame)  # 『60%になるのは』, which lies between two years
        return values.reverse_reply(k, kpis, quantity, frame.years, surely)

    def _first_beyond(self, kpi: KpiRow, quantity: Quantity, links: Links, frame: Frame) -> Reply:
        """The year from which on the KPI is beyond a number; the next question may go on from there."""
        beyond = _BEYOND.search(links.beside_names)
        strictly = beyond is not None and _REACHES.search(beyond[0]) is None
        first = values.first_beyond(kpi, quantity.number, strictly)
        frame.years = [first.year] if first is not None and first.year else frame.years
        return values.reach_reply(self.knowledge, kpi, quantity, strictly)

    @staticmethod
    def _with_children(kpis: list[KpiRow]) -> list[KpiRow]:
        return [row for kpi in kpis for row in [kpi, *kpi.children]]

    def _kpis(self, frame: Frame, links: Links) -> list[KpiRow]:
        """The KPIs meant; a measure stands for its KPIs."""
        kpis = [self.knowledge.kpis[i] for i in frame.kpis if i in self.knowledge.kpis]
        # A row and its own sub-rows fit alike: the row is the whole of them.
        numbered = {link.measure for link in links.items if link.kind == "measure" and not link.matched}
        if len({fold(kpi.name) for kpi in kpis}) < len(kpis) and any(kpi.measure.ref in numbered for kpi in kpis):
            kpis = [kpi for kpi in kpis if kpi.measure.ref in numbered]  # 『施策2の受講者数』, which 施策1 has, too
        kpis = _without_repeats([kpi for kpi in kpis if kpi.parent not in kpis])
        within = [kpi for kpi in kpis if kpi.measure.ref in frame.measures]
        if not kpis:
            within = [kpi for ref in frame.measures[:1] for kpi in self.knowledge.measures[ref].kpis]
        chosen = within or kpis
        unit = asked_unit(links.beside_names) or (links.quantities[-1].unit if links.quantities else None) or frame.unit
        if "aspect" not in frame.inherited or not unit:
            return chosen
        # 『RPAなら？』 after hours: the hours.
        named = [self.knowledge.kpis[link.id] for link in links.items if link.kind == "kpi" and link.score >= FAIR]
        pool = chosen if any(kpi.unit == unit for kpi in chosen) else named
        alike = [kpi for kpi in pool if kpi.unit == unit and kpi.measure.ref in frame.measures]
        return list(dict.fromkeys(alike)) or chosen

    def _pool(self, links: Links, kpis: list[KpiRow]) -> list[KpiRow]:
        """What 『一番多い…』 and 『…の合計』 are asked of: the sub-rows of a row, else the KPIs in one unit that fit, else all in it."""
        whole = next((kpi for kpi in kpis if kpi.children), None)
        if whole is not None and (len(kpis) == 1 or _OF_PARTS.search(links.beside_names)):
            return list(whole.children)
        unit = asked_unit(links.beside_names) or (kpis[0].unit if kpis else None)
        fully = [self.knowledge.kpis[link.id] for link in links.items if link.kind == "kpi" and link.coverage >= 1.0]
        if len(fully := [kpi for kpi in fully if kpi.unit == unit]) > 1 and _TOTAL.search(links.beside_names):
            return fully  # 『議事録AI チャットボット 創出時間 合計』
        pool = [kpi for kpi in self.knowledge.kpis.values() if kpi.unit == unit and kpi.parent is None]
        fitting = [kpi for kpi in kpis if kpi.unit == unit]
        return fitting if len(fitting) > 1 else pool if unit and len(pool) > 1 else kpis

    def _which(self, kpis: list[KpiRow], frame: Frame) -> Reply:
        """Several KPIs fit: ask, with buttons that ask the whole question."""
        year = (
            f"{reiwa(frame.years[0])}年度末の目標は？"
            if frame.years
            else ("現状は？" if frame.aspect == "baseline" else "目標を年度ごとに教えて")
        )
        names = [f"{kpi.parent.name}のうち{kpi.name}" if kpi.parent else kpi.name for kpi in kpis]
        names = [f"{kpi.measure.number}の{name}" if names.count(name) > 1 else name for kpi, name in zip(kpis, names)]
        return Reply(
            "clarify",
            "どの指標についてのご質問でしょうか。次の中から選んでください。",
            [row_source(kpi) for kpi in kpis],
            [f"{name}の{year}" for name in names],
            why="several KPIs fit",
        )

    def _ask_which_kpi(self, links: Links, frame: Frame) -> Reply | None:
        near = [
            self.knowledge.kpis[link.id]
            for link in links.items
            if link.kind == "kpi" and link.id in self.knowledge.kpis
        ][:4]
        if near:
            return Reply(
                "clarify",
                "どの指標についてのご質問でしょうか。近いものは次のとおりです。",
                [row_source(kpi) for kpi in near],
                [f"{kpi.name}の目標を年度ごとに教えて" for kpi in near],
                why="no KPI linked surely",
            )
        if links.items or links.unknown:
            return None
        firsts = [measure.kpis[0] for measure in self.knowledge.measures.values() if measure.kpis][:CHOICES]
        return self._which(firsts, frame)


_RAISED_TO = re.compile(
    r"(?:団体|人|名|件|回|箇所|%|時間|いくつ|自治体|市町村|(?<!も)どこ|どれ[くぐ]らい|どの[くぐ]らい|どの程度)(?:に|まで|へ|にまで)(?:増や|ふや|引き上げ|伸ば|のば|上げ)"
)
_WAS = re.compile(
    r"実績|実際(?:に(?!は)|のとこ(?:ろ)?)|実際には?.{0,14}(?:ました|った|いた|きた)(?:か|の|ん|[?？]|$)|本当に(?:受け|使|達)|(?:ほんと|本当)は|終わってみ|(?:本当|ほんと|ほんま)に.{0,16}(?:でき|出来|終わっ|なっ|増え|届い|[行い]っ)(?:た|ました)|(?:でき|出来)(?:た|ました)のかどうか|達成でき(?:た|まし)|到達でき(?:た|まし)"
)
BASIS = re.compile(
    r"根拠(?:は|って|を(?!述べ)|[?？]|$)|(?:算出|算定|計算)(?:方法|式|の仕方|のしかた|の考え方|し)|(?:目標|数字|値|%|回|人|件|箇所)にした(?:理由|の?は?なぜ)|どう(?:やって)?(?:計算|算出|出し)|(?:どのような|どんな|何の|計算)式"
)
_KPI_LIST = re.compile(
    r"(?:指標|KPI)\s*(?:の|を|は)?\s*(?:一覧|全部|すべて|全て|ぜんぶ|リスト)|(?:すべて|全て|全部)の?(?:指標|KPI)"
)
AS_OF = re.compile(
    r"(?:いつ|何月|何日|何年)(?:の|度)?\w{0,4}(?:時点|現在(?:の|は|[?？]|$)|の(?:数字|値|データ))"
    r"|現状\w{0,6}(?:年月|日付|時点|いつの)"
)
_UNTIL = re.compile(r"まで(?!に)|までの")
_WHEN = re.compile(r"いつ|何年度?|どの年|\bwhen\b", re.IGNORECASE)
_ONE_WORD = re.compile(r"(?:目標|現状|数値)値?は?[?？]?")
_WHEN_SET = re.compile(r"(?:いつ|何年度?|どの年度?)に?\w{0,4}(?:決|き[めま]|設定|でき|作)")
_BEYOND = re.compile(
    r"超[えす]|越[えす]|こ[えす](?=る|の)|上回|突破|以上|達[すし]|届[くい]|到達|(?:に|台に)[乗の][るっ]|(?<=[\d人件回%])[にま]?で?[いゆ行]く(?=の)"
)
_REACHES = re.compile(r"以上|達|届|到達|[乗の][るっ]|く")  # the number itself counts, too
_HALF = re.compile(r"半分|半数|過半")
_DIGITS = re.compile(r"([2-4二三四])(?:桁|けた|ケタ)")
_PLACES_OF = {"2": 10, "二": 10, "3": 100, "三": 100, "4": 1000, "四": 1000}
_RACE = re.compile(r"先に|早[いく]|はや[いく]|遅[いく]")
_OF_PARTS = re.compile(r"コース|内訳|種類|のうち")
_APART = re.compile(r"[と、,・/&＋+]|及び|および")
_SEVERAL_KPIS = re.compile(
    r"(?:[2-4二三四両]|ふた|みっ)(?:つ|方)の(?:指標|KPI)|(?:指標|KPI)(?:[2-4二三四]|ふた)[つ本個]"
)
_MOST = re.compile(r"一番|いちばん|最も|もっとも|最大|最小|最多|トップ")
_TOTAL = re.compile(
    r"合計|足す|足し(?!て?(?:い|増や))|足せ|トータル|合算|たすと|[あ合]わせ(?:て何|ると|たら)|^(?:で、?|じゃあ?、?)?[あ合]わせて[?？。はで]*$"
)
_REACHED = re.compile(r"(?:なる|達する|届く|到達する)の(?:は|って)|(?:なった|達した|届いた)のは")
_GROWTH = re.compile(r"伸び|増え|増や|増加|上が")
_STEPS = re.compile(r"ずつ|毎年|ペース|年[あ当]たり|1年で|刻み")
_PARTS = re.compile(r"内訳|中身|割り振り|内数|うちわけ|ど(?:の|んな)\w{1,6}(?:が|に|で)(?:それぞれ)?何人ずつ")
EACH = re.compile(
    r"全部|ぜんぶ|すべて|全て|推移|変遷|年度?ごと|年度別|年ど別|年度べつ|各年|全年度|全期間|毎年度?の|年度順|ならべ|並べ|一覧|ずらっと"
    r"|通し(?!番)|[4四]年(?:間|度?分)|[4四][かカヵヶケ箇]年|順に|順番に|順々に|込みで|書き出|[ひ一]と?続き|(?:現状|現在|今|いま)\s*[〜~～]"
    r"|\b(?:every|each) (?:\w+ )?year|\byearly (?:targets?|figures?|values?)|\byear by year\b"
)
BOTH = re.compile(r"両方|それぞれ|どちら|どっち|ともに|あわせて|合わせて|(?:比|くら)べ|[二2ふた]つの|[+＋]")
_CHANGE = re.compile(
    r"増え|ふえ(?:る(?=$|[?？。のかこんよ予見])|て|ます|た)|ふやす|増加|増や|減ら|減る|減り|の差|差は|違い|違う|変わる|変わり|変化|ずつ|伸び|伸ば|引き上げ|ペース|ポイント|何倍|どれだけ|どんだけ|あと何|差[がをっ]|差$|差(?=[\s。?？])|増$|増[?？は]|プラス|上乗せ|上積み|刻みで"
    r"|\b(?:how much|how many) (?:more|higher|larger)\b|\b(?:difference|increase[sd]?|grow(?:s|th)?)\b",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(r"どれだけ|どんだけ")
_NOW = re.compile(
    r"現状|現在|今(?![年後回月度期日週])|(?<![ぁ-ゖ])いま(?![すせし])|基準値|策定(?:時|当時)|計画を?(?:作|つく|立て)\w{0,4}(?:時|とき|頃|ころ)"
    r"|スタート(?:時|地点|の値)|出発点|当初(?!の?予算)|\b(?:current(?:ly)?|now|already|so far|today|at present|baseline)\b",
    re.IGNORECASE,
)


_UNIT_NAMES = {
    "人": "人数", "件": "件数", "回": "回数", "時間": "時間数", "箇所": "箇所数", "%": "割合", "自治体": "自治体の数",
    "台": "台数", "円": "金額", "枚": "枚数", "社": "社数", "校": "校数", "世帯": "世帯数",
}  # fmt: skip
_ANOTHER_UNIT, _ANOTHER_ATTRIBUTE = "another unit", "another attribute"
SOMETHING_ELSE = frozenset({_ANOTHER_UNIT, _ANOTHER_ATTRIBUTE})
# Bodies whose people a plan's 職員 are not; where one is only the occasion (『学校からの問合せに』) no KPI of staff is named.
_HOLDERS = re.compile(
    r"(?:県内の|民間の)?(?:会社|企業|事業所|学校|小中?学校|中学校|高校|大学|病院)(?=で|の(?!方|人|担当|先生)|が)"
)
_PLACES = frozenset({"箇所", "市町村", "自治体", "団体"})
_HELD = frozenset({"実施", "開催"})  # what is counted in 回


def _other_unit(links: Links, kpis: list[KpiRow]) -> Reply | None:
    """A number of something else is asked for (『訓練の参加者数』, where the plan counts 回): never that figure."""
    asked = asked_unit(links.without("measure", "schedule", "kpi"))
    units = {values.unit_of(kpi, value) for kpi in kpis for value in kpi.values if value.number is not None} - {""}
    if not asked or not units or (asked in _PLACES and units & _PLACES):
        return None
    if any(asked in unit for unit in units) or any(asked_unit(nfkc(kpi.name)) == asked for kpi in kpis):
        return None
    return _something_else(_UNIT_NAMES[asked], kpis, _ANOTHER_UNIT)


def _other_attribute(links: Links, kpis: list[KpiRow]) -> Reply | None:
    """『テレワークの利用率』, where the plan has the share of staff who could: a rate or number of something else."""
    parents = [kpi.parent.name for kpi in kpis if kpi.parent is not None]
    names = fold("".join([*(kpi.name for kpi in kpis), *parents, *(kpi.measure.title for kpi in kpis)]))
    ids = {f"kpi:{kpi.id}" for kpi in kpis} | {kpi.measure.ref for kpi in kpis}
    matched = {concept for link in links.items if link.id in ids for concept in link.matched}
    units = {values.unit_of(kpi, value) for kpi in kpis for value in kpi.values}
    ours, events = units & _PLACES, any("回" in unit for unit in units)
    strange = [
        word
        for word, concept in links.measured
        if concept not in matched
        and fold(word) not in names
        and not (ours and word in _PLACES)
        and not (events and word in _HELD)
    ]
    return _something_else(f"「{strange[0]}」", kpis, _ANOTHER_ATTRIBUTE) if strange else None


def _other_holder(links: Links, kpis: list[KpiRow]) -> Reply | None:
    """『県内の会社でテレワークができる割合』, where the plan counts its own staff."""
    asked, names = links.asked or links.repaired, "".join([*(k.name for k in kpis), *(k.measure.title for k in kpis)])
    others = [word for word in _HOLDERS.findall(asked) if word not in names]
    return _something_else(others[0], kpis, "another holder") if others and "職員" in names else None


def _something_else(what: str, kpis: list[KpiRow], why: str) -> Reply:
    near = kpis[:CHOICES]
    names = "、".join(f"「{kpi.name}」" + (f"（単位：{kpi.unit}）" if kpi.unit else "") for kpi in near)
    text = f"お尋ねの{what}の値は、計画に書かれていません。\n近い指標は{names}です。"
    buttons = [f"{kpi.name}の目標を年度ごとに全部教えて" for kpi in near]
    return Reply("not_in_plan", text, [row_source(kpi) for kpi in near], buttons, why=why)


def _without_repeats(kpis: list[KpiRow]) -> list[KpiRow]:
    """A KPI that measures share, with the same figures in each, is one KPI."""
    kept: dict[tuple[object, ...], KpiRow] = {}
    for kpi in kpis:
        figures = tuple((v.kind, v.year, v.text, v.as_of) for v in kpi.values)
        kept.setdefault((fold(kpi.name), kpi.parent_id, kpi.unit, figures), kpi)
    return list(kept.values())


def _best_linked(links: Links, kpis: list[KpiRow]) -> list[KpiRow]:
    """The KPI that is named best, where one is; else all of them."""
    scores = {link.id: link.score for link in links.items}
    ranked = sorted(kpis, key=lambda kpi: -scores.get(f"kpi:{kpi.id}", 0.0))
    first, *rest = (scores.get(f"kpi:{kpi.id}", 0.0) for kpi in ranked)
    return ranked[:1] if not rest or first > rest[0] + BEST_LEAD else kpis


def _reached(links: Links, kpi: KpiRow) -> Quantity | None:
    """The number meant by 『半分を超えるのはいつ』 (of all, where it is a share; else of the last target) and 『2桁になるのは』."""
    text = links.beside_names
    if _WHEN.search(text) is None:
        return None
    if digits := _DIGITS.search(text):
        return Quantity(_PLACES_OF[digits[1]], None, digits[0], *digits.span())
    if not (half := _HALF.search(text)) or not kpi.targets:
        return None
    last = kpi.targets[max(kpi.targets)]
    if last.number is None:
        return None
    number = 50.0 if values.unit_of(kpi, last) == "%" else last.number / 2
    return Quantity(number, None, f"{half[0]}（{values.number(kpi, number)}）", *half.span())


def _asked_units(text: str) -> set[str]:
    """All units that are asked for (『時間と人数どっちも』)."""
    return {unit for part in _APART.split(text) if (unit := asked_unit(part))}


def _with_shared_parent(kpis: list[KpiRow]) -> list[KpiRow]:
    """Sub-rows asked for together bring the row that is their sum."""
    parents = [kpi.parent for kpi in kpis if kpi.parent is not None]
    shared = [p for p in dict.fromkeys(parents) if parents.count(p) > 1 and p not in kpis]
    return [*shared, *kpis]


def asks_change(text: str) -> bool:
    """A difference is asked for; 『20団体に増やす』 names a target."""
    if _NOW.search(text):
        text = _HOW_MUCH.sub("", text)  # 『どれだけ行き渡っとる？現状値でええけ』
    return _CHANGE.search(text) is not None and _RAISED_TO.search(text) is None


def _starts_from_year(links: Links) -> bool:
    """『R3から何ポイント上がる？』: the year is where it starts."""
    return any(links.repaired.startswith(("から", "より"), mention.end) for mention in find_years(links.repaired))


def _asks_now(links: Links) -> bool:
    return _NOW.search(links.beside_names) is not None


def _asks_actual(links: Links) -> bool:
    """What was reached; not 『研修の実績を数えるため目標を知りたい』."""
    asked = links.without("measure", "schedule", "kpi")
    return (_WAS.search(asked) is not None) and "目標" not in asked


def _asks_target(links: Links) -> bool:
    return "目標" in links.repaired
