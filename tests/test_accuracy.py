"""The ratchet: accuracy on the project's own questions never falls below what has landed."""

from __future__ import annotations

import json

import pytest

from evaluation.diagnosis import diagnosis
from evaluation.play import comparable, faults, play, read_sets, report, spoken
from evaluation.result import Result, provenance
from knowledge.store import ROOT

SETS = ROOT / "tests" / "eval"
# Every fifth conversation of the larger part: the whole takes a third of the time that the suite may. `make eval` plays all.
EVERY = {"look": 5, "measure": 1}
RATCHET = json.loads((SETS / "ratchet.json").read_text("utf-8"))


@pytest.mark.parametrize("part", ["look", "measure"])
def test_accuracy_does_not_fall(system: str, part: str) -> None:
    results = play(system, read_sets([SETS / f"{part}.jsonl"])[:: EVERY[part]])
    print(report(results), diagnosis(results), sep="\n\n")
    assert any(result.confidence is not None for result in results) and any(result.item for result in results)
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


def test_diagnosis_tells_what_is_taken_for_what_and_how_sure_it_was() -> None:
    def result(item: str, section: str, confidence: float | None, *faults: str) -> Result:
        source = {"measure_no": 9, "section": section, "row": item}
        custom = {"status": "answered", "sources": [source], "confidence": confidence}
        said = provenance([{"text": "a"}, {"text": "b", "custom": custom}])
        return Result("x", 0, "？", "answered", "b", ["kpi_target", "typo"], [], 1.0, list(faults), "rate", **said)

    shown = diagnosis(
        [
            result("交付率", "KPI", 0.95),
            result("交付率", "KPI", 0.91),
            result("広報", "スケジュール", 0.32, "lacks 55%"),
            result("研修", "KPI", None, "says 35%"),
        ]
    )
    kinds, links, calibration = shown.split("\n\n")
    assert "kpi_target     answered from スケジュール" in kinds and "typo" not in kinds
    assert "施策9 交付率 → 施策9 広報: 1" in links and "施策9 交付率 → 施策9 研修: 1" in links
    rows = [line.split() for line in calibration.splitlines()[1:]]
    assert rows == [
        ["by", "rule", "1", "0.0%", "1"],
        ["0.3–0.4", "1", "0.0%", "0"],
        ["0.9–1.0", "2", "100.0%", "0"],
    ]
