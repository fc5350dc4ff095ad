"""Conversations in the database: who may read one, what was said, what was thought of it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, Engine, ForeignKey, inspect, select
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from knowledge.store import Store, now


class Base(DeclarativeBase):
    """Tables of the web front."""

    type_annotation_map = {list[dict[str, str]]: JSON, dict[str, Any]: JSON}


class ConversationRow(Base):
    """A conversation. Only a hash of its token is kept; the token opens it until it is ended, too old or idle too long."""

    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    token_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=now)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=now)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


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
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class HandoverRow(Base):
    """A question that staff want a person to answer; its number is what they are told."""

    __tablename__ = "handovers"
    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"))
    question: Mapped[str | None]
    note: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class Lifetime:
    """How long a token opens its conversation: since it was made, and since it was last used."""

    token: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=1)


# Writing on every read would make a poll as dear as a question.
USE_KEPT_EVERY = timedelta(seconds=20)


def _utc(moment: datetime) -> datetime:
    """SQLite gives times back without their zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_missing_columns(engine: Engine) -> None:
    """Bring the tables of an earlier version up to date (their new columns may all be empty)."""
    inspector = inspect(engine)
    for table in Base.metadata.sorted_tables:
        present = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in present:
                kind = column.type.compile(engine.dialect)
                with engine.begin() as connection:
                    connection.execute(sql(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))


class Conversations:
    """Reads and writes conversations. Methods are synchronous; the web front runs them in its thread pool."""

    def __init__(self, store: Store, lifetime: Lifetime | None = None) -> None:
        self._store = store
        self.lifetime = lifetime or Lifetime()
        store.create()
        Base.metadata.create_all(store.engine)
        add_missing_columns(store.engine)

    def open(self) -> tuple[str, str]:
        """A new conversation: (id, token)."""
        id_, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        with self._store.session() as session:
            session.add(ConversationRow(id=id_, token_hash=_hash(token)))
        return id_, token

    def of_token(self, token: str) -> str | None:
        """The conversation that a token opens now; this counts as a use of it."""
        with self._store.session() as session:
            row = session.scalar(select(ConversationRow).where(ConversationRow.token_hash == _hash(token)))
            if row is None or row.ended_at or not row.token_at or not row.used_at:
                return None
            moment = now()
            idle = moment - _utc(row.used_at)
            if idle > self.lifetime.idle or moment - _utc(row.token_at) > self.lifetime.token:
                return None
            if idle > USE_KEPT_EVERY:
                row.used_at = moment
            return str(row.id)

    def renew(self, conversation: str) -> str:
        """A new token for a conversation; the one before opens it no longer."""
        token = secrets.token_urlsafe(32)
        with self._store.session() as session:
            row = session.get_one(ConversationRow, conversation)
            row.token_hash, row.token_at, row.used_at = _hash(token), now(), now()
        return token

    def end(self, conversation: str) -> None:
        """Nobody can open it any more. What was said stays for the record."""
        with self._store.session() as session:
            session.get_one(ConversationRow, conversation).ended_at = now()

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

    def rate(self, conversation: str, message: str, helpful: bool, reason: str | None, note: str | None = None) -> bool:
        """Keep feedback on a bot message of this conversation; False where it has no such message."""
        with self._store.session() as session:
            row = session.get(MessageRow, message)
            if row is None or row.conversation_id != conversation or row.role != "bot":
                return False
            session.merge(FeedbackRow(message_id=message, helpful=helpful, reason=reason, note=note))
            return True

    def hand_over(self, conversation: str, message: str | None, note: str) -> int | None:
        """Keep a request for a person about a message (default: the last question); None where there is no such one."""
        with self._store.session() as session:
            about = session.get(MessageRow, message) if message else session.scalar(_last(conversation))
            if message and (about is None or about.conversation_id != conversation):
                return None
            asked = about
            if about is not None and about.role == "bot":
                asked = session.scalar(
                    _last(conversation).where(MessageRow.number < about.number, MessageRow.role == "user")
                )
            row = HandoverRow(
                conversation_id=conversation,
                message_id=about.id if about else None,
                question=asked.text if asked else None,
                note=note,
            )
            session.add(row)
            session.flush()
            return int(row.id)

    def alive(self) -> bool:
        with self._store.session() as session:
            session.execute(select(ConversationRow.id).limit(1))
        return True


def _last(conversation: str) -> Any:
    return (
        select(MessageRow).where(MessageRow.conversation_id == conversation).order_by(MessageRow.number.desc()).limit(1)
    )
