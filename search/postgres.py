"""The hybrid index kept in PostgreSQL with pgvector, for knowledge bases too big to be held and built in memory.

Candidates come from the database's indexes: the nearest by vectors (HNSW), and those that hold the question's rare words
or pairs of characters (GIN). All six channels of each candidate are then computed exactly, with the embedded index's
weights, so that scores mean the same. What is lost is only what no index brings up as a candidate.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from pgvector import SparseVector, Vector
from psycopg import Error as PsycopgError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from search.document import Document
from search.encoder import Encoder
from search.interface import QUERY_CHARACTERS, Hit
from search.postgres_tables import KINDS, LOCK, TERMS, Connection, updated
from search.score import WEIGHTS
from search.words import rarity

log = logging.getLogger("keikaku.search")
NEAREST = 200  # candidates from each of: answers' vectors, questions' vectors, words and pairs
HOLDING = 1_500  # documents looked through for the rare terms of a question, of each kind
NARROW = 5_000  # so few documents that a search is narrowed to are all candidates
READ_WHOLE = 2_000  # so few documents the planner may read through; of more it thinks so too, which is slow
FROM_PASSAGES = 50_000  # from so many on the index is kept in PostgreSQL (docs/search.md)
SETTING = "SEARCH_POSTGRES_FROM"
EXTENSION = "vector"
AVAILABLE_SQL = "SELECT count(*) FROM pg_available_extensions WHERE name = :name"

SEARCH_SQL = """
WITH candidates AS MATERIALIZED ({candidates}),
texts AS MATERIALIZED (
    SELECT d.no, d.id,
        least(-(d.words <#> %(text_words)s::sparsevec), 1) AS text_words,
        least(-(d.grams <#> %(text_grams)s::sparsevec), 1) AS text_grams,
        greatest(least(-(d.answer <#> %(vector)s::vector), 1), 0) AS answer_vectors
    FROM search_documents_{build} d JOIN candidates USING (no)
    WHERE d.added <= %(generation)s AND (d.removed IS NULL OR d.removed > %(generation)s)
),
variants AS (
    SELECT DISTINCT ON (document) *, {question_sum} AS question_sum FROM (
        SELECT q.no, q.document, q.question,
            least(-(q.words <#> %(question_words)s::sparsevec), 1) AS question_words,
            least(-(q.grams <#> %(question_grams)s::sparsevec), 1) AS question_grams,
            greatest(least(-(q.vector <#> %(vector)s::vector), 1), 0) AS question_vectors
        FROM search_questions_{build} q WHERE q.document IN (SELECT no FROM texts)
    ) asked ORDER BY document, {question_sum} DESC, no DESC
)
SELECT id, question, {text_sum} + coalesce(question_sum, 0) AS total, {channels}
FROM texts LEFT JOIN variants ON variants.document = texts.no
ORDER BY total DESC, id COLLATE "C" LIMIT %(limit)s
"""
NARROWED_SQL = "SELECT no FROM search_documents_{build} WHERE id = ANY(%(only)s)"
CANDIDATES_SQL = """
(SELECT no FROM search_documents_{build} WHERE {among}
 ORDER BY answer::halfvec({dimensions}) <#> %(vector)s::vector::halfvec({dimensions}) LIMIT %(nearest)s)
UNION
(SELECT document FROM search_questions_{build} WHERE {questions_among}
 ORDER BY vector::halfvec({dimensions}) <#> %(vector)s::vector::halfvec({dimensions}) LIMIT %(nearest)s)
"""
HOLDING_SQL = """
UNION
(SELECT no FROM (SELECT * FROM search_documents_{build} WHERE ({holds}) AND {among} LIMIT %(holding)s) held
 ORDER BY {lexical_sum} LIMIT %(nearest)s)
"""
AMONG = "id = ANY(%(only)s)"


@dataclass(frozen=True)
class _Term:
    """A term of a question: its number in the index (None: unknown), and how many texts and questions hold it."""

    no: int | None
    in_text: int = 0
    in_question: int = 0


class PostgresIndex:
    """One state of the index in PostgreSQL. Searched like an Index, from several threads at once."""

    def __init__(self, documents: Sequence[Document], encoder: Encoder, engine: Engine, *, raw: bool = False) -> None:
        """Bring the stored index to `documents`: seconds for a change, long for the first time. `raw`: as of Index.

        Raises SQLAlchemyError or psycopg.Error where the database can't do it; the index is then as it was.
        """
        self.encoder = encoder
        self.calibration = None if raw else encoder.calibration
        self._engine = engine
        with engine.connect() as connection:
            self.build = updated(_driver(connection), documents, encoder)

    @property
    def size(self) -> int:
        return self.build.sizes["text"]

    def search(self, query: str, limit: int = 10, only: set[str] | None = None) -> list[Hit]:
        """The best entries for `query`, best first; `only` narrows to these ids."""
        query = query.strip()[:QUERY_CHARACTERS]
        if not query or limit < 1 or only == set():
            return []
        vector = Vector(self.encoder.encode([query])[0]).to_text()
        # Of few documents all are candidates: a question without a known word has nothing but vectors to be found by.
        few = self.build.sizes["text"] <= READ_WHOLE
        nearest = max(READ_WHOLE if few else NEAREST, limit)
        with self._engine.connect() as connection, closing(_driver(connection).cursor()) as cursor:
            cursor.execute(
                "SELECT set_config('hnsw.ef_search', %s, true), set_config('enable_seqscan', %s, true), "
                ""
                # Strictly in order, and further on until enough are found that the search is narrowed to.
                "set_config('jit', 'off', true), set_config('hnsw.iterative_scan', 'strict_order', true)",
                [str(min(nearest, 1000)), "on" if few else "off"],
            )
            terms = {kind: self._terms(cursor, kind, read(query)) for kind, read in KINDS.items()}
            parameters: dict[str, Any] = {
                "vector": vector,
                "nearest": nearest,
                "holding": 2 * HOLDING * len(KINDS),
                "generation": self.build.generation,
                "limit": limit,
                **{
                    f"{side}_{kind}": self._weights(side, terms[kind])
                    for side in ("text", "question")
                    for kind in KINDS
                },
            }
            if only is not None:
                parameters["only"] = sorted(only)
            if only is not None and len(only) <= NARROW:
                candidates = NARROWED_SQL
            else:
                holds = [clause for found in terms.values() for clause in self._clauses(found)]
                parameters |= {f"clause{i}": clause for i, (_, clause) in enumerate(holds)}
                written = " OR ".join(f"terms {operator} %(clause{i})s::int[]" for i, (operator, _) in enumerate(holds))
                candidates = CANDIDATES_SQL + (HOLDING_SQL.replace("{holds}", written) if holds else "")
                of_these = f"document IN (SELECT no FROM search_documents_{{build}} WHERE {AMONG})"
                candidates = candidates.replace("{among}", "true" if only is None else AMONG)
                candidates = candidates.replace("{questions_among}", "true" if only is None else of_these)
            # Not prepared: the plan depends on how many documents hold these terms.
            cursor.execute(self._filled(SEARCH_SQL.replace("{candidates}", candidates)), parameters, prepare=False)
            return [self._hit(*row) for row in cursor.fetchall()]

    def _hit(self, id_: str, question: str | None, total: float, *channels: float) -> Hit:
        score = self.calibration.probability(total) if self.calibration else float(total)
        return Hit(id_, score, question, {name: round(float(value), 3) for name, value in zip(WEIGHTS, channels)})

    def _terms(self, cursor: Any, kind: str, terms: list[str]) -> list[_Term]:
        wanted = list(dict.fromkeys(terms))
        query = "SELECT term, no, in_text, in_question FROM search_terms_{build} WHERE kind = %s AND term = ANY(%s)"
        cursor.execute(self._filled(query), [kind, wanted])
        found = {term: _Term(*numbers) for term, *numbers in cursor.fetchall()}
        return [found.get(term, _Term(None)) for term in wanted]

    def _weights(self, side: str, terms: list[_Term]) -> str:
        """Each term's share of a perfect match; terms that nothing holds have their part in it too."""
        size = self.build.sizes[side]
        # The counts are of now, the size is this state's: texts may have come since.
        held = [min(term.in_text if side == "text" else term.in_question, size) for term in terms]
        weights = rarity(size, held)
        ideal = float(weights.sum())
        known = {t.no: float(w) / ideal for t, w, n in zip(terms, weights, held) if t.no is not None and n > 0}
        return SparseVector(known, TERMS).to_text()

    def _clauses(self, terms: list[_Term]) -> list[tuple[str, list[int]]]:
        """Which documents to look through, as operators and numbers of terms: those that hold (&&) any of the rarest
        terms, and those that hold several (@>) of the commoner ones together; some HOLDING of them in all."""
        known = sorted(((t.in_text, t.no) for t in terms if t.no is not None and t.in_text > 0), key=lambda pair: pair)
        rare: list[int] = []
        seen = 0
        while known and seen + known[0][0] <= HOLDING:
            held, no = known.pop(0)
            seen += held
            rare.append(no)
        clauses = [("&&", rare)] if rare else []
        for i in range(min(len(known), 3)):  # each of the next ones with as many others as it takes
            together, expected = [], float(self.build.sizes["text"])
            for held, no in known[i:]:
                together.append(no)
                expected *= held / max(self.build.sizes["text"], 1)
                if expected <= HOLDING / 10:  # terms stand together more often than by chance
                    break
            clauses.append(("@>", together))
        return clauses

    def _filled(self, statement: str) -> str:
        def weighted(names: list[str]) -> str:
            return "(" + " + ".join(f"{WEIGHTS[name]} * {name}" for name in names) + ")"

        filled = {
            "{build}": str(self.build.build),
            "{dimensions}": str(self.build.dimensions),
            "{question_sum}": weighted([name for name in WEIGHTS if name.startswith("question")]),
            "{text_sum}": weighted([name for name in WEIGHTS if not name.startswith("question")]),
            "{channels}": ", ".join(f"coalesce({name}, 0)" for name in WEIGHTS),
            "{lexical_sum}": " + ".join(f"{WEIGHTS[f'text_{k}']} * ({k} <#> %(text_{k})s::sparsevec)" for k in KINDS),
        }
        for place, value in filled.items():
            statement = statement.replace(place, value)
        return statement


def postgres_index(documents: Sequence[Document], encoder: Encoder, engine: Engine) -> PostgresIndex | None:
    """The index in this database, where it belongs there: it is PostgreSQL with pgvector, and there are at least
    SEARCH_POSTGRES_FROM documents (default FROM_PASSAGES). None: keep it in memory."""
    if engine.dialect.name != "postgresql" or len(documents) < int(os.environ.get(SETTING) or FROM_PASSAGES):
        return None
    try:
        with engine.connect() as connection:
            found = connection.scalar(text(AVAILABLE_SQL), {"name": EXTENSION})
        if found:
            return PostgresIndex(documents, encoder, engine)
        problem = "PostgreSQL has no pgvector (extension vector)"
    except (SQLAlchemyError, PsycopgError) as error:
        problem = str(error).splitlines()[0]
    log.warning("the search index stays in memory: %s", problem)
    return None


@contextmanager
def reading_to_index(engine: Engine) -> Iterator[None]:
    """Around reading the store and bringing the index to it: of several processes one at a time, so that none writes
    an older state over a newer one."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK + 1})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK + 1})


def _driver(connection: Any) -> Connection:
    driver: Connection = connection.connection.driver_connection
    return driver
