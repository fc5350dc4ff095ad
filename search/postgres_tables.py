"""How the search index lies in PostgreSQL, and how it is brought up to date: whole, in one transaction, only what changed.

Each *build* has tables of its own, so that a whole build disturbs nobody who still searches the one before. Within a
build, each change makes a new *generation*: rows say from which generation on and until which one they are there. Who
has found generation 7 goes on seeing it for some minutes, whatever is written meanwhile.

BM25 is kept as sparse vectors: a text's hold how much each of its terms counts there (`saturation`, 0…1), a question's
how rare the terms are now. Their inner product, computed by pgvector, is the score that the embedded index gives.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psycopg
from pgvector import SparseVector
from pgvector.psycopg import register_vector
from psycopg.types.json import Jsonb

from search.document import Document
from search.encoder import Encoder
from search.score import fingerprint
from search.tokens import tokens
from search.words import Bag, grams, saturation

log = logging.getLogger("keikaku.search")
Connection = psycopg.Connection[Any]
LAYOUT = 1  # counts up when tables or tokens change: then everything is written anew
TERMS = 1_000_000_000  # pgvector's most dimensions of a sparse vector
KINDS: dict[str, Callable[[str], list[str]]] = {"words": tokens, "grams": grams}
CHANNELS = [f"{side}_{kind}" for side in ("text", "question") for kind in KINDS]
BATCH = 4_000  # documents that are encoded and written at a time
SAMPLE = 5_000  # so many documents tell how long texts are on average
DRIFT = 0.05  # so far may the average length move from what the stored weights were made with
KEPT_MINUTES = 10  # removed rows stay as long, for turns and processes that still have an older generation
LOCK = 0x6B65696B  # advisory lock: one writer at a time; one more: no older state is written after a newer one

LAYOUT_SQL = """
CREATE TABLE search_documents_{build} (
    no bigint PRIMARY KEY, id text NOT NULL, digest text NOT NULL,
    added int NOT NULL, removed int, removed_at timestamptz,
    terms int[] NOT NULL, lengths int[] NOT NULL,
    words sparsevec NOT NULL, grams sparsevec NOT NULL, answer vector({dimensions}) NOT NULL
) WITH (fillfactor = 90);
CREATE TABLE search_questions_{build} (
    no bigint PRIMARY KEY, document bigint NOT NULL, question text NOT NULL,
    terms int[] NOT NULL, lengths int[] NOT NULL,
    words sparsevec NOT NULL, grams sparsevec NOT NULL, vector vector({dimensions}) NOT NULL
);
CREATE TABLE search_terms_{build} (
    kind text, term text COLLATE "C", no int UNIQUE NOT NULL,
    in_text int NOT NULL DEFAULT 0, in_question int NOT NULL DEFAULT 0, PRIMARY KEY (kind, term)
);
"""
# After the rows, which is many times faster. Half precision finds candidates as well, at half the size.
INDEXES_SQL = """
CREATE INDEX ON search_documents_{build} USING hnsw ((answer::halfvec({dimensions})) halfvec_ip_ops);
CREATE INDEX ON search_questions_{build} USING hnsw ((vector::halfvec({dimensions})) halfvec_ip_ops);
CREATE INDEX ON search_documents_{build} USING gin (terms) WITH (fastupdate = off);
CREATE INDEX ON search_documents_{build} (id);
CREATE INDEX ON search_documents_{build} (removed_at) WHERE removed_at IS NOT NULL;
CREATE INDEX ON search_questions_{build} (document);
ANALYZE search_documents_{build}, search_questions_{build}, search_terms_{build};
"""
BUILDS_SQL = """
CREATE TABLE IF NOT EXISTS search_builds (
    build int PRIMARY KEY, made_for text NOT NULL, dimensions int NOT NULL, generation int NOT NULL,
    means jsonb NOT NULL, totals jsonb NOT NULL, sizes jsonb NOT NULL
)
"""


@dataclass
class Build:
    """One row of search_builds. `means`: average lengths that the stored weights were made with, by channel; `totals`:
    terms in all present texts, by channel; `sizes`: present texts (`text`) and questions (`question`)."""

    build: int
    made_for: str
    dimensions: int
    generation: int
    means: dict[str, float]
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0))
    sizes: dict[str, int] = field(default_factory=lambda: {"text": 0, "question": 0})

    def has_drifted(self) -> bool:
        """Texts have become so much longer or shorter that the stored weights no longer hold."""
        for channel, before in self.means.items():
            now = _mean_length(self.totals[channel], self.sizes[channel.split("_")[0]])
            if abs(now - before) > DRIFT * before:
                return True
        return False


def updated(connection: Connection, documents: Sequence[Document], encoder: Encoder) -> Build:
    """Bring the stored index to `documents` and say which build and generation that is. All of it or, on an error,
    nothing; texts that have not changed are not encoded again."""
    dimensions = encoder.encode([""]).shape[1]
    made_for = f"{LAYOUT}-{dimensions}-{fingerprint(encoder.name)}"
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(BUILDS_SQL)
        register_vector(connection)
        latest = _latest(connection)
        if latest is not None and latest.made_for == made_for:
            _Writer(connection, latest, encoder).change(documents)
            if not latest.has_drifted():
                return latest
        number = latest.build + 1 if latest else 1
        build = Build(number, made_for, dimensions, 1, _mean_lengths(documents))
        writer = _Writer(connection, build, encoder)
        writer.create(documents)
        writer.drop_before(number - 1)
        return build


def _latest(connection: Connection) -> Build | None:
    columns = "build, made_for, dimensions, generation, means, totals, sizes"
    row = connection.execute(f"SELECT {columns} FROM search_builds ORDER BY build DESC LIMIT 1").fetchone()
    return Build(*row) if row else None


def _mean_lengths(documents: Sequence[Document]) -> dict[str, float]:
    """Average number of terms by channel, over up to SAMPLE documents spread evenly."""
    sample = documents[:: max(1, len(documents) // SAMPLE)]
    means = {}
    for kind, terms in KINDS.items():
        asked = [[len(terms(question)) for question in document.questions] for document in sample]
        said = [len(terms(document.answer)) for document in sample]
        means[f"text_{kind}"] = _mean_length(sum(map(sum, asked)) + sum(said), len(said))
        means[f"question_{kind}"] = _mean_length(sum(map(sum, asked)), sum(map(len, asked)))
    return means


def _mean_length(terms: int, texts: int) -> float:
    """Never 0: lengths are divided by it, and a first text may come later."""
    return max(terms / max(texts, 1), 1e-9)


def _digest(document: Document) -> str:
    return hashlib.sha256(repr((document.questions, document.answer)).encode()).hexdigest()[:24]


class _Writer:
    """Writes one build inside the caller's transaction."""

    def __init__(self, connection: Connection, build: Build, encoder: Encoder) -> None:
        self._connection, self._build, self._encoder = connection, build, encoder
        self._numbers: dict[tuple[str, str], int] = {}

    def create(self, documents: Sequence[Document]) -> None:
        """The whole index, in tables of its own."""
        build = self._build
        self._run(LAYOUT_SQL)
        self._insert(documents)
        megabytes = min(2_000, 64 + (build.sizes["text"] + build.sizes["question"]) // 700)  # one graph at a time
        self._connection.execute("SELECT set_config('maintenance_work_mem', %s, true)", [f"{megabytes}MB"])
        self._run(INDEXES_SQL)
        self._connection.execute(
            "INSERT INTO search_builds VALUES (%s, %s, %s, %s, '{}', '{}', '{}')",
            [build.build, build.made_for, build.dimensions, build.generation],
        )
        self._save()

    def change(self, documents: Sequence[Document]) -> None:
        """A new generation, where anything differs from the stored one."""
        wanted = {document.id: (_digest(document), document) for document in documents}
        rows = self._run("SELECT no, id, digest FROM search_documents_{build} WHERE removed IS NULL").fetchall()
        gone = [no for no, id_, digest in rows if id_ not in wanted or wanted[id_][0] != digest]
        stored = {(id_, digest) for _, id_, digest in rows}
        new = [document for id_, (digest, document) in wanted.items() if (id_, digest) not in stored]
        if not (gone or new):
            return
        self._build.generation += 1
        mark = "UPDATE search_documents_{build} SET removed = %s, removed_at = now() WHERE no = ANY(%s)"
        self._run(mark, [self._build.generation, gone])
        self._count(gone, -1)
        self._insert(new)
        self._purge()
        self._save()

    def drop_before(self, build: int) -> None:
        """Builds that nobody searches any more."""
        old = self._connection.execute("DELETE FROM search_builds WHERE build < %s RETURNING build", [build])
        for (number,) in old.fetchall():
            for table in ("documents", "questions", "terms"):
                self._connection.execute(f"DROP TABLE search_{table}_{int(number)}")

    def _insert(self, documents: Sequence[Document]) -> None:
        first, question_no = (self._next(table) for table in ("documents", "questions"))
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            question_no = self._insert_batch(batch, first + start, question_no)
            if len(documents) > BATCH:
                log.info("search index: %d of %d", start + len(batch), len(documents))
        self._count(list(range(first, first + len(documents))), 1)

    def _insert_batch(self, documents: Sequence[Document], no: int, question_no: int) -> int:
        """Write the documents as numbers `no`… and their questions as `question_no`…; returns the next free one."""
        questions = [question for document in documents for question in document.questions]
        owner = np.array([i for i, document in enumerate(documents) for _ in document.questions], dtype=np.int64)
        asked, said = {}, {}
        for kind, terms in KINDS.items():
            vocabulary: dict[str, int] = {}
            asked[kind] = Bag.of(map(terms, questions), vocabulary)
            answers = Bag.of((terms(document.answer) for document in documents), vocabulary)
            said[kind] = answers.joined(asked[kind].gathered(owner, answers.size))
        numbers = {kind: self._term_numbers(kind, list(bag.vocabulary)) for kind, bag in said.items()}
        vectors = self._encoder.encode([document.answer for document in documents])
        rows = zip(documents, self._weighed("text", said, numbers), vectors)
        self._copy(
            "documents (no, id, digest, added, terms, lengths, words, grams, answer)",
            ["int8", "text", "text", "int4", "int4[]", "int4[]", "sparsevec", "sparsevec", "vector"],
            ((no + i, d.id, _digest(d), self._build.generation, *w, v) for i, (d, w, v) in enumerate(rows)),
        )
        if questions:
            vectors = self._encoder.encode(questions)
            asked_rows = zip(questions, owner.tolist(), self._weighed("question", asked, numbers), vectors)
            self._copy(
                "questions (no, document, question, terms, lengths, words, grams, vector)",
                ["int8", "int8", "text", "int4[]", "int4[]", "sparsevec", "sparsevec", "vector"],
                ((question_no + i, no + o, q, *w, v) for i, (q, o, w, v) in enumerate(asked_rows)),
            )
        return question_no + len(questions)

    def _weighed(
        self, side: str, bags: dict[str, Bag], numbers: dict[str, np.ndarray[Any, np.dtype[np.int64]]]
    ) -> Iterator[tuple[list[int], list[int], SparseVector, SparseVector]]:
        """Of each text: its terms, its lengths, its words and its pairs of characters with their weights."""
        per_kind = []
        for kind, bag in bags.items():
            lengths = np.bincount(bag.texts, minlength=bag.size)
            pairs = bag.texts.astype(np.int64) * TERMS + numbers[kind][bag.terms]
            texts_terms, counts = np.unique(pairs, return_counts=True)
            texts, terms_of = np.divmod(texts_terms, TERMS)
            weights = saturation(counts, lengths[texts], self._build.means[f"{side}_{kind}"])
            borders = np.searchsorted(texts, np.arange(bag.size + 1)).tolist()
            per_kind.append((lengths.tolist(), terms_of.tolist(), weights.tolist(), borders))
        for i in range(next(iter(bags.values())).size):
            terms: list[int] = []
            sparse = []
            for _, ids, weights, borders in per_kind:
                held = slice(borders[i], borders[i + 1])
                terms += ids[held]
                sparse.append(SparseVector(dict(zip(ids[held], weights[held])), TERMS))
            yield terms, [lengths[i] for lengths, *_ in per_kind], sparse[0], sparse[1]

    def _term_numbers(self, kind: str, terms: list[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The numbers of these terms in this build; new terms get one."""
        unknown = [term for term in terms if (kind, term) not in self._numbers]
        stored = self._run(
            "SELECT term, no FROM search_terms_{build} WHERE kind = %s AND term = ANY(%s)", [kind, unknown]
        )
        self._numbers.update(((kind, term), no) for term, no in stored.fetchall())
        new = [term for term in unknown if (kind, term) not in self._numbers]
        first = self._next("terms")
        self._numbers.update(((kind, term), first + i) for i, term in enumerate(new))
        self._copy(
            "terms (kind, term, no)", ["text", "text", "int4"], ((kind, t, first + i) for i, t in enumerate(new))
        )
        return np.array([self._numbers[kind, term] for term in terms], dtype=np.int64)

    def _count(self, nos: list[int], sign: int) -> None:
        """Add the documents of these numbers to all counts (`sign` 1), or take them away (-1).

        Joined, not `= ANY`: that compares each row with each number, for hours where there are a million of both.
        """
        if not nos:
            return
        for side, table, key in (("text", "documents", "no"), ("question", "questions", "document")):
            self._run(
                f"""UPDATE search_terms_{{build}} t SET in_{side} = in_{side} + %s * found.n
                FROM (SELECT term, count(*) AS n FROM search_{table}_{{build}} text
                      JOIN unnest(%s::bigint[]) AS wanted(one) ON text.{key} = wanted.one, unnest(terms) AS term
                      GROUP BY term) found WHERE t.no = found.term""",
                [sign, nos],
            )
            row = self._run(
                f"""SELECT count(*), coalesce(sum(lengths[1]), 0)::bigint, coalesce(sum(lengths[2]), 0)::bigint
                FROM search_{table}_{{build}} text
                JOIN unnest(%s::bigint[]) AS wanted(one) ON text.{key} = wanted.one""",
                [nos],
            ).fetchone()
            size, *lengths = row or (0, 0, 0)
            self._build.sizes[side] += sign * size
            for kind, length in zip(KINDS, lengths):
                self._build.totals[f"{side}_{kind}"] += sign * length

    def _purge(self) -> None:
        """Delete what was removed so long ago that nobody looks at it any more."""
        old = f"removed_at < now() - interval '{KEPT_MINUTES} minutes'"
        self._run(
            "DELETE FROM search_questions_{build} WHERE document IN "
            f"(SELECT no FROM search_documents_{{build}} WHERE {old})"
        )
        self._run(f"DELETE FROM search_documents_{{build}} WHERE {old}")

    def _save(self) -> None:
        build = self._build
        self._connection.execute(
            "UPDATE search_builds SET generation = %s, means = %s, totals = %s, sizes = %s WHERE build = %s",
            [build.generation, *map(Jsonb, (build.means, build.totals, build.sizes)), build.build],
        )

    def _next(self, table: str) -> int:
        row = self._run(f"SELECT coalesce(max(no) + 1, 0) FROM search_{table}_{{build}}").fetchone()
        return int(row[0]) if row else 0

    def _copy(self, target: str, types: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
        table, columns = target.split(" ", 1)
        statement = f"COPY search_{table}_{self._build.build} {columns} FROM STDIN (FORMAT binary)"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def _run(self, statement: str, parameters: Sequence[Any] | None = None) -> psycopg.Cursor[Any]:
        filled = statement.replace("{build}", str(self._build.build))
        return self._connection.execute(filled.replace("{dimensions}", str(self._build.dimensions)), parameters)
