"""Type-ahead: the likely questions for what has been typed so far, from the FAQ and the plan's KPIs."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass

from sqlalchemy import select

from keikaku import years
from keikaku.text import fold, katakana
from knowledge.plan_names import short_titles
from knowledge.store import FaqRow, Store, current_plans

LIMIT = 5
FROM_PLAN = 2
PLAN = "plan "
MIN_CHARS = 2
FRESH_S = 20.0
_WORDS = re.compile(r"[\s、。・,]+")
_IN_KANA = re.compile(
    r"[ぁ-ゖー\sA-Za-z0-9、。・?？!！]*[ぁ-ゖ][ぁ-ゖー\sA-Za-z0-9、。・?？!！]*"
)  # understood, but not offered
_ASKS = ("か", "？", "?", "て")


@dataclass(frozen=True)
class _Entry:
    topic: str
    question: str
    key: str


def key_of(text: str) -> str:
    """The form in which typed text and questions are compared: folded, kana as katakana, no question mark."""
    return katakana(fold(text)).rstrip("?？。")


class Suggestions:
    """Questions in memory, read again from the store every 20 seconds so that an edited FAQ shows up by itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: list[_Entry] = []
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, typed: str, limit: int = LIMIT) -> list[str]:
        """At most `limit` questions that hold every typed word, one per topic, the closest first."""
        words = [word for part in _WORDS.split(typed.strip()) if (word := key_of(part))]
        if sum(map(len, words)) < MIN_CHARS:
            return []
        found: dict[str, tuple[tuple[int, int, int], str]] = {}
        for entry in self._fresh():
            places = [entry.key.find(word) for word in words]
            if -1 in places:
                continue
            rank = (not entry.question.endswith(_ASKS), min(places), len(entry.key))
            if entry.topic not in found or rank < found[entry.topic][0]:
                found[entry.topic] = (rank, entry.question)
        ranked = sorted((rank, topic, question) for topic, (rank, question) in found.items())
        # Values and owners are what is asked most; two of them, then what the FAQ has.
        plan = [question for _, topic, question in ranked if topic.startswith(PLAN)][:FROM_PLAN]
        faq = [question for _, topic, question in ranked if not topic.startswith(PLAN)]
        return list(dict.fromkeys([*plan, *faq]))[:limit]

    def _fresh(self) -> list[_Entry]:
        with self._lock:
            if time.monotonic() - self._read_at > FRESH_S:
                self._entries = self._read()
                self._read_at = time.monotonic()
            return self._entries

    def _read(self) -> list[_Entry]:
        topics: list[tuple[str, str]] = []
        with self._store.session() as session:
            plans = current_plans(session)
            titles = short_titles(plans) if len(plans) > 1 else {}
            for plan in plans:
                of = f"{titles[plan.id]}の" if titles else ""  # else the question would have to be asked back
                for measure in plan.measures:
                    for kpi in measure.kpis:
                        last = max(kpi.targets, default=None)
                        if last:
                            topics.append(
                                (f"{PLAN}kpi {kpi.id}", f"{of}{kpi.name}の{years.reiwa(last)}年度末の目標は？")
                            )
                        topics.append((f"{PLAN}row {kpi.id}", f"{of}{kpi.name}の目標を年度ごとに全部教えて"))
                    topics.append((f"{PLAN}owner {measure.id}", f"{of}{measure.title}の担当所属は？"))
            for row in session.scalars(select(FaqRow)):
                topics += [(row.id, question) for question in row.questions if not _IN_KANA.fullmatch(question)]
        return [_Entry(topic, question, key_of(question)) for topic, question in topics]
