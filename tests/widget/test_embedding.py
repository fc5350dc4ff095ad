"""The widget on other pages: settings, a strict policy, the list of origins, no third party."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from evaluation.system import free_ports
from knowledge.store import Store, make_engine
from tests.widget.conftest import Start
from web.app import create_app
from web.conversations import Conversations
from web.engine import Engine
from web.settings import Settings

ANSWER = [{"text": "55%です。"}, {"custom": {"status": "answered", "sources": []}}]
POLICY = (
    "default-src 'none'; script-src {bot}; connect-src {bot}; style-src 'none'; img-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = (
    '<!doctype html><html lang="ja"><title>庁内</title><script type="module" src="{bot}/widget.js"></script>{element}'
)


class Site:
    """An intranet site of its own, with one page that embeds the widget of `bot`."""

    def __init__(self) -> None:
        site = self
        self.bot = self.element = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", POLICY.format(bot=site.bot))
                self.end_headers()
                self.wfile.write(PAGE.format(bot=site.bot, element=site.element).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site, and a web front that lets it embed the widget. Behind the front a pretended bot answers."""
    site = Site()
    (port,) = free_ports(1)
    site.bot = f"http://127.0.0.1:{port}"
    store = Store(make_engine(f"sqlite:///{tmp_path_factory.mktemp('front') / 'web.db'}"))
    bot = Engine(
        "http://bot", "http://actions", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=ANSWER))
    )
    app = create_app(Conversations(store), bot, store, Settings(origins=(site.origin,)))
    front = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=front.run, daemon=True)
    thread.start()
    while not front.started:
        time.sleep(0.05)
    yield site
    front.should_exit = True
    thread.join(5)
    site.server.shutdown()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", viewport={"width": 1000, "height": 800})
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def embed(page: Page, site: Site, element: str, origin: str | None = None) -> list[str]:
    """Open the site's page under its strict policy; what the browser complains of comes back."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    site.element = element
    page.goto(f"{origin or site.origin}/intranet")
    return [text for text in said if "favicon" not in text]


def test_one_tag_and_one_element_on_another_site_under_a_strict_policy(page: Page, site: Site) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    said = embed(page, site, "<keikaku-chat></keikaku-chat>")
    page.get_by_role("button", name="計画ボットに聞く").click()
    field = page.locator(".composer textarea")
    field.fill("R5の目標は？")
    field.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("55%です。")
    page.reload()
    expect(page.locator("[data-status]")).to_contain_text("55%です。")
    assert said == []
    assert all(url.startswith((site.bot, site.origin)) for url in requests)
    assert page.context.cookies() == []


def test_a_site_that_is_not_on_the_list_gets_nothing(page: Page, site: Site) -> None:
    said = embed(page, site, "<keikaku-chat></keikaku-chat>", f"http://localhost:{site.port}")
    page.wait_for_timeout(500)
    assert any("CORS policy" in text for text in said)
    assert page.evaluate("customElements.get('keikaku-chat') === undefined")
    # Neither by hand: the browser keeps the answer from the page.
    assert page.evaluate(
        "bot => fetch(bot + '/api/conversations', {method: 'POST'}).then(() => 'read', () => 'kept')", site.bot
    ) == ("kept")


def test_settings(page: Page, site: Site) -> None:
    element = (
        '<keikaku-chat heading="県庁ヘルプ" greeting="こんにちは。\\n何でもどうぞ。" starters="一つ目は？|二つ目は？" '
        'position="left" accent="#8a1c4a"></keikaku-chat>'
    )
    said = embed(page, site, element)
    launcher = page.get_by_role("button", name="計画ボットに聞く")
    launcher.click()
    expect(page.get_by_role("dialog", name="県庁ヘルプ")).to_be_visible()
    log = page.locator(".log")
    expect(log.locator(".prose p")).to_have_text(["こんにちは。", "何でもどうぞ。"])
    expect(log.locator(".questions button")).to_have_text(["一つ目は？", "二つ目は？"])
    box = launcher.bounding_box()
    assert box and box["x"] < 100
    red, green, blue = page.evaluate(
        "e => { const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});"
        "c.fillStyle = getComputedStyle(document.querySelector('keikaku-chat').shadowRoot.querySelector('.launcher'))"
        ".backgroundColor; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data].slice(0, 3); }"
    )
    assert red > 110 and green < 60 and blue < 100
    log.get_by_role("button", name="二つ目は？").click()
    expect(page.locator("[data-status]")).to_contain_text("55%です。")
    page.evaluate("document.querySelector('keikaku-chat').style.setProperty('--keikaku-width', '20rem')")
    dialog = page.get_by_role("dialog").bounding_box()
    assert dialog and dialog["width"] == 320
    assert said == []


def test_a_key_from_outside_is_not_taken(start: Start) -> None:
    """No address, attribute or message hands the widget a conversation: it only uses what the server gave it."""
    chat = start("/chat?id=abc&token=def#token=def")
    chat.page.locator("keikaku-chat").evaluate("e => { e.setAttribute('token', 'def'); e.setAttribute('id', 'abc'); }")
    with chat.page.expect_response("**/api/conversations") as made:
        chat.ask("R5の目標は？")
    kept = chat.page.evaluate("JSON.stringify(localStorage)")
    assert made.value.json()["token"] in kept and "def" not in kept


def test_the_pages_run_under_their_own_policy(start: Start) -> None:
    chat = start()
    policy = (chat.page.request.get(chat.page.url)).headers["content-security-policy"]
    assert "unsafe" not in policy and "require-trusted-types-for 'script'" in policy
    blocked = chat.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false; } catch { return true; } }"
    )
    assert blocked
    chat.expect_errors("TrustedHTML", "Content Security Policy")


def test_the_fallback_link_shows_where_scripts_do_not_run(browser: Browser, system: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(system)
    expect(page.get_by_role("link", name="計画ボットを開く")).to_be_visible()
    context.close()


def test_modules_run_unpacked_too(page: Page, system: str) -> None:
    """Served as they are, by any web server, the modules are the same widget."""
    entry = Path("web/widget.js").read_text("utf-8")
    page.route("**/widget.js", lambda route: route.fulfill(content_type="text/javascript", body=entry))
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{system}/chat")
    expect(page.locator(".composer textarea")).to_be_visible()
    assert len([url for url in loaded if "/static/widget/" in url and url.endswith(".js")]) == len(
        list(Path("web/static/widget").glob("*.js"))
    )
