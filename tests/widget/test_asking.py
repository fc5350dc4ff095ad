"""Asking: keys and input methods, growing, counting, pasting, type-ahead."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.widget.conftest import TARGET, Chat, Start


@pytest.fixture
def chat(start: Start) -> Chat:
    return start()


def height(part: Locator) -> float:
    box = part.bounding_box()
    assert box
    return box["height"]


def test_enter_sends_and_shift_enter_breaks(chat: Chat) -> None:
    chat.input.fill("一行目")
    chat.input.press("Shift+Enter")
    expect(chat.questions).to_have_count(0)
    chat.page.keyboard.insert_text("二行目")
    expect(chat.input).to_have_value("一行目\n二行目")
    chat.input.press("Enter")
    expect(chat.questions.locator(".bubble")).to_have_text("一行目\n二行目")
    expect(chat.input).to_have_value("")


def test_enter_confirms_a_conversion_and_the_next_one_sends(chat: Chat) -> None:
    """With Chromium's own composition: 「こうふ」 is converted to 「交付」 and confirmed with Enter."""
    chat.input.focus()
    chat.input.evaluate(
        "f => { window.seen = []; for (const type of ['compositionstart', 'compositionupdate', 'compositionend', 'keydown'])"
        " f.addEventListener(type, e => window.seen.push(type + (e.isComposing ? '*' : '')), true); }"
    )
    keys = chat.page.context.new_cdp_session(chat.page)
    for typed in ("こ", "こう", "こうふ", "交付"):
        keys.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
    # Windows' input methods give every key of a composition the code 229.
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", enter)
    expect(chat.questions).to_have_count(0)
    # … others leave it 13, and say only that they compose.
    keys.send("Input.dispatchKeyEvent", {**enter, "windowsVirtualKeyCode": 13})
    expect(chat.questions).to_have_count(0)
    keys.send("Input.insertText", {"text": "交付率"})
    keys.send("Input.dispatchKeyEvent", {**enter, "type": "keyUp"})
    seen = chat.page.evaluate("window.seen")
    assert "compositionstart" in seen and "compositionend" in seen and "keydown*" in seen
    expect(chat.input).to_have_value("交付率")
    expect(chat.questions).to_have_count(0)
    chat.input.press("Enter")
    expect(chat.questions.locator(".bubble")).to_have_text("交付率")


def test_suggestions_wait_for_the_conversion(chat: Chat) -> None:
    chat.input.focus()
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url) if "/suggestions" in request.url else None)
    keys = chat.page.context.new_cdp_session(chat.page)
    keys.send("Input.imeSetComposition", {"text": "こうふりつ", "selectionStart": 5, "selectionEnd": 5})
    chat.page.wait_for_timeout(500)
    assert asked == []
    keys.send("Input.insertText", {"text": "交付率"})
    expect(chat.page.get_by_role("option").first).to_contain_text("交付率")
    assert len(asked) == 1


def test_the_input_grows_up_to_a_limit(chat: Chat) -> None:
    small = height(chat.input)
    chat.input.fill("一\n二\n三\n四")
    grown = height(chat.input)
    assert grown > small + 50
    chat.input.fill("行\n" * 60)
    assert grown < height(chat.input) <= 0.31 * 800
    assert chat.input.evaluate("f => f.scrollHeight > f.clientHeight")
    chat.input.fill("")
    assert height(chat.input) == small


def test_a_long_mail_is_kept_whole_and_counted(chat: Chat) -> None:
    counter = chat.page.locator(".counter")
    mail = "お世話になっております。\n" + "あ" * 4237
    chat.input.focus()
    chat.page.keyboard.insert_text(mail)
    expect(chat.input).to_have_value(mail)
    expect(counter).to_have_text("4,250／4,000文字 250文字多いため送れません")
    expect(chat.button("送信")).to_have_attribute("aria-disabled", "true")
    expect(chat.input).to_have_attribute("aria-invalid", "true")
    chat.input.press("Enter")
    expect(chat.questions).to_have_count(0)
    expect(chat.input).to_have_value(mail)
    chat.input.fill(mail[:3599])
    expect(counter).to_have_text("")
    chat.input.fill(mail[:4000])
    expect(counter).to_contain_text("4,000／4,000文字")
    chat.ask(mail[:4000])


def test_nothing_is_sent_twice_or_empty(chat: Chat) -> None:
    chat.input.press("Enter")
    chat.input.fill("　 \n")
    chat.input.press("Enter")
    expect(chat.questions).to_have_count(0)
    chat.input.fill(TARGET)
    chat.input.press("Enter")
    chat.input.fill("つぎの質問")
    chat.input.press("Enter")
    expect(chat.answers).to_have_count(1)
    expect(chat.questions).to_have_count(1)
    expect(chat.input).to_have_value("つぎの質問")


def test_type_ahead_by_keyboard(chat: Chat) -> None:
    chat.input.press_sequentially("交付率")
    options = chat.page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert 1 <= options.count() <= 5
    box = chat.page.get_by_role("listbox", name="質問の候補")
    expect(chat.input).to_have_attribute("aria-controls", box.get_attribute("id") or "-")
    expect(chat.page.get_by_role("status")).to_contain_text("上下の矢印キーで選べます")
    chat.input.press("ArrowDown")
    chat.input.press("ArrowDown")
    chat.input.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(chat.input).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "-")
    expect(chat.input).to_be_focused()
    question = options.first.inner_text()
    chat.input.press("Enter")
    expect(chat.questions.locator(".bubble")).to_have_text(question)
    expect(options).to_have_count(0)


def test_type_ahead_is_closed_with_escape_and_never_takes_enter_unasked(start: Start) -> None:
    chat = start("/")
    chat.open()
    chat.input.press_sequentially("交付率")
    expect(chat.page.get_by_role("option").first).to_be_visible()
    chat.input.press("Escape")
    expect(chat.page.get_by_role("option")).to_have_count(0)
    expect(chat.input).to_be_visible()
    chat.input.press_sequentially("は")
    expect(chat.page.get_by_role("option").first).to_be_visible()
    chat.input.press("Enter")
    expect(chat.questions.locator(".bubble")).to_have_text("交付率は")


def test_type_ahead_by_mouse(chat: Chat) -> None:
    chat.input.press_sequentially("テレワーク")
    option = chat.page.get_by_role("option").last
    question = option.inner_text()
    option.click()
    expect(chat.questions.locator(".bubble")).to_have_text(question)


def test_type_ahead_can_be_turned_off(chat: Chat) -> None:
    chat.page.locator("keikaku-chat").evaluate("e => e.setAttribute('suggestions', 'off')")
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url) if "/suggestions" in request.url else None)
    chat.input.press_sequentially("交付率")
    chat.page.wait_for_timeout(600)
    expect(chat.page.get_by_role("listbox")).to_have_count(0)
    assert asked == []
