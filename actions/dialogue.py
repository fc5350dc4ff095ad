"""Chooses the answer: from the intent, the links, the search and the last frame to one reply and the next frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions import editions, measures, talk, texts
from actions.curated import PROSE_ROUTES, asked_verbatim, curated_answer, may_be_prose
from actions.frame import (
    ASKS,
    ASPECTS,
    CLOSE,
    CONTRASTS,
    FAIR,
    FIGURES,
    LINKED_SURELY,
    NAMED,
    OWNER_ASPECTS,
    TEXT_ASPECTS,
    VALUE_ASPECTS,
    Frame,
    best,
    neighbour_year,
    resolve,
    route_of,
    score_of,
)
from actions.history import remembering, returned_to
from actions.knowledge import Found, Knowledge
from actions.leaning import Leaning
from actions.message import BEYOND, CONTINUING, Message
from actions.relative_years import relative_years, without_emphasis
from actions.reply import Reply, contents_source, title_source
from actions.routing import beyond_word, features, names_section, rank
from actions.several_plans import SeveralPlans
from actions.value_answers import BOTH, EACH, ValueAnswers, asks_change
from keikaku.linker import Links, Stranger, asked_unit, measure_numbers
from knowledge import plan as model

# Chosen from the curves of bench/thresholds.py (see docs/decisions.md).
FOUND = 0.45
FOUND_SURELY = 0.70
FOUND_IN_MEASURE = 0.25
FOUND_AS_TEXT = 0.25  # where the router is sure that a text is asked for
SECTION_BONUS = 0.08
NEAR_BONUS = 0.08
SAID = 0.15  # what was just quoted is seldom what a follow-up asks for
FOLLOWING = 4
NEAR = 0.25  # hits this near the best are named below it
SURE = 0.7
BY_ITSELF, UNSURE_INTENT = 0.85, 0.5  # the router knows what a message asks that the intent takes for a follow-up
BEYOND_SURELY = 0.6
OUTSIDE_SURELY = 0.6
SURE_OF_TEXT = 0.6
SURE_OF_LIST = 0.5
SURE_OF_TALK = 0.15  # the router has decided; the intent only says which small talk
SURE_OF_GREETING = 0.85  # of small talk that holds a strange word (『PayPayの使い方は？』)
SECOND_BEST = 0.25  # a route less likely than this is not tried when the likelier ones find nothing
_ASPECTS_OF = {"values": VALUE_ASPECTS, "texts": TEXT_ASPECTS, "owners": OWNER_ASPECTS}
_DEFAULTS = {"values": "target", "texts": "fact", "owners": "owner"}
AS_LIKELY = 0.2
GIST_LINES = 3
PLAIN_ROUTES = frozenset({"values", "schedule", "texts", "owners"})
_LEADS = {
    "values": "指標の値についてのお尋ねでしたら：",
    "schedule": "スケジュールについてのお尋ねでしたら：",
    "texts": "計画の本文では：",
    "owners": "担当についてのお尋ねでしたら：",
}
BARE, SHORT = 14, 24
TALK_INTENTS = frozenset({*talk.REPLIES, "ask_help"})


class Dialogue:
    """Answers messages. Has no state of its own: the frame of the conversation comes in and goes out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.values = ValueAnswers(knowledge)
        self.leaning = Leaning(knowledge)
        self.several: SeveralPlans | None = None
        if knowledge.scopes:
            self.several = SeveralPlans(knowledge, {id_: Dialogue(scope) for id_, scope in knowledge.scopes.items()})

    def search(self, links: Links, measures: Sequence[str] = ()) -> list[Found]:
        """FAQ entries for the message, its asking part and each quoted term of it, each with the best of its scores.
        `measures` narrows to what is about these."""
        queries = [links.repaired, links.asked, *(f"{term}{links.residue}" for term in _QUOTED.findall(links.repaired))]
        merged: dict[str, Found] = {}
        for query in dict.fromkeys(q for q in queries if q):
            for hit in self.knowledge.search(query, measures=measures):
                if hit.entry.id not in merged or hit.score > merged[hit.entry.id].score:
                    merged[hit.entry.id] = hit
        return sorted(merged.values(), key=lambda hit: -hit.score)

    def features(self, message: Message, found: list[Found], last: Frame | None = None) -> dict[str, float]:
        """What the router decides on."""
        items = [link.id for link in message.links.items if link.kind == "schedule" and link.score >= FAIR]
        phase = any(measures.names_phase(message.links.asked, self.knowledge.schedule[i]) for i in items[:3])
        return features(message, found, last, phase)

    def reply(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """One reply and the next frame."""
        if self.several:
            return self.several.reply(message, last)
        links = message.links
        links = replace(links, repaired=without_emphasis(links.repaired), asked=without_emphasis(links.asked))
        message, last = replace(message, links=links), self._known(last)
        last = returned_to(message.links, last)
        leaning = self.leaning.read(message, last)
        reply, frame = self._read(message, leaning, last)
        return reply, remembering(frame, last)

    def _read(self, message: Message, leaning: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """`leaning`: the message with what belongs to the last subject alone, where it names nothing else."""
        if self.leaning.departs(leaning, last):
            reply, frame = self._reply(leaning, None)
            return reply, frame or last
        reply, frame = self._reply(leaning, last)
        if leaning.leans and reply.status == "no_answer":
            return self._reply(message, last)
        return reply, frame

    def _reply(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """The routes are tried from the likeliest on, until one has something to say."""
        links = message.links
        if not any(char.isalnum() for char in links.text):
            return talk.empty(self.knowledge), last
        if exact := asked_verbatim(self.knowledge, links):
            return texts.found_reply(exact, linked=self.knowledge.linked(exact.entry)), last
        if changed := editions.edition_reply(self.knowledge, links):
            return changed, last
        if unknown := self._no_such_measure(links):
            return unknown, last
        anywhere = self.search(links)
        found = self.search(links, last.measures) if message.leans and last else anywhere
        routes = rank(self.features(message, anywhere, last))
        if unsaid := self._asks_of_nothing(message, last, next(iter(routes))):
            return unsaid
        by_itself = last is None or bool(links.concepts)
        prose = by_itself and next(iter(routes)) in PROSE_ROUTES and may_be_prose(message.intent)
        if curated := curated_answer(self.knowledge, found, prose):
            return texts.found_reply(curated, linked=self.knowledge.linked(curated.entry)), last
        if _OF_PERSON.search(links.asked or links.repaired):
            of_whom = resolve("outside", links, last, self.knowledge.years())
            return self._closed(self._outside(of_whom), of_whom, {"outside": 1.0}, last)
        if self._continues(message, last, routes):
            routes = {"follow_up": 1.0, **routes}
        if self._asks_unset(message, last) and _TARGET.search(links.asked):
            routes = {"values": 1.0, **{route: share for route, share in routes.items() if route != "values"}}
        first: Reply | None = None
        for route, probability in routes.items():
            top = route == next(iter(routes))
            if not top and (first or route == "list") and probability < SECOND_BEST:
                break
            # 『(施策名)の概要は？』: whatever the router makes of it, the plan holds that section or says nothing there.
            part_of_plan = names_section(message) and any(kind == "measure" for kind, _ in links.whole)
            sure_to_be_outside = probability >= OUTSIDE_SURELY and not part_of_plan
            if route == "outside" and not sure_to_be_outside and not self._is_beyond(message, anywhere):
                continue
            if route in {"owners", "list"} and names_section(message) and (route == "owners" or best(links, "measure")):
                continue
            if route == "outside" and (self._asks_unset(message, last) or self._asks_bare_figure(links, last)):
                continue
            if route == "values" and self._has_no_figures(message, last):
                continue
            outcome = self._try(route, message, found, last, probability)
            if outcome is None:
                continue
            reply, frame = outcome
            if route == "list" and probability < SURE_OF_LIST and links.concepts and reply.why == "list of measures":
                continue  # something was named that the list says nothing of
            if reply.status in {"clarify", "no_answer"} and first is None and route != "outside":
                first, first_frame = reply, frame
                continue
            self._add_second(reply, route, routes, message, found, last)
            return self._closed(reply, frame, routes, last)
        if first is None:
            return talk.no_answer(self.knowledge, f"nothing found ({_shown(routes)})"), last
        return self._closed(first, first_frame, routes, last)

    @staticmethod
    def _asks_bare_figure(links: Links, last: Frame | None) -> bool:
        """『目標は何件ですか』 as a first message: of which KPI has to be asked."""
        named = links.concepts or links.unknown or links.elsewhere or any(i.score >= FAIR for i in links.items)
        return last is None and not named and _BARE_FIGURE.search(links.repaired) is not None

    def _asks_unset(self, message: Message, last: Frame | None) -> bool:
        """A figure is asked for, of a measure that was talked about: the plan says that its KPI is not set yet."""
        links = message.links
        if not message.leans or last is None or not self._is_unset(last):
            return False
        return FIGURES.search(links.repaired) is not None and not beyond_word(links.asked)

    def _has_no_figures(self, message: Message, last: Frame | None) -> bool:
        """No figure is asked for, of a measure that was talked about and has none (『R3には何をやる？』)."""
        if not message.leans or last is None or asked_unit(message.links.repaired):
            return False
        if not self._is_unset(last) or FIGURES.search(message.links.repaired):
            return False
        return last.aspect not in VALUE_ASPECTS or route_of(ASPECTS.get(message.intent, "")) == "schedule"

    def _is_unset(self, frame: Frame) -> bool:
        return bool(frame.measures) and all(self.knowledge.measures[ref].kpi_unset for ref in frame.measures)

    def _no_such_measure(self, links: Links) -> Reply | None:
        """『14番目の施策』 of a plan that has thirteen."""
        numbers = measure_numbers(links.repaired)
        if not numbers or any(link.kind == "measure" and not link.matched for link in links.items):
            return None
        k = self.knowledge
        known = [measure.number for measure in k.measures.values()]
        text = f"{'・'.join(f'施策{n}' for n in sorted(numbers))}は、計画にありません。\n計画の施策は{known[0]}から{known[-1]}までの{len(known)}件です。"
        return Reply("not_in_plan", text, [contents_source(k.plan)], ["施策の一覧を教えて"], why="no such measure")

    def _asks_of_nothing(self, message: Message, last: Frame | None, route: str) -> tuple[Reply, Frame] | None:
        """『課題は？』 or 『これはいつから？』 as a first message: ask which measure, and go on from what is then named."""
        links = message.links
        if route not in {"texts", "schedule"} or (last is not None and last.has_subject):
            return None
        if any(link.score >= FAIR for link in links.items):
            return None
        if self.leaning.own_nouns(links):
            return None
        pointing = _POINTS.search(links.repaired) is not None
        if not pointing and (links.concepts or links.unknown or links.quantities or len(links.repaired) > BARE):
            return None
        aspect = self._aspect(route, message) if route in _ASPECTS_OF else route
        if not pointing and (aspect == "definition" or _TERM.search(links.repaired)):
            return None  # a term that is no name of an item (『SOCって何』)
        what = {"issues": "課題", "policy": "施策概要", "schedule": "スケジュール"}.get(aspect, "概要")
        numbered = [f"・{measure.number}「{measure.title}」" for measure in self.knowledge.measures.values()]
        text = "どの施策についてのご質問でしょうか。施策の番号か名前を入れてください。\n" + "\n".join(numbered)
        buttons = [f"{measure.number}の{what}は？" for measure in self.knowledge.measures.values()]
        reply = Reply("clarify", text, [contents_source(self.knowledge.plan)], buttons, why="no subject named")
        return reply, Frame(aspect, question=links.repaired, asked=links.residue, open=True)

    def _known(self, frame: Frame | None) -> Frame | None:
        """The last frame without what the knowledge base no longer has: a plan may have been read anew meanwhile."""
        if frame is None:
            return None
        k = self.knowledge
        return replace(
            frame,
            kpis=[i for i in frame.kpis if i in k.kpis],
            schedule=[i for i in frame.schedule if i in k.schedule],
            measures=[ref for ref in frame.measures if ref in k.measures],
            earlier=[subject for subject in frame.earlier if set(subject["measures"]) <= set(k.measures)],
        )

    def _add_second(
        self,
        reply: Reply,
        route: str,
        routes: dict[str, float],
        message: Message,
        found: list[Found],
        last: Frame | None,
    ) -> None:
        """Nearly as likely: the gist of the other reading below the answer, marked as such."""
        other = next((r for r, share in routes.items() if r != route and share >= AS_LIKELY), None)
        if route == "list" and reply.why == "measures of a theme" and other == "texts":
            route = other  # a theme is no answer to 『どんな取組がありますか』 where the text has one
        if reply.status != "answered" or {route, other} - PLAIN_ROUTES or other is None:
            return
        second = self._try(other, message, found, last, routes[other])
        if second is None or second[0].status != "answered" or second[0].text in reply.text:
            return
        gist = "\n".join(second[0].text.splitlines()[:GIST_LINES])
        reply.text += f"\n\n{_LEADS[other]}\n{gist}"
        reply.sources += [source for source in second[0].sources if source not in reply.sources]

    @staticmethod
    def _closed(
        reply: Reply, frame: Frame | None, routes: dict[str, float], last: Frame | None
    ) -> tuple[Reply, Frame | None]:
        reply.why = f"{reply.why} ({_shown(routes)})"
        if frame is not None:
            frame.open = reply.status == "clarify"
        keeps = frame is not None and (
            reply.status == "clarify" or (reply.status in {"answered", "not_in_plan"} and frame.has_subject)
        )
        return reply, frame if keeps else last

    @staticmethod
    def _continues(message: Message, last: Frame | None, routes: dict[str, float]) -> bool:
        """The message only changes something of the last one (『じゃあR6は？』, 『そうじゃなくて光ファイバの方』)."""
        if last is None:
            return False
        links = message.links
        timed = bool(links.years or relative_years(links.repaired, [1]) or neighbour_year(links.repaired, last))
        if (
            message.intent not in CONTINUING
            and len(links.repaired) <= SHORT
            and (
                _REPAIRS.search(links.repaired)
                or (last.open and (links.concepts or links.items) and not _QUESTION.search(links.repaired))
            )
        ):
            return True
        elsewhere = bool(links.elsewhere) and last.aspect in VALUE_ASPECTS
        elsewhere = elsewhere and all(link.coverage < NAMED for link in links.items)
        if elsewhere and len(links.repaired) <= BARE and not ASKS.search(links.repaired):
            return True
        bare = timed and not links.concepts and not links.unknown and len(links.repaired) <= BARE
        bare = bare and not ASKS.search(links.repaired)
        route, likeliest = next(iter(routes.items()))
        surely_else = (
            likeliest >= BY_ITSELF and message.intents[0][1] < UNSURE_INTENT and route != route_of(last.aspect)
        )
        return (message.intent in CONTINUING and not surely_else) or (bare and likeliest < SURE)

    def _try(
        self, route: str, message: Message, found: list[Found], last: Frame | None, probability: float
    ) -> tuple[Reply, Frame | None] | None:
        links = message.links
        if route == "talk":
            foreign = any(word.isascii() for word in links.unknown)
            surely = SURE_OF_GREETING if foreign and probability < SURE_OF_GREETING else SURE_OF_TALK
            if message.intent not in TALK_INTENTS or message.intents[0][1] < surely:
                return None
            return self._talk(message), None
        if route == "outside":
            frame = resolve("outside", links, last, self.knowledge.years())
            if self.values.asks_actual(links, frame):  # most plans hold no results, this one does
                frame.aspect = "target"
                return self._by_route("values", links, frame, found, last, FOUND)
            if message.likeliest(BEYOND, "") == "chat_outside" and frame.strength < LINKED_SURELY:
                return talk.no_answer(self.knowledge, "outside the plan"), None
            strange = [s.word for s in _strange(message)] or links.unknown
            return (self._stranger(strange, links) if strange else self._outside(frame)), frame
        aspect = self._aspect(route, message) if route in _ASPECTS_OF else route
        frame = resolve(aspect, links, last, self.knowledge.years(), message.leans)
        if message.leans and frame.aspect in VALUE_ASPECTS:
            self._take_unit(links, frame)
            self._take_sum(links, frame)
        if route == "schedule" and message.intent == "ask_confirm":
            frame.years = []  # a confirmation may name the wrong year: show them all
        floor = FOUND_AS_TEXT if route == "texts" and probability >= SURE_OF_TEXT else FOUND
        outcome = self._by_route(route_of(frame.aspect), links, frame, found, last, floor)
        if route == "texts" and outcome and _ASKS_WHEN.search(links.asked) and not _DATE.search(outcome[0].text):
            # The date may stand in the schedule alone.
            dated = self._try("schedule", message, found, last, probability)
            if dated and dated[0].status == "answered" and best(links, "schedule"):
                return dated
        return outcome

    def _take_unit(self, links: Links, frame: Frame) -> None:
        """『使える職員の数は？』 after hours of the same measure: its KPI in the unit that is asked for."""
        unit, k = asked_unit(links.repaired), self.knowledge
        if unit is None or any(k.kpis[id_].unit == unit for id_ in frame.kpis):
            return
        rows = [kpi for ref in frame.measures for kpi in k.measures[ref].kpis if kpi.parent is None]
        if alike := [f"kpi:{kpi.id}" for kpi in rows if kpi.unit == unit]:
            frame.kpis = alike

    def _take_sum(self, links: Links, frame: Frame) -> None:
        """『全部合わせると？』 after a sub-row: the row that is their sum."""
        parents = {parent.id for id_ in frame.kpis if (parent := self.knowledge.kpis[id_].parent) is not None}
        if parents and _SUM.search(links.repaired):
            frame.kpis = [f"kpi:{id_}" for id_ in sorted(parents)]

    @staticmethod
    def _aspect(route: str, message: Message) -> str:
        """The likeliest aspect of a route that the words of the message bear out."""
        text = message.links.beside_names
        borne_out = {
            "change": asks_change(text),
            "compare": BOTH.search(text) is not None or len(message.links.cover) > 1,
            "reverse": bool(message.links.quantities) or _WHEN.search(text) is not None,
            "confirm": bool(message.links.quantities),
        }
        aspects = frozenset(a for a in _ASPECTS_OF[route] if borne_out.get(a, True))
        aspect = message.aspect(aspects, _DEFAULTS[route])
        if aspect == "baseline" and message.links.quantities and _WHEN.search(text):
            return "reverse"
        if aspect in {"target", "baseline"} and message.links.quantities and _CONFIRMS.search(text):
            return "confirm"
        if aspect in {"target", "baseline"} and EACH.search(text):
            return "all"
        return aspect

    def _by_route(
        self, route: str, links: Links, frame: Frame, found: list[Found], last: Frame | None, floor: float
    ) -> tuple[Reply, Frame] | None:
        strangers = self._strangers(links, frame, of_plan=route in {"texts", "schedule"})
        if route == "values":
            strangers += [place for place in _other_places(links) if place not in strangers]
        # A text that is found well may well name a stranger; a figure of a stranger is always the wrong one.
        weak = route != "texts" or not found or found[0].score < FOUND
        if strangers and weak and frame.aspect != "owned":
            return self._stranger(strangers, links), frame
        if route == "values":
            named = [link.label for link in links.items if link.id in frame.kpis]
            if _OF_NATION.search(links.repaired) and not any("国" in label for label in named):
                return None  # a plan's KPIs are its own; what it says of the nation stands in its text
            return self.values.reply(links, frame)
        if route == "owners":
            return self._owners(links, frame, found)
        if route == "schedule":
            return self._schedule(links, frame, found)
        if route == "list":
            if not frame.has_subject and not _OF_PLAN.search(links.repaired):
                return None
            return measures.list_reply(self.knowledge, frame, links.repaired), frame
        outcome = self._texts(links, frame, found, last, floor)
        if outcome is None or not frame.inherited:
            return outcome
        said = "".join(p.text for ref in outcome[1].measures for p in self.knowledge.measures[ref].passages)
        places = [place for place in _other_places(links) if place not in said]
        return (self._stranger(places, links), outcome[1]) if places else outcome

    @staticmethod
    def _is_beyond(message: Message, found: list[Found]) -> bool:
        """Something says that the plan doesn't hold it: a strange word, an attribute such as a budget, or the intent."""
        links = message.links
        share = sum(confidence for name, confidence in message.intents if name in BEYOND)
        if share >= BEYOND_SURELY or _strange(message) or beyond_word(links.without("measure", "schedule", "kpi")):
            return True
        if _ASKS_AMOUNT.search(links.without("measure", "schedule", "kpi")) and not any(
            _FIGURE.search(q.text) for f in found[:1] for q in f.entry.quotes
        ):
            return True
        return bool(links.unknown) and (not found or found[0].score < FOUND_SURELY)

    def _talk(self, message: Message) -> Reply:
        intent = message.likeliest(TALK_INTENTS, "greet")
        return talk.help_text(self.knowledge) if intent == "ask_help" else talk.REPLIES[intent](self.knowledge)

    def _strangers(self, links: Links, frame: Frame, of_plan: bool) -> list[str]:
        """Strangers in the noun phrase that most of the evidence for the chosen items stands in.

        `of_plan`: a place that the plan mentions is none there (『岡山県と一緒に作ったものは』), as it is for a figure.
        """
        chosen = [link for link in links.items if link.measure in frame.measures and link.score >= FAIR]
        labels = {link.label for link in chosen}
        top = max((link.score for link in chosen), default=0.0)
        evidence = [set(link.matched) for link in chosen if link.score >= top - 0.01]
        return list(
            dict.fromkeys(
                s.word
                for s in links.strangers
                if not (of_plan and s.mentioned)
                and any(len(matched & set(s.beside)) > len(matched) / 2 for matched in evidence)
                and not any(s.word in label for label in labels)
            )
        )

    # --- owners, schedule, text ---------------------------------------------------------------------------------

    def _owners(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame] | None:
        k = self.knowledge
        by_department = {c for link in links.items if link.kind == "department" for c in link.matched}
        other = best(links, "measure")
        if frame.departments and (other is None or other.score < FAIR or set(other.matched) <= by_department):
            return measures.owned_reply(k, frame.departments), frame
        if not frame.has_subject and links.unknown and (not found or found[0].score < FOUND):
            return self._stranger(links.unknown, links), frame
        if frame.measures:
            frame.kpis, frame.schedule = [], []
            return measures.owner_reply([k.measures[ref] for ref in frame.measures[:3]]), frame
        if frame.departments:
            return measures.owned_reply(k, frame.departments), frame
        measure = self._measure_by_search(found)
        if measure is not None and links.concepts:
            frame.measures = [measure]
            return measures.owner_reply([k.measures[measure]]), frame
        return (measures.all_owners_reply(k), frame) if not links.concepts else None

    def _measure_by_search(self, found: list[Found]) -> str | None:
        """The measure that the search results agree on."""
        if not found or found[0].score < FOUND_IN_MEASURE or not found[0].entry.quotes:
            return None
        measure = found[0].entry.quotes[0].passage.measure
        return measure.ref if measure else None

    def _schedule(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame] | None:
        k = self.knowledge
        item = best(links, "schedule")
        items = [k.schedule[i] for i in frame.schedule if i in k.schedule]
        if (
            items
            and item is not None
            and "subject" not in frame.inherited
            and item.score < score_of(links, "measure") - 0.15
        ):
            items = []
        if (
            _ALL_ROWS.search(links.repaired)
            and frame.measures
            and score_of(links, "measure") >= FAIR
            and not frame.years
        ):
            items = list(k.measures[frame.measures[0]].schedule)
        if not items:
            surely = frame.strength >= LINKED_SURELY or "subject" in frame.inherited or _TABLE.search(links.repaired)
            items = [s for ref in frame.measures[:2] for s in k.measures[ref].schedule] if surely else []
        if not items:
            items = measures.items_with_phase(k, links.repaired, frame.years)
        if not items:
            measure = self._measure_by_search(found) if _TABLE.search(links.repaired) else None
            if measure is None:
                return None
            items = list(k.measures[measure].schedule)
        frame.schedule = [f"schedule:{i.id}" for i in items]
        frame.measures = list(dict.fromkeys(i.measure.ref for i in items))
        return measures.schedule_reply(k, items, frame.years, links.repaired), frame

    def _texts(
        self, links: Links, frame: Frame, found: list[Found], last: Frame | None, floor: float
    ) -> tuple[Reply, Frame] | None:
        """Quotes the plan: the sentence that answers, or the section that was asked for."""
        k, aspect = self.knowledge, frame.aspect
        inherited = "subject" in frame.inherited
        frame.kpis, frame.schedule = (frame.kpis, frame.schedule) if inherited else ([], [])
        if aspect == "definition":
            reply = texts.definition_reply(k, links.repaired)
            if reply is None and inherited and last is not None:
                reply = texts.definition_reply(k, last.topic)
            surely = bool(found) and found[0].score >= FOUND_SURELY and found[0].entry.category == "用語"
            if reply is not None and not surely:
                return reply, frame
        section = texts.SECTIONS.get(aspect)
        says_more = bool(self.leaning.own_nouns(links, common=True)) or _OF_NATION.search(links.repaired) is not None
        specific = self._is_specific(links, frame) or (inherited and says_more)
        named = frame.strength >= LINKED_SURELY or inherited
        why = _WHY.search(links.asked) is not None and not inherited
        # 『…の概要は？』 of a measure without a text of that kind: what the plan does have on it.
        if named and frame.measures and _GIST.search(links.asked) and self._lacks(frame.measures[0], section, aspect):
            return measures.overview_reply(k.measures[frame.measures[0]]), frame
        bare = not specific or (inherited and not links.concepts and not says_more)
        if section and not why and named and frame.measures and bare:
            return texts.section_reply([k.measures[ref] for ref in frame.measures[:2]], section, frame.headings), frame
        whole = inherited or score_of(links, "measure") >= frame.strength - CLOSE
        if aspect == "overview" and named and whole and frame.measures and not specific:
            return measures.overview_reply(k.measures[frame.measures[0]]), frame
        hit = self._best_hit(links, frame, found, section, last, floor)
        if hit is not None:
            passage = hit.entry.quotes[0].passage if hit.entry.quotes else None
            if passage is not None and passage.measure is not None:
                frame.measures, frame.kpis, frame.schedule, frame.headings = [passage.measure.ref], [], [], []
            reply, frame.said = texts.found_reply(hit, section, self.knowledge.linked(hit.entry)), [hit.entry.id]
            if not section:
                texts.add_near(reply, hit, [f for f in found if f.score >= max(FOUND, hit.score - NEAR)])
            return reply, frame
        if section and inherited and frame.measures:
            return texts.section_reply([k.measures[ref] for ref in frame.measures[:2]], section, frame.headings), frame
        if links.unknown and not inherited and (not found or found[0].score < FOUND):
            return self._stranger(links.unknown, links), frame
        if frame.measures and frame.strength >= FAIR and not inherited:
            chosen = k.measures[frame.measures[0]]
            if section:
                return texts.section_reply([chosen], section, frame.headings), frame
            if frame.strength >= LINKED_SURELY and aspect == "overview":
                return measures.overview_reply(chosen), frame
            if (
                floor < FOUND
                and frame.strength >= LINKED_SURELY
                and (within := k.search(links.repaired, 3, [chosen.ref]))
            ):
                reply = texts.found_reply(within[0], linked=k.linked(within[0].entry))
                texts.add_near(reply, within[0], within[1:])
                return reply, frame
            text = f"{chosen.number}「{chosen.title}」についてのご質問でしょうか。知りたいことを選んでください。"
            buttons = [
                f"{chosen.number}の{what}は？" for what in ("課題", "施策概要", "KPI", "スケジュール", "担当所属")
            ]
            return Reply(
                "clarify", text, [title_source(chosen)], buttons, why="subject known, question not found"
            ), frame
        return None

    def _lacks(self, ref: str, section: str | None, aspect: str) -> bool:
        """The plan has no text of the measure that says what it is about."""
        passages = self.knowledge.measures[ref].passages
        return aspect in {"policy", "overview"} and not any(p.section == (section or model.POLICY) for p in passages)

    def _best_hit(
        self, links: Links, frame: Frame, found: list[Found], section: str | None, last: Frame | None, floor: float
    ) -> Found | None:
        """The entry to quote: in the whole plan, in the linked measure, or (follow-up) near what was just talked about."""
        said = last.said if last is not None and (frame.inherited or CONTRASTS.search(links.repaired)) else []
        anew = _ANEW.search(links.repaired) is not None
        found = self._said_last(found, said, anew)
        if _ASKS_WHEN.search(links.asked):
            found = _dated_first(found)
        best_found = found[0] if found else None
        if section:
            fitting = [f for f in found if f.entry.quotes and f.entry.quotes[0].passage.section == section]
            if fitting and best_found and fitting[0].score >= best_found.score - SECTION_BONUS:
                best_found = fitting[0]
        if best_found and best_found.score >= floor and "subject" not in frame.inherited:
            return best_found
        if "aspect" in frame.inherited and "subject" not in frame.inherited and last is not None:
            # 『チャットボットは？』 after 『議事録AIの導入時期は？』: what was asked, of the new subject.
            again = self.knowledge.search(f"{links.repaired} {last.asked}", 1, frame.measures)
            if again and again[0].score >= FOUND_IN_MEASURE:
                return again[0]
        if "subject" in frame.inherited and last is not None and last.measures:
            before = " ".join(dict.fromkeys(q for q in (last.topic, last.question) if q))
            near = self._said_last(
                self.knowledge.search(f"{before} {links.repaired}", FOLLOWING, last.measures), said, anew
            )
            own = self._said_last(self.knowledge.search(links.repaired, FOLLOWING, last.measures), said, anew)
            if _ASKS_WHEN.search(links.asked):
                near, own = _dated_first(near), _dated_first(own)
            both = [*((f.score + NEAR_BONUS, f) for f in near[:1]), *((f.score, f) for f in own[:1])]
            score, hit = max(both, key=lambda pair: pair[0], default=(0.0, None))
            return hit if score >= FOUND_IN_MEASURE else None
        if frame.measures:
            within = self.knowledge.search(links.repaired, 1, frame.measures)
            if within and within[0].score >= FOUND_IN_MEASURE:
                return within[0]
        return None

    def _said_last(self, found: list[Found], said: Sequence[str], anew: bool) -> list[Found]:
        """The hits with what was quoted of late held back: a follow-up seldom asks for the same again, and one for something
        else (`anew`) never."""
        if anew:
            entries = [self.knowledge.entries[id_] for id_ in said if id_ in self.knowledge.entries]
            quoted = "\n".join(quote.text for entry in entries for quote in entry.quotes)
            found = [f for f in found if not f.entry.quotes or any(q.text not in quoted for q in f.entry.quotes)]
        return sorted(found, key=lambda f: f.score - SAID * (f.entry.id in said), reverse=True)

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
        sources = [title_source(k.measures[ref]) for ref in frame.measures[:2]] or [contents_source(k.plan)]
        subject = (
            f"{k.measures[frame.measures[0]].number}「{k.measures[frame.measures[0]].title}」について、"
            if frame.measures
            else ""
        )
        text = f"{subject}お尋ねの内容は計画に書かれていません。\n計画にあるのは、担当所属、現状・課題、施策概要、KPIの現状と目標、スケジュールです。\n計画以外のことは{talk.HELPDESK}へお問い合わせください。"
        buttons = [
            f"{k.measures[ref].number}の{what}は？"
            for ref in frame.measures[:1]
            for what in ("担当所属", "KPI", "スケジュール")
        ]
        return Reply("not_in_plan", text, sources, buttons, why="attribute outside the plan")

    def _stranger(self, words: list[str], links: Links) -> Reply:
        """The question is about something whose name the plan never uses."""
        near = [link for link in links.items if link.kind in {"kpi", "measure"} and link.score >= FAIR][:3]
        named = "」「".join(words[:3])
        text = f"「{named}」については、計画に書かれていません。\n計画の施策やKPIの名前で聞き直していただくか、{talk.HELPDESK}へお問い合わせください。"
        buttons = [f"{link.label}について教えて" for link in near]
        return Reply("not_in_plan", text, [contents_source(self.knowledge.plan)], buttons, why=f"strangers {words}")


def _strange(message: Message) -> list[Stranger]:
    """Strangers that are no part of a name that is linked well (日本 in 『日本語教室の充実の課題は』), nor a place of the
    plan's text where its text is asked for."""
    links, of_text = message.links, ASPECTS.get(message.intent) in TEXT_ASPECTS | {"schedule"}
    labels = [link.label for link in links.items if link.kind in {"measure", "kpi"} and link.score >= LINKED_SURELY]
    return [
        s for s in links.strangers if not (of_text and s.mentioned) and not any(s.word in label for label in labels)
    ]


def _other_places(links: Links) -> list[str]:
    """Places that no linked name holds: the plan's figures are not theirs (『島根県は何箇所？』)."""
    labels = [link.label for link in links.items if link.score >= FAIR]
    return [place for place in links.elsewhere if not any(place in label for label in labels)]


def _shown(routes: dict[str, float]) -> str:
    return " ".join(f"{route} {probability:.2f}" for route, probability in list(routes.items())[:3])


def _dated_first(found: list[Found]) -> list[Found]:
    """Of the best hits that are about as good, those first whose quote holds a date: 『いつ…』 wants one."""
    if not found:
        return []
    dated = [f for f in found if f.score >= found[0].score - NEAR and any(_DATE.search(q.text) for q in f.entry.quotes)]
    return [*dated, *(f for f in found if f not in dated)]


# Names and numbers of persons: a plan holds none (『課長の名前』, 『誰がなったの』); names of bodies and systems it does.
_OF_PERSON = re.compile(
    r"(?:[課部係室局班]長|次長|職員|社員|担当者|責任者|メンバー|講師|委員|補佐官|戦略監|CIO|人)(?:さん)?の?(?:お?名前|氏名|フルネーム|連絡先|電話|内線|メール)"
    r"|(?:誰|だれ)が(?:なる|なった|なり|なっ|就|務め|やる|やっ|任命|選ば)|(?:誰|だれ)に(?:なる|なった|なり|決ま)"
)
_BARE_FIGURE = re.compile(r"目標|現状|KPI|指標")
_POINTS = re.compile(r"^(?:で、?)?(?:これ|それ|あれ)(?:って|は|が|の|、|も)")
_ANEW = re.compile(r"(?:ほか|他)(?:に|の|は|で)|以外|別の")
_TARGET = re.compile(r"目標|指標|KPI|数値|数字")
_SUM = re.compile(r"(?:全部|全体|みんな|[三3二2]つ)?(?:を)?[合あ]わせ(?:て|る|た|ると)|合計|トータル|全体")
_OF_NATION = re.compile(r"(?:国|全国)(?:の|は|が|として|全体|平均|で)")
_TERM = re.compile(r"[A-Za-z]{2}|[ァ-ヶ]{3}")
_CONFIRMS = re.compile(r"[合あ]って|とおり|通り|正し|間違い|まちがい|本当|よね[?？。]?$|でいい(?:です|の)")
_WHY = re.compile(r"なぜ|なんで|どうして|理由|何のため|\bwhy\b", re.IGNORECASE)
_ASKS_WHEN = re.compile(r"いつ|何年|何月|時期|\bwhen\b|\bitsu\b", re.IGNORECASE)
_ASKS_AMOUNT = re.compile(
    r"何(?:人|名|件|回|台|体|割|%|パーセント|時間|箇所|か所|団体|市町村)|割合|[者員件回台体]数|いくつ"
)
_FIGURE = re.compile(r"\d(?![年月)）(（\d])")
_DATE = re.compile(r"\d[)）]?年|年度|\d月")
_QUOTED = re.compile(r"[「『]([^」』]{2,30})[」』]")
_OF_PLAN = re.compile(r"施策|取組|計画|指標|KPI|章|柱|項目|ページ|効果")
_REPAIRS = re.compile(r"^(?:いや|いえ|違|ちが|そうじゃ|そっちじゃ)|(?:のほう|の方)(?:[はがで。]|$|です)|でお願い")
_QUESTION = re.compile(r"[?？]|何|いつ|どこ|どう|なぜ|誰|教え|ますか|ですか")
_ALL_ROWS = re.compile(r"すべて|全て|全部|ぜんぶ|列挙|一覧|並べ|項目|取組名|いくつ")
_GIST = re.compile(r"(?<!施策)概要|どんな(?:施策|取組|事業)|どういう(?:施策|取組|事業)")
_TABLE = re.compile(r"スケジュール|予定|工程|主な取組")
_WHEN = re.compile(r"いつ|何年度|年度は|達成|到達|届く|なるの|になる|どの(?:指標|KPI|研修)|何の|when", re.IGNORECASE)
