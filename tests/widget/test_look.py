"""What staff see: pictures of every state, kept in tests/artifacts/, and no text cut off in any of them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import ISSUES, TARGET, TREND, UNCLEAR, UNKNOWN, Chat, Start

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 375, "height": 780},
    "device_scale_factor": 2,
    "reduced_motion": "reduce",
}
# Text whose box is smaller than itself and that no scrolling brings into view.
CUT = """() => {
  const all = [...document.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot?.querySelectorAll('*') ?? [])]);
  return all.filter(e => e instanceof HTMLElement && e.checkVisibility() && e.innerText?.trim()
      && !e.closest('.hidden, .skip, textarea') && !['visible', 'auto', 'scroll'].includes(getComputedStyle(e).overflowX)
      && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
    .map(e => e.localName + '.' + e.className + ': ' + e.innerText.slice(0, 30));
}"""
SIDEWAYS = """() => [document.documentElement, ...document.querySelector('keikaku-chat').shadowRoot.querySelectorAll('.log, .page, .chat')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.localName)"""


def look(chat: Chat, name: str) -> None:
    chat.shot(name)
    assert chat.page.evaluate(CUT) == []
    assert chat.page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("light", DESK),
        ("dark", {**DESK, "color_scheme": "dark"}),
        ("phone", PHONE),
        ("phone-dark", {**PHONE, "color_scheme": "dark"}),
        ("forced", {**DESK, "forced_colors": "active"}),
    ],
)
def test_portal(start: Start, name: str, settings: dict[str, Any]) -> None:
    chat = start("/", **settings)
    look(chat, f"{name}-closed")
    chat.open() if settings is not PHONE else chat.button("計画ボットに聞く").click()
    look(chat, f"{name}-greeting")
    chat.ask(TARGET)
    look(chat, f"{name}-value")
    chat.last.locator(".chip").click()
    expect(chat.page.locator(".panel mark")).to_be_visible()
    look(chat, f"{name}-panel")
    chat.page.keyboard.press("Escape")
    chat.ask(TREND)
    look(chat, f"{name}-chart")
    chat.ask(UNCLEAR)
    look(chat, f"{name}-clarify")
    chat.ask(UNKNOWN).get_by_role("button", name="人に聞く").click()
    look(chat, f"{name}-no-answer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_full_page(start: Start, scheme: str) -> None:
    chat = start(color_scheme=scheme, **DESK)
    chat.ask(TARGET)
    chat.ask(TREND).locator(".chip").click()
    expect(chat.page.locator(".panel mark").first).to_be_visible()
    look(chat, f"page-{scheme}-panel")
    chat.page.keyboard.press("Escape")
    chat.ask(ISSUES).get_by_role("button", name="役に立たなかった").click()
    look(chat, f"page-{scheme}-issues")


def test_states(start: Start) -> None:
    chat = start("/", **DESK)
    chat.expect_errors("Failed to load resource", "ERR_INTERNET_DISCONNECTED")
    chat.open()
    chat.input.press_sequentially("交付率")
    expect(chat.page.get_by_role("option").first).to_be_visible()
    chat.input.press("ArrowDown")
    look(chat, "suggestions")
    chat.input.fill("お世話になっております。" + "計画の件で確認したいことがあります。" * 240)
    look(chat, "too-long")
    release = chat.hold()
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    expect(chat.page.locator(".waiting")).to_be_visible()
    look(chat, "waiting")
    release(status=429, headers={"Retry-After": "20"}, content_type="application/problem+json", body=LIMITED)
    expect(chat.questions.locator(".problem")).to_be_visible()
    chat.page.context.set_offline(True)
    expect(chat.page.locator(".bar")).to_be_visible()
    look(chat, "error")
    chat.page.context.set_offline(False)
    chat.page.unroute_all()
    chat.button("消去").click()
    look(chat, "clear")


LIMITED = '{"detail": "短い時間にたくさんの質問が送られました。少し待ってから、もう一度送ってください。"}'
