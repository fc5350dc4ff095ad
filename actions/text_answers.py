"""Which text answers a question: a sentence that the search found, a section, an explained term, or an overview."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions import beyond, cutoffs, measures, texts
from actions.frame import CLOSE, CONTRASTS, FAIR, LINKED_SURELY, Frame, score_of
from actions.knowledge import Found, Knowledge
from actions.leaning import Leaning
from actions.reply import Reply, title_source
from keikaku.linker import Links
from knowledge import plan as model
from search.interface import Hit

FOLLOWING = 4
ASKS_WHEN = re.compile(r"いつ|何年|何月|時期|\bwhen\b|\bitsu\b", re.IGNORECASE)
DATE = re.compile(r"\d[)）]?年|年度|\d月")
OF_NATION = re.compile(r"(?:国|全国)(?:の|は|が|として|全体|平均|で)")
_MORE = re.compile(r"詳し|くわし|詳細|もう(?:少し|ちょっと)|続き|全文|more detail|tell me more", re.IGNORECASE)
_ANEW = re.compile(r"(?:ほか|他)(?:に|の|は|で)|以外|別の")
WHY = re.compile(r"なぜ|なんで|どうして|理由|何のため|\bwhy\b", re.IGNORECASE)
_GIST = re.compile(r"(?<!施策)概要|どんな(?:施策|取組|事業)|どういう(?:施策|取組|事業)")


class TextAnswers:
    """Chooses the text that answers a question, from its links, its frame and what the search found."""

    def __init__(self, knowledge: Knowledge, leaning: Leaning) -> None:
        self.knowledge, self.leaning = knowledge, leaning

    def reply(
        self, links: Links, frame: Frame, found: list[Found], last: Frame | None, floor: float
    ) -> tuple[Reply, Frame] | None:
        """Quotes the plan: the sentence that answers, or the section that was asked for."""
        k, aspect = self.knowledge, frame.aspect
        inherited = "subject" in frame.inherited
        if inherited and last is not None and (more := self._more(links, last)):
            return more, frame
        frame.kpis, frame.schedule = (frame.kpis, frame.schedule) if inherited else ([], [])
        if aspect == "definition":
            note = texts.note_on(k, links.repaired)
            if note is None and inherited and last is not None:
                note = texts.note_on(k, last.topic)
            surely = bool(found) and found[0].score >= cutoffs.FOUND_SURELY and found[0].entry.category == "用語"
            if note is not None and not surely:
                frame.measures = [note.measure.ref] if note.measure else frame.measures
                return texts.note_reply(note), frame
        section = texts.SECTIONS.get(aspect)
        says_more = bool(self.leaning.own_nouns(links, common=True)) or OF_NATION.search(links.repaired) is not None
        specific = self._is_specific(links, frame) or (inherited and says_more)
        named = frame.strength >= LINKED_SURELY or inherited
        why = WHY.search(links.asked) is not None and not inherited
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
                texts.add_near(
                    reply, hit, [f for f in found if f.score >= max(cutoffs.FOUND, hit.score - cutoffs.NEAR)]
                )
            return reply, frame
        if section and inherited and frame.measures:
            return texts.section_reply([k.measures[ref] for ref in frame.measures[:2]], section, frame.headings), frame
        if links.unknown and not inherited and (not found or found[0].score < cutoffs.FOUND):
            return beyond.stranger_reply(k, links.unknown, links), frame
        if frame.measures and frame.strength >= FAIR and not inherited:
            chosen = k.measures[frame.measures[0]]
            if section:
                return texts.section_reply([chosen], section, frame.headings), frame
            if frame.strength >= LINKED_SURELY and aspect == "overview":
                return measures.overview_reply(chosen), frame
            if (
                floor < cutoffs.FOUND
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

    def _more(self, links: Links, last: Frame) -> Reply | None:
        """『もっと詳しく』 after a quote: all that stands under its heading."""
        entry = self.knowledge.entries.get(last.said[0]) if last.said else None
        if entry is None or not entry.quotes or not _MORE.search(links.repaired) or self.leaning.own_nouns(links):
            return None
        passage = entry.quotes[0].passage
        if passage.measure is None or passage.section not in texts.SECTIONS.values():
            return None
        return texts.section_reply([passage.measure], passage.section, [passage.heading] if passage.heading else [])

    def _dated_quote(self, links: Links, last: Frame) -> Found | None:
        """『それはいつから？』 after a quote that says when."""
        entry = self.knowledge.entries.get(last.said[0]) if last.said else None
        if entry is None or self.leaning.own_nouns(links) or not ASKS_WHEN.search(links.asked):
            return None
        dated = any(DATE.search(quote.text) for quote in entry.quotes)
        return Found(entry, Hit(entry.id, 1.0, None, {})) if dated else None

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
        if ASKS_WHEN.search(links.asked):
            found = _dated_first(found)
        best_found = found[0] if found else None
        if best_found and frame.measures and frame.strength >= FAIR and not _is_of_measure(best_found):
            # 『チャットボットを…、計画の記載は』: the cover is seldom what is asked for beside something of the plan.
            best_found = next((f for f in found if _is_of_measure(f) and f.score >= cutoffs.FOUND), best_found)
        if section:
            fitting = [f for f in found if f.entry.quotes and f.entry.quotes[0].passage.section == section]
            if fitting and best_found and fitting[0].score >= best_found.score - cutoffs.SECTION_BONUS:
                best_found = fitting[0]
        if best_found and best_found.score >= floor and "subject" not in frame.inherited:
            return best_found
        if "aspect" in frame.inherited and "subject" not in frame.inherited and last is not None:
            # 『チャットボットは？』 after 『議事録AIの導入時期は？』: what was asked, of the new subject.
            again = self.knowledge.search(f"{links.repaired} {last.asked}", 1, frame.measures)
            if again and again[0].score >= cutoffs.FOUND_IN_MEASURE:
                return again[0]
        if "subject" in frame.inherited and last is not None and last.measures:
            if dated := self._dated_quote(links, last):
                return dated
            before = " ".join(dict.fromkeys(q for q in (last.topic, last.question) if q))
            near = self._said_last(
                self.knowledge.search(f"{before} {links.repaired}", FOLLOWING, last.measures), said, anew
            )
            own = self._said_last(self.knowledge.search(links.repaired, FOLLOWING, last.measures), said, anew)
            if ASKS_WHEN.search(links.asked):
                near, own = _dated_first(near), _dated_first(own)
            both = [*((f.score + cutoffs.NEAR_BONUS, f) for f in near[:1]), *((f.score, f) for f in own[:1])]
            score, hit = max(both, key=lambda pair: pair[0], default=(0.0, None))
            return hit if score >= cutoffs.FOUND_IN_MEASURE else None
        if frame.measures:
            within = self.knowledge.search(links.repaired, 1, frame.measures)
            if within and within[0].score >= cutoffs.FOUND_IN_MEASURE:
                return within[0]
        return None

    def _said_last(self, found: list[Found], said: Sequence[str], anew: bool) -> list[Found]:
        """The hits with what was quoted of late held back: a follow-up seldom asks for the same again, and one for something
        else (`anew`) never."""
        if anew:
            entries = [self.knowledge.entries[id_] for id_ in said if id_ in self.knowledge.entries]
            quoted = "\n".join(quote.text for entry in entries for quote in entry.quotes)
            found = [f for f in found if not f.entry.quotes or f.entry.quotes[0].text not in quoted]
        return sorted(found, key=lambda f: f.score - cutoffs.SAID * (f.entry.id in said), reverse=True)

    @staticmethod
    def _is_specific(links: Links, frame: Frame) -> bool:
        """The question says more than the name of what it is about."""
        named = {
            c for link in links.items if link.measure in frame.measures and link.score >= FAIR for c in link.matched
        }
        return bool([c for c in links.concepts if c not in named] or links.unknown or links.quantities or links.years)


def _is_of_measure(found: Found) -> bool:
    """The entry quotes a measure, or staff wrote its answer; not the cover, the contents or a chapter's heading."""
    quotes = found.entry.quotes
    return bool(found.entry.answer) or not quotes or quotes[0].passage.measure is not None


def _dated_first(found: list[Found]) -> list[Found]:
    """Of the best hits that are about as good, those first whose quote holds a date: 『いつ…』 wants one."""
    if not found:
        return []
    dated = [
        f
        for f in found
        if f.score >= found[0].score - cutoffs.NEAR and any(DATE.search(q.text) for q in f.entry.quotes)
    ]
    return [*dated, *(f for f in found if f not in dated)]
