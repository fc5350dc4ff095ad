"""A browser on the running system, and what the widget's tests do in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

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
TARGET = "マイナンバーカードの交付率のR5年度末の目標は？"
TREND = "マイナンバーカードの交付率の目標を年度ごとに全部教えて"
ISSUES = "行政手続オンライン化の課題は？"
UNCLEAR = "研修のR5の目標は？"
UNKNOWN = "今日の天気は？"
AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"


class Chat:
    """The widget on a page, as staff meet it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self.allowed: tuple[str, ...] = ()

    @property
    def input(self) -> Locator:
        return self.page.locator(".composer textarea")

    @property
    def answers(self) -> Locator:
        return self.page.locator("[data-status]")

    @property
    def last(self) -> Locator:
        return self.answers.last

    @property
    def questions(self) -> Locator:
        return self.page.locator("article.user")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def open(self) -> None:
        self.button("計画ボットに聞く").click()
        expect(self.input).to_be_focused()

    def ask(self, text: str) -> Locator:
        """Send a question and wait for its answer."""
        before = self.answers.count()
        self.input.fill(text)
        self.input.press("Enter")
        expect(self.answers).to_have_count(before + 1)
        return self.last

    def expect_errors(self, *words: str) -> None:
        """What the console may say in this test (a failed request is reported there)."""
        self.allowed += words

    def on_ask(self, handle: Callable[[Route], None]) -> None:
        """Answer the sending of questions in the server's place."""
        self.page.route(
            "**/messages", lambda route: handle(route) if route.request.method == "POST" else route.continue_()
        )

    def hold(self) -> Callable[..., None]:
        """Let the next questions wait; the returned function answers the oldest (as `route.fulfill`)."""
        held: list[Route] = []
        self.on_ask(held.append)

        def release(**answer: Any) -> None:
            for _ in range(50):
                if held:
                    break
                self.page.wait_for_timeout(50)
            held.pop(0).fulfill(**answer)

        return release

    def on_axe(self) -> list[str]:
        """The rules that axe-core finds broken here, the best practices included."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        result: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in result["violations"]]

    def shot(self, name: str) -> None:
        # Two frames: what has just been asked for is laid out and painted.
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.screenshot(path=ARTIFACTS / f"widget-{name}.png")


def reply(text: str, **custom: Any) -> dict[str, Any]:
    """A reply of the server with the status `answered` unless told otherwise."""
    buttons = custom.pop("buttons", [])
    return {"messages": [{"id": "m", "text": text, "buttons": buttons, "custom": {"status": "answered", **custom}}]}


# One per file: Playwright allows no second one beside it, and other tests may start their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    ARTIFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        yield browser
        browser.close()


Start = Callable[..., Chat]


@pytest.fixture
def start(browser: Browser, system: str) -> Iterator[Start]:
    """Opens pages: `start("/chat", viewport=…)`. Afterwards nothing may have gone wrong and no other host been asked."""
    opened: list[tuple[BrowserContext, Chat]] = []

    def go(path: str = "/chat", context: BrowserContext | None = None, **settings: Any) -> Chat:
        settings = {"viewport": {"width": 1200, "height": 800}, "locale": "ja-JP", **settings}
        used = context or browser.new_context(**settings)
        used.set_default_timeout(10_000)
        page = used.new_page()
        chat = Chat(page)
        page.on("pageerror", lambda error: chat.problems.append(str(error)))
        page.on(
            "console",
            lambda m: (
                chat.problems.append(m.text) if m.type == "error" or "Content Security Policy" in m.text else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((system, "data:", "blob:")) else chat.problems.append(request.url)
            ),
        )
        opened.append((used, chat))
        page.goto(system + path)
        if path == "/chat":
            expect(chat.input).to_be_visible()
        return chat

    yield go
    for context, chat in opened:
        context.close()
        assert [p for p in chat.problems if not any(word in p for word in chat.allowed)] == []
