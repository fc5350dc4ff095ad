"""Conversations in the database: who may read one, what was said, what was thought of it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from knowledge.store import Store, now


class Base(DeclarativeBase):
    """Tables of the web front."""

    type_annotation_map = {list[dict[str, str]]: JSON, dict[str, Any]: JSON}


class ConversationRow(Base):
    """A conversation. Only a hash of its token is kept."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class MessageRow(Base):
    """One message of either side. A question that could not be answered has `failed`."""

    __tablename__ = "messages"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: secrets.token_urlsafe(12))
    number: Mapped[int]
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    role: Mapped[str]
    text: Mapped[str]
    buttons: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class FeedbackRow(Base):
    """What a reader thought of an answer; the last word counts."""

    __tablename__ = "feedback"
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    helpful: Mapped[bool]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Conversations:
    """Reads and writes conversations. Methods are synchronous; the web front runs them in its thread pool."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create()
        Base.metadata.create_all(store.engine)

    def open(self) -> tuple[str, str]:
        """A new conversation: (id, token)."""
        id_, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        with self._store.session() as session:
            session.add(ConversationRow(id=id_, token_hash=_hash(token)))
        return id_, token

    def of_token(self, token: str) -> str | None:
        """The conversation that a token opens."""
        with self._store.session() as session:
            return session.scalar(select(ConversationRow.id).where(ConversationRow.token_hash == _hash(token)))

    def add_question(self, conversation: str, text: str) -> str:
        """Keep a question and return its id; sending a failed one again does not double it."""
        with self._store.session() as session:
            last = session.scalar(_last(conversation))
            if last is not None and last.role == "user" and last.text == text:
                last.failed = False
                return str(last.id)
            row = MessageRow(
                conversation_id=conversation,
                number=last.number + 1 if last else 1,
                role="user",
                text=text,
                buttons=[],
                custom={},
            )
            session.add(row)
            session.flush()
            return str(row.id)

    def add_answer(
        self, conversation: str, text: str, buttons: list[dict[str, str]], custom: dict[str, Any]
    ) -> MessageRow:
        with self._store.session() as session:
            last = session.scalar(_last(conversation))
            row = MessageRow(
                conversation_id=conversation,
                number=last.number + 1 if last else 1,
                role="bot",
                text=text,
                buttons=buttons,
                custom=custom,
            )
            session.add(row)
            return row

    def fail(self, message: str) -> None:
        """Mark a question as not answered."""
        with self._store.session() as session:
            row = session.get(MessageRow, message)
            if row is not None:
                row.failed = True

    def messages(self, conversation: str) -> list[MessageRow]:
        with self._store.session() as session:
            return list(
                session.scalars(
                    select(MessageRow).where(MessageRow.conversation_id == conversation).order_by(MessageRow.number)
                )
            )

    def rate(self, conversation: str, message: str, helpful: bool, reason: str | None) -> bool:
        """Keep feedback on a bot message of this conversation; False where it has no such message."""
        with self._store.session() as session:
            row = session.get(MessageRow, message)
            if row is None or row.conversation_id != conversation or row.role != "bot":
                return False
            session.merge(FeedbackRow(message_id=message, helpful=helpful, reason=reason))
            return True

    def alive(self) -> bool:
        with self._store.session() as session:
            session.execute(select(ConversationRow.id).limit(1))
        return True


def _last(conversation: str) -> Any:
    return (
        select(MessageRow).where(MessageRow.conversation_id == conversation).order_by(MessageRow.number.desc()).limit(1)
    )
