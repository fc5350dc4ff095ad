"""Databases for tests: the same ones on SQLite and on PostgreSQL, empty or with the real knowledge base."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from evaluation.postgres import THROWN_AWAY, OwnPostgres, own_postgres
from knowledge.faq import load_faq
from knowledge.loader import load_plan
from knowledge.plan import Plan
from knowledge.store import ROOT, Store, make_engine

BACKENDS = ("sqlite", "postgresql")


class Databases(ExitStack):
    """Makes them. PostgreSQL is started when it is first asked for, and stopped at the end of the `with`."""

    def __init__(self, folder: Path, built: Path, plan: Plan) -> None:
        """`built`: the SQLite file that the set-up made; `plan`: the one that is in it."""
        super().__init__()
        self._folder, self._built, self._plan = folder, built, plan
        self._numbers = count(1)
        self._server: OwnPostgres | None = None
        self._template = ""

    def empty(self, backend: str) -> str:
        """URL of a database without tables."""
        if backend == "sqlite":
            return f"sqlite:///{self._folder / f'empty{next(self._numbers)}.db'}"
        return self._postgres().new_database(f"empty{next(self._numbers)}")

    def drop(self, url: str) -> None:
        """Hundreds of databases would take long to stop with."""
        if self._server is not None and url.startswith("postgresql"):
            self._server.drop_database(url.split("?")[0].rsplit("/", 1)[1])

    def filled(self, backend: str) -> str:
        """URL of a copy of the real knowledge base."""
        if backend == "sqlite":
            copy = self._folder / f"filled{next(self._numbers)}.db"
            for suffix in ("", "-wal"):
                if (path := Path(f"{self._built}{suffix}")).exists():
                    shutil.copy(path, f"{copy}{suffix}")
            return f"sqlite:///{copy}"
        if not self._template:
            self._template = "template_filled"
            self._fill(self._postgres().new_database(self._template))
        return self._postgres().new_database(f"filled{next(self._numbers)}", self._template)

    def _fill(self, url: str) -> None:
        store = Store(make_engine(url))
        store.create()
        with store.session() as session:
            load_plan(session, self._plan, "plan.txt")
            problems = load_faq(session, ROOT / "data" / "faq")
        assert not problems, problems
        store.engine.dispose()  # a database that somebody is connected to can't be copied

    def _postgres(self) -> OwnPostgres:
        if self._server is None:
            self._server = self.enter_context(own_postgres(THROWN_AWAY))
        return self._server
