"""States: waiting, slow, offline, errors, limits, expiry, reload, tabs, shared PCs, clear, save."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.widget.conftest import TARGET, TREND, Chat, Start, reply

KEPT = "JSON.parse(localStorage.getItem(Object.keys(localStorage).find(k => k.startsWith('keikaku'))))"


@pytest.fixture
def chat(start: Start) -> Chat:
    return start()


def problem(status: int, detail: str, **headers: str) -> dict[str, Any]:
    return {
        "status": status,
        "content_type": "application/problem+json",
        "headers": {k.replace("_", "-"): v for k, v in headers.items()},
        "body": json.dumps({"status": status, "detail": detail}),
    }


def session(chat: Chat) -> Any:
    return chat.page.evaluate(KEPT)


def test_waiting_then_slow(chat: Chat) -> None:
    release = chat.hold()
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    line = chat.page.locator(".waiting")
    expect(line).to_have_text("計画を調べています…")
    expect(chat.page.get_by_role("status")).to_contain_text("計画を調べています…")
    expect(chat.button("送信")).to_have_attribute("aria-disabled", "true")
    expect(line).to_have_text("いつもより時間がかかっています…", timeout=4000)
    release(json=reply("お待たせしました。"))
    expect(chat.last).to_contain_text("お待たせしました。")
    expect(line).to_be_hidden()


def test_offline_and_back(chat: Chat) -> None:
    chat.expect_errors("ERR_INTERNET_DISCONNECTED")
    chat.ask(TARGET)
    chat.page.context.set_offline(True)
    expect(chat.page.locator(".bar")).to_contain_text("ネットワークにつながっていません")
    chat.input.fill(TREND)
    chat.input.press("Enter")
    failed = chat.questions.last
    expect(failed).to_contain_text("サーバーから返事がありません")
    expect(failed).to_contain_text(TREND)
    chat.page.context.set_offline(False)
    expect(chat.page.locator(".bar")).to_be_hidden()
    failed.get_by_role("button", name="再送").click()
    expect(chat.answers).to_have_count(2)
    expect(failed.locator(".problem")).to_have_count(0)


@pytest.mark.parametrize("kind", ["abort", "500", "503", "html"])
def test_an_error_keeps_the_question_for_one_click(chat: Chat, kind: str) -> None:
    chat.expect_errors("Failed to load resource")
    broken = [True]

    def handle(route: Route) -> None:
        if not broken[0]:
            return route.continue_()
        if kind == "abort":
            return route.abort()
        if kind == "html":
            return route.fulfill(status=502, content_type="text/html", body="<h1>Bad Gateway</h1>")
        return route.fulfill(**problem(int(kind), "ただいま回答できません。"))

    chat.on_ask(handle)
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    said = {"abort": "返事がありません", "html": "サーバーで問題が起きました"}.get(kind, "ただいま回答できません。")
    expect(chat.questions.locator(".problem")).to_contain_text(said)
    expect(chat.page.get_by_role("status")).to_contain_text(said)
    broken[0] = False
    chat.button("再送").click()
    expect(chat.last.locator(".value strong")).to_have_text("55%")
    expect(chat.questions).to_have_count(1)


def test_a_limit_says_when(chat: Chat) -> None:
    chat.expect_errors("Failed to load resource")
    chat.on_ask(lambda route: route.fulfill(**problem(429, "少し待ってください。", Retry_After="3")))
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    retry = chat.questions.get_by_role("button")
    expect(retry).to_have_text(re.compile(r"再送（あと[123]秒）"))
    expect(retry).to_have_attribute("aria-disabled", "true")
    chat.page.unroute_all()
    expect(retry).to_have_text("再送", timeout=5000)
    retry.click()
    expect(chat.answers).to_have_count(1)


def test_an_expired_conversation_renews_itself(chat: Chat, system: str) -> None:
    chat.expect_errors("401")
    chat.ask(TARGET)
    old = session(chat)
    ended = chat.page.request.delete(
        f"{system}/api/conversations/{old['id']}", headers={"Authorization": f"Bearer {old['token']}"}
    )
    assert ended.status == 204
    chat.ask(TREND)
    expect(chat.page.get_by_text("有効期限が切れたため")).to_be_visible()
    assert session(chat)["id"] != old["id"]


def test_a_token_is_changed_half_way(chat: Chat, system: str) -> None:
    chat.ask(TARGET)
    old = session(chat)
    chat.page.evaluate(
        "() => { const key = Object.keys(localStorage).find(k => k.startsWith('keikaku'));"
        "localStorage.setItem(key, JSON.stringify({...JSON.parse(localStorage.getItem(key)), renew: 0})); }"
    )
    chat.ask("じゃあR6は？")
    new = session(chat)
    assert new["id"] == old["id"] and new["token"] != old["token"]
    gone = chat.page.request.get(
        f"{system}/api/conversations/{old['id']}/messages", headers={"Authorization": f"Bearer {old['token']}"}
    )
    assert gone.status == 401


def test_reload_and_second_tab(chat: Chat, start: Start) -> None:
    chat.ask(TARGET)
    chat.page.reload()
    expect(chat.last.locator(".value strong")).to_have_text("55%")
    expect(chat.questions.last).to_contain_text(TARGET)
    second = start(context=chat.page.context)
    expect(second.last.locator(".value strong")).to_have_text("55%")
    second.ask("じゃあR6は？")
    expect(chat.answers).to_have_count(2)
    expect(chat.last.locator(".value strong")).to_have_text("65%")
    second.button("消去").click()
    second.page.locator(".bar").get_by_role("button", name="消去").click()
    expect(chat.answers).to_have_count(0)


def test_a_draft_and_the_open_window_outlive_a_change_of_page(start: Start) -> None:
    chat = start("/")
    expect(chat.input).to_be_hidden()
    chat.open()
    chat.input.fill("書きかけ")
    chat.page.reload()
    expect(chat.input).to_be_visible()
    expect(chat.input).to_have_value("書きかけ")
    expect(chat.input).not_to_be_focused()


def test_nothing_is_asked_before_the_window_opens(start: Start) -> None:
    chat = start("/")
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    chat.page.reload()
    expect(chat.button("計画ボットに聞く")).to_be_visible()
    assert asked == []


def test_an_unanswered_question_can_be_sent_after_a_reload(chat: Chat) -> None:
    chat.expect_errors("Failed to load resource")
    chat.ask(TARGET)

    def lost(route: Route) -> None:
        body = route.fetch().json()
        body["messages"].append(
            {"id": "q", "role": "user", "text": "じゃあR6は？", "failed": True, "created_at": "2026-01-01T00:00:00"}
        )
        route.fulfill(json=body)

    chat.page.route("**/messages", lambda route: lost(route) if route.request.method == "GET" else route.continue_())
    chat.page.reload()
    expect(chat.questions.last.locator(".problem")).to_contain_text("回答がまだ届いていません。")
    chat.page.unroute_all()
    chat.button("再送").click()
    expect(chat.last.locator(".value strong")).to_have_text("65%")


def test_a_history_that_cannot_be_loaded_can_be_loaded_again(chat: Chat) -> None:
    chat.expect_errors("Failed to load resource")
    chat.ask(TARGET)
    chat.page.route("**/messages", lambda route: route.abort())
    chat.page.reload()
    expect(chat.page.locator(".bar")).to_contain_text("返事がありません")
    chat.page.unroute_all()
    chat.button("再読込").click()
    expect(chat.last.locator(".value strong")).to_have_text("55%")


def test_a_shared_pc_forgets_after_a_warning(chat: Chat) -> None:
    chat.page.clock.install()
    chat.page.reload()
    chat.page.clock.run_for(1000)
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    expect(chat.answers).to_have_count(1)
    chat.page.clock.fast_forward("28:50")
    chat.page.clock.run_for(2000)
    expect(chat.page.locator(".bar")).to_be_hidden()
    chat.page.clock.fast_forward("00:20")
    chat.page.clock.run_for(2000)
    expect(chat.page.locator(".bar")).to_contain_text("まもなく会話を終わります")
    chat.button("続ける").click()
    chat.page.clock.run_for(2000)
    expect(chat.page.locator(".bar")).to_be_hidden()
    expect(chat.answers).to_have_count(1)
    chat.input.fill("書きかけ")
    with chat.page.expect_request(lambda request: request.method == "DELETE"):
        chat.page.clock.fast_forward("30:10")
        chat.page.clock.run_for(2000)
    expect(chat.page.locator(".bar")).to_contain_text("会話を終わりました")
    expect(chat.answers).to_have_count(0)
    expect(chat.input).to_have_value("")
    assert session(chat) is None


def test_what_was_left_behind_is_not_even_shown(chat: Chat) -> None:
    """The window was closed without a word; the next user of the PC opens it 31 minutes later."""
    chat.ask(TARGET)
    chat.page.evaluate(
        "() => { const key = Object.keys(localStorage).find(k => k.startsWith('keikaku'));"
        "const kept = JSON.parse(localStorage.getItem(key)); kept.used -= 31 * 60000;"
        "localStorage.setItem(key, JSON.stringify(kept)); }"
    )
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.method) if "/conversations" in request.url else None)
    chat.page.reload()
    expect(chat.page.locator(".bar")).to_contain_text("会話を終わりました")
    assert asked == ["DELETE"]
    expect(chat.answers).to_have_count(0)


def test_clear_asks_first(chat: Chat, system: str) -> None:
    chat.ask(TARGET)
    old = session(chat)
    chat.button("消去").click()
    cancel = chat.button("やめる")
    expect(cancel).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(cancel).to_have_count(0)
    expect(chat.answers).to_have_count(1)
    chat.button("消去").click()
    with chat.page.expect_response(lambda response: response.request.method == "DELETE") as ended:
        chat.page.locator(".bar").get_by_role("button", name="消去").click()
    assert ended.value.status == 204
    expect(chat.answers).to_have_count(0)
    expect(chat.page.locator(".bar")).to_contain_text("会話を消去しました。")
    expect(chat.input).to_be_focused()
    answer = chat.page.request.get(
        f"{system}/api/conversations/{old['id']}/messages", headers={"Authorization": f"Bearer {old['token']}"}
    )
    assert answer.status == 401


def test_save_as_text(chat: Chat) -> None:
    chat.ask(TARGET)
    with chat.page.expect_download() as saved:
        chat.button("保存").click()
    assert saved.value.suggested_filename.endswith(".txt")
    data = Path(saved.value.path()).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and b"\r\n" in data
    text = data.decode("utf-8-sig")
    for part in (TARGET, "目標は55%です", "出典：", "施策9・⑤KPI・9ページ・マイナンバーカードの交付率・R5年度末"):
        assert part in text
