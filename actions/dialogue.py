"""Chooses the answer: from the intent, the links and the last frame to one reply and the next frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actions import measures, talk, texts, values
from actions.frame import ASPECTS, FAIR, TEXT_ASPECTS, VALUE_ASPECTS, Frame, best, resolve
from actions.knowledge import Found, Knowledge
from actions.reply import Reply, contents_source, row_source, title_source
from keikaku.linker import Links
from knowledge.store import KpiRow

# Chosen from the curves of bench/thresholds.py (see docs/decisions.md).
FOUND = 0.47
FOUND_SURELY = 0.62
FOUND_IN_MEASURE = 0.33
LINKED_SURELY = 0.72
NEAR_TIE = 0.02


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
        return next((name for name, _ in self.intents if name in ASPECTS and name not in {"chat_outside", "ask_outside_attribute"}), "ask_fact")


class Dialogue:
    """Answers messages. Has no state of its own: the frame of the conversation comes in and goes out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def talk(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """Small talk, unless the message also asks something about the plan."""
        intent = message.intents[0][0]
        if message.links.items and message.links.items[0].score >= LINKED_SURELY and intent not in {"ask_handover", "give_feedback"}:
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
        intent, confidence = message.intents[0]
        if not any(char.isalnum() for char in message.links.text):
            return talk.empty(), last
        return self._ask(message, ASPECTS.get(intent, "fact"), last)

    # ------------------------------------------------------------------------------------------------------------

    def _ask(self, message: Message, aspect: str, last: Frame | None) -> tuple[Reply, Frame | None]:
        links = message.links
        found = self.knowledge.search(links.repaired)
        top = found[0] if found else None
        if aspect in {"outside", "chat"}:
            if top and top.score >= FOUND_SURELY:
                return self._text("fact", links, resolve("fact", links, None), found)
            if aspect == "chat":
                if links.items and links.items[0].score >= LINKED_SURELY and not links.strangers:
                    aspect = ASPECTS[message.best_question()]
                else:
                    return talk.no_answer("outside the plan"), last
        frame = resolve(aspect, links, last)
        if aspect == "outside":
            return self._outside(frame), frame if frame.has_subject else last
        reply, frame = self._by_aspect(message, frame, found, last)
        if reply.status in {"answered", "not_in_plan"} and frame.has_subject:
            return reply, frame
        return reply, last

    def _by_aspect(self, message: Message, frame: Frame, found: list[Found], last: Frame | None) -> tuple[Reply, Frame]:
        links = message.links
        top = found[0] if found else None
        if links.strangers and (not top or top.score < FOUND_SURELY) and frame.aspect != "owned":
            return self._stranger(frame, links), frame
        aspect = frame.aspect
        if aspect in VALUE_ASPECTS:
            return self._value(links, frame, found)
        if aspect == "owner":
            return self._owner(frame, found)
        if aspect == "owned":
            if frame.departments:
                return measures.owned_reply(self.knowledge, frame.departments), frame
            return self._owner(frame, found)
        if aspect == "schedule":
            return self._schedule(links, frame, found)
        if aspect == "list":
            if top and top.score >= FOUND_SURELY:
                return self._text(aspect, links, frame, found)[0], frame
            return measures.list_reply(self.knowledge, frame, links.repaired), frame
        return self._text(aspect, links, frame, found)

    # --- values -------------------------------------------------------------------------------------------------

    def _value(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
        top = found[0] if found else None
        if links.foreign and (top is None or top.score < FOUND_SURELY):
            return self._stranger(frame, links), frame
        unset = [k.measures[no] for no in frame.measures if k.measures[no].kpi_unset]
        kpis = self._kpis(frame)
        kpi_score = max((link.score for link in links.items if link.id in frame.kpis), default=0.0)
        if top and top.score >= FOUND_SURELY and top.score > kpi_score and "subject" not in frame.inherited:
            return self._text("fact", links, frame, found)
        if unset and not kpis:
            return values.unset_reply(unset), frame
        if frame.aspect == "reverse" and links.quantities:
            quantity = links.quantities[-1]
            chosen = kpis if kpi_score >= FAIR or "subject" in frame.inherited else []
            return values.reverse_reply(k, chosen, quantity, frame.years), frame
        if not kpis:
            if top and top.score >= FOUND:
                return self._text("fact", links, frame, found)
            return self._ask_which_kpi(links), frame
        frame.kpis = [f"kpi:{kpi.id}" for kpi in kpis]
        frame.measures = list(dict.fromkeys(kpi.measure.no for kpi in kpis))
        return self._value_of(links, frame, kpis), frame

    def _value_of(self, links: Links, frame: Frame, kpis: list[KpiRow]) -> Reply:
        k = self.knowledge
        one_measure = len({kpi.measure.no for kpi in kpis}) == 1
        if frame.aspect == "confirm" and links.quantities and len(kpis) == 1:
            return values.confirm_reply(k, kpis[0], links.quantities[-1], frame.years, not frame.years)
        if frame.aspect == "compare" and len(kpis) > 1:
            return values.compare_reply(k, kpis, frame.years, _asks_now(links))
        if len(kpis) > 1 and not (one_measure and len(kpis) <= 4) and not (frame.aspect == "all" and one_measure):
            return self._which(kpis, frame)
        if frame.aspect == "change" and len(kpis) == 1:
            return values.change_reply(k, kpis[0], frame.years, _asks_now(links))
        if frame.aspect == "baseline":
            return values.value_reply(k, kpis, [y for y in frame.years if any(y in kpi.targets for kpi in kpis)] if _asks_target(links) else [], True)
        if frame.years and frame.aspect != "all":
            return values.value_reply(k, kpis, frame.years, _asks_now(links))
        if frame.years and len(frame.years) == 1 and frame.aspect == "all":
            return values.value_reply(k, kpis, frame.years, False)
        return values.all_reply(self._with_children(kpis) if frame.aspect == "all" and len(kpis) == 1 else kpis)

    @staticmethod
    def _with_children(kpis: list[KpiRow]) -> list[KpiRow]:
        return [row for kpi in kpis for row in [kpi, *kpi.children]]

    def _kpis(self, frame: Frame) -> list[KpiRow]:
        """The KPIs meant; a measure stands for its KPIs."""
        kpis = [self.knowledge.kpis[i] for i in frame.kpis if i in self.knowledge.kpis]
        within = [kpi for kpi in kpis if kpi.measure.no in frame.measures]
        if kpis:
            return within or kpis
        return [kpi for no in frame.measures[:1] for kpi in self.knowledge.measures[no].kpis]

    def _which(self, kpis: list[KpiRow], frame: Frame) -> Reply:
        """Several KPIs fit: ask, with buttons that ask the whole question."""
        year = f"R{frame.years[0] - 2018}年度末の目標は？" if frame.years else ("現状は？" if frame.aspect == "baseline" else "目標を年度ごとに教えて")
        names = [f"{kpi.parent.name}のうち{kpi.name}" if kpi.parent else kpi.name for kpi in kpis]
        return Reply("clarify", "どの指標についてのご質問でしょうか。次の中から選んでください。", [row_source(kpi) for kpi in kpis], [f"{name}の{year}" for name in names], why="several KPIs fit")

    def _ask_which_kpi(self, links: Links) -> Reply:
        near = [self.knowledge.kpis[link.id] for link in links.items if link.kind == "kpi" and link.id in self.knowledge.kpis][:4]
        if near:
            return Reply("clarify", "どの指標についてのご質問でしょうか。近いものは次のとおりです。", [row_source(kpi) for kpi in near], [f"{kpi.name}の目標を年度ごとに教えて" for kpi in near], why="no KPI linked surely")
        return talk.no_answer("no KPI linked")

    # --- owners, schedule, text ---------------------------------------------------------------------------------

    def _owner(self, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
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
            return self._text("fact", links, frame, found)
        if items and "subject" not in frame.inherited and score < max((s.score for s in links.items if s.kind == "measure"), default=0.0) - 0.15:
            items = []
        if not items:
            items = [s for no in frame.measures[:2] for s in k.measures[no].schedule]
        if not items:
            measure = self._measure_by_search(found)
            if top and top.score >= FOUND:
                return self._text("fact", links, frame, found)
            if measure is None:
                return talk.no_answer("no schedule item linked"), frame
            items = list(k.measures[measure].schedule)
        frame.schedule = [f"schedule:{i.id}" for i in items]
        frame.measures = list(dict.fromkeys(i.measure.no for i in items))
        return measures.schedule_reply(k, items, frame.years, links.repaired), frame

    def _text(self, aspect: str, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame]:
        k = self.knowledge
        inherited = "subject" in frame.inherited
        if aspect == "definition":
            reply = texts.definition_reply(k, links.repaired)
            if reply is not None and (not found or found[0].score < FOUND_SURELY or found[0].entry.category == "用語"):
                return reply, frame
        section = texts.SECTIONS.get(aspect)
        usable = [f for f in found if f.entry.quotes or f.entry.answer]
        if section:
            preferred = [f for f in usable if f.entry.quotes and f.entry.quotes[0].passage.section == section]
            if preferred and usable and preferred[0].score >= usable[0].score - 0.08:
                usable = [preferred[0], *(f for f in usable if f is not preferred[0])]
        top = usable[0] if usable else None
        specific = self._is_specific(links, frame)
        if section and frame.measures and (inherited or not specific):
            return texts.section_reply([k.measures[no] for no in frame.measures[:2]], section, frame.headings), frame
        if aspect == "overview" and frame.measures and not specific and (top is None or top.score < FOUND_SURELY or not links.years):
            return measures.overview_reply(k.measures[frame.measures[0]]), frame
        if top and top.score >= (FOUND if not frame.measures or inherited else FOUND_IN_MEASURE):
            measure = top.entry.quotes[0].passage.measure if top.entry.quotes else None
            if measure:
                frame.measures, frame.kpis, frame.schedule, frame.headings = [measure.no], [], [], []
            return texts.found_reply(top, section), frame
        if frame.measures and not inherited and frame.strength >= FAIR:
            chosen = k.measures[frame.measures[0]]
            if section:
                return texts.section_reply([chosen], section, frame.headings), frame
            if frame.strength >= LINKED_SURELY:
                return measures.overview_reply(chosen), frame
            return Reply("clarify", f"施策{chosen.no}「{chosen.title}」についてのご質問でしょうか。知りたいことを選んでください。", [title_source(chosen)], [f"施策{chosen.no}の{what}は？" for what in ("課題", "施策概要", "KPI", "スケジュール", "担当所属")], why="subject known, question not found"), frame
        return talk.no_answer(f"nothing found (best {top.score:.2f})" if top else "nothing found"), frame

    def _is_specific(self, links: Links, frame: Frame) -> bool:
        """The question says more than the name of what it is about."""
        named = {c for link in links.items if link.measure in frame.measures and link.score >= FAIR for c in self._concepts(link.name)}
        return bool([c for c in links.concepts if c not in named] or links.unknown or links.quantities) or bool(links.years)

    def _concepts(self, name: str) -> frozenset[str]:
        from keikaku.morph import analyse

        return frozenset(m.normal.lower() for m in analyse(name))

    # --- beyond the plan ----------------------------------------------------------------------------------------

    def _outside(self, frame: Frame) -> Reply:
        """An attribute that the plan doesn't hold (budget, names, results)."""
        k = self.knowledge
        sources = [title_source(k.measures[no]) for no in frame.measures[:2]] or [contents_source(k.plan)]
        subject = f"施策{frame.measures[0]}「{k.measures[frame.measures[0]].title}」について、" if frame.measures else ""
        text = f"{subject}お尋ねの内容は計画に書かれていません。\n計画にあるのは、担当所属、現状・課題、施策概要、KPIの現状と目標、スケジュールです。\n計画以外のことは{talk.HELPDESK}へお問い合わせください。"
        buttons = [f"施策{no}の{what}は？" for no in frame.measures[:1] for what in ("担当所属", "KPI", "スケジュール")]
        return Reply("not_in_plan", text, sources, buttons, why="attribute outside the plan")

    def _stranger(self, frame: Frame, links: Links) -> Reply:
        """The question is about something whose name the plan never uses."""
        words = "」「".join([*links.strangers, *links.foreign][:3])
        near = [link for link in links.items if link.kind in {"kpi", "measure"} and link.score >= FAIR][:3]
        text = f"「{words}」については、計画に書かれていません。\n計画の施策やKPIの名前で聞き直していただくか、{talk.HELPDESK}へお問い合わせください。"
        buttons = [f"{link.label}について教えて" for link in near]
        return Reply("not_in_plan", text, [contents_source(self.knowledge.plan)], buttons, why=f"stranger words {links.strangers} {links.foreign}")


def _asks_now(links: Links) -> bool:
    return any(word in links.repaired for word in ("現状", "現在", "今", "いま", "基準値"))


def _asks_target(links: Links) -> bool:
    return "目標" in links.repaired


__all__ = ["Dialogue", "Message", "TEXT_ASPECTS"]
