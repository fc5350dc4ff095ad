"""Replies as they deserve: value, table, chart, sources, buttons, text; opinions and asking a person."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.widget.conftest import ISSUES, TARGET, TREND, UNCLEAR, UNKNOWN, Chat, Start, reply


@pytest.fixture
def chat(start: Start) -> Chat:
    return start()


def in_view(within: Locator, part: Locator) -> bool:
    """Whether all of a part is seen inside a scrolling box."""
    box, inner = within.bounding_box(), part.bounding_box()
    assert box and inner
    return (
        inner["y"] >= box["y"] - 1
        and inner["y"] + inner["height"] <= box["y"] + box["height"] + 1
        and inner["x"] >= box["x"] - 1
        and inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
    )


def test_the_one_value_is_large_and_first(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    expect(answer.locator(".value strong")).to_have_text("55%")
    expect(answer.locator(".value")).to_contain_text("R5（2023）年度末の目標")
    sizes = [
        float(answer.locator(part).first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
        for part in (".value strong", ".prose p")
    ]
    assert sizes[0] >= 2 * sizes[1]
    tops = [answer.locator(part).first.bounding_box() for part in (".value", ".prose", ".table")]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)


def test_the_row_is_a_table_with_the_asked_cell_marked(chat: Chat) -> None:
    table = chat.ask(TARGET).get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["指標", "現状", "R3年度末", "R4年度末", "R5年度末", "R6年度末"]
    )
    expect(table.get_by_role("rowheader")).to_have_text(["マイナンバーカードの交付率"])
    expect(table.locator("mark")).to_have_text(["お尋ねの値 55%"])


def test_a_trend_is_drawn_with_a_text_alternative(chat: Chat) -> None:
    answer = chat.ask(TREND)
    drawing = answer.get_by_role("img")
    words = drawing.get_attribute("aria-label") or ""
    for part in ("現状 24.3%", "R3年度末 35%", "R4年度末 45%", "R5年度末 55%", "R6年度末 65%"):
        assert part in words
    heights = drawing.locator("circle").evaluate_all("list => list.map(c => +c.getAttribute('cy'))")
    assert len(heights) == 5 and heights == sorted(heights, reverse=True)
    expect(drawing.locator(".figure")).to_have_text(["24.3%", "35%", "45%", "55%", "65%"])


def test_one_value_alone_is_not_drawn(chat: Chat) -> None:
    expect(chat.ask(TARGET).get_by_role("img")).to_have_count(0)


def test_a_chip_opens_the_plan_at_the_cell(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    chip = answer.locator(".chip")
    expect(chip).to_have_text(["施策9・⑤KPI・9ページ"])
    chip.click()
    panel = chat.page.get_by_role("dialog", name="出典")
    expect(panel.get_by_role("heading", level=3)).to_have_text("施策9　マイナンバー活用拡大による庁内業務の効率化")
    expect(panel.get_by_role("heading", level=3)).to_be_focused()
    expect(panel.locator("mark")).to_have_text(["お尋ねの値 55%"])
    assert in_view(panel.locator(".page"), panel.locator("mark"))
    chat.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()


def test_a_chip_opens_the_plan_at_the_words(chat: Chat) -> None:
    answer = chat.ask(ISSUES)
    answer.locator(".chip").first.click()
    panel = chat.page.get_by_role("dialog", name="出典")
    first = panel.locator("p mark").first
    expect(first).to_be_visible()
    assert len(first.inner_text()) > 10 and in_view(panel.locator(".page"), first)


def test_a_source_outside_the_measures(chat: Chat) -> None:
    place = {"plan": "鳥取県情報技術活用推進計画（令和3年4月）", "measure_no": None, "measure": None, "page": None}
    source = {**place, "section": "目指す効果【県庁DX】", "quote": "県民利便性（県民サービス）の向上"}
    chat.on_ask(lambda route: route.fulfill(json=reply("効果です。", sources=[source])))
    chat.ask("効果は？").locator(".chip").click()
    expect(chat.page.locator(".panel mark")).to_have_text(["県民利便性（県民サービス）の向上"])


def test_the_panel_covers_a_narrow_window_and_says_so(start: Start) -> None:
    chat = start("/")
    chat.open()
    chat.ask(TARGET).locator(".chip").click()
    panel = chat.page.get_by_role("dialog", name="出典")
    expect(panel.locator("mark")).to_be_visible()
    assert chat.page.locator(".talk").evaluate("e => e.inert")
    panel.get_by_role("button", name="閉じる").click()
    assert not chat.page.locator(".talk").evaluate("e => e.inert")


def test_a_choice_asks_and_the_focus_goes_to_the_input(chat: Chat) -> None:
    answer = chat.ask(UNCLEAR)
    expect(answer).to_have_attribute("data-status", "clarify")
    choice = answer.locator(".questions button").first
    title = choice.inner_text()
    choice.click()
    expect(chat.answers).to_have_count(2)
    expect(chat.questions.last).to_contain_text(title)
    expect(chat.input).to_be_focused()


def test_next_questions_can_be_pressed(chat: Chat) -> None:
    chat.ask(TARGET).get_by_role("button", name="R6年度末").click()
    expect(chat.answers).to_have_count(2)
    expect(chat.last.locator(".value strong")).to_have_text("65%")


def test_lists_bold_and_links_are_made_of_text(chat: Chat) -> None:
    text = (
        "**太字**と<b>ただの字</b><img src=x onerror=alert(1)>\n・一つ目\n・二つ目\n"
        "[安全](https://example.jp/a) [危険](javascript:alert(1)) [相対](/x) [データ](data:text/html,x) http://example.jp/b。"
    )
    chat.on_ask(lambda route: route.fulfill(json=reply(text)))
    box = chat.ask("試し").locator(".prose")
    expect(box.locator("strong")).to_have_text(["太字"])
    expect(box.get_by_role("listitem")).to_have_text(["一つ目", "二つ目"])
    links = box.locator("a").evaluate_all("list => list.map(a => a.href)")
    assert links == ["https://example.jp/a", "http://example.jp/b"]
    assert set(box.locator("a").evaluate_all("list => list.map(a => a.rel)")) == {"noopener noreferrer"}
    expect(box).to_contain_text("<b>ただの字</b><img src=x onerror=alert(1)>")
    expect(box).to_contain_text("[危険](javascript:alert(1))")
    expect(box.locator("img, b")).to_have_count(0)


def test_a_question_is_shown_as_it_was_typed(chat: Chat) -> None:
    chat.ask("<b>太字</b>")
    expect(chat.questions.last.locator(".bubble")).to_have_text("<b>太字</b>")


def test_helpful(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    with chat.page.expect_response("**/feedback") as sent:
        answer.get_by_role("button", name="役に立った").click()
    assert sent.value.status == 204
    expect(answer.get_by_role("button", name="役に立った")).to_have_attribute("aria-pressed", "true")
    expect(answer.locator(".opinion")).to_contain_text("ご意見ありがとうございます。")


def test_not_helpful_with_a_reason_and_a_note(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    answer.get_by_role("button", name="役に立たなかった").click()
    form = answer.get_by_role("form", name="どこが良くなかったですか")
    expect(form.get_by_role("radio").first).to_be_focused()
    form.get_by_role("radio", name="情報が足りない").check()
    form.get_by_label("補足（任意）").fill("根拠の年も知りたい")
    with chat.page.expect_response("**/feedback") as sent:
        form.get_by_role("button", name="送信").click()
    assert sent.value.status == 204
    body = json.loads(sent.value.request.post_data or "")
    assert body == {"helpful": False, "reason": "情報が足りない", "note": "根拠の年も知りたい"}
    expect(form).to_have_count(0)
    expect(answer.get_by_role("button", name="役に立たなかった")).to_be_focused()


def test_a_person_is_asked(chat: Chat) -> None:
    """On every answer, and in the foreground where there is none."""
    plain = chat.ask(TARGET).get_by_role("button", name="人に聞く")
    expect(plain).to_have_class("plain")
    answer = chat.ask(UNKNOWN)
    expect(answer).to_have_attribute("data-status", "no_answer")
    person = answer.get_by_role("button", name="人に聞く")
    expect(person).to_have_class("main")
    person.click()
    form = answer.get_by_role("form", name="担当の職員に引き継ぎます")
    form.get_by_role("textbox").fill("内線1234です")
    form.get_by_role("button", name="送信").click()
    expect(answer.locator(".opinion")).to_contain_text("引き継ぎました。受付番号は")
    expect(person).to_be_focused()


def test_a_form_is_left_with_escape(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    answer.get_by_role("button", name="人に聞く").click()
    chat.page.keyboard.press("Escape")
    expect(answer.locator("form")).to_have_count(0)
    expect(answer.get_by_role("button", name="人に聞く")).to_be_focused()


def test_an_opinion_that_cannot_be_sent_says_so(chat: Chat) -> None:
    answer = chat.ask(TARGET)
    chat.expect_errors("Failed to load resource")

    def broken(route: Route) -> None:
        route.fulfill(
            status=500, content_type="application/problem+json", json={"detail": "サーバーで問題が起きました。"}
        )

    chat.page.route("**/feedback", broken)
    answer.get_by_role("button", name="役に立った").click()
    expect(answer.locator(".opinion")).to_contain_text("サーバーで問題が起きました。")
    expect(answer.get_by_role("button", name="役に立った")).to_have_attribute("aria-pressed", "false")
