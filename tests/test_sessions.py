"""Keys of conversations: unguessable, renewed, ended, idle, moved over from an earlier version; hand-over and origins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from knowledge.store import Store, make_engine
from web import conversations as module
from web.app import create_app
from web.conversations import Conversations, FeedbackRow, HandoverRow, Lifetime, now
from web.engine import Engine
from web.settings import Settings, origins

ANSWER = [{"text": "55%です。"}, {"custom": {"status": "answered", "sources": [{"page": 9}]}}]
PORTAL = "https://portal.example.jp"


@pytest.fixture
def store(bare_store: Store) -> Store:
    return bare_store


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    bot = Engine("http://b", "http://a", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=ANSWER)))
    life = Lifetime(timedelta(hours=2), timedelta(minutes=30))
    app = create_app(Conversations(store, life), bot, None, Settings(origins=(PORTAL,)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def opened(client: TestClient) -> tuple[str, dict[str, str]]:
    body = client.post("/api/conversations").json()
    client.cookies.clear()
    return f"/api/conversations/{body['id']}", {"Authorization": f"Bearer {body['token']}"}


def later(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    moment = now() + timedelta(minutes=minutes)
    monkeypatch.setattr(module, "now", lambda: moment)


def test_a_key_is_long_random_and_kept_as_a_hash(client: TestClient, store: Store) -> None:
    keys = {client.post("/api/conversations").json()["token"] for _ in range(50)}
    assert len(keys) == 50 and all(re.fullmatch(r"[\w-]{43}", key) for key in keys)
    with store.session() as session:
        kept = " ".join(session.execute(text("SELECT token_hash FROM conversations")).scalars())
    assert not any(key in kept for key in keys)


def test_a_key_from_outside_opens_nothing(client: TestClient) -> None:
    """A planted cookie is neither taken over nor kept when a conversation is opened."""
    client.cookies.set("keikaku_token", "planted", path="/api")
    body = client.post("/api/conversations").json()
    assert body["token"] != "planted"
    client.cookies.clear()
    client.cookies.set("keikaku_token", "planted", path="/api")
    assert client.get(f"/api/conversations/{body['id']}/messages").status_code == 401


def test_times_are_told_and_nobody_stores_the_key_on_the_way(client: TestClient) -> None:
    response = client.post("/api/conversations")
    assert response.json()["expires_in"] == 7200 and response.json()["idle_seconds"] == 1800
    assert response.headers["cache-control"] == "no-store"


def test_renewal_keeps_the_conversation_and_drops_the_old_key(client: TestClient) -> None:
    path, key = opened(client)
    client.post(f"{path}/messages", json={"text": "R5の目標は？"}, headers=key)
    renewed = client.post(f"{path}/renew", headers=key)
    assert renewed.status_code == 200 and path.endswith(renewed.json()["id"])
    client.cookies.clear()
    assert client.get(f"{path}/messages", headers=key).status_code == 401
    fresh = {"Authorization": f"Bearer {renewed.json()['token']}"}
    assert len(client.get(f"{path}/messages", headers=fresh).json()["messages"]) == 2
    assert client.post(f"{path}/renew").status_code == 401


def test_idle_too_long(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = opened(client)
    later(monkeypatch, 29)
    assert client.get(f"{path}/messages", headers=key).status_code == 200
    later(monkeypatch, 58)
    assert client.get(f"{path}/messages", headers=key).status_code == 200
    later(monkeypatch, 89)
    assert client.get(f"{path}/messages", headers=key).status_code == 401


def test_a_key_in_use_ends_too_unless_it_is_renewed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = opened(client)
    other_path, other = opened(client)
    for minutes in (25, 50, 75, 100):
        later(monkeypatch, minutes)
        for used, by in ((path, key), (other_path, other)):
            assert client.get(f"{used}/messages", headers=by).status_code == 200
    renewed = client.post(f"{path}/renew", headers=key).json()["token"]
    client.cookies.clear()
    later(monkeypatch, 125)
    assert client.get(f"{other_path}/messages", headers=other).status_code == 401
    assert client.get(f"{path}/messages", headers={"Authorization": f"Bearer {renewed}"}).status_code == 200


def test_an_ended_conversation_stays_in_the_record_only(client: TestClient, store: Store) -> None:
    path, key = opened(client)
    client.post(f"{path}/messages", json={"text": "R5の目標は？"}, headers=key)
    response = client.delete(path, headers=key)
    assert response.status_code == 204 and 'keikaku_token=""' in response.headers["set-cookie"]
    assert client.get(f"{path}/messages", headers=key).status_code == 401
    assert client.post(f"{path}/renew", headers=key).status_code == 401
    with store.session() as session:
        assert session.execute(text("SELECT count(*) FROM messages")).scalar() == 2


def test_nobody_ends_or_renews_the_conversation_of_another(client: TestClient) -> None:
    path, key = opened(client)
    _, stranger = opened(client)
    for call in (client.delete(path, headers=stranger), client.post(f"{path}/renew", headers=stranger)):
        assert call.status_code == 404
    assert client.post(f"{path}/handover", json={"note": "x"}, headers=stranger).status_code == 404
    assert client.get(f"{path}/messages", headers=key).status_code == 200


def test_an_earlier_database_is_brought_up_to_date(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE conversations (id VARCHAR PRIMARY KEY, token_hash VARCHAR, created_at DATETIME)")
        )
        connection.execute(text("INSERT INTO conversations VALUES ('a', 'b', '2026-01-01')"))
        connection.execute(
            text(
                "CREATE TABLE feedback (message_id VARCHAR PRIMARY KEY, helpful BOOLEAN, reason VARCHAR, created_at DATETIME)"
            )
        )
    for _ in range(2):
        kept = Conversations(Store(engine))
    id_, token = kept.open()
    assert kept.of_token(token) == id_


def test_hand_over_keeps_the_question_and_the_masked_note(client: TestClient, store: Store) -> None:
    path, key = opened(client)
    client.post(f"{path}/messages", json={"text": "最初の質問"}, headers=key)
    answer = client.post(f"{path}/messages", json={"text": "次の質問"}, headers=key).json()["messages"][0]["id"]
    note = "内線1234、番号は1234-5678-9018です"
    first = client.post(f"{path}/handover", json={"message": answer, "note": note}, headers=key)
    assert first.status_code == 201 and str(first.json()["id"]) in first.json()["detail"]
    assert client.post(f"{path}/handover", json={}, headers=key).json()["id"] == first.json()["id"] + 1
    with store.session() as session:
        rows = session.query(HandoverRow).order_by(HandoverRow.id).all()
        assert [row.question for row in rows] == ["次の質問", "次の質問"]
        assert "内線1234" in rows[0].note and "9018" not in rows[0].note and rows[0].state == "open"
    assert client.post(f"{path}/handover", json={"message": "other"}, headers=key).status_code == 404
    assert client.post(f"{path}/handover", json={"note": "あ" * 2001}, headers=key).status_code == 422


def test_feedback_with_reason_and_note(client: TestClient, store: Store) -> None:
    path, key = opened(client)
    answer = client.post(f"{path}/messages", json={"text": "R5"}, headers=key).json()["messages"][0]["id"]
    said = {"helpful": False, "reason": "内容が違う", "note": "1234-5678-9018の件"}
    assert client.post(f"/api/messages/{answer}/feedback", json=said, headers=key).status_code == 204
    with store.session() as session:
        (row,) = session.query(FeedbackRow).all()
        assert not row.helpful and row.reason == "内容が違う" and row.note == "［伏せ字］の件"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 201),
        ("http://testserver", 201),
        ("https://testserver", 201),
        (PORTAL, 201),
        ("https://evil.example", 403),
        ("https://portal.example.jp.evil.example", 403),
        ("http://portal.example.jp", 403),
        ("null", 403),
    ],
)
def test_only_our_pages_and_named_sites_may_write(client: TestClient, origin: str | None, status: int) -> None:
    response = client.post("/api/conversations", headers={"Origin": origin} if origin else {})
    assert response.status_code == status
    allowed = response.headers.get("access-control-allow-origin")
    assert allowed == (PORTAL if origin == PORTAL else None)
    assert "access-control-allow-credentials" not in response.headers


def test_a_form_on_another_page_cannot_ask_with_the_cookie(client: TestClient) -> None:
    body = client.post("/api/conversations").json()
    path = f"/api/conversations/{body['id']}/messages"
    evil = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    assert client.post(path, content='{"text": "盗み聞き"}', headers=evil).status_code == 403
    assert client.get(path).json() == {"messages": []}


def test_preflight(client: TestClient) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    good = client.options("/api/conversations", headers={"Origin": PORTAL, **ask})
    assert good.status_code == 200 and good.headers["access-control-allow-origin"] == PORTAL
    bad = client.options("/api/conversations", headers={"Origin": "https://evil.example", **ask})
    assert bad.status_code == 400 and "access-control-allow-origin" not in bad.headers


def test_only_named_sites_may_frame_the_pages(client: TestClient) -> None:
    policy = client.get("/chat").headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors 'self' {PORTAL}")
    assert "trusted-types 'none'" in policy and "unsafe" not in policy and "*" not in policy


@pytest.mark.parametrize("value", ["*", "https://*.example.jp", "portal.example.jp", "https://a.jp/path", "file://x"])
def test_an_origin_that_cannot_be_meant_stops_the_start(value: str) -> None:
    with pytest.raises(ValueError, match="ALLOWED_ORIGINS"):
        Settings.from_env({"ALLOWED_ORIGINS": value})


def test_settings_from_the_environment() -> None:
    assert origins("https://A.example.jp/, http://10.0.0.5:8000") == ("https://a.example.jp", "http://10.0.0.5:8000")
    settings = Settings.from_env(
        {"SESSION_IDLE_MINUTES": "5", "SESSION_TOKEN_MINUTES": "90", "HELPDESK_CONTACT": "内線100"}
    )
    assert (settings.idle_minutes, settings.token_minutes, settings.helpdesk) == (5, 90, "内線100")
    for name, value in (("SESSION_IDLE_MINUTES", "0"), ("SESSION_TOKEN_MINUTES", "soon"), ("RATE_LIMIT", "many")):
        with pytest.raises(ValueError, match=name):
            Settings.from_env({name: value})


def test_every_setting_is_documented() -> None:
    said = (Path(__file__).parent.parent / "docs" / "embedding.md").read_text("utf-8")
    code = (Path(__file__).parent.parent / "web" / "settings.py").read_text("utf-8")
    for name in set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', code)):
        assert f"`{name}`" in said
