"""The parser against the real plan, cell by cell, and against documents that are no such plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keikaku.text import fold
from knowledge.parser import PlanError, parse_plan, read_plan
from knowledge.plan import ISSUES, POLICY, Plan
from tests.conftest import PLAN_FILE

YEARS = {2021: "R3", 2022: "R4", 2023: "R5", 2024: "R6"}


def test_measures(plan: Plan, expected: dict) -> None:
    assert len(plan.measures) == 13
    for measure, row in zip(plan.measures, expected["measures"], strict=True):
        assert (measure.no, measure.title, measure.chapter, measure.page) == (
            row["no"],
            row["title"],
            row["chapter"],
            row["page"],
        )
        assert measure.owners == row["owners"]
        assert measure.kpi_unset == row["kpi_unset"]


def test_every_kpi_value(plan: Plan, expected: dict) -> None:
    rows = list(plan.kpis())
    assert len(rows) == len(expected["kpis"]) == 20
    checked = 0
    for (measure, kpi), row in zip(rows, expected["kpis"], strict=True):
        assert (measure.no, kpi.name, kpi.parent) == (row["measure"], row["name"], row["parent"])
        assert fold(kpi.baseline.text) == fold(row["baseline"])
        assert kpi.baseline.as_of == row["baseline_as_of"]
        for year, column in YEARS.items():
            assert kpi.targets[year].text == str(row[column])
            assert kpi.targets[year].column == f"{column}年度末"
        checked += 1 + len(kpi.targets)
    assert checked == 100


def test_every_schedule_row(plan: Plan, expected: dict) -> None:
    rows = list(plan.schedule())
    assert len(rows) == len(expected["schedule"])
    for (measure, item), row in zip(rows, expected["schedule"], strict=True):
        assert (measure.no, item.name) == (row["measure"], row["item"])
        assert {YEARS[year]: text for year, text in item.cells.items()} == {
            column: row[column] for column in YEARS.values()
        }
    assert sum(any(item.cells.values()) for _, item in rows) == 31


def test_numbers_and_units(plan: Plan) -> None:
    kpis = {kpi.name: kpi for _, kpi in plan.kpis()}
    minutes = kpis["AI音声認識議事録作成支援サービスの活用により新たに創出される職員時間(年間)"]
    assert (minutes.baseline.number, minutes.baseline.bracket, minutes.unit) == (7824, "1,956", "時間")
    assert "5倍" in minutes.notes[0]
    assert kpis["キャリア5G特定基地局の設置状況"].baseline.number is None
    assert kpis["キャリア5G特定基地局の設置状況"].targets[2023].unit == "箇所"
    assert kpis["マイナンバーカードの交付率"].baseline.number == 24.3
    assert kpis["インシデント対応訓練（年間）"].baseline.number is None
    parts = [kpi for kpi in kpis.values() if kpi.parent]
    whole = kpis["デジタル活用人材の育成に向けた研修受講者数(累計延人数)"]
    for year, value in whole.targets.items():
        assert value.number == sum(part.targets[year].number or 0 for part in parts)


def test_paragraphs_stand_under_their_headings(plan: Plan) -> None:
    robots = plan.measures[3]
    issues = [p for p in robots.paragraphs if p.section == ISSUES]
    assert len(issues) == 4 and all(not p.text.startswith("・") for p in issues)
    assert plan.measures[11].headings(POLICY) == ["光ファイバ", "5G等"]
    assert plan.measures[9].headings(POLICY) == ["推進体制の整備", "職員人材の育成"]
    assert not any(re.search(r"[A-Z] [A-Z] ", p.text) for m in plan.measures for p in m.paragraphs)


def test_glossary(plan: Plan) -> None:
    notes = {note.term: note.text for measure in plan.measures for note in measure.glossary}
    assert notes["AI-OCR"] == "AIを活用して手書き文字等をテキストデータに変換する技術"
    assert notes["CSIRT"].endswith("緊急即応チーム")
    assert notes["ベース・レジストリ"].startswith("公的機関等で")


def test_cover_and_effects(plan: Plan) -> None:
    assert (plan.title, plan.issued, plan.issuer) == ("鳥取県情報技術活用推進計画", "令和3年4月", "鳥取県")
    assert [len(chapter.effects) for chapter in plan.chapters] == [2, 4]


TEXT = PLAN_FILE.read_text("utf-8")
BROKEN = {
    "empty": ("", "何も書かれていません"),
    "no plan": ("議事録\n本日の議題は次のとおりです。\n", "施策が見つかりません"),
    "table cut off": (TEXT[: TEXT.index("</tbody>")], "途中で切れて"),
    "row too short": (TEXT.replace("<td>35%</td>", "", 1), "列が足りません"),
    "bad span": (TEXT.replace('<th colspan="4">目標</th>', '<th colspan="x">目標</th>', 1), "数ではありません"),
    "no owner": (TEXT.replace("②担当所属\t総務部情報政策課\t", "②担当所属\t\t", 1), "所属が空"),
    "no section": (TEXT.replace("③現状・課題", "現状", 1), "③現状・課題"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_bad_document_names_the_place(case: str) -> None:
    text, message = BROKEN[case]
    with pytest.raises(PlanError) as error:
        parse_plan(text, "計画.txt")
    assert message in str(error.value)
    assert error.value.problems and "計画.txt" in str(error.value)


def test_broken_table_names_the_measure() -> None:
    with pytest.raises(PlanError) as error:
        parse_plan(BROKEN["row too short"][0])
    assert "施策9" in str(error.value) and "⑤KPI" in str(error.value)
    assert error.value.problems[0].line


def test_other_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "sjis.txt"
    path.write_bytes("①個別施策\t行政手続".encode("cp932"))
    with pytest.raises(PlanError, match="Shift_JIS"):
        read_plan(path)
