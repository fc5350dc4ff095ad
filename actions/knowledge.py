"""What the actions answer from: one state of the store with its search index. A changed store gives a new state (actions.live)."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from actions.layered import LayeredIndex
from actions.vectors import RememberingEncoder
from keikaku.lexicon import Lexicon
from keikaku.text import nfkc
from knowledge.build import ENCODER
from knowledge.dates import today
from knowledge.faq_model import question_key
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
)
from search.calibration import ensure_calibrated
from search.encoder import Encoder
from search.index import Document, Hit, Index

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
        with self.store.snapshot() as session:
            plans, entries, self.state = self._plans(session), *_faq(session)
        self.plans = plans
        self.measures: dict[int, MeasureRow] = {m.no: m for plan in plans for m in plan.measures}
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
        self.index = self._index()
        log.info(
            "knowledge loaded: %d measures, %d KPIs, %d FAQ entries", len(self.measures), len(self.kpis), len(entries)
        )

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

    def _index(self) -> Index | LayeredIndex:
        """The whole index where that is quickly built, else what changed beside the last whole one."""
        documents = self._documents()
        ensure_calibrated(self._encoder.base, documents, VAR / "calibration.json")
        before, self._before = self._before, None
        began = time.monotonic()
        index: Index | LayeredIndex
        if before is not None and before.build_s > QUICK_S:
            whole = before.index.base if isinstance(before.index, LayeredIndex) else before.index
            index, self.build_s = LayeredIndex(whole, documents, self._encoder), before.build_s
        else:
            index = Index(documents, self._encoder)
            self.build_s = time.monotonic() - began
        self._encoder.finish()
        return index

    def _documents(self) -> list[Document]:
        """What is searched. Staff's questions also with the plan's words for synonyms, as a turn's question has them."""
        path = VAR / "lexicon.json"
        lexicon = Lexicon.load(path) if path.exists() else Lexicon()
        documents = []
        for entry in self.entries.values():
            meant = [lexicon.canonical(nfkc(question)) for question in entry.questions] if entry.answer else []
            documents.append(Document(entry.id, tuple(dict.fromkeys([*entry.questions, *meant])), answer_text(entry)))
        return documents

    @property
    def plan(self) -> PlanRow:
        """The plan that answers without further choice."""
        return self.plans[-1]

    def search(self, query: str, limit: int = 8, measures: Sequence[int] = ()) -> list[Found]:
        """FAQ entries for a question, best first; `measures` narrows to entries that quote these measures."""
        only = None
        if measures:
            only = {
                id_
                for id_, entry in self.entries.items()
                if any(q.passage.measure and q.passage.measure.no in measures for q in entry.quotes)
                or any(no in measures for no in entry.measures)
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
        ids = [plan.id for plan in current_plans(session)]
        query = (
            select(PlanRow)
            .where(PlanRow.id.in_(ids))
            .order_by(PlanRow.id)
            .options(
                selectinload(PlanRow.chapters).selectinload(ChapterRow.measures),
                selectinload(PlanRow.measures).options(
                    joinedload(MeasureRow.chapter),
                    selectinload(MeasureRow.owners),
                    selectinload(MeasureRow.passages),
                    selectinload(MeasureRow.kpis).options(
                        selectinload(KpiRow.values), selectinload(KpiRow.children), joinedload(KpiRow.parent)
                    ),
                    selectinload(MeasureRow.schedule).selectinload(ScheduleRow.cells),
                ),
                selectinload(PlanRow.passages).joinedload(PassageRow.measure),
            )
        )
        return list(session.scalars(query).unique())


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
