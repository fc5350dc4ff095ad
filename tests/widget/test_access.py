"""Accessibility: axe-core in every state, keyboard alone, live region, focus, zoom, motion, contrast, language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import ISSUES, TARGET, TREND, UNCLEAR, UNKNOWN, Start, reply

LOOKS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}},
    "forced": {"forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_through_a_conversation(start: Start, look: str) -> None:
    """Launcher, greeting, value, trend, passages, choice, no answer, forms, panel, type-ahead, confirmation."""
    chat = start("/", **LOOKS[look])
    found = {"closed": chat.on_axe()}
    chat.open()
    found["greeting"] = chat.on_axe()
    chat.ask(TARGET)
    chat.ask(TREND)
    found["trend"] = chat.on_axe()
    chat.ask(ISSUES)
    chat.ask(UNCLEAR)
    found["choice"] = chat.on_axe()
    answer = chat.ask(UNKNOWN)
    found["no answer"] = chat.on_axe()
    answer.get_by_role("button", name="人に聞く").click()
    found["hand-over"] = chat.on_axe()
    chat.page.keyboard.press("Escape")
    answer.get_by_role("button", name="役に立たなかった").click()
    expect(answer.get_by_role("radio").first).to_be_visible()
    found["reasons"] = chat.on_axe()
    chat.page.keyboard.press("Escape")
    chat.answers.first.locator(".chip").click()
    expect(chat.page.locator(".panel mark")).to_be_visible()
    found["panel"] = chat.on_axe()
    chat.page.keyboard.press("Escape")
    chat.input.press_sequentially("交付率")
    expect(chat.page.get_by_role("option").first).to_be_visible()
    chat.input.press("ArrowDown")
    found["type-ahead"] = chat.on_axe()
    chat.input.fill("あ" * 4100)
    found["too long"] = chat.on_axe()
    chat.input.fill("")
    chat.button("消去").click()
    found["confirmation"] = chat.on_axe()
    assert {state: broken for state, broken in found.items() if broken} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_while_waiting_and_after_an_error(start: Start, scheme: str) -> None:
    chat = start(color_scheme=scheme)
    chat.expect_errors("Failed to load resource")
    found = {"full page": chat.on_axe()}
    release = chat.hold()
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    expect(chat.page.locator(".waiting")).to_be_visible()
    found["waiting"] = chat.on_axe()
    release(status=429, headers={"Retry-After": "9"}, content_type="application/problem+json", body="{}")
    expect(chat.questions.locator(".problem")).to_be_visible()
    found["error"] = chat.on_axe()
    chat.page.unroute_all()
    chat.ask(TARGET).locator(".chip").click()
    expect(chat.page.locator(".panel mark")).to_be_visible()
    found["panel beside"] = chat.on_axe()
    chat.page.context.set_offline(True)
    expect(chat.page.locator(".bar")).to_be_visible()
    found["offline"] = chat.on_axe()
    assert {state: broken for state, broken in found.items() if broken} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_accent_keeps_its_contrast(start: Start, scheme: str) -> None:
    chat = start(color_scheme=scheme, reduced_motion="reduce")
    chat.on_ask(lambda route: route.fulfill(json=reply("見つかりません。", status="no_answer", buttons=[BUTTON])))
    found = {}
    for accent in ("#ffd400", "#7fffd4", "#ff0000", "#101010", "#0000ff"):
        chat.page.locator("keikaku-chat").evaluate("(e, accent) => e.setAttribute('accent', accent)", accent)
        chat.ask("何か")
        found[accent] = chat.on_axe()
    assert {accent: broken for accent, broken in found.items() if broken} == {}


BUTTON = {"title": "次の質問", "payload": "次の質問"}


def test_the_whole_flow_by_keyboard(start: Start) -> None:
    chat = start("/")
    keys = chat.page.keyboard
    for _ in range(20):
        keys.press("Tab")
        if chat.page.evaluate("document.activeElement.localName === 'keikaku-chat'"):
            break
    expect(chat.button("計画ボットに聞く")).to_be_focused()
    keys.press("Enter")
    expect(chat.input).to_be_focused()
    keys.insert_text(TARGET)
    keys.press("Enter")
    expect(chat.answers).to_have_count(1)
    # Back to the answer: source, next questions, opinion.
    for _ in range(12):
        keys.press("Shift+Tab")
        if chat.last.locator(".chip").evaluate("e => e === e.getRootNode().activeElement"):
            break
    keys.press("Enter")
    expect(chat.page.locator(".panel h3")).to_be_focused()
    keys.press("Tab")
    expect(chat.page.locator(".panel").get_by_role("button", name="閉じる")).to_be_focused()
    keys.press("Enter")
    expect(chat.last.locator(".chip")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(chat.answers).to_have_count(2)
    expect(chat.input).to_be_focused()
    keys.press("Escape")
    expect(chat.input).to_be_hidden()
    expect(chat.button("計画ボットに聞く")).to_be_focused()


def test_on_a_phone_the_window_is_all_there_is(start: Start) -> None:
    chat = start("/", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    chat.button("計画ボットに聞く").tap()
    dialog = chat.page.get_by_role("dialog", name="計画ボット")
    box = dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 800}
    assert dialog.evaluate("e => e.matches(':modal')")
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(chat.button("計画ボットに聞く")).to_be_focused()


def test_the_live_region_says_plain_text_and_forgets_it(start: Start) -> None:
    chat = start()
    region = chat.page.get_by_role("status")
    expect(region).to_have_count(1)
    expect(region).to_be_empty()
    first = chat.page.locator(".chat > :first-child")
    expect(first).to_have_attribute("role", "status")
    expect(chat.page.locator(".log")).not_to_have_attribute("aria-live", "polite")
    chat.input.fill(UNCLEAR)
    chat.input.press("Enter")
    expect(region).to_contain_text("計画を調べています…")
    expect(region).to_contain_text("選択肢：")
    assert region.evaluate("e => [...e.querySelectorAll('*')].every(p => p.localName === 'p' && !p.children.length)")
    expect(region).to_be_empty(timeout=2500)
    assert region.evaluate("e => !e.closest('.log') && !e.querySelector('.log')")


def test_an_answer_does_not_move_the_focus(start: Start) -> None:
    chat = start()
    release = chat.hold()
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    expect(chat.page.locator(".waiting")).to_be_visible()
    chat.button("保存").focus()
    release(json=reply("答えです。"))
    expect(chat.last).to_contain_text("答えです。")
    expect(chat.button("保存")).to_be_focused()


def test_who_reads_further_up_is_not_moved(start: Start) -> None:
    chat = start("/")
    chat.open()
    for text in (TREND, ISSUES):
        chat.ask(text)
    release = chat.hold()
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    log = chat.page.locator(".log")
    log.evaluate("e => { e.scrollTop = 40; }")
    release(json=reply("下に届きました。"))
    newest = chat.button("新しい回答があります")
    expect(newest).to_be_visible()
    assert log.evaluate("e => e.scrollTop") == 40
    newest.click()
    expect(newest).to_be_hidden()
    assert log.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 2


def test_a_long_answer_is_shown_from_its_question_on(start: Start) -> None:
    chat = start("/")
    chat.open()
    chat.ask(TARGET)
    chat.ask(ISSUES)
    log, asked = chat.page.locator(".log").bounding_box(), chat.questions.last.bounding_box()
    assert log and asked and 0 <= asked["y"] - log["y"] < 40


def test_tab_stops_are_natural(start: Start) -> None:
    chat = start()
    chat.ask(TREND)
    chat.ask(UNCLEAR)
    stops = chat.page.locator("[tabindex]").evaluate_all("list => list.map(e => e.getAttribute('tabindex'))")
    assert stops and set(stops) <= {"0", "-1"}


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_at_400_percent_everything_is_reached_without_scrolling_sideways(start: Start, path: str) -> None:
    """1280 × 1024 at 400 % is 320 × 256 CSS pixels."""
    chat = start(path, viewport={"width": 320, "height": 256})
    if path == "/":
        chat.open()
    chat.ask(TREND)
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert chat.page.locator(".log").evaluate("e => e.scrollWidth <= e.clientWidth")
    for part in (chat.input, chat.button("送信"), chat.button("消去")):
        expect(part).to_be_in_viewport(ratio=1)
    log = chat.page.locator(".log").bounding_box()
    assert log and log["height"] >= 64
    chat.shot(f"zoom-400{path.replace('/', '-').rstrip('-')}")


def test_reduced_motion(start: Start) -> None:
    chat = start(reduced_motion="reduce")
    answer = chat.ask(TARGET)
    assert answer.evaluate("e => getComputedStyle(e).animationName") == "none"
    moving = start(reduced_motion="no-preference")
    assert moving.ask(TARGET).evaluate("e => getComputedStyle(e).animationName") == "new"


def test_forced_colours_reach_the_chart(start: Start) -> None:
    chat = start(forced_colors="active")
    drawing = chat.ask(TREND).get_by_role("img")
    own = chat.page.evaluate("getComputedStyle(document.body).color")
    for part in ("line", "circle", ".figure"):
        ink = "fill" if part == ".figure" else "stroke"
        assert drawing.locator(part).first.evaluate(f"e => getComputedStyle(e).{ink}") == own


def test_english(start: Start) -> None:
    chat = start()
    chat.page.locator("keikaku-chat").evaluate("e => e.setAttribute('lang', 'en')")
    expect(chat.button("Send")).to_be_visible()
    expect(chat.page.locator(".root")).to_have_attribute("lang", "en")
    answer = chat.ask(TARGET)
    expect(answer.locator(".bubble")).to_have_attribute("lang", "ja")
    expect(answer.locator(".label")).to_have_attribute("lang", "en")
    expect(answer.get_by_role("button", name="Ask a person")).to_be_visible()
    assert chat.on_axe() == []
    chat.shot("english")
