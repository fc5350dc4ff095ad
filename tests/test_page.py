"""The chat page in headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.setup import find_chromium
from tests.conftest import ARTIFACTS

ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUESTION = "マイナンバーカードの交付率のR5年度末の目標は？"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, system: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="ja-JP")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda request: None if request.url.startswith((system, "data:")) else problems.append(request.url)
    )
    page.goto(system)
    yield page
    context.close()
    assert problems == []


def ask(page: Page, text: str) -> None:
    page.locator("textarea#question").fill(text)
    page.locator("textarea#question").press("Enter")


def test_asks_and_sees_value_and_source(page: Page) -> None:
    ask(page, QUESTION)
    answer = page.locator('[data-role="bot"]').last
    expect(answer).to_contain_text("55%")
    expect(answer.locator(".source-chip").first).to_contain_text("9")
    expect(page.locator('[data-role="user"]').last).to_contain_text(QUESTION)
    page.screenshot(path=ARTIFACTS / "chat.png")


def test_a_button_asks(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator('[data-role="bot"]').last).to_contain_text("55%")
    page.locator('[data-role="bot"]').last.locator(".answer-button").first.click()
    expect(page.locator('[data-role="bot"]').last).to_contain_text("65%")


def test_reload_restores_the_conversation(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator('[data-role="bot"]').last).to_contain_text("55%")
    page.reload()
    expect(page.locator('[data-role="user"]').last).to_contain_text(QUESTION)
    expect(page.locator('[data-role="bot"]').last).to_contain_text("55%")


def test_enter_while_composing_does_not_send(page: Page) -> None:
    field = page.locator("textarea#question")
    field.fill("こうふりつ")
    field.evaluate(
        "f => f.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    field.evaluate(
        "f => f.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )
    expect(page.locator('[data-role="user"]')).to_have_count(0)
    expect(field).to_have_value("こうふりつ")


def test_shift_enter_breaks_the_line(page: Page) -> None:
    field = page.locator("textarea#question")
    field.fill("一行目")
    field.press("Shift+Enter")
    expect(page.locator('[data-role="user"]')).to_have_count(0)
    assert "\n" in field.input_value()


def test_markup_is_text(page: Page) -> None:
    ask(page, "<img src=x onerror=alert(1)><b>太字</b>")
    expect(page.locator('[data-role="user"]').last).to_contain_text("<b>太字</b>")
    assert page.locator('[data-role="user"] b, [data-role="user"] img').count() == 0


def test_failure_keeps_the_question_and_can_be_sent_again(page: Page, system: str) -> None:
    broken = {"on": True}

    def handle(route, request):  # type: ignore[no-untyped-def]
        if broken["on"] and request.method == "POST":
            route.fulfill(
                status=503,
                content_type="application/problem+json",
                body='{"status":503,"detail":"ただいま回答できません。"}',
            )
        else:
            route.continue_()

    page.route("**/messages", handle)
    page.on("console", lambda _message: None)
    ask(page, QUESTION)
    expect(page.get_by_text("ただいま回答できません。")).to_be_visible()
    broken["on"] = False
    page.get_by_role("button", name="再送").click()
    expect(page.locator('[data-role="bot"]').last).to_contain_text("55%")


def test_phone_and_dark(browser: Browser, system: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark", locale="ja-JP")
    page = context.new_page()
    page.goto(system)
    ask(page, "マイナンバーカードの交付率の目標を年度ごとに全部教えて")
    expect(page.locator('[data-role="bot"]').last).to_contain_text("65%")
    page.screenshot(path=ARTIFACTS / "chat-phone-dark.png")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
