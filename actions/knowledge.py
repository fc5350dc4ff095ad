"""What the actions answer from: one state of the store with its search index. A changed store gives a new state (actions.live)."""

from __future__ import annotations

import copy
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from actions.layered import LayeredIndex
from actions.neighbours import Neighbours
from actions.phrasing import Phrasing
from actions.vectors import RememberingEncoder
from keikaku.lexicon import Lexicon
from keikaku.text import fold, nfkc
from knowledge.build import ENCODER
from knowledge.changes import EditionChanges, changes_of
from knowledge.dates import today
from knowledge.faq_model import question_key
from knowledge.plan_names import short_titles
from knowledge.searchable import answer_text
from knowledge.store import (
    VAR,
    ChapterRow,
    FaqQuoteRow,
    FaqRow,
    KpiRow,
    MeasureRow,
    PassageRow,
    PlanRow,
    ScheduleRow,
    Store,
    current_plans,
    whole_plans,
)
from search.calibration import ensure_calibrated
from search.encoder import Encoder
from search.index import Document, Index
from search.interface import Hit, SearchIndex
from search.postgres import postgres_index, reading_to_index

log = logging.getLogger("keikaku.actions")
State = tuple[object, ...]
QUICK_S = 1.5  # an index that takes longer to build is not built anew for every change


@dataclass(frozen=True)
class Found:
    """A search hit with its entry."""

    entry: FaqRow
    hit: Hit

    @property
    def score(self) -> float:
        return self.hit.score


