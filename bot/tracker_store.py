"""Rasa tracker store that keeps what the next turn needs and no more: the slots and the end of the last turn.

Rasa replays every event of a conversation on every turn, so a stock store gets slower with each message. The words of the
conversation are kept by the web front; here the 100th turn costs as much as the first.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

KEEP_DAYS = 30


class CompactTrackerStore(TrackerStore):
    """One row per conversation in SQLite (WAL): its slots as JSON."""

    def __init__(
        self,
        domain: Domain,
        host: EndpointConfig | None = None,
        event_broker: EventBroker | None = None,
        db: str = "var/trackers.db",
        **kwargs: Any,
    ) -> None:
        Path(db).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(db, timeout=10, isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=NORMAL",
            "CREATE TABLE IF NOT EXISTS trackers (sender TEXT PRIMARY KEY, slots TEXT NOT NULL, updated REAL NOT NULL)",
        ):
            self._db.execute(statement)
        self._db.execute("DELETE FROM trackers WHERE updated < ?", (time.time() - KEEP_DAYS * 86400,))
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        slots = {
            name: slot.value
            for name, slot in tracker.slots.items()
            if slot.value is not None and name != "session_started_metadata"
        }
        self._db.execute(
            "INSERT INTO trackers VALUES (?, ?, ?) ON CONFLICT (sender) DO UPDATE SET slots = excluded.slots, updated = excluded.updated",
            (tracker.sender_id, json.dumps(slots, ensure_ascii=False), time.time()),
        )

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        row = self._db.execute("SELECT slots FROM trackers WHERE sender = ?", (sender_id,)).fetchone()
        if row is None:
            return None
        events: list[Event] = [SessionStarted()]
        events += [
            SlotSet(name, value)
            for name, value in json.loads(row[0]).items()
            if name in {s.name for s in self.domain.slots}
        ]
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
        return DialogueStateTracker.from_events(
            sender_id, events, self.domain.slots, max_event_history=self.max_event_history
        )

    async def keys(self) -> Iterable[str]:
        return [row[0] for row in self._db.execute("SELECT sender FROM trackers")]
