"""The search index with 1,000 to 1,000,000 passages, in memory and in PostgreSQL side by side.

Each cell is a process of its own with a limit of time and memory: one that does not fit is said so. GROWTH_MIN and
GROWTH_MAX (100000) set the smallest and the biggest size, GROWTH_ONLY one of the two indexes, GROWTH_LIMIT_S (1800) the
seconds for a cell. DATABASE_URL is not used: the benchmark starts its own.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from bench.synthetic import Passages
from evaluation.postgres import OwnPostgres, own_postgres
from knowledge.build import ENCODER
from knowledge.searchable import stored_documents
from knowledge.store import make_engine
from search.encoder import Encoder
from search.index import Index
from search.interface import SearchIndex
from search.postgres import PostgresIndex

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUERIES, WARMING = 100, 10
MEMORY_SHARE = 0.8  # of what is free: a cell that wants more is stopped, not the machine
SETTINGS = {"shared_buffers": "'1GB'", "max_wal_size": "'8GB'", "max_connections": "20"}


def own_mb() -> float:
    """Resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def server_mb(pid: int) -> float:
    """Memory of a server's processes in MB, with what they share counted once."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0.0
    for process in (pid, *map(int, children)):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:"))
    return total


def write_passages(size: int, path: Path) -> None:
    """The documents and queries of a size, in a process of its own: making them takes more memory than searching."""
    passages = Passages(stored_documents())
    with path.open("wb") as file:
        pickle.dump((passages.documents(size), list(passages.queries(QUERIES + WARMING, size))), file)


def cell(kind: str, path: Path, url: str, server_pid: int) -> dict[str, Any]:
    """Build and ask one index; what it took. `url` and `server_pid`: of the PostgreSQL it goes to."""
    encoder = Encoder(ENCODER)
    with path.open("rb") as file:
        documents, queries = pickle.load(file)
    encoder.encode([document.answer for document in documents[:100]])
    gc.collect()
    before = own_mb()
    began = time.perf_counter()
    index: SearchIndex
    disk = 0.0
    if kind == "embedded":
        index = Index(documents, encoder)
        built = time.perf_counter() - began
    else:
        engine = make_engine(url)
        index = PostgresIndex(documents, encoder, engine)
        built = time.perf_counter() - began
        with engine.connect() as connection:
            disk = float(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6
    gc.collect()
    memory = own_mb() - before
    times, found = [], []
    for query in queries:
        began = time.perf_counter()
        hits = index.search(query, 10)
        times.append(1000 * (time.perf_counter() - began))
        found.append([hit.id for hit in hits])
    p50, p95 = np.percentile(times[WARMING:], [50, 95])
    server = server_mb(server_pid) if kind != "embedded" else 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    change = _change_s(index, documents, encoder, url) if kind != "embedded" else None
    return {
        "build": built,
        "p50": p50,
        "p95": p95,
        "memory": memory,
        "peak": peak,
        "disk": disk,
        "server": server,
        "change": change,
        "found": found,
    }


def _change_s(index: SearchIndex, documents: list[Any], encoder: Encoder, url: str) -> float:
    """Seconds until one changed passage can be found."""
    changed = [*documents[:-1], type(documents[0])("new", ("新しい質問ですか",), "新しい回答です。")]
    began = time.perf_counter()
    PostgresIndex(changed, encoder, make_engine(url))
    return time.perf_counter() - began


def run_cell(kind: str, size: int, path: Path, server: OwnPostgres) -> dict[str, Any] | str:
    """The cell's figures, or in words why there are none."""
    url = server.new_database(f"growth{size}") if kind != "embedded" else ""
    free = next(
        int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if "MemAvailable" in line
    )
    limit = int(MEMORY_SHARE * free * 1024)
    seconds = float(os.environ.get("GROWTH_LIMIT_S") or 1800)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.growth", kind, str(path), url, str(server.pid)],
            capture_output=True,
            text=True,
            timeout=seconds,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
        )
    except subprocess.TimeoutExpired:
        return f"not within {seconds:.0f} s"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        is_memory = "MemoryError" in last or "allocate" in last or done.returncode < 0
        return f"does not fit into {limit / 1e9:.0f} GB" if is_memory else f"failed: {last[:80]}"
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def same(one: list[list[str]], other: list[list[str]]) -> str:
    """How far two indexes find the same: first hits, and the first ten."""
    first = sum(a[:1] == b[:1] for a, b in zip(one, other)) / max(len(one), 1)
    ten = sum(len(set(a) & set(b)) for a, b in zip(one, other)) / max(sum(map(len, one)), 1)
    return f"{first:.0%}, {ten:.0%}"


def main() -> None:
    smallest, biggest = (
        int(os.environ.get(name) or size) for name, size in (("GROWTH_MIN", 0), ("GROWTH_MAX", 100_000))
    )
    kinds = [os.environ["GROWTH_ONLY"]] if os.environ.get("GROWTH_ONLY") else ["embedded", "postgresql"]
    print(
        "| passages | index | build s | query ms p50, p95 | index MB in process | peak of process MB | server MB | on disk MB | a change s | same first hit, first ten |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    with own_postgres(SETTINGS) as server, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passages.pickle"
        for size in (size for size in SIZES if smallest <= size <= biggest):
            subprocess.run([sys.executable, "-m", "bench.growth", "passages", str(size), str(path)], check=True)
            found: list[list[str]] = []
            for kind in kinds:
                row = run_cell(kind, size, path, server)
                if isinstance(row, str):
                    print(f"| {size:,} | {kind} | {row} |" + " |" * 7, flush=True)
                    continue
                alike = same(found, row["found"]) if found else "–"
                found = row["found"]
                server_part = (
                    f"{row['server']:.0f} | {row['disk']:.0f} | {row['change']:.2f}"
                    if kind != "embedded"
                    else "– | – | –"
                )
                print(
                    f"| {size:,} | {kind} | {row['build']:.1f} | {row['p50']:.0f}, {row['p95']:.0f} | {row['memory']:.0f} "
                    f"| {row['peak']:.0f} | {server_part} | {alike} |",
                    flush=True,
                )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["passages", count, target]:
            write_passages(int(count), Path(target))
        case [kind, source, url, pid]:
            print(json.dumps(cell(kind, Path(source), url, int(pid))))
        case _:
            main()
