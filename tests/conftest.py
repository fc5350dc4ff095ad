"""Shared parts of the tests. The set-up has built the real knowledge base and model; tests work on copies of them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from actions.knowledge import Knowledge
from evaluation.system import started_system
from keikaku.lexicon import Lexicon
from keikaku.linker import PlanLinker
from knowledge.parser import read_plan
from knowledge.plan import Plan
from knowledge.store import ROOT, VAR, Store, make_engine
from search.encoder import Encoder
from search.postgres import SETTING
from tests.databases import BACKENDS, Databases

PLAN_FILE = ROOT / "data" / "plan" / "tottori-society5.0-measures-r3.txt"
ARTIFACTS = ROOT / "tests" / "artifacts"


def wait_for(reached: Callable[[], bool], seconds: float = 5) -> float:
    """How long it took, in seconds."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture(scope="session")
def plan() -> Plan:
    return read_plan(PLAN_FILE)


@pytest.fixture(scope="session")
def expected() -> dict[str, list[dict[str, object]]]:
    """What the plan says, read by eye (tests/data/README.md)."""
    return yaml.safe_load((ROOT / "tests" / "data" / "tottori_expected.yml").read_text("utf-8"))


@pytest.fixture(scope="session")
def linker() -> PlanLinker:
    return PlanLinker(Lexicon.load(VAR / "lexicon.json"))


@pytest.fixture(scope="session")
def built_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the set-up built, to run a system on without touching the real one's conversations."""
    folder = tmp_path_factory.mktemp("var")
    shutil.copy(VAR / "lexicon.json", folder)
    shutil.copytree(VAR / "encoder", folder / "encoder")
    for suffix in ("", "-wal"):
        if (VAR / f"keikaku.db{suffix}").exists():
            shutil.copy(VAR / f"keikaku.db{suffix}", folder)
    return folder


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, built_var: Path, plan: Plan) -> Iterator[Databases]:
    with Databases(tmp_path_factory.mktemp("databases"), built_var / "keikaku.db", plan) as databases:
        yield databases


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """What the store lies on. Whatever needs it runs on each: store, search, FAQ, conversations, dialogue."""
    return str(request.param)


@pytest.fixture(scope="session")
def knowledge(backend: str, databases: Databases, built_var: Path) -> Iterator[Knowledge]:
    """The real knowledge base; on PostgreSQL with the search index there, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, "0")
        store = Store(make_engine(databases.filled(backend)))
        yield Knowledge(store, Encoder(built_var / "encoder"))
        store.engine.dispose()


@pytest.fixture
def database(backend: str, databases: Databases) -> Iterator[str]:
    """URL of an empty database."""
    url = databases.empty(backend)
    yield url
    databases.drop(url)


@pytest.fixture
def bare_store(database: str) -> Iterator[Store]:
    """A store without tables."""
    store = Store(make_engine(database))
    yield store
    store.engine.dispose()


@pytest.fixture
def store(bare_store: Store) -> Store:
    """An empty store."""
    bare_store.create()
    return bare_store


@pytest.fixture(scope="session")
def system(built_var: Path) -> Iterator[str]:
    """The address of a whole running system (bot, actions, web)."""
    ARTIFACTS.mkdir(exist_ok=True)
    with started_system({"KEIKAKU_VAR": str(built_var)}, ARTIFACTS / "system.log") as url:
        yield url
