"""What of the store can be searched: one document per FAQ entry (curated ones and passages of the plan alike)."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from knowledge.store import FaqQuoteRow, FaqRow, MeasureRow, PassageRow, Store
from search.document import Document


def entries_query() -> Select[tuple[FaqRow]]:
    """All entries in a fixed order, with everything that `document_of` reads."""
    quotes = selectinload(FaqRow.quotes).joinedload(FaqQuoteRow.passage)
    return (
        select(FaqRow)
        .order_by(FaqRow.id)
        .options(quotes.joinedload(PassageRow.measure).joinedload(MeasureRow.plan), quotes.joinedload(PassageRow.plan))
    )


def document_of(entry: FaqRow) -> Document:
    """The entry as the search sees it: its answer with the headings it stands under."""
    parts = [entry.answer or ""]
    for quote in entry.quotes:
        measure = quote.passage.measure
        parts += [measure.title if measure else "", quote.passage.heading or "", quote.text]
    return Document(entry.id, tuple(entry.questions), " ".join(part for part in parts if part))


def documents(session: Session) -> list[Document]:
    """Every document of the store."""
    return [document_of(entry) for entry in session.scalars(entries_query())]


def stored_documents(store: Store | None = None) -> list[Document]:
    """Every document of `store` (default: the configured one)."""
    with (store or Store()).session() as session:
        return documents(session)
