"""Several plans at once: an edition that replaces another, what changed between them, plans side by side."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from actions.reply import Reply
from keikaku.lexicon import Lexicon
from knowledge import diff
from knowledge.editions import is_older, plan_of, previous_edition, same_series
from knowledge.loader import counts, load_plan
from knowledge.parser import PlanError, read_plan
from knowledge.plan import Plan, Value
from knowledge.store import ROOT, FaqRow, PassageRow, Store, current_plans
from tests.asked import Asked
from tests.plan_files import write_word_plan

CITY = ROOT / "tests" / "data" / "plans" / "midorino.md"
# What the next edition of the city's plan changes, line by line.
EDITS = (
    ("第2期実施計画", "第3期実施計画"),
    ("令和6年3月", "令和7年3月"),
    ("こども未来部保育課、教育委員会学校教育課", "こども未来部こども政策課"),
    ("| 待機児童数 | 人 | 23 | 10 | 5 | 0 |", "| 待機児童数 | 人 | 17 | 10 | 8 | 0 |"),
    ("| 保育士就職支援金の利用者数 | 人 | 12 | 20 | 25 | 30 |\n", ""),
    ("| クラブ室の増設 | 2室 | 2室 | 2室 |", "| クラブ室の増設 | 2室 | 3室 | 2室 |"),
    ("施策2-2　木造住宅の耐震化", "施策2-2　木造住宅等の耐震化"),
    ("- 防災士の資格取得費用を補助します。", "- 防災士の資格取得費用を補助します。\n- 女性防災リーダーを育てます。"),
)


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Plan]:
    text = CITY.read_text("utf-8")
    for before, after in EDITS:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path_factory.mktemp("edition") / "midorino-3.md"
    path.write_text(text, "utf-8")
    return read_plan(CITY), read_plan(path)


def test_what_changed(editions: tuple[Plan, Plan]) -> None:
    found = {(c.kind, c.before, c.after) for c in diff.compare(*editions)}
    assert found == {
        ("owners", "こども未来部保育課、教育委員会学校教育課", "こども未来部こども政策課"),
        ("baseline", "23（R4）", "17（R4）"),
        ("target", "5", "8"),
        ("kpi", "指標「保育士就職支援金の利用者数」（R6 20人、R7 25人、R8 30人）", None),
        ("schedule", "2室", "3室"),
        ("measure", "木造住宅の耐震化", "木造住宅等の耐震化"),
        ("text", None, "女性防災リーダーを育てます。"),
    }
    report = diff.report(*editions)
    assert "施策1-1「保育環境の充実」 指標「待機児童数」 R7（2025）年度の目標：5 → 8" in report


def test_added_and_removed_measures(editions: tuple[Plan, Plan]) -> None:
    old = editions[0]
    new = dataclasses.replace(old, measures=old.measures[1:])
    assert [(c.kind, c.before, c.after) for c in diff.compare(old, new)] == [
        ("measure", "施策1-1「保育環境の充実」", None)
    ]
    assert [(c.before, c.after) for c in diff.compare(new, old)] == [(None, "施策1-1「保育環境の充実」")]
    assert diff.compare(old, old) == []


def test_newer_edition_takes_over(store: Store, editions: tuple[Plan, Plan]) -> None:
    old, new = editions
    with store.session() as session:
        load_plan(session, old, "midorino-2.md")
        row, loaded = load_plan(session, new, "midorino-3.md")
        assert loaded and row.edition == 2
        assert [plan.title for plan in current_plans(session)] == [new.title]
        before = previous_edition(session, row)
        assert before is not None and before.title == old.title
        # The stored editions differ as the documents do.
        stored = {(c.kind, c.before, c.after) for c in diff.compare(plan_of(before), plan_of(row))}
        assert stored == {(c.kind, c.before, c.after) for c in diff.compare(old, new)}


def test_other_plans_stand_beside_it(store: Store, plan: Plan, editions: tuple[Plan, Plan], tmp_path: Path) -> None:
    town = read_plan(write_word_plan(tmp_path / "umibe.docx"))
    with store.session() as session:
        for document in (plan, editions[0], town, editions[1]):
            load_plan(session, document, "plan")
        current = current_plans(session)
        assert [row.title for row in current] == [plan.title, town.title, editions[1].title]
        # Measure numbers begin at 1 in each: only the row's id tells them apart.
        assert [row.measures[0].no for row in current] == [1, 1, 1]
        assert len({measure.id for row in current for measure in row.measures}) == sum(len(r.measures) for r in current)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("緑市環境基本計画", "緑市"), ("第2次緑市環境基本計画（令和6年改訂版）", "緑市"), True),
        (("環境基本計画", "緑市"), ("緑市環境基本計画", "緑市"), True),
        (("DX推進計画", "海辺町"), ("DX推進計画", "山里村"), False),
        (("緑市環境基本計画", "緑市"), ("緑市こども計画", "緑市"), False),
        (("緑市総合計画 第2期実施計画", "緑市"), ("緑市総合計画 第3期実施計画", "緑市企画部"), True),
        (("緑市総合計画 令和5年度版", ""), ("緑市総合計画 令和6年度版", "緑市"), True),
    ],
)
def test_series(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    mine, theirs = Plan(one[0], "", "", one[1]), Plan(other[0], "", "", other[1])
    assert same_series(mine, theirs) is same and same_series(theirs, mine) is same


def test_which_edition_is_older() -> None:
    assert (
        is_older("令和5年3月", "令和6年3月") and is_older("令和6年3月", "令和6年4月") and is_older("2023年3月", "R6.4")
    )
    assert not is_older("令和6年3月", "令和6年3月") and not is_older("令和6年12月", "令和6年4月")
    assert not is_older("", "令和6年4月") and not is_older("令和6年4月", "")


def test_a_better_reading_of_the_same_file_replaces_the_first(store: Store, editions: tuple[Plan, Plan]) -> None:
    """After new words in data/headings.yml the same document may say more; the old reading must not stay."""
    first = editions[0]
    better = copy.deepcopy(first)
    kpi = better.measures[0].kpis[0]
    better.measures[0].kpis[0] = dataclasses.replace(kpi, targets={**kpi.targets, 2027: Value("0", 0.0)})
    with store.session() as session:
        load_plan(session, first, "plan.md")
        before = counts(session)
    with store.session() as session:
        row, loaded = load_plan(session, better, "plan.md")
        assert loaded and row.edition == 1
        after = counts(session)
        assert after["kpi_values"] == before["kpi_values"] + 1
        assert {k: v for k, v in after.items() if k != "kpi_values"} == {
            k: v for k, v in before.items() if k != "kpi_values"
        }
        assert session.query(PassageRow).filter(PassageRow.plan_id != row.id).count() == 0


def test_a_store_of_an_earlier_version_gets_the_new_columns(store: Store, editions: tuple[Plan, Plan]) -> None:
    from sqlalchemy import text

    with store.engine.begin() as connection:
        for table, column in (("measures", "label"), ("kpis", "page"), ("plans", "digest")):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    store.create()
    with store.session() as session:
        assert load_plan(session, editions[0], "plan.md")[0].measures[0].label == "施策1-1"


# --- asked about -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ask(editions: tuple[Plan, Plan], tmp_path_factory: pytest.TempPathFactory) -> Asked:
    return Asked(editions, tmp_path_factory.mktemp("asked"))


def _places(reply: Reply) -> set[tuple[str, str, str | None]]:
    return {(s.plan.split("（")[1], s.section, s.quote) for s in reply.sources}


@pytest.mark.parametrize(
    ("question", "words", "others"),
    [
        (
            "目標が変わった指標は？",
            ["待機児童数", "R7（2025）年度の目標：5 → 8", "保育士就職支援金の利用者数"],
            ["担当：", "3室"],
        ),
        ("担当が変わった施策は？", ["保育課、教育委員会学校教育課 → こども未来部こども政策課"], ["5 → 8", "3室"]),
        ("前の計画からスケジュールはどう変わった？", ["2室 → 3室"], ["5 → 8", "担当："]),
        ("前の計画から何が変わった？", ["5 → 8", "こども政策課", "2室 → 3室", "木造住宅等の耐震化", "7件"], []),
        ("改定で変わったところは？", ["5 → 8", "7件"], []),
        ("前の計画と待機児童数の目標はどう違う？", ["5 → 8"], ["利用者数", "担当："]),
        ("旧計画から地域防災力の強化はどう変わった？", ["女性防災リーダー"], ["5 → 8"]),
    ],
)
def test_what_changed_is_answered(ask: Asked, question: str, words: list[str], others: list[str]) -> None:
    reply = ask("ask_list", question)
    assert reply.status == "answered", reply.text
    assert all(word in reply.text for word in words), reply.text
    assert not any(word in reply.text for word in others), reply.text


def test_differences_are_shown_in_both_editions(ask: Asked) -> None:
    places = _places(ask("ask_kpi_change", "目標が変わった指標は？"))
    assert {("令和6年3月）", "成果指標", "5"), ("令和7年3月）", "成果指標", "8")} <= places
    owners = _places(ask("ask_owner", "担当が変わった施策は？"))
    assert owners == {
        ("令和6年3月）", "所管課", "こども未来部保育課、教育委員会学校教育課"),
        ("令和7年3月）", "所管課", "こども未来部こども政策課"),
    }


@pytest.mark.parametrize(
    ("intent", "question", "words", "others"),
    [
        ("ask_kpi_target", "前の計画での待機児童数のR7の目標は？", ["5人"], ["8人"]),
        ("ask_kpi_all", "旧計画の待機児童数は？", ["23人", "10人", "5人", "0人"], ["17人", "8人"]),
        ("ask_kpi_current", "改定前の待機児童数の現状は？", ["23人"], ["17人"]),
        ("ask_owner", "前の版で保育環境の充実の担当はどこだった？", ["教育委員会学校教育課"], ["こども政策課"]),
        # Gone since, and renamed since.
        ("ask_kpi_target", "前の計画の保育士就職支援金の利用者数の令和8年度の目標は？", ["30人"], []),
        ("ask_schedule", "前の計画の木造住宅等の耐震化のスケジュールは？", ["耐震改修補助"], []),
    ],
)
def test_what_the_edition_before_said(
    ask: Asked, intent: str, question: str, words: list[str], others: list[str]
) -> None:
    reply = ask(intent, question)
    assert reply.status == "answered" and "前の版" in reply.text, reply.text
    assert all(word in reply.text for word in words), reply.text
    assert not any(word in reply.text for word in others), reply.text
    assert {s.plan.split("（")[1] for s in reply.sources} == {"令和6年3月）"}


def test_what_did_not_change_is_said(ask: Asked) -> None:
    reply = ask("ask_owner", "前の計画から地域防災力の強化の担当は変わった？")
    assert reply.status == "answered" and "変わったところはありません" in reply.text
    assert {s.plan.split("（")[1] for s in reply.sources} == {"令和6年3月）", "令和7年3月）"}


def test_the_newer_edition_answers(ask: Asked) -> None:
    reply = ask("ask_kpi_target", "待機児童数のR7の目標は？")
    assert "8人" in reply.text and all("令和7年3月" in s.plan for s in reply.sources)
    # Years in a question ask for the row of this edition, not for the one before.
    assert "8人" in ask("ask_kpi_change", "待機児童数はR6からR7でどれだけ減る？").text


def test_without_an_edition_before_there_is_nothing_to_compare(tmp_path: Path, editions: tuple[Plan, Plan]) -> None:
    alone = Asked([editions[0]], tmp_path)
    for question in (
        "前の計画から何が変わった？",
        "目標が変わった指標は？",
        "担当が変わった施策は？",
        "前の計画での待機児童数のR7の目標は？",
    ):
        reply = alone("ask_list", question)
        assert reply.status == "not_in_plan" and "比べる前の版がありません" in reply.text and reply.sources


def test_of_several_plans_the_one_with_an_edition_answers(tmp_path: Path, editions: tuple[Plan, Plan]) -> None:
    town = read_plan(write_word_plan(tmp_path / "umibe.docx"))
    ask = Asked([town, *editions], tmp_path)
    assert "5 → 8" in ask("ask_list", "目標が変わった指標は？").text
    reply = ask("ask_list", "海辺町DX推進計画は前の計画から何が変わった？")
    assert reply.status == "not_in_plan" and "比べる前の版がありません" in reply.text


@pytest.fixture
def build(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """knowledge.build on a knowledge base, FAQ folder and lexicon of its own."""
    from knowledge import build as module

    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setattr(module, "FAQ", tmp_path / "faq")
    monkeypatch.setattr(module, "LEXICON", tmp_path / "lexicon.json")
    (tmp_path / "faq").mkdir()
    return module


def _files(folder: Path) -> set[str]:
    return {path.name.split("-")[0] for path in folder.rglob("*.yml")}


def test_only_answers_on_this_plan_alone(build: ModuleType, tmp_path: Path) -> None:
    town = write_word_plan(tmp_path / "umibe.docx")
    build.build([CITY], encoder=False)
    build.build([town], encoder=False)
    with Store().session() as session:
        assert len(current_plans(session)) == 2
    assert len(_files(tmp_path / "faq")) == 2
    build.build([town], encoder=False, only=True)
    with Store().session() as session:
        assert [row.title for row in current_plans(session)] == ["海辺町DX推進計画"]
    assert len(_files(tmp_path / "faq")) == 1
    labels = {item.label for item in Lexicon.load(tmp_path / "lexicon.json").items}
    assert "書かない窓口の導入" in labels and "保育環境の充実" not in labels
    # The other one is only set aside: reading it again brings it back.
    build.build([CITY], encoder=False)
    with Store().session() as session:
        assert len(current_plans(session)) == 2


def test_a_failed_load_leaves_no_trace(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(build, "load_faq", fail)
    with pytest.raises(PlanError, match="database is locked"):
        build.build([CITY], encoder=False)
    with Store().session() as session:
        assert counts(session)["plans"] == 0 and counts(session)["passages"] == 0
    assert _files(tmp_path / "faq") == set() and not (tmp_path / "lexicon.json").exists()


def test_a_better_reading_keeps_the_faq(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passages get new rows; the entries that quote them must quote the new ones."""
    build.build([CITY], encoder=False)
    with Store().session() as session:
        before = {row.id: [quote.text for quote in row.quotes] for row in session.scalars(select(FaqRow))}
    first = read_plan(CITY)
    first.measures[0].schedule.pop()
    monkeypatch.setattr(build, "read_plan", lambda _: first)
    build.build([CITY], encoder=False)
    with Store().session() as session:
        rows = list(session.scalars(select(FaqRow)))
        assert {row.id: [quote.text for quote in row.quotes] for row in rows} == before
        current = {plan.id for plan in current_plans(session)}
        assert all(quote.passage.plan_id in current for row in rows for quote in row.quotes)
