"""Which answer about measures a question gets: its owners, or what is planned when."""

from __future__ import annotations

import re

from actions import beyond, cutoffs, measures
from actions.frame import FAIR, LINKED_SURELY, Frame, best, score_of
from actions.knowledge import Found, Knowledge
from actions.reply import Reply
from actions.routing import owner_word
from keikaku.linker import Links

_ALL_ROWS = re.compile(r"すべて|全て|全部|ぜんぶ|列挙|一覧|並べ|項目|取組名|いくつ")
MUCH_BETTER = 0.25  # a measure that shares a word with a department's name is not meant
_TABLE = re.compile(r"スケジュール|予定|工程|主な取組")


class MeasureAnswers:
    """Chooses the answer to a question about owners or the schedule, from its links and its frame."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def owners(self, links: Links, frame: Frame, found: list[Found]) -> tuple[Reply, Frame] | None:
        """The owners of what was named, or what a named department owns; None where neither was."""
        k = self.knowledge
        if measures.SHARED.search(links.repaired) and score_of(links, "measure") < LINKED_SURELY:
            return measures.all_owners_reply(k), frame
        by_department = {c for link in links.items if link.kind == "department" for c in link.matched}
        other = best(links, "measure")
        named_better = score_of(links, "department") - (other.score if other else 0.0)
        if frame.departments and (
            other is None or other.score < FAIR or set(other.matched) <= by_department or named_better >= MUCH_BETTER
        ):
            return measures.owned_reply(k, frame.departments), frame
        if not frame.has_subject and links.unknown and (not found or found[0].score < cutoffs.FOUND):
            return beyond.stranger_reply(k, links.unknown, links), frame
        if frame.measures:
            frame.kpis, frame.schedule = [], []
            return measures.owner_reply([k.measures[ref] for ref in frame.measures[:3]]), frame
        if frame.departments:
            return measures.owned_reply(k, frame.departments), frame
        measure = self._measure_by_search(found)
        if measure is not None and links.concepts:
            frame.measures = [measure]
            return measures.owner_reply([k.measures[measure]]), frame
        asked = not links.concepts and owner_word(links.repaired)
        return (measures.all_owners_reply(k), frame) if asked else None

    def schedule(
        self, links: Links, frame: Frame, found: list[Found], surely: bool = False
    ) -> tuple[Reply, Frame] | None:
        """The schedule of what was named; None where nothing was that has one. `surely`: nothing but a schedule is asked
        for, so that what was named weakly is meant."""
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
            named = frame.strength >= LINKED_SURELY or "subject" in frame.inherited or _TABLE.search(links.repaired)
            items = [s for ref in frame.measures[:2] for s in k.measures[ref].schedule] if named else []
        if not items and frame.strength >= LINKED_SURELY and frame.measures and _TABLE.search(links.repaired):
            found_measures = [k.measures[ref] for ref in frame.measures[:2]]
            if not any(measure.schedule for measure in found_measures):
                return measures.no_schedule_reply(found_measures), frame
        if not items:
            phased = measures.items_with_phase(k, links.repaired, frame.years)
            items = [i for i in phased if not frame.measures or i.measure.ref in frame.measures]
        if not items:
            measure = self._measure_by_search(found) if _TABLE.search(links.repaired) else None
            if measure is None and surely and frame.measures:
                measure = frame.measures[0]
            if measure is None or not k.measures[measure].schedule:
                return None
            items = list(k.measures[measure].schedule)
        frame.schedule = [f"schedule:{i.id}" for i in items]
        frame.measures = list(dict.fromkeys(i.measure.ref for i in items))
        # 『支援センターの設置は？』 after a year of something else may ask when.
        taken = "years" in frame.inherited and "subject" not in frame.inherited
        return measures.schedule_reply(k, items, frame.years, links.repaired, taken and len(items) == 1), frame

    def _measure_by_search(self, found: list[Found]) -> str | None:
        """The measure that the search results agree on."""
        if not found or found[0].score < cutoffs.FOUND_IN_MEASURE or not found[0].entry.quotes:
            return None
        measure = found[0].entry.quotes[0].passage.measure
        return measure.ref if measure else None
