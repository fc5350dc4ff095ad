"""Shared parts of the tests. The set-up has built the real knowledge base and model; tests work on copies of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
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

PLAN_FILE = ROOT / "data" / "plan" / "tottori-society5.0-measures-r3.txt"
ARTIFACTS = ROOT / "tests" / "artifacts"


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
def knowledge(built_var: Path) -> Knowledge:
    return Knowledge(Store(make_engine(f"sqlite:///{built_var / 'keikaku.db'}")), Encoder(built_var / "encoder"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store; on PostgreSQL where TEST_DATABASE_URL names one."""
    store = Store(make_engine(os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{tmp_path / 'store.db'}"))
    store.create()
    return store


@pytest.fixture(scope="session")
def system(built_var: Path) -> Iterator[str]:
    """The address of a whole running system (bot, actions, web)."""
    ARTIFACTS.mkdir(exist_ok=True)
    with started_system({"KEIKAKU_VAR": str(built_var)}, ARTIFACTS / "system.log") as url:
        yield url