class Knowledge:
    """Read access to the current plans and the FAQ of today. The rows are detached copies and never change."""

    build_s: float  # what building the whole index took
    changes: dict[int, EditionChanges]  # plan's id → what differs from the edition before it, where there is one
    scopes: dict[int, Knowledge]  # where several plans are in use: what each of them says

    def __init__(
        self, store: Store | None = None, encoder: Encoder | None = None, before: Knowledge | None = None
    ) -> None:
        """Read the store. `before`: the state before this one, whose index is taken over for what has not changed."""
        self.store = store or Store()
        base = encoder or Encoder(os.environ.get("ENCODER") or str(ENCODER))
        known = base.vectors if isinstance(base, RememberingEncoder) else None
        self._encoder = RememberingEncoder(base.base if isinstance(base, RememberingEncoder) else base, known)
        self._before = before
        self.load()

    def load(self) -> None:
        """Read the store and build the index."""
        with reading_to_index(self.store.engine):
            with self.store.snapshot() as session:
                plans, entries, self.state = self._plans(session), *_faq(session)
                self.changes = {plan.id: found for plan in plans if (found := changes_of(session, plan))}
            self.titles = short_titles(plans)
            self._take(plans, entries)
            self.index = self._index()
        self.scopes = {plan.id: self._scope(plan) for plan in plans} if len(plans) > 1 else {}
        log.info(
            "knowledge loaded: %d measures, %d KPIs, %d FAQ entries", len(self.measures), len(self.kpis), len(entries)
        )

    def _take(self, plans: list[PlanRow], entries: dict[str, FaqRow]) -> None:
        """Measures, KPIs and schedule items by the ids that links have; unlike numbers, these are unique over all plans."""
        self.plans = plans
        self.measures: dict[str, MeasureRow] = {m.ref: m for plan in plans for m in plan.measures}
        self.kpis: dict[str, KpiRow] = {f"kpi:{k.id}": k for m in self.measures.values() for k in m.kpis}
        self.schedule: dict[str, ScheduleRow] = {
            f"schedule:{s.id}": s for m in self.measures.values() for s in m.schedule
        }
        self.chapters: dict[str, ChapterRow] = {c.title: c for plan in plans for c in plan.chapters}
        self.passages: list[PassageRow] = [p for plan in plans for p in plan.passages]
        self.entries = entries
        self.curated = {
            question_key(q): entry.id for entry in entries.values() if entry.answer for q in entry.questions
        }

    def _scope(self, plan: PlanRow) -> Knowledge:
        """What one of several plans says, with the FAQ that is of no other plan. Shares the index."""
        scope = copy.copy(self)
        entries = {id_: entry for id_, entry in self.entries.items() if self.plans_of(entry) in (set(), {plan.id})}
        scope._take([plan], entries)
        scope.scopes = {}
        return scope

    def plans_of(self, entry: FaqRow) -> set[int]:
        """The plans that an entry quotes or is linked to; none for what staff wrote without a link."""
        return {quote.passage.plan_id for quote in entry.quotes} | {m.plan_id for m in self.linked(entry)}

    def linked(self, entry: FaqRow) -> list[MeasureRow]:
        """The measures that staff linked an entry to. They are numbers: where two plans have the number, its KPIs or its
        source must say which plan is meant; else it is linked to none."""
        measures = [m for m in self.measures.values() if m.no in entry.measures]
        if len({m.plan_id for m in measures}) > 1:
            named = {fold(name) for name in entry.kpis}
            by_kpi = {m.plan_id for m in self.measures.values() if named & {fold(k.name) for k in m.kpis}}
            by_source = {p.id for p in self.plans if fold(p.title) in fold(entry.source or "")}
            plan = by_source or by_kpi
            measures = [m for m in measures if plan == {m.plan_id}]
        return measures

    def renewed(self) -> Knowledge:
        """A new state from the store as it is now (this one, where nothing has changed), ready in about a second."""
        with self.store.session() as session:
            if _faq_state(session) == self.state:
                return self
        return Knowledge(self.store, self._encoder, self)

    @property
    def is_layered(self) -> bool:
        """The index is one of before with changes beside it: `rebuilt` makes it whole."""
        return isinstance(self.index, LayeredIndex)

    def rebuilt(self) -> Knowledge:
        """This state, or a newer one, with an index of its own."""
        return Knowledge(self.store, self._encoder)

    def _index(self) -> SearchIndex:
        """The one in PostgreSQL where that is called for; else the whole index where that is quickly built, else what
        changed beside the last whole one."""
        documents = self._documents()
        ensure_calibrated(self._encoder.base, documents, VAR / "calibration.json")
        before, self._before = self._before, None
        began = time.monotonic()
        index: SearchIndex | None = postgres_index(documents, self._encoder.base, self.store.engine)
        whole = before.index.base if before and isinstance(before.index, LayeredIndex) else before and before.index
        if index is None and before is not None and before.build_s > QUICK_S and isinstance(whole, Index):
            index, self.build_s = LayeredIndex(whole, documents, self._encoder), before.build_s
        else:
            index = index or Index(documents, self._encoder)
            self.build_s = time.monotonic() - began
        self._encoder.finish()
        return index

    def _documents(self) -> list[Document]:
        """What is searched. Staff's questions also with the plan's words for synonyms, as a turn's question has them."""
        documents = []
        for entry in self.entries.values():
            meant = [self.lexicon.canonical(nfkc(question)) for question in entry.questions] if entry.answer else []
            documents.append(Document(entry.id, tuple(dict.fromkeys([*entry.questions, *meant])), answer_text(entry)))
        return documents

    @property
    def neighbours(self) -> Neighbours | None:
        """The labelled questions, to compare a message with; None for a plan that they are not about."""
        title = fold(Neighbours.plan())
        return Neighbours.of(self._encoder.base) if all(title in fold(plan.name) for plan in self.plans) else None

    def warm_up(self) -> None:
        """Load what the first question would wait for: the models of the router."""
        Phrasing.load()
        for knowledge in self.scopes.values() or [self]:
            if knowledge.neighbours:
                knowledge.neighbours.features("")

    @property
    def encoder(self) -> Encoder:
        """What makes vectors of texts."""
        return self._encoder.base

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words that the linker knows, of all plans."""
        path = VAR / "lexicon.json"
        return _lexicon(path, path.stat().st_mtime_ns) if path.exists() else Lexicon()

    @property
    def plan(self) -> PlanRow:
        """The plan, where there is one; else the last that was read."""
        return self.plans[-1]

    def search(self, query: str, limit: int = 8, measures: Sequence[str] = ()) -> list[Found]:
        """FAQ entries for a question, best first; `measures` narrows to entries that quote these measures."""
        only = set(self.entries) if len(self.entries) < self.index.size else None
        if measures:
            only = {
                id_
                for id_, entry in self.entries.items()
                if any(q.passage.measure and q.passage.measure.ref in measures for q in entry.quotes)
                or any(m.ref in measures for m in self.linked(entry))
            }
        return [Found(self.entries[hit.id], hit) for hit in self.index.search(query, limit, only)]

    def verbatim(self, text: str) -> Found | None:
        """The curated answer one of whose questions is `text`, apart from widths, spaces and the mark at the end."""
        id_ = self.curated.get(question_key(text))
        return Found(self.entries[id_], Hit(id_, 1.0, text, {"verbatim": 1.0})) if id_ else None

    def years(self) -> list[int]:
        """The fiscal years that have target columns."""
        return sorted({year for kpi in self.kpis.values() for year in kpi.targets})

    def alive(self) -> None:
        """Raise if the store cannot be read."""
        with self.store.session() as session:
            session.execute(select(PlanRow.id).limit(1)).scalar_one()

    @staticmethod
    def _plans(session: Session) -> list[PlanRow]:
        return whole_plans(session, [plan.id for plan in current_plans(session)])


@lru_cache(maxsize=2)
def _lexicon(path: Path, written_at: int) -> Lexicon:
    return Lexicon.load(path)


def _faq(session: Session) -> tuple[dict[str, FaqRow], State]:
    """The entries that answer today, by id, and the state that they make up."""
    quotes = selectinload(FaqRow.quotes).joinedload(FaqQuoteRow.passage)
    query = (
        select(FaqRow)
        .order_by(FaqRow.id)
        .options(quotes.joinedload(PassageRow.measure).joinedload(MeasureRow.plan), quotes.joinedload(PassageRow.plan))
    )
    day = today()
    return {row.id: row for row in session.scalars(query) if row.answers_on(day)}, _faq_state(session)


def _faq_state(session: Session) -> State:
    """Tells two states apart: the plans in use, and which entries answer today."""
    plans = session.execute(select(PlanRow.id, PlanRow.loaded_at).where(PlanRow.current).order_by(PlanRow.id)).all()
    columns = (FaqRow.id, FaqRow.digest, FaqRow.valid_from, FaqRow.valid_until)
    day = today()
    rows = session.execute(select(*columns).order_by(FaqRow.id)).all()
    live = [
        (id_, digest) for id_, digest, start, end in rows if (not start or start <= day) and (not end or day <= end)
    ]
    return (*map(tuple, plans), *live)
