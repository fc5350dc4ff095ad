"""What of the store can be searched: one document per FAQ entry (curated ones and passages of the plan alike)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from knowledge.store import FaqQuoteRow, FaqRow, PassageRow, Store
from search.document import Document


def answer_text(entry: FaqRow) -> str:
    """What an entry says, with the headings it stands under."""
    # 『年に20日です。』 alone says nothing of what it is about: an answer stands under its question.
    parts = [*entry.questions[:1], entry.answer] if entry.answer else []
    for quote in entry.quotes:
        measure = quote.passage.measure
        parts += [measure.title if measure else "", quote.passage.heading or "", quote.text]
    return " ".join(part for part in parts if part)


def documents(session: Session) -> list[Document]:
    """Every document of the store, in a fixed order."""
    passage = selectinload(FaqRow.quotes).joinedload(FaqQuoteRow.passage).joinedload(PassageRow.measure)
    entries = session.scalars(select(FaqRow).order_by(FaqRow.id).options(passage))
    return [Document(entry.id, tuple(entry.questions), answer_text(entry)) for entry in entries]


def stored_documents(store: Store | None = None) -> list[Document]:
    """Every document of `store` (default: the configured one)."""
    with (store or Store()).session() as session:
        return documents(session)
