"""Keeps the running system up to date: an edited FAQ or plan is live within seconds, whole, without a restart."""

from __future__ import annotations

import gc
import logging
import threading
import time
from pathlib import Path

from sqlalchemy import select

from actions.knowledge import Knowledge
from knowledge.dates import today
from knowledge.faq import FaqProblem, sync_faq
from knowledge.faq_history import faq_lock
from knowledge.faq_model import faq_folder
from knowledge.store import FaqVersionRow, PlanRow

log = logging.getLogger("keikaku.actions")
EVERY_S = 0.7
REBUILD_AFTER_S = 30.0
Signature = tuple[object, ...]


class LiveKnowledge:
    """The knowledge that answers now. `current` is replaced as a whole: a turn that took it sees one state throughout."""

    def __init__(self, knowledge: Knowledge, folder: Path | None = None) -> None:
        self.current = knowledge
        self.folder = folder or faq_folder()
        self._seen: Signature | None = None
        self._done: Signature | None = None
        self._said: list[FaqProblem] = []
        self._failure = ""
        self._changed_at = time.monotonic()
        self._rebuilding: threading.Thread | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="faq-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch, in the background."""
        _keep_for_long()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def check(self) -> bool:
        """One look at what may have changed; returns whether a new state answers now.

        A change counts only when a second look finds it the same: an editor may still be writing.
        """
        signature = self._signature()
        settled, self._seen = signature == self._seen, signature
        if not settled or signature == self._done:
            return False
        try:
            with faq_lock(wait=False):
                began = time.monotonic()
                problems = self._read_files()
                self._report(problems)
                # Taken before the store is read: what changes from here on is found by the next look.
                self._done = signature
        except BlockingIOError:  # an import is writing
            return False
        current = self.current
        renewed = current.renewed()
        if renewed.state == current.state:
            return False
        before, after = set(current.entries), set(renewed.entries)
        self.current = renewed
        self._changed_at = time.monotonic()
        log.info(
            "FAQ を更新しました：追加%d 削除%d 計%d件（%.1f秒）",
            len(after - before),
            len(before - after),
            len(after),
            time.monotonic() - began,
        )
        return True

    def rebuild(self) -> None:
        """Make the index whole again; what changed meanwhile wins."""
        current = self.current
        rebuilt = current.rebuilt()
        if self.current is current:
            self.current = rebuilt
            del current
            _keep_for_long()

    def _rebuild_when_quiet(self) -> None:
        quiet = time.monotonic() - self._changed_at > REBUILD_AFTER_S
        if self.current.is_layered and quiet and not (self._rebuilding and self._rebuilding.is_alive()):
            self._rebuilding = threading.Thread(target=self.rebuild, name="faq-rebuild", daemon=True)
            self._rebuilding.start()

    def _read_files(self) -> list[FaqProblem]:
        with self.current.store.session() as session:
            return sync_faq(session, self.folder).problems

    def _report(self, problems: list[FaqProblem]) -> None:
        """Each problem once, in one line."""
        for problem in problems:
            if problem not in self._said:
                log.warning("FAQ に公開できないものがあります：%s", " ".join(str(problem).split()))
        self._said = problems

    def _signature(self) -> Signature:
        """What tells cheaply that something has changed: the files, the loaded plans, the last version, the date."""
        files = []
        for path in sorted(self.folder.rglob("*.yml")):
            try:
                stat = path.stat()
            except FileNotFoundError:  # just being replaced
                continue
            files.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
        with self.current.store.session() as session:
            plans = session.execute(select(PlanRow.id, PlanRow.current, PlanRow.loaded_at).order_by(PlanRow.id)).all()
            version = session.scalar(select(FaqVersionRow.id).order_by(FaqVersionRow.id.desc()).limit(1))
        return (*files, *map(tuple, plans), version, today())

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_S):
            try:
                self.check()
                self._rebuild_when_quiet()
                self._failure = ""
            except Exception as error:  # the watch must go on, whatever the disk or the store does
                failure = f"{type(error).__name__}: {error}".splitlines()[0]
                if failure != self._failure:
                    log.error("FAQ を確かめられません（前の内容で回答します）：%s", failure)
                self._failure = failure


def _keep_for_long() -> None:
    """What stays for long need not be looked through by every garbage collection, which would halt the turns."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
