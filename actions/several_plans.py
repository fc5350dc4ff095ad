"""Several plans at once: which of them a question is about. One that fits two is asked back, never answered for one of them
silently; each plan then answers by itself, and the reply says which plan it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from actions import cutoffs, talk, texts
from actions.curated import asked_verbatim, curated_answer, may_be_prose
from actions.frame import CLOSE, FAIR, LINKED_SURELY, TIE, Frame
from actions.knowledge import Found, Knowledge
from actions.message import CONTINUING, Message
from actions.reply import Reply, contents_source, together
from keikaku.linker import Links
from keikaku.text import fold

ALIKE = 0.1  # search results this near are equally good
FULLY = 0.95  # an item of this score was named in full
LONG = 60  # of a longer question the buttons say the asking part
MAX_LINES = 24  # longer lists of several plans are not put below one another
_PICK_END = re.compile(r"(?:の(?:ほう|方|計画)?)?(?:です|で?お願い.*|について|は|を|で)?[、。?？!！\s]*$")
_PICK = re.compile(rf"(?:{_PICK_END.pattern})")


class OnePlan(Protocol):
    """Answers from one plan."""

    def search(self, links: Links) -> list[Found]: ...

    def reply(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]: ...


@dataclass(frozen=True)
class Outcome:
    """What one plan has to say."""

    plan: int
    reply: Reply
    frame: Frame | None


class SeveralPlans:
    """Chooses the plan, lets it answer, and names it. `knowledge` is that of all plans."""

    def __init__(self, knowledge: Knowledge, plans: Mapping[int, OnePlan]) -> None:
        self.knowledge = knowledge
        self.plans = plans

    def reply(self, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        """One reply and the next frame, which knows the plan that answered."""
        links = message.links
        named = [id_ for id_ in links.named if id_ in self.plans]
        if not any(char.isalnum() for char in links.text):
            return talk.empty(self.knowledge), last
        if not named and (by_staff := self._by_staff(message)):
            return texts.found_reply(by_staff, linked=self.knowledge.linked(by_staff.entry)), last
        if last is not None and last.choices:
            picked = self._picked(links, named, last)
            if picked is not None:  # only the plan that was asked for
                named, message = [picked], _only_picks(message)
        fitting = named
        if len(named) != 1 and not links.together:
            fitting = self._fitting(message, last, named or list(self.plans))
        outcomes = [self._ask(id_, message, last) for id_ in fitting]
        if len(outcomes) > 1 and not links.together:
            outcomes = self._left(outcomes, links)
        if len(outcomes) == 1:
            return self._one(outcomes[0], message, last)
        if self._stands_together(outcomes, links.together):
            return self._together(outcomes), self._open(outcomes, links, last)
        return self._which(outcomes, links), self._open(outcomes, links, last)

    def _by_staff(self, message: Message) -> Found | None:
        """What staff wrote for all plans, asked word for word or found where prose is asked for."""
        if not self.knowledge.curated:
            return None
        if exact := asked_verbatim(self.knowledge, message.links):
            return exact
        found = self.knowledge.search(message.links.repaired, 1)
        return curated_answer(self.knowledge, found, may_be_prose(message.intent))

    def _picked(self, links: Links, named: Sequence[int], last: Frame) -> int | None:
        """The plan that the message chooses of those it was asked for, if it says nothing else (『観光の方』)."""
        if len(named) == 1 and _PICK.fullmatch(links.repaired):
            return named[0]
        said = fold(_PICK_END.sub("", links.repaired))
        offered = [choice["plan"] for choice in last.choices]
        fitting = [id_ for id_ in offered if said and said in fold(self.knowledge.titles[id_])]
        return fitting[0] if len(fitting) == 1 and not named else None

    # --- which plans ----------------------------------------------------------------------------------------------

    def _fitting(self, message: Message, last: Frame | None, pool: Sequence[int]) -> list[int]:
        """The plans of `pool` whose items (or texts) the words fit about equally well; all, where they fit none."""
        links = message.links
        fits = {id_: links.fits.get(str(id_), 0.0) for id_ in pool}
        top = max(fits.values())
        margin = TIE if top >= FULLY else CLOSE
        near = [id_ for id_, score in fits.items() if top >= FAIR and score >= max(top - margin, FAIR)]
        if last is not None and last.choices and not near and not links.concepts:
            return [choice["plan"] for choice in last.choices if choice["plan"] in pool] or list(pool)
        current = last.plan if last is not None and last.plan in pool else None
        if current is not None and not links.concepts and (not near or current in near):
            return [current]  # nothing but a number, a year or what is asked: of the plan that is talked about
        if current is not None and message.intent in CONTINUING and (not near or current in near):
            return [current]
        if top < LINKED_SURELY:
            near += [id_ for id_ in self._found(links, pool) if id_ not in near]
        return near or list(pool)

    def _found(self, links: Links, pool: Sequence[int]) -> list[int]:
        """The plans whose texts the search finds well."""
        best = {
            id_: max((hit.score for hit in self.plans[id_].search(links.by_plan.get(str(id_), links))), default=0.0)
            for id_ in pool
        }
        top = max(best.values())
        return [id_ for id_, score in best.items() if score >= max(cutoffs.FOUND, top - ALIKE)]

    def _ask(self, id_: int, message: Message, last: Frame | None) -> Outcome:
        scope = self.knowledge.scopes[id_]
        reply, frame = self.plans[id_].reply(message.within(id_), self._last_in(id_, scope, last))
        return Outcome(id_, reply, replace(frame, plan=id_) if frame is not None else None)

    def _last_in(self, id_: int, scope: Knowledge, last: Frame | None) -> Frame | None:
        """The last frame as this plan can go on from it; of another plan's, what has the same name here."""
        if last is None or last.plan == id_:
            return last
        before = self.knowledge.scopes.get(last.plan or 0)
        if choice := next((c for c in last.choices if c["plan"] == id_), None):
            return Frame.from_dict(choice)
        if before is None:
            return None
        titles = {fold(before.measures[ref].title) for ref in last.measures if ref in before.measures}
        names = {fold(before.kpis[i].name) for i in last.kpis if i in before.kpis}
        return replace(
            last,
            plan=id_,
            kpis=[i for i, kpi in scope.kpis.items() if fold(kpi.name) in names],
            measures=[ref for ref, m in scope.measures.items() if fold(m.title) in titles],
            schedule=[],
            departments=[name for name in last.departments if _owns(scope, name)],
            chapters=[],
            headings=[],
        )

    @staticmethod
    def _left(outcomes: list[Outcome], links: Links) -> list[Outcome]:
        """Without the plans that have nothing to say, where others have; a plan that its items fit best goes first."""
        if all(o.reply.status == "chitchat" for o in outcomes):
            return outcomes[:1]
        top = max(links.fits.values(), default=0.0)
        fits = {o.plan: links.fits.get(str(o.plan), 0.0) for o in outcomes}
        answered = [o for o in outcomes if o.reply.status == "answered"]
        if answered:
            # Two plans that both have what is named are asked for, though one of them has no such year.
            return [
                o
                for o in outcomes
                if o in answered
                or (top >= LINKED_SURELY and fits[o.plan] >= top - TIE and o.reply.status != "no_answer")
            ]
        for status in ("clarify", "not_in_plan", "chitchat"):
            if some := [o for o in outcomes if o.reply.status == status]:
                return some
        return outcomes[:1]

    # --- replies --------------------------------------------------------------------------------------------------

    def _one(self, outcome: Outcome, message: Message, last: Frame | None) -> tuple[Reply, Frame | None]:
        reply = outcome.reply
        if reply.status == "chitchat":
            asked = message.intent == "ask_help"
            return (talk.help_text(self.knowledge) if asked else reply), last
        return self._titled(outcome), outcome.frame

    def _titled(self, outcome: Outcome) -> Reply:
        """The reply with the plan's title before it; its buttons ask the same plan. What staff wrote is of no plan."""
        reply, title = outcome.reply, self.knowledge.titles[outcome.plan]
        names = {plan.name for plan in self.knowledge.plans}
        by_staff = reply.sources and not any(source.plan in names for source in reply.sources)
        if reply.status == "no_answer" or by_staff:
            return reply
        buttons = [f"{title}の{button}" for button in reply.buttons]
        return replace(reply, text=f"【{title}】{reply.text}", buttons=buttons)

    @staticmethod
    def _stands_together(outcomes: Sequence[Outcome], named: bool) -> bool:
        """Lists over whole plans, what none of them has, and plans that were named together need no choice."""
        statuses = {o.reply.status for o in outcomes}
        if named or statuses == {"not_in_plan"}:
            return True
        lines = sum(len(o.reply.text.splitlines()) for o in outcomes)
        return statuses == {"answered"} and all(o.reply.gathers for o in outcomes) and lines <= MAX_LINES

    def _together(self, outcomes: Sequence[Outcome]) -> Reply:
        replies = [self._titled(o) for o in outcomes]
        reply = together(replies, "several plans")
        bodies = list(dict.fromkeys(o.reply.text for o in outcomes))
        return replace(reply, text=bodies[0], table=None) if len(bodies) == 1 else replace(reply, table=None)

    def _which(self, outcomes: Sequence[Outcome], links: Links) -> Reply:
        """Ask which plan is meant, with buttons that ask the whole question of one plan each."""
        titles = [self.knowledge.titles[o.plan] for o in outcomes]
        plans = {plan.id: plan for plan in self.knowledge.plans}
        question = links.repaired if links.named else links.text
        question = (question if len(question) <= LONG else links.asked).replace("?", "？")
        text = "複数の計画に当てはまります。どの計画についてのご質問でしょうか。\n" + "\n".join(
            f"・{t}" for t in titles
        )
        return Reply(
            "clarify",
            text,
            [contents_source(plans[o.plan]) for o in outcomes],
            [f"{title}の{question}" for title in titles],
            why="fits several plans: " + " | ".join(o.reply.why for o in outcomes),
        )

    @staticmethod
    def _open(outcomes: Sequence[Outcome], links: Links, last: Frame | None) -> Frame:
        """What a choice of one of the plans goes on from."""
        choices = [asdict(o.frame) for o in outcomes if o.frame is not None and o.frame is not last]
        return Frame("overview", question=links.repaired, open=True, choices=choices)


def _only_picks(message: Message) -> Message:
    """A follow-up that says nothing new."""
    nothing: dict[str, Any] = {name: [] for name in ("items", "concepts", "cover", "unknown", "strangers", "years")}
    read = {
        id_: replace(links, repaired="", asked="", residue="", **nothing)
        for id_, links in message.links.by_plan.items()
    }
    return Message(replace(message.links, by_plan=read), [("follow_up", 1.0)])


def _owns(scope: Knowledge, department: str) -> bool:
    return any(o.department.name == department for m in scope.measures.values() for o in m.owners)
