"""Plans of other municipalities (invented, in real forms): read cell by cell, loaded, and asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
import yaml

from keikaku import years
from keikaku.text import fold
from knowledge import show
from knowledge.loader import load_plan
from knowledge.parser import parse_plan, read_plan
from knowledge.plan import GLOSSARY, ISSUES, Plan
from knowledge.store import ROOT, Store
from tests.asked import Asked
from tests.plan_files import WRITTEN
from tests.plan_forms import FORMS

FOLDER = ROOT / "tests" / "data" / "plans"
EXPECTED: dict[str, dict] = yaml.safe_load((FOLDER / "expected.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every test plan by name: the readable ones of the folder, the others written from tests/plan_files.py."""
    folder = tmp_path_factory.mktemp("plans")
    written = {name: write(folder / name) for name, write in (WRITTEN | FORMS).items()}
    return written | {path.name: path for path in FOLDER.iterdir() if path.suffix != ".yml"}


@pytest.fixture(scope="module")
def plans(files: dict[str, Path]) -> dict[str, Plan]:
    return {name: read_plan(path) for name, path in files.items()}


def test_every_form_is_covered(files: dict[str, Path]) -> None:
    assert set(files) == set(EXPECTED)
    assert {path.suffix for path in files.values()} == {".md", ".txt", ".html", ".csv", ".docx", ".xlsx", ".pdf"}


@pytest.mark.parametrize("name", EXPECTED)
def test_plan_is_read_cell_by_cell(plans: dict[str, Plan], name: str) -> None:
    plan, expected = plans[name], EXPECTED[name]
    assert (plan.title, plan.issued, plan.issuer) == (expected["title"], expected["issued"], expected["issuer"])
    assert [m.title for m in plan.measures] == [row["title"] for row in expected["measures"]]
    for measure, row in zip(plan.measures, expected["measures"], strict=True):
        assert (measure.label, measure.chapter, measure.kpi_unset) == (row["label"], row["chapter"], row["kpi_unset"])
        assert measure.owners == row["owners"], measure.title
        kpis = []
        for kpi in measure.kpis:
            cells = {
                "name": kpi.name,
                "unit": kpi.unit,
                "baseline": kpi.baseline.text if kpi.baseline else None,
                "as_of": kpi.baseline.as_of if kpi.baseline else None,
                "targets": {year: value.text for year, value in kpi.targets.items()},
            }
            if kpi.actuals:
                cells["actuals"] = {year: value.text for year, value in kpi.actuals.items()}
            kpis.append(cells)
        assert kpis == row["kpis"], measure.title
        assert {item.name: item.cells for item in measure.schedule} == row["schedule"], measure.title
        issues = [p.text for p in measure.paragraphs if p.section == ISSUES]
        assert (issues, [p.text for p in measure.paragraphs if p.section != ISSUES]) == tuple(row["texts"].values())


def test_figures_are_numbers_with_units(plans: dict[str, Plan]) -> None:
    kpis = {kpi.name: kpi for plan in plans.values() for _, kpi in plan.kpis()}
    assert kpis["放課後児童クラブの定員"].targets[2024].number == 1200
    assert kpis["観光案内所の多言語対応率"].targets[2025].number == 100
    assert (kpis["創業塾の修了者数"].targets[2027].number, kpis["創業塾の修了者数"].targets[2027].unit) == (40, "人")
    # 80％以上 is a condition and no number that could be counted with.
    assert kpis["自主防災組織の組織率"].targets[2026].number is None
    assert kpis["フードドライブ常設窓口の設置市町村数"].targets[2030].number is None


