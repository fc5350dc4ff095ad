"""FAQ files: only verified entries go live, and what is wrong with the others is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from knowledge.faq import load_faq, read_entries
from knowledge.loader import load_plan
from knowledge.passage_files import write_passages
from knowledge.plan import Plan
from knowledge.store import ROOT, FaqRow, Store

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
