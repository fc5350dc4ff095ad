"""The search index in PostgreSQL: the same answers as in memory, kept, changed bit by bit, whole at every moment."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from actions.knowledge import Knowledge
from knowledge.searchable import stored_documents
from knowledge.store import Store, make_engine
from search import postgres, postgres_tables
from search.document import Document
from search.encoder import Encoder
from search.index import Index
from search.postgres import SETTING, PostgresIndex, postgres_index
from tests.databases import Databases

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
LEAVE = Document("leave", ("年休は何日ありますか",), "年に20日です。")
LATER = Document("leave", ("年休は何日ありますか",), "年に21日です。")


class Counting(Encoder):
    """The real encoder; remembers what it was given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.given: list[str] = []

    def encode(self, texts: Sequence[str]) -> Any:
        self.given += texts
        return super().encode(texts)


@pytest.fixture
def encoder(built_var: Path) -> Counting:
    return Counting(built_var / "encoder")


@pytest.fixture(scope="module")
def real(built_var: Path) -> list[Document]:
    return stored_documents(Store(make_engine(f"sqlite:///{built_var / 'keikaku.db'}")))


def asked(documents: Sequence[Document]) -> list[str]:
    """Slightly changed questions, and some about nothing here."""
    own = [d.questions[i % len(d.questions)][:-2] for i, d in enumerate(documents) if d.questions]
    return [*own[::3], "水道料金はいくらですか", "証紙", "xyz 🙂", "あ"]


def found(index: Any, query: str, only: set[str] | None = None) -> list[tuple[str, float]]:
    return [(hit.id, hit.score) for hit in index.search(query, 10, only)]


def test_finds_and_scores_as_the_index_in_memory(bare_store: Store, encoder: Encoder, real: list[Document]) -> None:
    memory, kept = Index(real, encoder), PostgresIndex(real, encoder, bare_store.engine)
    some = {document.id for document in real[::4]}
    for query in asked(real):
        for only in (None, some):
            expected, got = memory.search(query, 10, only), kept.search(query, 10, only)
            assert [hit.score for hit in got] == pytest.approx([hit.score for hit in expected], abs=1e-5), query
            assert [hit.channels for hit in got[:1]] == [pytest.approx(hit.channels, abs=2e-3) for hit in expected[:1]]


