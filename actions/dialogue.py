"""Chooses the answer: from the intent, the links, the search and the last frame to one reply and the next frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions import beyond, cutoffs, editions, measures, talk, texts
from actions.curated import PROSE_ROUTES, asked_verbatim, curated_answer, may_be_prose
from actions.describing import Describing
from actions.frame import (
    BARE,
    FAIR,
    FIGURES,
    LINKED_SURELY,
    NAMED,
    OWNER_ASPECTS,
    TEXT_ASPECTS,
    VALUE_ASPECTS,
    Frame,
    best,
    resolve,
    route_of,
    score_of,
)
from actions.history import remembering, returned_to
from actions.judging import SUM, WHEN_SET, Judging
from actions.knowledge import Found, Knowledge
from actions.leaning import Leaning
from actions.measure_answers import MeasureAnswers
from actions.message import BEYOND, Message
from actions.relative_years import without_emphasis
from actions.reply import Reply, contents_source
from actions.routing import features, names_section, rank
from actions.several_plans import SeveralPlans
from actions.several_questions import answer_each, says_as_much
from actions.text_answers import ASKS_WHEN, DATE, OF_NATION, WHY, TextAnswers
from actions.value_answers import AS_OF, BOTH, EACH, SOMETHING_ELSE, ValueAnswers, asks_change
from keikaku.linker import Link, Links, asked_unit
from keikaku.morph import analyse
from keikaku.text import nfkc
from keikaku.years import find_years

_ASPECTS_OF = {"values": VALUE_ASPECTS, "texts": TEXT_ASPECTS, "owners": OWNER_ASPECTS}
_DEFAULTS = {"values": "target", "texts": "fact", "owners": "owner"}
GIST_LINES = 3
PLAIN_ROUTES = frozenset({"values", "schedule", "texts", "owners"})
_LEADS = {
    "values": "指標の値についてのお尋ねでしたら：",
    "schedule": "スケジュールについてのお尋ねでしたら：",
    "texts": "計画の本文では：",
    "owners": "担当についてのお尋ねでしたら：",
}
TALK_INTENTS = frozenset({*talk.REPLIES, "ask_help"})


class Dialogue:
    """Answers messages. Has no state of its own: the frame of the conversation comes in and goes out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.values = ValueAnswers(knowledge)
        self.leaning = Leaning(knowledge)
        self.describing = Describing(knowledge)
        self.judging = Judging(knowledge, self.leaning)
        self.texts = TextAnswers(knowledge, self.leaning)
        self.measures = MeasureAnswers(knowledge)
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
        labelled = self.knowledge.neighbours
        near = labelled.features(message.links.repaired) if labelled else {}
        counts, described = self.values.counts(message.links), self.describing.likeness(message.links)
        return features(message, found, last, phase, counts, near) | described

    def reply(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """One reply and the next frame."""
        whole = self._answer(message, last)
        each = answer_each(self._answer, message, last)
        return whole if each is None or says_as_much(whole[0], each[0]) else each

    def _answer(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        if self.several:
            return self.several.reply(message, last)
        links = message.links
        links = replace(links, repaired=without_emphasis(links.repaired), asked=without_emphasis(links.asked))
        last = self._known(last)
        if last is not None and last.kpis and links.elsewhere:
            links = replace(links, items=[link for link in links.items if not _is_place(link, links)])
        message = replace(message, links=links)
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
        if said := self._at_once(links):
            return said, last
        anywhere = self.search(links)
        found = self.search(links, last.measures) if message.leans and last else anywhere
        routes = rank(self.features(message, anywhere, last))
        if outcome := self._by_words(message, found, last, next(iter(routes))):
            return outcome
        routes = self._led(message, last, routes)
        first: Reply | None = None
        # Where the message may well be beyond the plan, an unlikely route has nothing to say to it.
        unlikely = cutoffs.UNLIKELY if routes.get("outside", 0.0) >= cutoffs.AS_LIKELY else 0.0
        if next(iter(routes)) == "talk" and last is None:
            unlikely = cutoffs.SECOND_BEST  # nor to what is most probably small talk
        for route, probability in routes.items():
            top = route == next(iter(routes))
            if not top and probability < (cutoffs.SECOND_BEST if first or route == "list" else unlikely):
                break
            if self._is_silent(route, message, anywhere, last, routes):
                continue
            if route == "outside" and routes.get("values", 0.0) >= cutoffs.AS_LIKELY:
                # What is not held, of a KPI that is: its reply names both.
                near = self._try("values", message, found, last, probability)
                if near and near[0].why in SOMETHING_ELSE:
                    return self._closed(*near, routes, last)
            outcome = self._try(route, message, found, last, probability)
            if outcome is None and route == "values" and OF_NATION.search(links.repaired):
                # The text alone has the nation's figure.
                outcome = self._try("texts", message, found, last, probability)
            if outcome is None:
                continue
            reply, frame = outcome
            if reply.why in SOMETHING_ELSE and found and found[0].score >= cutoffs.FOUND_SURELY:
                # No KPI counts that, but the text may speak of it (『利用件数は増えているのか』).
                told = self._try("texts", message, found, last, routes.get("texts", 0.0))
                if told and told[0].status == "answered" and routes.get("texts", 0.0) >= cutoffs.AS_LIKELY:
                    reply, frame = told
            reply.confidence = probability if probability < 1 else None
            unsure = probability < cutoffs.SURE_OF_LIST and bool(links.concepts)
            if reply.why in {"list of measures", "list of KPIs"} and (unsure or self.judging.names_more(links, frame)):
                continue  # something was named that the list says nothing of
            if reply.status in {"clarify", "no_answer"} and first is None and route != "outside":
                first, first_frame = reply, frame
                continue
            self._add_second(reply, route, routes, message, found, last)
            return self._closed(reply, frame, routes, last)
        if first is None:
            return talk.no_answer(self.knowledge, f"nothing found ({_shown(routes)})"), last
        return self._closed(first, first_frame, routes, last)

    def _at_once(self, links: Links) -> Reply | None:
        """What is said without search and router."""
        k = self.knowledge
        if not any(char.isalnum() for char in links.text):
            return talk.empty(k)
        if beyond.is_code(links.text):
            return talk.no_answer(k, "program text")
        if exact := asked_verbatim(k, links):
            return texts.found_reply(exact, linked=k.linked(exact.entry))
        return editions.edition_reply(k, links) or beyond.no_such_measure(k, links)

    def _by_words(
        self, message: Message, found: list[Found], last: Frame | None, likeliest: str
    ) -> tuple[Reply, Frame | None] | None:
        """What the words alone decide, whichever the routes: nothing is named, a curated FAQ, letters, a person."""
        links = message.links
        if unsaid := self._asks_of_nothing(message, last, likeliest):
            return unsaid
        by_itself = last is None or bool(links.concepts)
        prose = by_itself and likeliest in PROSE_ROUTES and may_be_prose(message.intent)
        if curated := curated_answer(self.knowledge, found, prose):
            return texts.found_reply(curated, linked=self.knowledge.linked(curated.entry)), last
        asked = links.asked or links.repaired
        explained = bool(found) and found[0].entry.category == "用語" and found[0].score >= cutoffs.FOUND_SURELY
        if not explained and (spelled := texts.spelled_out(self.knowledge, asked)):
            refs = [spelled[1]] if spelled[1] else []
            return spelled[0], Frame("definition", measures=refs, question=links.repaired, topic=links.repaired)
        if beyond.OF_PERSON.search(asked) or beyond.NEXT_MEETING.search(asked):
            of_whom = resolve("outside", links, last, self.knowledge.years())
            return self._closed(beyond.outside_reply(self.knowledge, of_whom), of_whom, {"outside": 1.0}, last)
        return None

    def _led(self, message: Message, last: Frame | None, routes: dict[str, float]) -> dict[str, float]:
        """The routes, led by the one that the words leave no doubt about."""
        links, judging = message.links, self.judging
        if judging.continues(message, last, routes):
            routes = {"follow_up": 1.0, **routes}
        if judging.asks_about_quote(message, last):
            routes = _led_by("texts", routes)
        surely_beyond = routes.get("outside", 0.0) >= cutoffs.BEYOND_ALL_DOUBT
        of_cell = judging.asks_cell(message) and not surely_beyond
        of_kpi = next(iter(routes)) == "outside" and (of_cell or judging.is_bare_kpi(message))
        if (
            judging.asks_sum(links, last)
            or judging.asks_basis(message, last)
            or judging.asks_as_of(message, last)
            or judging.asks_of_blank(message, last)
            or of_kpi
        ):
            routes = _led_by("values", routes)
        elif judging.asks_record(message, last) or (
            WHY.search(links.asked) and next(iter(routes)) in {"values", "follow_up"} and not links.years
        ):
            routes = _led_by("texts", routes)
        elif not surely_beyond and judging.asks_figure(message, last):
            routes = _led_by("values", routes)
        if last is not None and (message.leans or not links.concepts) and not links.years:
            to_nation = OF_NATION.search(last.question) is not None and asks_change(links.beside_names)
            if to_nation or (last.measures and not surely_beyond and _WHAT_IS_DONE.search(links.asked)):
                routes = _led_by("texts", routes)
        if next(iter(routes)) == "schedule" and _WHAT_FOR.search(links.asked) and not _WHEN.search(links.asked):
            routes = _led_by("texts", routes)
        if judging.asks_unset(message, last) and (_TARGET.search(links.asked) or WHEN_SET.search(links.asked)):
            routes = _led_by("values", routes)
        return routes

    def _is_silent(
        self, route: str, message: Message, found: list[Found], last: Frame | None, routes: dict[str, float]
    ) -> bool:
        """The route has nothing to say to a message with these words, likely or not. `found`: anywhere in the plan."""
        links, judging = message.links, self.judging
        if route == "outside":
            # 『(施策名)の概要は？』: whatever the router makes of it, the plan holds that section or says nothing there.
            part_of_plan = names_section(message) and any(kind == "measure" for kind, _ in links.whole)
            surely = routes[route] >= cutoffs.OUTSIDE_SURELY and not part_of_plan
            return (
                (not surely and not beyond.is_beyond(message, found))
                or judging.is_told(message, found, routes)
                or judging.asks_whether_planned(message)
                or judging.asks_unset(message, last)
                or judging.asks_bare_figure(links, last)
            )
        if route == "values":
            return judging.has_no_figures(message, last) or _ASKS_WHERE.search(links.asked) is not None
        if route not in {"owners", "list"}:
            return False
        if route == "list" and (_RESULTS.search(links.asked) or (message.leans and _WITHIN.search(links.asked))):
            return True  # how far the measures have come, or what one of them does, no list of them says
        of_section = names_section(message) and not (route == "list" and _WHICH.search(links.asked))
        return of_section and (route == "owners" or bool(best(links, "measure")))

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
        other = next((r for r, share in routes.items() if r != route and share >= cutoffs.AS_LIKELY), None)
        if route == "list" and reply.why == "measures of a theme" and other == "texts":
            route = other  # a theme is no answer to 『どんな取組がありますか』 where the text has one
        if reply.status != "answered" or {route, other} - PLAIN_ROUTES or other is None:
            return
        second = self._try(other, message, found, last, routes[other])
        if second is None or second[0].status != "answered" or second[0].text in reply.text:
            return
        if other == "values" and self.judging.says_baseline(reply, second[1]):
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

    def _try(
        self, route: str, message: Message, found: list[Found], last: Frame | None, probability: float
    ) -> tuple[Reply, Frame | None] | None:
        links = message.links
        if route == "talk":
            foreign = any(word.isascii() for word in links.unknown)
            surely = (
                cutoffs.SURE_OF_GREETING if foreign and probability < cutoffs.SURE_OF_GREETING else cutoffs.SURE_OF_TALK
            )
            certain = probability >= cutoffs.SURELY_TALK and not links.unknown and not links.years
            certain = certain and all(link.score < FAIR for link in links.items)
            if not certain and (message.intent not in TALK_INTENTS or message.intents[0][1] < surely):
                return None
            if message.intent in {"affirm", "deny"} and any(link.score >= LINKED_SURELY for link in links.items):
                return None  # 『光ファイバです』 names what was asked back
            return self._talk(message), None
        if route == "outside":
            return self._outside(message, found, last)
        outcome = self._plainly(route, message, found, last, probability)
        if outcome is None:
            return None
        years = outcome[1].years
        if route == "schedule" and outcome[0].why == measures.OUTSIDE_YEARS:
            # What is over by now stands in the text alone (『議事録AIは令和元年の何月に導入』).
            told = self._plainly("texts", message, found, last, probability)
            if told and told[0].status == "answered" and _mentions_year(told[0].text, years):
                return told
            # Or it is the year of a present state (『令和2年度末時点の開催実績』).
            valued = self._plainly("values", message, found, last, probability)
            if valued and valued[0].status == "answered" and valued[0].why == "KPI cell":
                return valued
        items = [self.knowledge.schedule[id_] for id_ in outcome[1].schedule if id_ in self.knowledge.schedule]
        begun = route == "schedule" and not years and _BEGUN.search(links.asked) is not None
        if begun and items and not any(measures.names_phase(links.asked, item) for item in items):
            # When what runs all the time was brought in, the text says (『いつ導入』, 『いつから使ってるの』).
            told = self._plainly("texts", message, found, last, probability)
            if told and told[0].status == "answered" and DATE.search(told[0].text.splitlines()[0]):
                return told
        if route == "texts" and ASKS_WHEN.search(links.asked) and not DATE.search(outcome[0].text):
            # The date may stand in the schedule alone.
            dated = self._plainly("schedule", message, found, last, probability)
            if dated and dated[0].status == "answered" and best(links, "schedule"):
                return dated
        return outcome

    def _outside(self, message: Message, found: list[Found], last: Frame | None) -> tuple[Reply, Frame | None] | None:
        """That the plan does not hold it, and of what."""
        links = message.links
        frame = resolve("outside", links, last, self.knowledge.years())
        if self.values.asks_actual(links, frame):  # most plans hold no results, this one does
            frame.aspect = "target"
            return self._by_route("values", links, frame, found, last, cutoffs.FOUND)
        of_place = last is not None and last.has_subject and bool(links.elsewhere)  # 『米子市だけだと？』
        chat = message.likeliest(BEYOND, "") == "chat_outside"
        if chat and frame.strength < LINKED_SURELY and not of_place:
            return talk.no_answer(self.knowledge, "outside the plan"), None
        strange = [s.word for s in beyond.strange(message)] or links.unknown
        if last is not None and last.has_subject and all(link.coverage < NAMED for link in links.items):
            frame = replace(last, open=False)  # what is asked is not held, of what is talked about
        if strange:
            return beyond.stranger_reply(self.knowledge, strange, links), frame
        return beyond.outside_reply(self.knowledge, frame), frame

    def _plainly(
        self, route: str, message: Message, found: list[Found], last: Frame | None, probability: float
    ) -> tuple[Reply, Frame] | None:
        """What a route that the plan answers has to say."""
        links = message.links if message.leans else self.describing.read(message.links, route, last)
        aspect = self._aspect(route, message) if route in _ASPECTS_OF else route
        named_alone = self.judging.is_bare_kpi(message) and not FIGURES.search(links.beside_names)
        of_year = last is not None and last.aspect in VALUE_ASPECTS and bool(last.years)
        of_year = of_year and (_ANOTHER.search(links.repaired) is not None or self._is_sibling(links, last))
        if aspect in {"target", "baseline"} and not links.years and named_alone:
            aspect = "follow_up" if of_year else "all"  # 『電子申請作成のは』 after a figure of R5
        if route == "values" and AS_OF.search(links.beside_names) and not (links.years or links.quantities):
            aspect = "baseline"
        frame = resolve(aspect, links, last, self.knowledge.years(), message.leans)
        if "aspect" in frame.inherited and frame.aspect in TEXT_ASPECTS and self._counts(links, frame):
            frame.aspect = "all"  # 『訓練は年に何回？』 after a text on it
        if message.leans and last is not None and _THE_OTHER.search(links.repaired):
            self._take_other(frame, last)
        if message.leans and frame.aspect in VALUE_ASPECTS:
            self._take_unit(links, frame)
            self._take_sum(links, frame, last)
        if route == "schedule" and message.intent == "ask_confirm":
            frame.years = []  # a confirmation may name the wrong year: show them all
        floor = cutoffs.FOUND_AS_TEXT if route == "texts" and probability >= cutoffs.SURE_OF_TEXT else cutoffs.FOUND
        surely = probability >= cutoffs.SURELY_OF_PLAN
        return self._by_route(route_of(frame.aspect), links, frame, found, last, floor, surely)

    def _is_sibling(self, links: Links, last: Frame | None) -> bool:
        """The KPI named is a sub-row of the row that a sub-row was talked about of."""
        rows, link = self.knowledge.kpis, best(links, "kpi")
        parent = rows[link.id].parent if link else None
        return last is not None and parent is not None and any(rows[id_].parent == parent for id_ in last.kpis)

    def _counts(self, links: Links, frame: Frame) -> bool:
        """A KPI of the measure is in the unit that is asked for."""
        unit = asked_unit(links.repaired)
        kpis = [kpi for ref in frame.measures for kpi in self.knowledge.measures[ref].kpis]
        return unit is not None and any(kpi.unit == unit for kpi in kpis)

    def _take_other(self, frame: Frame, last: Frame) -> None:
        """『もう片方は』: of the two KPIs of a measure, the one that was not talked about."""
        rows = [kpi for ref in last.measures for kpi in self.knowledge.measures[ref].kpis if kpi.parent is None]
        others = [id_ for kpi in rows if (id_ := f"kpi:{kpi.id}") not in last.kpis]
        if last.kpis and len(others) == 1:
            frame.kpis = others

    def _take_unit(self, links: Links, frame: Frame) -> None:
        """『使える職員の数は？』 after hours of the same measure: its KPI in the unit that is asked for."""
        unit, k = asked_unit(links.repaired), self.knowledge
        if unit is None or any(k.kpis[id_].unit == unit for id_ in frame.kpis):
            return
        rows = [kpi for ref in frame.measures for kpi in k.measures[ref].kpis if kpi.parent is None]
        if alike := [f"kpi:{kpi.id}" for kpi in rows if kpi.unit == unit]:
            frame.kpis = alike

    def _take_sum(self, links: Links, frame: Frame, last: Frame | None) -> None:
        """『二つ合わせると？』: the KPIs that were answered one after another; after one sub-row, the row that is the sum of all."""
        parents = {parent.id for id_ in frame.kpis if (parent := self.knowledge.kpis[id_].parent) is not None}
        if last is not None and not (parents and _OF_ALL.search(links.repaired)) and self.judging.asks_sum(links, last):
            number = _HOW_MANY.search(links.repaired)
            run = self.judging.alike(last.run)[-_NUMBERS[number[1]] if number else 0 :]
            if len(run) > 1 and (number is None or len(run) == _NUMBERS[number[1]]):
                frame.kpis, frame.aspect, frame.years = run, "compare", frame.years or list(last.years)
                frame.measures = list(dict.fromkeys(self.knowledge.kpis[id_].measure.ref for id_ in run))
                return
        if parents and SUM.search(links.repaired):
            frame.kpis = [f"kpi:{id_}" for id_ in sorted(parents)]
            frame.years = frame.years or (list(last.years) if last is not None else [])

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
        if aspect == "reverse" and EACH.search(text) and not (_WHEN.search(text) or message.links.quantities):
            return "all"
        if aspect == "target" and not message.links.years and _VALUE_NOW.search(text) and "目標" not in text:
            return "baseline"
        return aspect

    def _by_route(
        self,
        route: str,
        links: Links,
        frame: Frame,
        found: list[Found],
        last: Frame | None,
        floor: float,
        surely: bool = False,
    ) -> tuple[Reply, Frame] | None:
        """`surely`: the router is sure that the plan is asked; a word that it does not know says how, not of what."""
        strangers = beyond.strangers_of(links, frame, of_plan=route in {"texts", "schedule"})
        if route in {"values", "owners"}:
            strangers += [place for place in beyond.other_places(links) if place not in strangers]
        if route == "values" and (one := _OF_ONE_TOWN.search(links.without("measure", "schedule", "kpi"))):
            strangers.append(one[0])
        if route in PLAIN_ROUTES - {"texts"} and self.judging.is_of_others(links, frame):
            strangers += [word for word in links.unknown if word not in strangers]
        # A text that is found well may well name a stranger; a figure of a stranger is always the wrong one.
        weak = route != "texts" or not found or found[0].score < cutoffs.FOUND
        figure = route in {"values", "owners"} or set(strangers) & set(links.elsewhere)
        if strangers and weak and frame.aspect != "owned" and (figure or not surely):
            return beyond.stranger_reply(self.knowledge, strangers, links), frame
        if route == "values":
            named = [link.label for link in links.items if link.id in frame.kpis]
            if OF_NATION.search(links.asked or links.repaired) and not any("国" in label for label in named):
                return None  # a plan's KPIs are its own; what it says of the nation stands in its text
            return self.values.reply(links, frame)
        if route == "owners":
            return self.measures.owners(links, frame, found)
        if route == "schedule":
            return self.measures.schedule(links, frame, found, surely)
        if route == "list":
            if not frame.has_subject and not _OF_PLAN.search(links.repaired):
                return None
            if measures.SHARED.search(links.repaired) and score_of(links, "measure") < LINKED_SURELY:
                return measures.all_owners_reply(self.knowledge), frame
            asked = links.repaired
            if last is not None and len(asked) <= BARE and frame.chapters and measures.EFFECTS.search(last.question):
                # 『共通事項のほうは？』 after the effects of one chapter
                asked = frame.question = f"{asked} {last.question}"
            reply = measures.list_reply(self.knowledge, frame, asked, links.concepts)
            if reply.why in measures.SELECTIONS:  # 『3つとも担当は同じ？』 goes on from these
                frame.measures = measures.refs_in(self.knowledge, reply)
            return reply, frame
        outcome = self.texts.reply(links, frame, found, last, floor)
        if outcome is None:
            return outcome
        said = "".join(p.text for ref in outcome[1].measures for p in self.knowledge.measures[ref].passages)
        places = [place for place in beyond.other_places(links) if place not in said]
        return (beyond.stranger_reply(self.knowledge, places, links), outcome[1]) if places else outcome

    def _talk(self, message: Message) -> Reply:
        intent = message.likeliest(TALK_INTENTS, "greet")
        return talk.help_text(self.knowledge) if intent == "ask_help" else talk.REPLIES[intent](self.knowledge)


def _is_place(link: Link, links: Links) -> bool:
    """Nothing but a place is named of the item (岡山 in 『じゃあ岡山県だと何%？』)."""
    places = {m.normal.lower() for place in links.elsewhere for m in analyse(place)}
    return bool(link.matched) and set(link.matched) <= places


def _mentions_year(text: str, years: Sequence[int]) -> bool:
    """The text holds one of the years."""
    return bool({mention.year for mention in find_years(nfkc(text))} & set(years))


def _led_by(route: str, routes: dict[str, float]) -> dict[str, float]:
    return {route: 1.0, **{other: share for other, share in routes.items() if other != route}}


def _shown(routes: dict[str, float]) -> str:
    return " ".join(f"{route} {probability:.2f}" for route, probability in list(routes.items())[:3])


_POINTS = re.compile(r"^(?:で、?)?(?:これ|それ|あれ)(?:って|は|が|の|、|も)")
_BEGUN = re.compile(
    r"いつ\w{0,3}(?:導入|設置|設立|構築|開始|でき(?:た|まし)|作っ(?:た|て)|始まっ|始めた)|いつから(?:使っ|動い|やっ|あ[るっ])"
)
_ASKS_WHERE = re.compile(
    r"(?:どの|どこの)(?:市|町|村|地域|エリア|場所)(?!町?村?の?数)|\bwhich (?:city|cities|towns?|areas?)\b",
    re.IGNORECASE,
)
_TARGET = re.compile(r"目標|指標|KPI|数値|数字")
_OF_ONE_TOWN = re.compile(r"(?<![県市町村])(?:町内|市内|村内|管内|[うこ]ちの[市町村])")
_WHICH = re.compile(r"どれ|どの施策|すべて|全て|全部|一覧|挙げ")
_RESULTS = re.compile(r"達成(?:率|度|状況)|進捗(?:率|度|状況)")
_WITHIN = re.compile(r"(?:この|その)(?:施策|取組)で")
_ANOTHER = re.compile(r"(?:の|ほう|方)(?:は|も|だと|なら)?[?？。]*$|は[?？。]*$")
_THE_OTHER = re.compile(r"もう(?:片方|一方|(?:1|一|ひと)つ)|(?:^|の)(?:片方|他方)")
_OF_ALL = re.compile(r"全部|ぜんぶ|全体|合計の?(?:行|欄|列)|トータル")
_NUMBERS = {"二": 2, "2": 2, "ふた": 2, "三": 3, "3": 3, "みっ": 3}
_HOW_MANY = re.compile(f"({'|'.join(_NUMBERS)})つ")
_TERM = re.compile(r"[A-Za-z]{2}|[ァ-ヶ]{3}")
_WHAT_FOR = re.compile(
    r"(?:って|とは)、?(?:そもそも|一体|結局)?、?何(?:を?する|に使う)(?:もの|もん|やつ|機械|道具|システム|ソフト)"
)
_WHAT_IS_DONE = re.compile(
    r"(?:それ|これ|その|この|達成|実現|クリア)[^。?]{0,10}(?:ため(?:に|には)|には|のに)[^。?]{0,4}(?:何|なに)を?(?:する|やる|し|や)"
)
_CONFIRMS = re.compile(
    r"じゃなかった|ではなかった|(?:だった|でした)(?:よね|っけ)|[合あ]って|とおり|通り|正し|間違い|まちがい|本当|よね[?？。]?$|でいい(?:です|の)"
)
_VALUE_NOW = re.compile(r"(?:現状|現在|今|いま)の?(?:値|数値|数字)")
_QUOTED = re.compile(r"[「『]([^」』]{2,30})[」』]")
_OF_PLAN = re.compile(r"施策|取組|計画|指標|KPI|章|柱|項目|ページ|効果")
_WHEN = re.compile(r"いつ|何年度|年度は|達成|到達|届く|なるの|になる|どの(?:指標|KPI|研修)|何の|when", re.IGNORECASE)
