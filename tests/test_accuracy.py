"""The ratchet: accuracy on the project's own questions never falls below what has landed."""

from __future__ import annotations

import json

import pytest

from evaluation.play import comparable, faults, play, read_sets, report, spoken
from knowledge.store import ROOT

SETS = ROOT / "tests" / "eval"
# Every fifth conversation of the larger part: the whole takes a third of the time that the suite may. `make eval` plays all.
EVERY = {"look": 5, "measure": 1}
RATCHET = json.loads((SETS / "ratchet.json").read_text("utf-8"))


@pytest.mark.parametrize("part", ["look", "measure"])
def test_accuracy_does_not_fall(system: str, part: str) -> None:
    results = play(system, read_sets([SETS / f"{part}.jsonl"])[:: EVERY[part]])
    print(report(results))
    right = sum(not result.faults for result in results)
    misleading = sum(result.misleads for result in results)
    assert right >= RATCHET[part]["right"], f"{right} right of {len(results)}"
    assert misleading <= RATCHET[part]["misleading"], f"{misleading} misleading"


def test_scoring_rules() -> None:
    turn = {"status": ["answered"], "must": [["1,080", "千八十"]], "must_not": ["1,580"]}
    assert faults(turn, "目標は1080人です", "answered") == []
    assert faults(turn, "目標は１，０８０人です", "answered") == []
    assert faults(turn, "目標は1,580人です", "answered") == ["lacks 1,080|千八十", "says 1,580"]
    assert faults(turn, "目標は1,080人です", "clarify") == ["status clarify instead of answered"]
    assert comparable("「Ｒ5 年度」") == "r5年度"
    assert spoken([{"text": "a", "buttons": [{"title": "b"}], "custom": {"status": "clarify"}}]) == ("a\nb", "clarify")
