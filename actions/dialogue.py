"""Chooses the answer: from the intent, the links and the last frame to one reply and the next frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from actions import measures, talk, texts, values
from actions.curated import curated_answer
from actions.frame import ASPECTS, CLOSE, FAIR, VALUE_ASPECTS, Frame, best, resolve, score_of
from actions.knowledge import Found, Knowledge
from actions.reply import Reply, contents_source, row_source, title_source
from keikaku.linker import Links
from knowledge.store import KpiRow

# Chosen from the curves of bench/thresholds.py (see docs/decisions.md).
FOUND = 0.47
FOUND_SURELY = 0.62
FOUND_IN_MEASURE = 0.33
LINKED_SURELY = 0.72
FOUND_BEYOND = 0.55
SECTION_BONUS = 0.08


@dataclass(frozen=True)
class Message:
    """One user message as Rasa understood it: the links and the intents with their confidences, best first."""

    links: Links
    intents: list[tuple[str, float]]

    @classmethod
    def from_rasa(cls, latest: dict[str, Any]) -> Message:
        ranking = latest.get("intent_ranking") or [latest.get("intent") or {"name": "chat_outside", "confidence": 0.0}]
        return cls(Links.from_dict(latest["links"]), [(i["name"] or "", float(i["confidence"])) for i in ranking])

    def confidence(self, intent: str) -> float:
        return dict(self.intents).get(intent, 0.0)

    def best_question(self) -> str:
        """The likeliest intent that asks about the plan."""
        return next(
            (
                name
                for name, _ in self.intents
                if name in ASPECTS and name not in {"chat_outside", "ask_outside_attribute"}
            ),
            "ask_fact",
        )


class Dialogue:
    """Answers messages. Has no state of its own: the frame of the conversation comes in and goes out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def talk(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """Small talk, unless the message also asks something about the plan."""
        intent = message.intents[0][0]
        if curated := curated_answer(self.knowledge, message.links, message.intents[0][0]):
            return texts.found_reply(curated), last
        if (
            message.links.items
            and message.links.items[0].score >= LINKED_SURELY
            and intent not in {"ask_handover", "give_feedback"}
        ):
            return self._ask(message, ASPECTS[message.best_question()], last)
        replies = {
            "greet": talk.greeting,
            "goodbye": talk.goodbye,
            "thank": talk.thanks,
            "ask_handover": talk.handover,
            "give_feedback": talk.feedback,
            "affirm": talk.acknowledged,
            "deny": talk.acknowledged,
        }
        if intent == "ask_help":
            return talk.help_text(self.knowledge), last
        return replies.get(intent, talk.greeting)(), last

    def answer(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """A question about the plan (or one that is beyond it)."""
        intent, _ = message.intents[0]
        if not any(char.isalnum() for char in message.links.text):
            return talk.empty(), last
        if curated := curated_answer(self.knowledge, message.links, message.intents[0][0]):
            return texts.found_reply(curated), last
        return self._ask(message, ASPECTS.get(intent, "fact"), last)

    # ------------------------------------------------------------------------------------------------------------

    def _ask(self, message: Message, aspect: str, last: Frame | None) -> tuple[Reply, Frame | None]:
        links = message.links
        found = self.knowledge.search(links.repaired)
        top = found[0].score if found else 0.0
        if aspect == "chat":
            if top >= FOUND_SURELY:
                aspect = "fact"
            elif score_of(links, "kpi") >= LINKED_SURELY and not links.strangers:
                aspect = ASPECTS[message.best_question()]
            else:
                return talk.no_answer(f"outside the plan (search {top:.2f})"), last
        frame = resolve(aspect, links, last, self.knowledge.years())
        if aspect == "outside":
            if top < FOUND_BEYOND:
                return self._outside(frame), frame if frame.has_subject else last
            frame.aspect = "fact"
        reply, frame = self._by_aspect(links, frame, found, last)
        if reply.status == "clarify" or (reply.status in {"answered", "not_in_plan"} and frame.has_subject):
            return reply, frame
        return reply, last

    def _by_aspect(self, links: Links, frame: Frame, found: list[Found], last: Frame | None) -> tuple[Reply, Frame]:
        top = found[0].score if found else 0.0
        strangers = self._strangers(links, frame)
        if strangers and top < FOUND_SURELY and frame.aspect != "owned":
            return self._stranger(strangers, links), frame
        if top < FOUND_SURELY and self._asks_for_value(links, frame):
            frame.aspect = "target" if frame.years else "all"
        if frame.aspect in VALUE_ASPECTS and self._is_about_schedule(links, frame):
            # A confirmation may name the wrong year: show them all.
            frame.years = [] if frame.aspect == "confirm" else frame.years
            frame.aspect = "schedule"
        if frame.aspect in VALUE_ASPECTS - {"reverse", "confirm"} and _CHANGE.search(links.repaired):
            frame.aspect = "change"
        if (
            not frame.has_subject
            and links.quantities
            and frame.aspect in VALUE_ASPECTS | {"fact", "definition", "overview"}
        ):
            quantity = links.quantities[-1]
            if values.holders(list(self.knowledge.kpis.values()), quantity, frame.years):
                return values.reverse_reply(self.knowledge, [], quantity, frame.years), frame
        if frame.aspect in VALUE_ASPECTS:
            return self._value(links, frame, found)
        if frame.aspect == "owner":
            return self._owner(links, frame, found)
        if frame.aspect == "owned":
            if frame.departments and score_of(links, "measure") < FAIR:
                return measures.owned_reply(self.knowledge, frame.departments), frame
            return self._owner(links, frame, found)
        if frame.aspect == "schedule":
            return self._schedule(links, frame, found)
        if frame.aspect == "list":
            if top >= FOUND_SURELY:
                return self._text("fact", links, frame, found, last)
            return measures.list_reply(self.knowledge, frame, links.repaired), frame
        if top < FOUND_SURELY and self._asks_for_schedule(links, frame):
            return self._schedule(links, frame, found)
        return self._text(frame.aspect, links, frame, found, last)

    @staticmethod
    def _is_about_schedule(links: Links, frame: Frame) -> bool:
        """A schedule item is named better than any KPI, and no KPI word is said."""
        if _VALUE_WORD.search(links.repaired) or "subject" in frame.inherited:
            return False
        return score_of(links, "schedule") > score_of(links, "kpi") + CLOSE and score_of(links, "schedule") >= FAIR

    @staticmethod
    def _asks_for_value(links: Links, frame: Frame) -> bool:
        """A loose question that names a KPI and a word for its value (『県庁DX推進は何人ですか』)."""
        said = frame.aspect in _LOOSE and _VALUE_WORD.search(links.repaired) is not None
        return said and score_of(links, "kpi") >= LINKED_SURELY

    @staticmethod
    def _asks_for_schedule(links: Links, frame: Frame) -> bool:
        """A loose question that names a schedule item and a time, or a measure and a year of the plan."""
        if frame.aspect not in _LOOSE:
            return False
        item, measure = score_of(links, "schedule"), score_of(links, "measure")
        if item >= LINKED_SURELY and (frame.years or item > measure + CLOSE):
            return True
        timed = bool(frame.years) or _TIME_WORD.search(links.repaired) is not None
        return timed and (item >= FAIR or (bool(frame.years) and bool(frame.measures) and not frame.kpis))

    @staticmethod
    def _strangers(links: Links, frame: Frame) -> list[str]:
        """Strangers beside the words by which the chosen items were linked."""
        chosen = [link for link in links.items if link.measure in frame.measures and link.score >= FAIR]
        matched = {concept for link in chosen for concept in link.matched}
        inside = {link.label for link in chosen}
        return list(
            dict.fromkeys(
                s.word
                for s in links.strangers
                if matched & set(s.beside) and not any(s.word in label for label in inside)
            )
        )

    # --- values -------------------------------------------------------------------------------------------------

    def _value(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
        top = found[0] if found else None
        if not frame.has_subject and frame.aspect == "all":
            return measures.list_reply(k, frame, "指標の一覧"), frame
        kpi_score = max((link.score for link in links.items if link.id in frame.kpis), default=0.0)
        if top and top.score >= FOUND_SURELY and top.score > kpi_score and "subject" not in frame.inherited:
            return self._text("fact", links, frame, found, None)
        if frame.aspect in {"reverse", "confirm"} and links.quantities and not frame.kpis:
            return values.reverse_reply(k, self._kpis(frame), links.quantities[-1], frame.years), frame
        kpis = self._kpis(frame)
        several = frame.aspect == "compare" or _BOTH.search(links.repaired) is not None
        if several and len(links.cover) > 1 and "subject" not in frame.inherited:
            kpis = [k.kpis[link.id] for link in links.cover if link.id in k.kpis]
        elif frame.aspect == "all" and score_of(links, "measure") > kpi_score and frame.measures:
            kpis = [kpi for no in frame.measures[:1] for kpi in k.measures[no].kpis]
        unset = [k.measures[no] for no in frame.measures if k.measures[no].kpi_unset]
        if unset and not kpis:
            return values.unset_reply(unset), frame
        if not kpis:
            if top and top.score >= FOUND:
                return self._text("fact", links, frame, found, None)
            return self._ask_which_kpi(links), frame
        frame.kpis = [f"kpi:{kpi.id}" for kpi in kpis]
        frame.measures = list(dict.fromkeys(kpi.measure.no for kpi in kpis))
        return self._value_of(links, frame, kpis), frame

    def _value_of(self, links: Links, frame: Frame, kpis: list[KpiRow]) -> Reply:
        k = self.knowledge
        one_measure = len({kpi.measure.no for kpi in kpis}) == 1
        if frame.aspect in {"reverse", "confirm"} and links.quantities:
            quantity = links.quantities[-1]
            if len(kpis) == 1 and (frame.years or frame.aspect == "confirm"):
                return values.confirm_reply(k, kpis[0], quantity, frame.years, not frame.years and _asks_now(links))
            return values.reverse_reply(k, kpis, quantity, frame.years)
        if frame.aspect == "compare" and len(kpis) > 1:
            return values.compare_reply(k, kpis, frame.years, _asks_now(links))
        if len(kpis) > 1 and not one_measure and not _BOTH.search(links.repaired):
            return self._which(kpis, frame)
        if frame.aspect == "change" and len(kpis) == 1:
            return values.change_reply(k, kpis[0], frame.years, _asks_now(links), "倍" in links.repaired)
        if frame.aspect == "baseline":
            return values.value_reply(
                k,
                kpis,
                [y for y in frame.years if any(y in kpi.targets for kpi in kpis)] if _asks_target(links) else [],
                True,
            )
        if frame.years and frame.aspect != "all":
            return values.value_reply(k, kpis, frame.years, _asks_now(links))
        if frame.years and len(frame.years) == 1 and frame.aspect == "all" and not _asks_now(links):
            return values.value_reply(k, kpis, frame.years, False)
        return values.all_reply(self._with_children(kpis) if frame.aspect == "all" and len(kpis) == 1 else kpis)

    @staticmethod
    def _with_children(kpis: list[KpiRow]) -> list[KpiRow]:
        return [row for kpi in kpis for row in [kpi, *kpi.children]]

    def _kpis(self, frame: Frame) -> list[KpiRow]:
        """The KPIs meant; a measure stands for its KPIs."""
        kpis = [self.knowledge.kpis[i] for i in frame.kpis if i in self.knowledge.kpis]
        # A row and its own sub-rows fit alike: the row is the whole of them.
        kpis = [kpi for kpi in kpis if kpi.parent not in kpis]
        within = [kpi for kpi in kpis if kpi.measure.no in frame.measures]
        if kpis:
            return within or kpis
        return [kpi for no in frame.measures[:1] for kpi in self.knowledge.measures[no].kpis]

    def _which(self, kpis: list[KpiRow], frame: Frame) -> Reply:
        """Several KPIs fit: ask, with buttons that ask the whole question."""
        year = (
            f"R{frame.years[0] - 2018}年度末の目標は？"
            if frame.years
            else ("現状は？" if frame.aspect == "baseline" else "目標を年度ごとに教えて")
        )
        names = [f"{kpi.parent.name}のうち{kpi.name}" if kpi.parent else kpi.name for kpi in kpis]
        return Reply(
            "clarify",
            "どの指標についてのご質問でしょうか。次の中から選んでください。",
            [row_source(kpi) for kpi in kpis],
            [f"{name}の{year}" for name in names],
            why="several KPIs fit",
        )

    def _ask_which_kpi(self, links: Links) -> Reply:
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
        return talk.no_answer("no KPI linked")

    # --- owners, schedule, text ---------------------------------------------------------------------------------

    def _owner(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
        if not frame.has_subject and links.unknown and (not found or found[0].score < FOUND):
            return self._stranger(links.unknown, links), frame
        if frame.measures:
            frame.kpis, frame.schedule = [], []
            return measures.owner_reply([k.measures[no] for no in frame.measures[:3]]), frame
        if frame.departments:
            return measures.owned_reply(k, frame.departments), frame
        measure = self._measure_by_search(found)
        if measure is not None:
            frame.measures = [measure]
            return measures.owner_reply([k.measures[measure]]), frame
        return measures.all_owners_reply(k), frame

    def _measure_by_search(self, found: list[Found]) -> int | None:
        """The measure that the search results agree on."""
        if not found or found[0].score < FOUND_IN_MEASURE or not found[0].entry.quotes:
            return None
        measure = found[0].entry.quotes[0].passage.measure
        return measure.no if measure else None

    def _schedule(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
        item = best(links, "schedule")
        items = [k.schedule[i] for i in frame.schedule if i in k.schedule]
        top = found[0] if found else None
        score = item.score if item else 0.0
        if top and top.score >= FOUND_SURELY and top.score > score and "subject" not in frame.inherited:
            return self._text("fact", links, frame, found, None)
        if (
            items
            and "subject" not in frame.inherited
            and score < max((s.score for s in links.items if s.kind == "measure"), default=0.0) - 0.15
        ):
            items = []
        if not items:
            items = [s for no in frame.measures[:2] for s in k.measures[no].schedule]
        if not items:
            items = measures.items_with_phase(k, links.repaired, frame.years)
        if not items:
            measure = self._measure_by_search(found)
            if top and top.score >= FOUND:
                return self._text("fact", links, frame, found, None)
            if measure is None:
                return talk.no_answer("no schedule item linked"), frame
            items = list(k.measures[measure].schedule)
        frame.schedule = [f"schedule:{i.id}" for i in items]
        frame.measures = list(dict.fromkeys(i.measure.no for i in items))
        return measures.schedule_reply(k, items, frame.years, links.repaired), frame

    def _text(
        self, aspect: str, links: Links, frame: Frame, found: list[Found], last: Frame | None
    ) -> tuple[Reply, Frame]:
        """Quotes the plan: the sentence that answers, or the section that was asked for."""
        k = self.knowledge
        inherited = "subject" in frame.inherited
        if aspect == "definition":
            reply = texts.definition_reply(k, links.repaired)
            surely = bool(found) and found[0].score >= FOUND_SURELY and found[0].entry.category == "用語"
            if reply is not None and not surely:
                return reply, frame
        section = texts.SECTIONS.get(aspect)
        specific = self._is_specific(links, frame)
        if section and frame.measures and (not specific or (inherited and not links.concepts)):
            return texts.section_reply([k.measures[no] for no in frame.measures[:2]], section, frame.headings), frame
        if aspect == "overview" and frame.measures and not specific and (not found or found[0].score < FOUND_SURELY):
            return measures.overview_reply(k.measures[frame.measures[0]]), frame
        hit = self._best_hit(links, frame, found, section, last)
        if hit is not None:
            passage = hit.entry.quotes[0].passage if hit.entry.quotes else None
            if passage is not None and passage.measure is not None:
                frame.measures, frame.kpis, frame.schedule, frame.headings = [passage.measure.no], [], [], []
            return texts.found_reply(hit, section), frame
        if frame.measures and frame.strength >= FAIR and not inherited:
            chosen = k.measures[frame.measures[0]]
            if section:
                return texts.section_reply([chosen], section, frame.headings), frame
            if frame.strength >= LINKED_SURELY:
                return measures.overview_reply(chosen), frame
            text = f"施策{chosen.no}「{chosen.title}」についてのご質問でしょうか。知りたいことを選んでください。"
            buttons = [
                f"施策{chosen.no}の{what}は？" for what in ("課題", "施策概要", "KPI", "スケジュール", "担当所属")
            ]
            return Reply(
                "clarify", text, [title_source(chosen)], buttons, why="subject known, question not found"
            ), frame
        return talk.no_answer(f"nothing found (best {found[0].score:.2f})" if found else "nothing found"), frame

    def _best_hit(
        self, links: Links, frame: Frame, found: list[Found], section: str | None, last: Frame | None
    ) -> Found | None:
        """The entry to quote: in the whole plan, in the linked measure, or (follow-up) near what was just talked about."""
        best_found = found[0] if found else None
        if section:
            fitting = [f for f in found if f.entry.quotes and f.entry.quotes[0].passage.section == section]
            if fitting and best_found and fitting[0].score >= best_found.score - SECTION_BONUS:
                best_found = fitting[0]
        if best_found and best_found.score >= FOUND:
            return best_found
        if frame.inherited and last is not None and last.measures:
            near = self.knowledge.search(f"{last.question} {links.repaired}", 1, last.measures)
            own = self.knowledge.search(links.repaired, 1, last.measures)
            candidates = [f for f in (*own, *near) if f.score >= FOUND_IN_MEASURE]
            return max(candidates, key=lambda f: f.score, default=None)
        if frame.measures:
            within = self.knowledge.search(links.repaired, 1, frame.measures)
            if within and within[0].score >= FOUND_IN_MEASURE:
                return within[0]
        return None

    @staticmethod
    def _is_specific(links: Links, frame: Frame) -> bool:
        """The question says more than the name of what it is about."""
        named = {
            c for link in links.items if link.measure in frame.measures and link.score >= FAIR for c in link.matched
        }
        return bool([c for c in links.concepts if c not in named] or links.unknown or links.quantities or links.years)

    # --- beyond the plan ----------------------------------------------------------------------------------------

    def _outside(self, frame: Frame) -> Reply:
        """An attribute that the plan doesn't hold (budget, names, results)."""
        k = self.knowledge
        sources = [title_source(k.measures[no]) for no in frame.measures[:2]] or [contents_source(k.plan)]
        subject = (
            f"施策{frame.measures[0]}「{k.measures[frame.measures[0]].title}」について、" if frame.measures else ""
        )
        text = f"{subject}お尋ねの内容は計画に書かれていません。\n計画にあるのは、担当所属、現状・課題、施策概要、KPIの現状と目標、スケジュールです。\n計画以外のことは{talk.HELPDESK}へお問い合わせください。"
        buttons = [f"施策{no}の{what}は？" for no in frame.measures[:1] for what in ("担当所属", "KPI", "スケジュール")]
        return Reply("not_in_plan", text, sources, buttons, why="attribute outside the plan")

    def _stranger(self, words: list[str], links: Links) -> Reply:
        """The question is about something whose name the plan never uses."""
        near = [link for link in links.items if link.kind in {"kpi", "measure"} and link.score >= FAIR][:3]
        named = "」「".join(words[:3])
        text = f"「{named}」については、計画に書かれていません。\n計画の施策やKPIの名前で聞き直していただくか、{talk.HELPDESK}へお問い合わせください。"
        buttons = [f"{link.label}について教えて" for link in near]
        return Reply("not_in_plan", text, [contents_source(self.knowledge.plan)], buttons, why=f"strangers {words}")


_BOTH = re.compile(r"両方|それぞれ|どちら|どっち|ともに|あわせて|合わせて|比べ|[+＋]")
_LOOSE = frozenset({"overview", "fact", "follow_up"})
_TIME_WORD = re.compile(r"予定|スケジュール|工程|いつから|年度")
_CHANGE = re.compile(
    r"増え|増加|増や|減ら|減る|減り|の差|差は|違い|違う|変わる|変わり|変化|ずつ|伸び|何倍|増$|増[?？は]"
)
_VALUE_WORD = re.compile(
    r"目標|指標|KPI|現状|何(?:時間|人|名|件|回|割|%|パーセント|箇所)|時間|人数|件数|回数|[者員]数|率|割合|差は|数値|達成"
)


def _asks_now(links: Links) -> bool:
    return any(word in links.repaired for word in ("現状", "現在", "今", "いま", "基準値"))


def _asks_target(links: Links) -> bool:
    return "目標" in links.repaired
