"""The chat widget: bytes that a page loads, axe-core's findings, time from Enter to the painted reply.

`python -m bench.widget [--url http://…] [--turns 50]`; without a URL a system is found or started.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import statistics
from collections.abc import Sequence

from playwright.sync_api import Browser, Page, sync_playwright

from evaluation.system import running_system
from knowledge.store import ROOT
from ops.setup import find_chromium
from web.pack import packed

FILES = (ROOT / "web" / "widget.js", ROOT / "web" / "static" / "widget" / "widget.css")
AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
QUESTIONS = (
    "マイナンバーカードの交付率のR5年度末の目標は？",
    "マイナンバーカードの交付率の目標を年度ごとに全部教えて",
    "RPAの施策の担当課は？",
    "行政手続オンライン化の課題は？",
    "今日の天気は？",
)
# From the key press to the frame after the one in which the answer stands on the page.
TURN = """question => new Promise(done => {
  const root = document.querySelector('keikaku-chat').shadowRoot;
  const field = root.querySelector('.composer textarea'), log = root.querySelector('.log');
  field.value = question;
  field.dispatchEvent(new InputEvent('input', {bubbles: true}));
  const began = performance.now();
  const seen = log.querySelectorAll('[data-status]').length;
  const watch = new MutationObserver(() => {
    if (log.querySelectorAll('[data-status]').length === seen) return;
    watch.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
  });
  watch.observe(log, {childList: true});
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 13, bubbles: true, cancelable: true}));
})"""


def sizes() -> dict[str, int]:
    """Gzipped bytes of each response that embedding the widget costs."""
    return {file.name: len(gzip.compress(packed(file), 9)) for file in FILES}


def loaded(browser: Browser, url: str) -> tuple[int, int]:
    """Requests and bytes on the wire for the widget on the portal, as the browser counts them."""
    page = browser.new_page()
    page.goto(url)
    page.get_by_role("button", name="計画ボットに聞く").wait_for()
    sent: list[int] = page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('widget')).map(e => e.encodedBodySize)"
    )
    page.close()
    return len(sent), sum(sent)


def turns(page: Page, url: str, count: int) -> list[float]:
    """Milliseconds of each turn in one conversation, the questions in turn; the first one is a warm-up."""
    page.goto(f"{url}/chat")
    page.locator(".composer textarea").wait_for()
    asked = itertools.islice(itertools.cycle(QUESTIONS), count + 1)
    return [page.evaluate(TURN, question) for question in asked][1:]


def violations(page: Page) -> int:
    """Rules that axe-core finds broken on the page as it stands."""
    page.evaluate(AXE.read_text("utf-8"))
    return len(page.evaluate("axe.run(document)")["violations"])


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the chat widget.")
    parser.add_argument("--url", help="a running system")
    parser.add_argument("--turns", type=int, default=50)
    args = parser.parse_args()
    with running_system(args.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        requests, wire = loaded(browser, url)
        page = browser.new_page(viewport={"width": 1200, "height": 800}, locale="ja-JP")
        times = turns(page, url, args.turns)
        broken = violations(page)
        browser.close()
    parts = sizes()
    rows = [
        ("gzipped, all files", f"{sum(parts.values()):,} bytes ({', '.join(f'{n} {s:,}' for n, s in parts.items())})"),
        ("loaded by the portal", f"{wire:,} bytes in {requests} requests"),
        (f"axe violations after {args.turns} turns", str(broken)),
        ("Enter to painted reply, p50", f"{percentile(times, 50):.0f} ms"),
        ("Enter to painted reply, p95", f"{percentile(times, 95):.0f} ms ({len(times)} turns, one conversation)"),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")


if __name__ == "__main__":
    main()
