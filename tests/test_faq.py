"""FAQ files: only verified entries go live, and what is wrong with the others is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from sqlalchemy import event, inspect, select, text

from knowledge.faq import load_faq, read_entries
from knowledge.faq_admin import UndoProblem, check, history, undo
from knowledge.faq_model import FaqEntry
from knowledge.loader import load_plan
from knowledge.passage_files import write_passages
from knowledge.plan import Plan
from knowledge.store import ROOT, FaqRow, FaqVersionRow, Store

GOOD = {
    "id": "average",
    "category": "事実",
    "questions": ["全国平均は？"],
    "quotes": [{"measure": 9, "section": "現状・課題", "text": "全国平均（26.2%）と比較し、低い傾向にある"}],
}


def load(store: Store, plan: Plan, folder: Path, entries: object) -> tuple[list[str], list[str]]:
    folder.mkdir(exist_ok=True)
    content = entries if isinstance(entries, str) else yaml.safe_dump(entries, allow_unicode=True)
    (folder / "faq.yml").write_text(content, "utf-8")
    with store.session() as session:
        load_plan(session, plan, "plan.txt")
        problems = load_faq(session, folder)
        return list(session.scalars(select(FaqRow.id))), [str(problem) for problem in problems]


def test_quote_of_the_plan_goes_live(store: Store, plan: Plan, tmp_path: Path) -> None:
    assert load(store, plan, tmp_path / "faq", [GOOD]) == (["average"], [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quotes": [{"measure": 9, "section": "現状・課題", "text": "全国平均（36.2%）"}]}, "次の文がありません"),
        ({"quotes": [{"measure": 8, "section": "現状・課題", "text": "全国平均（26.2%）"}]}, "次の文がありません"),
        ({"quotes": []}, "どちらか一方"),
        ({"answer": "はい"}, "どちらか一方"),
        ({"quotes": [], "answer": "はい"}, "出典"),
        ({"id": "平均"}, "id"),
        ({"colour": "red"}, "colour"),
        ({"measures": [99]}, "施策99はありません"),
        ({"kpis": ["存在しない指標"]}, "という指標はありません"),
        ({"valid_from": "いつか"}, "読み取れません"),
        ({"valid_from": "2026-04-01", "valid_until": "R7.3.31"}, "より前です"),
        ({"quotes": [], "answer": "<b>はい</b>", "source": "規程"}, "HTML"),
        ({"quotes": [], "answer": "ftp://a/b", "source": "規程"}, "http:// か https://"),
        ({"quotes": [], "answer": "あ" * 4001, "source": "規程"}, "長すぎます"),
        ({"questions": ["？"]}, "空の質問"),
    ],
)
def test_unverified_entry_stays_out(store: Store, plan: Plan, tmp_path: Path, change: dict, message: str) -> None:
    ids, problems = load(store, plan, tmp_path / "faq", [{**GOOD, "id": "ok"}, {**GOOD, **change}])
    assert ids == ["ok"]
    assert problems and message in problems[0] and "faq.yml" in problems[0]


@pytest.mark.parametrize("content", ["- id: [", "just text", "- 3"])
def test_unreadable_file(store: Store, plan: Plan, tmp_path: Path, content: str) -> None:
    ids, problems = load(store, plan, tmp_path / "faq", content)
    assert ids == [] and problems


def test_same_id_twice(store: Store, plan: Plan, tmp_path: Path) -> None:
    ids, problems = load(store, plan, tmp_path / "faq", [GOOD, GOOD])
    assert ids == ["average"] and "同じ id" in problems[0]


def test_the_curated_entries_are_all_verified(store: Store, plan: Plan) -> None:
    with store.session() as session:
        load_plan(session, plan, "plan.txt")
        assert load_faq(session, ROOT / "data" / "faq" / "plan") == []


def test_passage_files_are_readable_and_edits_are_kept(store: Store, plan: Plan, tmp_path: Path) -> None:
    with store.session() as session:
        row, _ = load_plan(session, plan, "plan.txt")
        assert write_passages(tmp_path, row) == []
        entries, problems = read_entries(tmp_path)
        assert problems == [] and len(entries) == len(row.passages)
        path = next(tmp_path.glob("*-m09.yml"))
        edited = path.read_text("utf-8").replace("questions: []", "questions: [保険証になるのはいつから？]", 1)
        path.write_text(edited, "utf-8")
        assert write_passages(tmp_path, row) == [path]
        assert path.read_text("utf-8") == edited
        assert load_faq(session, tmp_path) == []


ANSWER = {
    "id": "leave",
    "category": "休暇",
    "questions": ["年休は何日ありますか", "有給の日数"],
    "answer": "年に20日です。",
    "source": "勤務時間条例",
    "owner": "人事企画課",
    "valid_from": "令和8年4月1日",
    "valid_until": date(2099, 3, 31),
    "measures": [5],
    "kpis": ["マイナンバーカードの交付率"],
}


def answers(store: Store) -> dict[str, str | None]:
    with store.session() as session:
        return {row.id: row.answer for row in session.scalars(select(FaqRow))}


def test_everything_an_entry_says_reaches_the_store(store: Store, plan: Plan, tmp_path: Path) -> None:
    assert load(store, plan, tmp_path / "faq", [ANSWER]) == (["leave"], [])
    with store.session() as session:
        row = session.get_one(FaqRow, "leave")
        assert (row.valid_from, row.valid_until) == (date(2026, 4, 1), date(2099, 3, 31))
        assert (row.measures, row.kpis, row.owner) == ([5], ["マイナンバーカードの交付率"], "人事企画課")
        assert FaqEntry.model_validate(row.definition).definition() == row.definition
        days = [date(2026, 3, 31), date(2026, 4, 1), date(2099, 3, 31), date(2099, 4, 1)]
        assert [row.answers_on(day) for day in days] == [False, True, True, False]


def test_invisible_characters_are_dropped() -> None:
    entry = FaqEntry(id="a", questions=["あ\u202eい\u200b　う"], answer="一\r\n二\x0b三\x00", source="規程")
    assert (entry.questions, entry.answer) == (["あい う"], "一\n二\n三")


@pytest.mark.parametrize("broken", ["- id: leave\n  answer: [", "- id: leave\n  answer: 変えかけ\n", "\x00"])
def test_while_a_file_is_being_edited_its_old_state_stays(
    store: Store, plan: Plan, tmp_path: Path, broken: str
) -> None:
    folder = tmp_path / "faq"
    load(store, plan, folder, [ANSWER, GOOD])
    (folder / "other.yml").write_text(yaml.safe_dump([{**ANSWER, "id": "other"}], allow_unicode=True), "utf-8")
    ids, problems = load(store, plan, folder, broken)
    assert "leave" in ids and answers(store)["leave"] == "年に20日です。"
    assert "other" in ids, "what is right in another file goes live"
    assert len(problems) == 1 and "faq.yml" in problems[0] and "前の内容で回答" in problems[0]


def test_what_the_plan_no_longer_bears_out_goes(store: Store, plan: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "faq"
    load(store, plan, folder, [ANSWER, GOOD])
    ids, problems = load(store, plan, folder, [{**ANSWER, "measures": [77]}, GOOD])
    assert ids == ["average"] and "施策77" in problems[0] and "前の内容" not in problems[0]


def test_only_what_changed_is_written(store: Store, plan: Plan, tmp_path: Path) -> None:
    load(store, plan, tmp_path / "faq", [ANSWER, GOOD])
    (tmp_path / "faq" / "faq.yml").write_text(
        yaml.safe_dump([{**ANSWER, "answer": "年に21日です。"}, GOOD], allow_unicode=True), "utf-8"
    )
    written: list[str] = []
    with store.session() as session:

        @event.listens_for(session, "after_flush")
        def _note(flushed: object, _context: object) -> None:
            written.extend(row.id for row in session.new if isinstance(row, FaqRow))

        load_faq(session, tmp_path / "faq")
    assert written == ["leave"] and answers(store)["leave"] == "年に21日です。"


# --- versions ---------------------------------------------------------------------------------------------------


def edit(store: Store, folder: Path, answer: str) -> None:
    (folder / "faq.yml").write_text(yaml.safe_dump([{**ANSWER, "answer": answer}], allow_unicode=True), "utf-8")
    with store.session() as session:
        assert load_faq(session, folder) == []


def undone(store: Store, folder: Path, to: int | None = None) -> str | None:
    with store.session() as session:
        undo(session, folder, to)
    return answers(store).get("leave")


def test_undo_goes_back_step_by_step_and_a_new_change_starts_from_there(
    store: Store, plan: Plan, tmp_path: Path
) -> None:
    folder = tmp_path / "faq"
    load(store, plan, folder, [])
    for answer in ("一", "二", "三"):
        edit(store, folder, answer)
    (folder / "more.yml").write_text(yaml.safe_dump([GOOD], allow_unicode=True), "utf-8")
    assert undone(store, folder) == "三", "an edit that was not loaded yet is the last change"
    assert not (folder / "more.yml").exists()
    assert [undone(store, folder), undone(store, folder)] == ["二", "一"]
    edit(store, folder, "四")
    assert undone(store, folder) == "一"
    assert undone(store, folder, to=4) == "三"
    assert undone(store, folder) == "二"
    with store.session() as session:
        lines = list(history(session))
        assert len(lines) == len(session.scalars(select(FaqVersionRow)).all()) == 12
        assert "第4版に戻す" in lines[1] and "faq.yml" in lines[-2] and "最初の状態" in lines[-1]


def test_nothing_before_the_first_state(store: Store, plan: Plan, tmp_path: Path) -> None:
    load(store, plan, tmp_path / "faq", [ANSWER])
    with pytest.raises(UndoProblem, match="これより前"), store.session() as session:
        undo(session, tmp_path / "faq")
    with pytest.raises(UndoProblem, match="第9版"), store.session() as session:
        undo(session, tmp_path / "faq", 9)


def test_undo_of_an_edited_passage_file_brings_the_generated_one_back(store: Store, plan: Plan, tmp_path: Path) -> None:
    with store.session() as session:
        row, _ = load_plan(session, plan, "plan.txt")
        write_passages(tmp_path / "passages", row)
        load_faq(session, tmp_path)
    path = next((tmp_path / "passages").glob("*-m09.yml"))
    generated = path.read_text("utf-8")
    path.write_text(generated.replace("questions: []", "questions: [保険証は？]", 1), "utf-8")
    with store.session() as session:
        load_faq(session, tmp_path)
        undo(session, tmp_path)
    assert path.read_text("utf-8") == generated


def test_report_for_staff(store: Store, plan: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "faq"
    early, late = {"valid_from": "2098/1/1"}, {"valid_from": "R2.4.1", "valid_until": "R3.3.31"}
    bad = {**GOOD, "id": "bad", "quotes": [{"measure": 9, "section": "現状・課題", "text": "ない文"}]}
    load(store, plan, folder, [GOOD, {**ANSWER, **early}, {**ANSWER, **late, "id": "old"}, bad])
    with store.session() as session:
        lines, good = check(session, folder)
    assert not good and "1件" in lines[0]
    assert any(line.startswith("開始前：leave") for line in lines)
    assert any(line.startswith("期限切れ：old") for line in lines)
    assert any(line.startswith("公開できません：faq.yml bad") and "ない文" in line for line in lines)


def test_tables_of_an_older_release_are_made_anew(store: Store, plan: Plan, tmp_path: Path) -> None:
    load(store, plan, tmp_path / "faq", [ANSWER])
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE faq_entries DROP COLUMN digest"))
    store.create()
    assert "digest" in {column["name"] for column in inspect(store.engine).get_columns("faq_entries")}
    assert load(store, plan, tmp_path / "faq", [ANSWER]) == (["leave"], [])
