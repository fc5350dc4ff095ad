"""The web front's API with a pretended Rasa: rights, limits, errors, masking, history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from knowledge.store import Store
from web.app import MASKED_NOTE, create_app
from web.conversations import Conversations
from web.engine import Engine, EngineError, harmless, merge

ANSWER = [
    {"text": "55%です。", "buttons": [{"title": "R6は？", "payload": "R6は？"}]},
    {"custom": {"status": "answered", "sources": [{"page": 9}], "intent": "ask_kpi_target", "why": "cell"}},
]
Handler = Callable[[httpx.Request], httpx.Response]


class FakeRasa:
    """Answers like Rasa's REST channel; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: object = ANSWER
        self.status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path in {"/status", "/alive"}:
            return httpx.Response(self.status, json={})
        self.asked.append(json.loads(request.content))
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(self.status, json=self.answer)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
def client(bare_store: Store, rasa: FakeRasa) -> Iterator[TestClient]:
    app = create_app(
        Conversations(bare_store), Engine("http://bot", "http://actions", transport=httpx.MockTransport(rasa))
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def opened(client: TestClient) -> tuple[str, dict[str, str]]:
    client.cookies.clear()
    body = client.post("/api/conversations").json()
    client.cookies.clear()
    return f"/api/conversations/{body['id']}/messages", {"Authorization": f"Bearer {body['token']}"}


def test_one_message_with_one_status(client: TestClient) -> None:
    path, key = opened(client)
    response = client.post(path, json={"text": "R5の目標は？"}, headers=key)
    assert response.status_code == 200
    (message,) = response.json()["messages"]
    assert message["text"] == "55%です。" and message["buttons"][0]["title"] == "R6は？"
    assert message["custom"] == {"status": "answered", "sources": [{"page": 9}]}


def test_cookie_is_enough_and_safe(client: TestClient) -> None:
    response = client.post("/api/conversations")
    assert response.status_code == 201
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get(f"/api/conversations/{response.json()['id']}/messages").json() == {"messages": []}


def test_both_sides_are_kept(client: TestClient) -> None:
    path, key = opened(client)
    client.post(path, json={"text": "R5の目標は？"}, headers=key)
    messages = client.get(path, headers=key).json()["messages"]
    assert [(m["role"], m["text"]) for m in messages] == [("user", "R5の目標は？"), ("bot", "55%です。")]


def test_rights(client: TestClient) -> None:
    path, key = opened(client)
    other_path, _ = opened(client)
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get(other_path, headers=key).status_code == 404
    assert client.get("/api/conversations/unknown/messages", headers=key).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "あ" * 4001}, 413),
        ({"text": "あ" * 40000}, 413),
        ({"text": "   "}, 422),
        ({"text": ""}, 422),
        ({}, 422),
        ({"text": 5}, 422),
        ("not json", 422),
    ],
)
def test_bad_input(client: TestClient, body: object, status: int) -> None:
    path, key = opened(client)
    content = body if isinstance(body, str) else json.dumps(body)
    response = client.post(path, content=content, headers={**key, "Content-Type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status and response.json()["detail"].endswith("。")


def test_4000_characters_are_allowed(client: TestClient) -> None:
    path, key = opened(client)
    assert client.post(path, json={"text": "あ" * 4000}, headers=key).status_code == 200


@pytest.mark.parametrize("answer", [[], [{"text": "no status"}], httpx.ReadTimeout("slow"), {"odd": 1}])
def test_engine_trouble_keeps_the_question(client: TestClient, rasa: FakeRasa, answer: object) -> None:
    path, key = opened(client)
    rasa.answer = answer
    response = client.post(path, json={"text": "R5の目標は？"}, headers=key)
    assert response.status_code == 503 and "残っています" in response.json()["detail"]
    (kept,) = client.get(path, headers=key).json()["messages"]
    assert kept["text"] == "R5の目標は？" and kept["failed"]
    rasa.answer = ANSWER
    assert client.post(path, json={"text": "R5の目標は？"}, headers=key).status_code == 200
    messages = client.get(path, headers=key).json()["messages"]
    assert [(m["role"], m["failed"]) for m in messages] == [("user", False), ("bot", False)]


def test_my_number_is_seen_by_nobody(client: TestClient, rasa: FakeRasa, caplog: pytest.LogCaptureFixture) -> None:
    path, key = opened(client)
    response = client.post(path, json={"text": "番号は1234-5678-9018です。R5の目標は？"}, headers=key)
    assert MASKED_NOTE in response.json()["messages"][0]["text"]
    everything = json.dumps([rasa.asked, client.get(path, headers=key).json()], ensure_ascii=False) + caplog.text
    assert "9018" not in everything and "R5の目標" in everything


def test_typed_commands_are_words(client: TestClient, rasa: FakeRasa) -> None:
    path, key = opened(client)
    client.post(path, json={"text": '/ask_owner{"measure": "9"}'}, headers=key)
    assert not rasa.asked[0]["message"].startswith("/")
    assert harmless(" //restart") == "restart" and harmless("/") == "。"


def test_button_payload_is_asked_and_title_kept(client: TestClient, rasa: FakeRasa) -> None:
    path, key = opened(client)
    client.post(path, json={"text": "R6", "payload": "交付率のR6の目標は？"}, headers=key)
    assert rasa.asked[0]["message"] == "交付率のR6の目標は？"
    assert client.get(path, headers=key).json()["messages"][0]["text"] == "R6"


def test_feedback(client: TestClient) -> None:
    path, key = opened(client)
    id_ = client.post(path, json={"text": "R5"}, headers=key).json()["messages"][0]["id"]
    assert client.post(f"/api/messages/{id_}/feedback", json={"helpful": True}, headers=key).status_code == 204
    assert (
        client.post(f"/api/messages/{id_}/feedback", json={"helpful": False, "reason": "古い"}, headers=key).status_code
        == 204
    )
    assert client.post("/api/messages/other/feedback", json={"helpful": True}, headers=key).status_code == 404
    assert client.post(f"/api/messages/{id_}/feedback", json={"helpful": True}).status_code == 401
    _, stranger = opened(client)
    assert client.post(f"/api/messages/{id_}/feedback", json={"helpful": True}, headers=stranger).status_code == 404


def test_too_many(monkeypatch: pytest.MonkeyPatch, bare_store: Store, rasa: FakeRasa) -> None:
    monkeypatch.setenv("RATE_LIMIT", "3/minute")
    app = create_app(
        Conversations(bare_store), Engine("http://bot", "http://actions", transport=httpx.MockTransport(rasa))
    )
    with TestClient(app) as client:
        path, key = opened(client)
        codes = [client.post(path, json={"text": "R5"}, headers=key) for _ in range(4)]
    assert [c.status_code for c in codes] == [200, 200, 200, 429]
    assert 1 <= int(codes[-1].headers["retry-after"]) <= 60


def test_health_tells_the_truth(client: TestClient, rasa: FakeRasa) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    rasa.status = 500
    response = client.get("/healthz")
    assert response.status_code == 503 and set(response.json()["down"]) == {"bot", "actions"}


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_pages_have_a_strict_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200 and "script-src 'self'" in response.headers["content-security-policy"]
    assert "style=" not in response.text and "<script>" not in response.text and "onclick" not in response.text
    assert client.get("/nothing").status_code == 404


@pytest.mark.parametrize(
    ("path", "kind"), [("/widget.js", "text/javascript"), ("/static/widget/widget.css", "text/css")]
)
def test_the_widget_is_sent_small_and_asked_about_again(client: TestClient, path: str, kind: str) -> None:
    first = client.get(path)
    assert first.headers["content-type"].startswith(kind) and first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_merge_wants_exactly_one_status() -> None:
    with pytest.raises(EngineError):
        merge([{"text": "a"}, {"custom": {"status": "answered"}}, {"custom": {"status": "clarify"}}])
