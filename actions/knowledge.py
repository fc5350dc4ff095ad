"""What the actions answer from: the store and the search index, loaded once and again when the knowledge base changes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from knowledge.build import ENCODER
from knowledge.store import (
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
from search.encoder import Encoder
from search.index import Document, Hit, Index

log = logging.getLogger("keikaku.actions")


@dataclass(frozen=True)
class Found:
    """A search hit with its entry."""

    entry: FaqRow
    hit: Hit

    @property
    def score(self) -> float:
        return self.hit.score


class Knowledge:
    """Read access to the current plans. The rows are detached copies, made at load and never changed."""

    def __init__(self, store: Store | None = None, encoder: Encoder | None = None) -> None:
        self.store = store or Store()
        self._encoder = encoder or Encoder(os.environ.get("ENCODER") or str(ENCODER))
        self._lock = threading.Lock()
        self.load()

    def load(self) -> None:
        """(Re)read the store and rebuild the index; the old state serves until the new one is complete."""
        with self.store.session() as session:
            plans = self._plans(session)
            entries = {row.id: row for row in session.scalars(_faq_query())}
        documents = [Document(entry.id, tuple(entry.questions), _answer_text(entry)) for entry in entries.values()]
        index = Index(documents, self._encoder)
        with self._lock:
            self.plans = plans
            self.measures: dict[int, MeasureRow] = {m.no: m for plan in plans for m in plan.measures}
            self.kpis: dict[str, KpiRow] = {f"kpi:{k.id}": k for m in self.measures.values() for k in m.kpis}
            self.schedule: dict[str, ScheduleRow] = {
                f"schedule:{s.id}": s for m in self.measures.values() for s in m.schedule
            }
            self.chapters: dict[str, ChapterRow] = {c.title: c for plan in plans for c in plan.chapters}
            self.passages: list[PassageRow] = [p for plan in plans for p in plan.passages]
            self.entries = entries
            self.index = index
        log.info(
            "knowledge loaded: %d measures, %d KPIs, %d FAQ entries", len(self.measures), len(self.kpis), len(entries)
        )

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
            }
        return [Found(self.entries[hit.id], hit) for hit in self.index.search(query, limit, only)]

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


def _faq_query() -> Select[FaqRow]:
    quotes = selectinload(FaqRow.quotes).joinedload(FaqQuoteRow.passage)
    return (
        select(FaqRow)
        .order_by(FaqRow.id)
        .options(quotes.joinedload(PassageRow.measure).joinedload(MeasureRow.plan), quotes.joinedload(PassageRow.plan))
    )


def _answer_text(entry: FaqRow) -> str:
    parts = [entry.answer or ""]
    for quote in entry.quotes:
        measure = quote.passage.measure
        parts += [measure.title if measure else "", quote.passage.heading or "", quote.text]
    return " ".join(part for part in parts if part)