def test_places_are_kept(plans: dict[str, Plan]) -> None:
    energy = plans["aomine.pdf"].measures[0]
    assert energy.page == 3 and energy.kpis[0].page == 5
    assert "指標一覧" in energy.kpis[0].section
    tourism = plans["kawane.xlsx"].measures[0]
    assert tourism.kpis[0].section == "シート「施策3-1」成果指標"
    assert tourism.owner_section == "シート「施策3-1」主管課"
    nursery = plans["midorino.md"].measures[0]
    assert [p.printed for p in nursery.paragraphs if p.section == ISSUES] == ["現状と課題"] * 2
    assert nursery.schedule[0].section == "年度別計画"


def test_texts_outside_measures_become_passages(plans: dict[str, Plan]) -> None:
    texts = {p.text: (p.section, p.heading) for p in plans["umibe.docx"].paragraphs}
    system = "町長を本部長とするDX推進本部を置き、年２回、進み具合を点検します。"
    assert texts[system] == ("第１章 計画の概要", "推進体制")
    assert not any("ホーム" in p.text or "Copyright" in p.text for p in plans["hamakaze.html"].paragraphs)


def test_what_is_no_plan_stays_text(plans: dict[str, Plan]) -> None:
    """Population, dates, members and terms of a whole plan: searchable, and nobody's KPI, schedule or owner."""
    plan = plans["sakuradai.docx"]
    texts = {p.text: (p.section, p.heading) for p in plan.paragraphs}
    assert texts["令和5年7月10日：第1回策定委員会"] == ("資料編", "策定の経過")
    assert "区分：総人口、R3：51,980人、R4：51,602人、R5：51,110人" in texts
    assert {p.heading: p.text for p in plan.paragraphs if p.section == GLOSSARY} == {
        "民生委員": "地域で相談に応じる委員",
        "サロン": "誰でも集える場",
    }
    assert not any("目次" in text or "……" in text for text in texts)
    owners = {owner for measure in plan.measures for owner in measure.owners}
    assert owners == {"福祉総務課", "高齢介護課"}
    unplaced = {left.words.split("、")[0] for left in plan.reading.unplaced}
    assert {"区分", "年月日", "氏名"} <= unplaced


def test_report_says_how_sure_and_what_is_left(plans: dict[str, Plan]) -> None:
    sure = show.summary(plans["umibe.docx"])
    assert "確からしさ：高" in sure and "施策3件" in sure and "置き場所" not in sure
    projects = show.summary(plans["minamioka.xlsx"])
    assert "シート「実施計画」 3行目「R6予算額（千円）」" in projects
    assert "作業用" in show.summary(plans["kawane.xlsx"])
    doubtful = show.summary(plans["kotsu.csv"])
    assert "計画の名前が見つからず" in doubtful


# --- asked about ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=list(EXPECTED))
def asked(
    request: pytest.FixtureRequest, plans: dict[str, Plan], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Plan, Asked]]:
    plan = plans[request.param]
    folder = tmp_path_factory.mktemp(Path(request.param).stem)
    yield plan, Asked([plan], folder)


def test_every_passage_goes_live(asked: tuple[Plan, Asked]) -> None:
    assert asked[1].problems == []