def test_candidates_of_the_indexes_alone_find_the_same(
    bare_store: Store, encoder: Encoder, real: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a big base: nothing is read through, and few documents can be candidates."""
    for name, value in (("READ_WHOLE", 0), ("NEAREST", 30), ("HOLDING", 60)):
        monkeypatch.setattr(postgres, name, value)
    memory, kept = Index(real, encoder), PostgresIndex(real, encoder, bare_store.engine)
    queries = asked(real)
    same = [found(kept, query)[0] == pytest.approx(found(memory, query)[0], abs=1e-5) for query in queries]
    assert sum(same) >= 0.97 * len(queries)
    half = {document.id for document in real[::2]}
    monkeypatch.setattr(postgres, "NARROW", 0)
    narrowed = [found(kept, q, half)[0] == pytest.approx(found(memory, q, half)[0], abs=1e-5) for q in queries]
    assert sum(narrowed) >= 0.97 * len(queries)
    assert all(id_ in half for query in queries[::9] for id_, _ in found(kept, query, half))


def test_only_what_changed_is_encoded_and_scores_stay_exact(
    bare_store: Store, encoder: Counting, real: list[Document]
) -> None:
    PostgresIndex(real, encoder, bare_store.engine)
    encoder.given.clear()
    again = PostgresIndex(real, encoder, bare_store.engine)
    assert set(encoder.given) <= {""}
    changed = [*real[5:], LEAVE]
    after = PostgresIndex(changed, encoder, bare_store.engine)
    assert set(encoder.given) == {"", LEAVE.answer, *LEAVE.questions}
    assert (after.build.build, after.build.generation) == (again.build.build, again.build.generation + 1)
    assert after.build.sizes["text"] == len(changed)
    memory = Index(changed, encoder)
    for query in [*asked(changed)[::5], "年休の日数"]:
        # Lengths are compared with the average of the last whole build.
        got, wanted = found(after, query), found(memory, query)
        assert [score for _, score in got] == [pytest.approx(score, abs=0.01) for _, score in wanted]
        # Two that differ by less than that may stand in either order.
        known = dict(wanted)
        assert all(score == pytest.approx(known[id_], abs=0.01) for id_, score in got if id_ in known)
    with bare_store.engine.connect() as connection:
        table = f"search_terms_{after.build.build}"
        counts = dict(connection.execute(text(f"SELECT term, in_text FROM {table} WHERE kind = 'words'")).all())
    held = [set(postgres_tables.tokens(" ".join([*d.questions, d.answer]))) for d in changed]
    for term in ("証紙", "情報", "年休"):
        assert counts[term] == sum(term in words for words in held), term


def test_a_state_goes_on_being_seen_until_nobody_needs_it(
    bare_store: Store, encoder: Encoder, real: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = PostgresIndex([*real, LEAVE], encoder, bare_store.engine)
    expected = found(before, "年休の日数")
    after = PostgresIndex([*real, LATER], encoder, bare_store.engine)
    assert found(before, "年休の日数") == [(id_, pytest.approx(score, abs=0.01)) for id_, score in expected]
    assert found(after, "年休の日数")[0][0] == "leave" and len({id_ for id_, _ in found(after, "年休の日数")}) == 10

    def rows() -> int:
        with bare_store.engine.connect() as connection:
            table = f"search_documents_{after.build.build}"
            return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)

    assert rows() == len(real) + 2
    monkeypatch.setattr(postgres_tables, "KEPT_MINUTES", 0)
    PostgresIndex(real, encoder, bare_store.engine)
    assert rows() == len(real) + 1, "the one removed just now"


def test_a_failed_change_changes_nothing(bare_store: Store, encoder: Encoder, real: list[Document]) -> None:
    before = PostgresIndex(real, encoder, bare_store.engine)
    broken = Document("broken", ("質問\x00ですか",), "回答")  # PostgreSQL holds no such character
    with pytest.raises((psycopg.Error, ValueError)):
        PostgresIndex([*real[1:], broken], encoder, bare_store.engine)
    after = PostgresIndex(real, encoder, bare_store.engine)
    assert (after.build.build, after.build.generation) == (before.build.build, before.build.generation)


def test_another_encoder_makes_a_build_of_its_own(
    bare_store: Store, encoder: Encoder, real: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = PostgresIndex(real, encoder, bare_store.engine)
    expected = found(first, "証紙の廃止")
    for label in ("one", "two"):
        monkeypatch.setattr(postgres_tables, "fingerprint", lambda _, label=label: label)
        latest = PostgresIndex(real, encoder, bare_store.engine)
        assert found(latest, "証紙の廃止") == expected
        if label == "one":
            assert found(first, "証紙の廃止") == expected, "who still has the one before goes on"
    with bare_store.engine.connect() as connection:
        builds = connection.scalars(text("SELECT build FROM search_builds ORDER BY build")).all()
        tables = connection.scalar(text("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'search_documents_%'"))
    assert builds == [2, 3] and tables == 2


def test_texts_that_grow_much_longer_are_weighed_anew(bare_store: Store, encoder: Encoder) -> None:
    short = [Document(f"d{i}", (f"質問{i}",), f"窓口は{i}番です。") for i in range(20)]
    first = PostgresIndex(short, encoder, bare_store.engine)
    longer = [*short, Document("long", ("手続の方法",), "住民票の写しの請求は市役所の窓口でできます。" * 20)]
    after = PostgresIndex(longer, encoder, bare_store.engine)
    assert after.build.build == first.build.build + 1
    memory = Index(longer, encoder)
    for query in ("窓口", "住民票の請求", "質問3"):
        assert found(after, query) == [(id_, pytest.approx(score, abs=1e-5)) for id_, score in found(memory, query)]


def test_two_processes_with_a_change_each_leave_the_newest_state(
    databases: Databases, backend: str, built_var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "0")
    url = databases.filled(backend)
    made: list[Knowledge] = []

    def load() -> None:
        made.append(Knowledge(Store(make_engine(url)), Encoder(built_var / "encoder")))

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    builds = [(k.index.build.build, k.index.build.generation) for k in made if isinstance(k.index, PostgresIndex)]
    assert builds == [(1, 1)] * 3
    assert len({knowledge.search("証紙の廃止", 1)[0].entry.id for knowledge in made}) == 1
    for knowledge in made:
        knowledge.store.engine.dispose()


def test_small_bases_and_databases_without_pgvector_stay_in_memory(
    bare_store: Store, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    documents = [LEAVE, Document("other", ("病気休暇は",), "必要な日数です。")]
    monkeypatch.setenv(SETTING, "3")
    assert postgres_index(documents, encoder, bare_store.engine) is None
    monkeypatch.setenv(SETTING, "2")
    assert isinstance(postgres_index(documents, encoder, bare_store.engine), PostgresIndex)
    assert postgres_index(documents, encoder, make_engine("sqlite://")) is None
    with caplog.at_level(logging.WARNING, "keikaku.search"):
        monkeypatch.setattr(postgres, "EXTENSION", "no_such_extension")
        assert postgres_index(documents, encoder, bare_store.engine) is None
    assert "stays in memory" in caplog.text
