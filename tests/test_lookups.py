"""Look-ups of the widget: likely questions, and the plan's pages with every place that a source can name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient
from limits import parse

from actions import reply
from knowledge.store import FaqRow, Store, current_plans, make_engine
from tests.databases import Databases
from web import suggestions as module
from web.app import create_app
from web.conversations import Conversations
from web.engine import Engine
from web.plan_view import PlanView
from web.settings import Settings
from web.suggestions import Suggestions


@pytest.fixture(scope="module")
def built(backend: str, databases: Databases) -> Iterator[Store]:
    """The knowledge base of the real plan."""
    store = Store(make_engine(databases.filled(backend)))
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def found(built: Store) -> Suggestions:
    return Suggestions(built)


@pytest.fixture
def client(built: Store) -> Iterator[TestClient]:
    bot = Engine("http://b", "http://a", transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    with TestClient(create_app(Conversations(built), bot, built, Settings())) as client:
        yield client


@pytest.mark.parametrize("typed", ["交付率", "ｺｳﾌﾘﾂ", "テレワーク", "てれわーく", "rpa 担当", "ＲＰＡ　担当", "研修"])
def test_every_suggestion_holds_what_was_typed(found: Suggestions, typed: str) -> None:
    questions = found.find(typed)
    if typed == "ｺｳﾌﾘﾂ":
        assert questions == []
        return
    assert 1 <= len(questions) <= 5 and len(set(questions)) == len(questions)
    for word in typed.replace("　", " ").split():
        assert all(module.key_of(word) in module.key_of(question) for question in questions)


def test_values_of_the_plan_come_first(found: Suggestions) -> None:
    assert found.find("交付率")[0] == "マイナンバーカードの交付率のR6年度末の目標は？"


@pytest.mark.parametrize("typed", ["", " ", "あ", "？", "存在しない言葉", "%", "_"])
def test_nothing_for_too_little_or_for_no_match(found: Suggestions, typed: str) -> None:
    assert found.find(typed) == []


def test_it_is_quick(found: Suggestions) -> None:
    found.find("研修")
    began = time.perf_counter()
    for _ in range(20):
        found.find("オンライン")
    assert (time.perf_counter() - began) / 20 < 0.05


def test_an_edited_faq_shows_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Suggestions(store)
    assert found.find("新しい") == []
    with store.session() as session:
        session.add(
            FaqRow(
                id="x",
                category="手続",
                answer="はい",
                file="x.yml",
                questions=["新しい手続はありますか"],
                measures=[],
                kpis=[],
                definition={},
                digest="",
            )
        )
    monkeypatch.setattr(module, "FRESH_S", 0.0)
    assert found.find("新しい") == ["新しい手続はありますか"]


def test_suggestions_over_http(client: TestClient) -> None:
    assert client.get("/api/suggestions", params={"q": "交付率"}).json()["suggestions"]
    assert client.get("/api/suggestions").json() == {"suggestions": []}
    response = client.get("/api/suggestions", params={"q": "あ" * 101})
    assert response.status_code == 422 and response.headers["content-type"] == "application/problem+json"


def test_every_cell_of_the_plan_is_on_its_page(built: Store) -> None:
    """Whatever KPI cell, passage or schedule item a source names, the panel has it."""
    view = PlanView(built)
    with built.session() as session:
        (plan,) = current_plans(session)
        cells = 0
        for measure in plan.measures:
            page = view.measure(measure.no, plan.name)
            assert page and page["title"] == measure.title and page["page"] == measure.page
            parts = {part["section"]: part for part in page["sections"]}
            for kpi in measure.kpis:
                table = parts["⑤KPI"]["table"]
                (row,) = [row["cells"] for row in table["rows"] if row["cells"][0].strip() == kpi.name]
                for value in kpi.values:
                    assert row[table["header"].index(value.column)].startswith(value.text)
                    cells += 1
            if measure.kpi_unset:
                assert parts["⑤KPI"]["passages"][0]["text"] == measure.kpi_unset
            for passage in measure.passages:
                assert any(passage.text in said["text"] for said in parts[passage.section]["passages"])
            for item in measure.schedule:
                table = parts["⑥主な取組とスケジュール"]["table"]
                (row,) = [row["cells"] for row in table["rows"] if row["cells"][0] == item.name]
                for cell in item.cells:
                    assert row[table["header"].index(f"R{cell.year - 2018}年度")] == (cell.text or "")
        assert cells == 20 * 5
        outline = view.outline()
        assert outline and str(outline).count("ページ）") == len(plan.measures) == 13
        for passage in plan.passages:
            if passage.measure_id is None:
                assert passage.text in str(outline)


def test_every_source_of_an_answer_finds_its_section_and_words(built: Store) -> None:
    view = PlanView(built)
    with built.session() as session:
        (plan,) = current_plans(session)
        for measure in plan.measures:
            sources = [reply.title_source(measure), reply.owner_source(measure)]
            sources += [reply.unset_source(measure)] if measure.kpi_unset else []
            sources += [reply.passage_source(passage) for passage in measure.passages]
            sources += [reply.row_source(kpi) for kpi in measure.kpis]
            sources += [reply.schedule_source(item) for item in measure.schedule]
            page = view.measure(measure.no, plan.name)
            assert page
            for source in sources:
                (part,) = [part for part in page["sections"] if source.section.startswith(part["section"])]
                rows = [row["cells"][0].strip() for row in (part.get("table") or {"rows": []})["rows"]]
                assert source.row is None or source.row in rows
                words = [said["text"] for said in part.get("passages", [])]
                assert source.quote is None or any(source.quote in text for text in words)


def test_pages_over_http(client: TestClient) -> None:
    assert client.get("/api/plan/measures/9").json()["title"] == "マイナンバー活用拡大による庁内業務の効率化"
    assert client.get("/api/plan").json()["sections"][-1]["section"] == "目次"
    for path in ("/api/plan/measures/99", "/api/plan/measures/9?plan=ほかの計画", "/api/plan?plan=ほかの計画"):
        response = client.get(path)
        assert response.status_code == 404 and response.json()["detail"].endswith("見つかりませんでした。")
    assert client.get("/api/plan/measures/nine").status_code == 422


def test_look_ups_are_limited(built: Store) -> None:
    bot = Engine("http://b", "http://a", transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    app = create_app(Conversations(built), bot, built, Settings(per_lookup=parse("2/minute")))
    with TestClient(app) as client:
        codes = [client.get("/api/plan").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