def test_examples_are_of_the_plan(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    intents = {"目標": "ask_kpi_target", "担当課": "ask_owner", "課題": "ask_issues"}
    *examples, _ = ask("greet", "こんにちは").buttons
    assert len(examples) >= 1 + any(kpi.targets for _, kpi in plan.kpis())
    for question in examples:
        intent = next(intent for word, intent in intents.items() if question.endswith(f"{word}は？"))
        assert ask(intent, question).status in {"answered", "clarify"}, question


def test_what_a_measure_lacks_is_said(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    for measure in plan.measures:
        reply = ask("ask_issues", f"{measure.title}の課題は？")
        if reply.why.startswith("section"):
            has_issues = any(p.section == ISSUES for p in measure.paragraphs)
            assert reply.status == ("answered" if has_issues else "not_in_plan"), reply.text


def test_overviews_are_answered(asked: tuple[Plan, Asked]) -> None:
    """『…の概要は？』 gets the text on the measure, or what else the plan has on it; so with its schedule."""
    plan, ask = asked
    for measure in plan.measures:
        for intent in ("ask_policy", "ask_overview"):
            reply = ask(intent, f"{measure.title}の概要は？")
            assert reply.status == "answered" and measure.title in reply.text, reply
        if measure.schedule:
            reply = ask("ask_schedule", f"{measure.title}のスケジュールは？")
            assert reply.status == "answered", (measure.title, reply)


def test_all_kpis_of_a_measure_are_answered(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    for measure in plan.measures:
        if measure.kpis:
            reply = ask("ask_kpi_all", f"{measure.title}の指標は？")
            assert reply.status == "answered", (measure.title, reply)
            assert all(kpi.name in reply.text for kpi in measure.kpis), (measure.title, reply.text)


def test_owners_are_answered(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    for measure in plan.measures:
        reply = ask("ask_owner", f"{measure.title}の担当課はどこですか")
        assert reply.status == "answered" and reply.sources
        assert all(owner in reply.text for owner in measure.owners), (measure.title, reply.text)


def test_targets_and_baselines_are_answered(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    names = Counter(kpi.name for _, kpi in plan.kpis())
    for measure, kpi in plan.kpis():
        # A name that two measures share is asked for with its measure.
        name = kpi.name if names[kpi.name] == 1 else f"{measure.title}の{kpi.name}"
        for year, value in kpi.targets.items():
            reply = ask("ask_kpi_target", f"{name}の{years.reiwa(year)}年度の目標は？")
            assert reply.status == "answered", (kpi.name, year, reply.text)
            assert value.text in reply.text.splitlines()[0], (kpi.name, year, reply.text)
            assert reply.sources[0].row == kpi.name and str(reply.sources[0].quote).startswith(value.text)
        if kpi.baseline:
            reply = ask("ask_kpi_baseline", f"{name}の現状値は？")
            assert kpi.baseline.text in reply.text and (kpi.baseline.as_of or "") in reply.text, reply.text


def test_schedules_are_answered(asked: tuple[Plan, Asked]) -> None:
    plan, ask = asked
    for measure in plan.measures:
        for item in measure.schedule:
            for year, text in item.cells.items():
                question = f"{measure.title}の「{item.name}」の{years.reiwa(year)}年度の予定は？"
                assert (text or "空欄") in ask("ask_schedule", question).text, (question, text)


@pytest.fixture(scope="module")
def two(plans: dict[str, Plan], tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked([plans["hizawa.pdf"], plans["shirasuna.xlsx"]], tmp_path_factory.mktemp("two"))


def test_words_of_a_name_ask_for_nothing(two: Asked) -> None:
    """合計 in 合計特殊出生率 asks for no sum, 数 in 登録数 for no 件数, 率 in a measure's title for no value."""
    reply = two("ask_kpi_target", "合計特殊出生率のR9の目標は？")
    assert reply.status == "answered" and "1.40" in reply.text and "合計は" not in reply.text
    assert "12" in two("ask_kpi_target", "返礼の登録数のR7の目標は？").text
    links = two.linker.link("公共施設予約のオンライン化の課題は？")
    assert links.masked == "主題 の課題は?"
    assert links.whole == [("measure", "公共施設予約のオンライン化")]


NAMES = """試験市試験計画
令和7年4月
施策1　歯の健康
担当課：健康課
【成果指標】
<table><tr><th>指標</th><th>現状値（R5）</th><th>目標値（R9）</th></tr>
<tr><td>むし歯のない3歳児の割合</td><td>90.2％</td><td>95.0％</td></tr>
<tr><td>審議会等の女性委員の割合</td><td>28.0％</td><td>40.0％</td></tr>
<tr><td>女性委員のいない審議会の数</td><td>7</td><td>3</td></tr></table>
【スケジュール】
<table><tr><th>取組</th><th>R7</th><th>R8</th></tr><tr><td>健診の案内</td><td>準備</td><td>実施</td></tr></table>
"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked([parse_plan(NAMES)], tmp_path_factory.mktemp("named"))


def test_a_name_in_full_is_that_item(named: Asked) -> None:
    """Nothing in it is a slip, and another item of the same words is not meant."""
    assert named.linker.link("むし歯のない3歳児の割合の目標は？").repairs == []
    reply = named("ask_kpi_target", "女性委員のいない審議会の数のR9の目標は？")
    assert (reply.sources[0].row, reply.sources[0].quote) == ("女性委員のいない審議会の数", "3")


def test_the_same_of_another_town_is_not_answered(named: Asked) -> None:
    for name in ("むし歯のない3歳児の割合", "女性委員のいない審議会の数"):
        assert named("ask_kpi_target", f"隣町の{name}の目標は？").status == "not_in_plan", name


# --- forms in short ---------------------------------------------------------------------------------------------------

HEAD = "# 試験市試験計画\n\n令和6年4月\n\n## 施策1 試験の実施\n\n担当課：試験課\n\n### 成果指標\n\n"


def _first_kpi(table: str, head: str = HEAD, tmp: Path | None = None) -> tuple[str, str | None, str | None, dict]:
    assert tmp is not None
    path = tmp / "plan.md"
    path.write_text(head + table, "utf-8")
    kpi = read_plan(path).measures[0].kpis[0]
    base = kpi.baseline
    return (
        kpi.name,
        base.text if base else None,
        base.as_of if base else None,
        {y: v.text for y, v in kpi.targets.items()},
    )


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "| 指標 | 現況値 | 目標値 | 目標年度 |\n|--|--|--|--|\n| 受験者数 | 10人（令和元年度） | ５０人 | 令和１０年度 |\n",
            ("受験者数", "10人", "令和元年度", {2028: "５０人"}),
        ),
        (
            "| 評価指標 | 基準値（H30） | 令和7年度 | 令和8年度 |\n|--|--|--|--|\n| 満足度（％） | 61.0 | 65～70 | 設定中 |\n",
            ("満足度（％）", "61.0", "H30", {2025: "65～70", 2026: "設定中"}),
        ),
        (
            "| 数値目標項目 | 策定時 2022年度 | 2025年度 | 2028年度 |\n|--|--|--|--|\n| 合格率 | ― | 80% | 現状維持 |\n",
            ("合格率", "―", "2022年度", {2025: "80%", 2028: "現状維持"}),
        ),
        (
            "| No | 目標指標 | 単位 | R5.3末 | R6 | R7 | R8 |\n|--|--|--|--|--|--|--|\n| 1 | 合格者数 | 人 | 5 | 6 | 7 | 8 |\n",
            ("合格者数", "5", "R5年3月末", {2024: "6", 2025: "7", 2026: "8"}),
        ),
        (
            "| 重要業績評価指標（KPI） | 基準年度（R4） | 1年目(R6) | 2年目(R7) | 最終（R8） |\n|--|--|--|--|--|\n| 研修の回数 | 3回 | 4回 | 5回 | 6回 |\n",
            ("研修の回数", "3回", "R4", {2024: "4回", 2025: "5回", 2026: "6回"}),
        ),
        (
            "| 成果指標（アウトカム） | 現状 | 目標値 |\n|--|--|--|\n| 登録者数 | R5：1,020人 | R6：1,100人、R8：1,300人 |\n",
            ("登録者数", "1,020人", "R5", {2024: "1,100人", 2026: "1,300人"}),
        ),
        (
            "| 活動指標 | 直近値 (2023.3末) | 目標（R6～R8） |\n|--|--|--|\n| 点検の回数 | 1回 | 毎年2回 |\n",
            ("点検の回数", "1回", "2023年3月末", {2024: "毎年2回", 2025: "毎年2回", 2026: "毎年2回"}),
        ),
        (
            "| 指標 | 単位 | 令和４(2022)年度実績 | 令和６(2024)年度 | 令和10(2028)年度 |\n|--|--|--|--|--|\n| うち女性の割合 | % | 31.5 | △ | 40 |\n",
            ("女性の割合", "31.5", "令和4年度", {2024: "△", 2028: "40"}),
        ),
    ],
)
def test_ways_to_head_a_kpi_table(table: str, expected: tuple, tmp_path: Path) -> None:
    assert _first_kpi(table, tmp=tmp_path) == expected


@pytest.mark.parametrize(
    ("first_row", "label"),
    [
        (["施策名", "窓口の改革"], None),
        (["施策１", "窓口の改革"], "施策1"),
        (["１－２", "窓口の改革"], "１－２"),
        (["窓口の改革"], None),
        (["施策２　窓口の改革"], "施策2"),
    ],
)
def test_ways_to_name_a_measure_in_a_form(first_row: list[str], label: str | None, tmp_path: Path) -> None:
    """Two forms under one heading: the names keep them apart, however they are given."""
    word = docx.Document()
    word.add_heading("試験町試験計画", 0)
    word.add_heading("基本方針１　窓口", 1)
    for name, owner in (("窓口の改革", "住民課"), ("税務の改革", "税務課")):
        table = word.add_table(0, 2)
        first = [text.replace("窓口の改革", name) for text in first_row]
        first = (
            first
            if name == "窓口の改革"
            else [t.replace("２", "３").replace("１－", "２－").replace("策１", "策４") for t in first]
        )
        for row in (
            first,
            ["担当課", owner],
            ["指標", f"{name}の満足度（％）"],
            ["現状値（R4）", "10"],
            ["目標値（R8）", "50"],
        ):
            cells = table.add_row().cells
            for cell, text in zip(cells, row):
                cell.text = text
            if len(row) == 1:
                cells[0].merge(cells[1])
    word.save(str(tmp_path / "plan.docx"))
    plan = read_plan(tmp_path / "plan.docx")
    assert [(m.title, m.owners, m.chapter) for m in plan.measures] == [
        ("窓口の改革", ["住民課"], "基本方針１ 窓口"),
        ("税務の改革", ["税務課"], "基本方針１ 窓口"),
    ]
    assert plan.measures[0].label == label
    assert [kpi.targets[2026].text for _, kpi in plan.kpis()] == ["50", "50"]


@pytest.mark.parametrize(
    ("table", "baseline", "targets", "actuals"),
    [
        # 計画 and 実績 behind the name, the baseline merged over both rows.
        (
            "<tr><th>指標</th><th>基準値(R5)</th><th>R7</th><th>R8</th></tr>"
            "<tr><td>受験者数（人）【計画】</td><td rowspan=2>10</td><td>20</td><td>30</td></tr>"
            "<tr><td>受験者数（人）【実績】</td><td>18</td><td></td></tr>",
            ("10", "R5"),
            {2025: "20", 2026: "30"},
            {2025: "18"},
        ),
        # The same in a column of its own; the row of what was reached has the baseline.
        (
            "<tr><th>指標</th><th>区分</th><th>基準値(R5)</th><th>R7</th><th>R8</th></tr>"
            "<tr><td rowspan=2>受験者数（人）</td><td>目標</td><td>12</td><td>20</td><td>30</td></tr>"
            "<tr><td>実績</td><td>10</td><td>18</td><td></td></tr>",
            ("10", "R5"),
            {2025: "20", 2026: "30"},
            {2025: "18"},
        ),
        # What a cell says of itself counts before its heading.
        (
            "<tr><th>指標</th><th>現状値（R5）</th><th>目標値（R11）</th></tr>"
            "<tr><td>受験者数</td><td>10人（R4）</td><td>30人（R9）</td></tr>",
            ("10人", "R4"),
            {2027: "30人"},
            {},
        ),
        (
            "<tr><th>指標</th><th>現状値</th><th>目標値</th></tr>"
            "<tr><td>受験者数</td><td>R5 10人</td><td>R9年度 20人、R11年度 30人</td></tr>",
            ("10人", "R5"),
            {2027: "20人", 2029: "30人"},
            {},
        ),
        (
            "<tr><th>指標</th><th>R5</th><th>R6</th><th>R7</th></tr>"
            "<tr><td>受験者数（人）</td><td>10（実績）</td><td>15</td><td>20</td></tr>",
            ("10", "R5実績"),
            {2024: "15", 2025: "20"},
            {2023: "10"},
        ),
        # Years to the left of their values, two targets.
        (
            "<tr><th rowspan=2>指標</th><th colspan=2>現状値</th><th colspan=2>中間目標</th><th colspan=2>最終目標</th></tr>"
            "<tr><th>年度</th><th>値</th><th>年度</th><th>値</th><th>年度</th><th>値</th></tr>"
            "<tr><td>受験者数</td><td>R5</td><td>10人</td><td>R9</td><td>20人</td><td>R11</td><td>30人</td></tr>",
            ("10人", "R5"),
            {2027: "20人", 2029: "30人"},
            {},
        ),
    ],
)
def test_what_a_figure_is(
    table: str, baseline: tuple[str, str], targets: dict[int, str], actuals: dict[int, str]
) -> None:
    """Baseline, target or actual value, and of which year: from the row, the cell, or the heading."""
    text = f"試験市試験計画\n令和7年4月\n施策1　試験の実施\n担当課：試験課\n【成果指標】\n<table>{table}</table>\n"
    [kpi] = parse_plan(text).measures[0].kpis
    assert kpi.baseline is not None and (kpi.baseline.text, kpi.baseline.as_of) == baseline
    assert {year: value.text for year, value in kpi.targets.items()} == targets
    assert {year: value.text for year, value in kpi.actuals.items()} == actuals


def test_halves_of_a_year_are_one_year() -> None:
    rows = (
        "<tr><th rowspan=2>取組</th><th colspan=2>令和７年度</th><th colspan=2>令和８年度</th></tr>"
        "<tr><th>上期</th><th>下期</th><th>上期</th><th>下期</th></tr>"
        "<tr><td>試験</td><td>調査</td><td>協議</td><td colspan=2>実施</td></tr>"
    )
    text = f"試験市試験計画\n令和7年4月\n施策1　試験の実施\n担当課：試験課\n【工程】\n<table>{rows}</table>\n"
    [item] = parse_plan(text).measures[0].schedule
    assert item.cells == {2025: "上期：調査、下期：協議", 2026: "上期：実施、下期：実施"}


def test_amounts_under_years_are_no_schedule() -> None:
    """What a project costs each year is text, neither target nor step; a phone number is no part of a department."""
    kpis = "<table><tr><th>指標</th><th>R5現状</th><th>R7目標</th></tr><tr><td>受験者数</td><td>10人</td><td>20人</td></tr></table>"
    costs = "<table><tr><th>事業名</th><th>R7</th><th>R8</th></tr><tr><td>試験会場</td><td>5,000</td><td>3,000</td></tr></table>"
    text = (
        "試験市試験計画\n令和7年4月\n施策1　試験の実施\n担当課：試験課　TEL 0123-45-6789\n"
        f"【成果指標】\n{kpis}\n【年度別事業費】\n{costs}\n"
    )
    [measure] = parse_plan(text).measures
    assert measure.owners == ["試験課"] and measure.schedule == [] and len(measure.kpis) == 1
    assert any("試験会場" in p.text and "R7：5,000" in p.text for p in measure.paragraphs)


def test_target_without_a_year(tmp_path: Path) -> None:
    """The plan's last year stands for it where the plan names its period; else it stays words and is reported."""
    table = "| 指標 | 現状値 | 目標値 |\n|--|--|--|\n| 受験者数 | 10人 | 20人 |\n"
    dated = HEAD.replace("令和6年4月", "計画期間：令和6年度～令和9年度")
    assert _first_kpi(table, dated, tmp_path)[3] == {2027: "20人"}
    assert _first_kpi(table, tmp=tmp_path)[3] == {}
    path = tmp_path / "plan.md"
    path.write_text(HEAD + table, "utf-8")
    plan = read_plan(path)
    assert any("目標の年度" in left.reason for left in plan.reading.unplaced)
    assert any("20人" in p.text for p in plan.measures[0].paragraphs)


def test_statistics_are_not_targets() -> None:
    text = """試験市試験計画
令和6年4月
施策1　試験の実施
担当課：試験課
【現状と課題】
<table><tr><th>人口</th><th>R2</th><th>R3</th><th>R4</th></tr><tr><td>総数</td><td>10,200</td><td>10,100</td><td>10,000</td></tr></table>
【スケジュール】
<table><tr><th>取組内容</th><th>R6</th><th>R7</th></tr><tr><td>試験</td><td>準備</td><td>実施</td></tr></table>
"""
    plan = parse_plan(text)
    assert [m.kpis for m in plan.measures] == [[]]
    assert plan.measures[0].schedule[0].cells == {2024: "準備", 2025: "実施"}
    assert any("10,100" in p.text for p in plan.measures[0].paragraphs)


def test_two_lists_of_one_kpi_that_disagree_are_reported() -> None:
    row = "<tr><td>{no}</td><td>受験者数</td><td>10人</td><td>{target}</td></tr>"
    table = "<table><tr><th>施策番号</th><th>指標名</th><th>現状値(R5)</th><th>R8目標</th></tr>{}</table>\n"
    text = (
        "試験市試験計画\n施策1　試験の実施\n担当課：試験課\n【成果指標】\n"
        + "<table><tr><th>指標名</th><th>現状値(R5)</th><th>R8目標</th></tr><tr><td>受験者数</td><td>10人</td><td>20人</td></tr></table>\n"
        + "第9章　資料\n"
        + table.format(row.format(no="1", target="30人") + row.format(no="7", target="5人"))
    )
    plan = parse_plan(text)
    assert [v.text for v in plan.measures[0].kpis[0].targets.values()] == ["20人"]
    reasons = " ".join(f"{left.words} {left.reason}" for left in plan.reading.unplaced)
    assert "20人 と 30人" in reasons and "この番号の施策が見つかりません" in reasons


def test_owner_cells(tmp_path: Path) -> None:
    from knowledge.extract.cells import owners_of

    assert owners_of("総務部情報政策課・県警本部サイバー犯罪対策課") == [
        "総務部情報政策課",
        "県警本部サイバー犯罪対策課",
    ]
    assert owners_of("子育て・若者支援課、農業・農村振興課") == ["子育て・若者支援課", "農業・農村振興課"]
    assert owners_of("総務部\n企画課") == ["総務部企画課"]
    assert owners_of("企画課\n財政課／税務課") == ["企画課", "財政課", "税務課"]
    assert owners_of("◎企画課 財政課") == ["企画課", "財政課"]
    assert owners_of("―") == []


def test_names_survive_the_store(store: Store, plans: dict[str, Plan]) -> None:
    """Labels, sheets, pages and actual values come back from the store as they were read."""
    with store.session() as session:
        row, new = load_plan(session, plans["nishihara.docx"], "nishihara.docx")
        assert new and row.measures[0].label == "取組項目1"
        rate = row.measures[0].kpis[0]
        assert rate.actuals[2021].text == "98.1" and rate.targets[2022].text == "98.5"
        assert rate.baseline is not None and fold(rate.baseline.as_of or "") == "r4実績"
        assert row.confidence is not None and row.confidence > 0.9
