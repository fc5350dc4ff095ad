"""HTML as a document: h1–h6, paragraphs and list items, tables with their spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

from knowledge.documents import Block, Cell, Document, Grid, Heading, Place, Text
from knowledge.problems import PlanError, Problem
from knowledge.readers.lines import clean_line, clean_lines

_SKIPPED = {"script", "style", "nav", "head", "noscript", "template", "rt", "rp", "button", "select"}
_SKIPPED |= {"footer", "aside", "form"}
_BLOCKS = {"p", "div", "section", "article", "main", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "header"}
_BLOCKS |= {"blockquote", "pre", "figure", "figcaption", "hr", "body", "h1", "h2", "h3", "h4", "h5", "h6"}
_MAX_SPAN = 500


def read_html(path: Path) -> Document:
    """An HTML file in the encoding that it declares. Raises PlanError."""
    raw = path.read_bytes()
    soup = BeautifulSoup(raw, "lxml")
    title = soup.title.get_text() if soup.title else ""
    return Document(path.name, html_blocks(soup, path.name), clean_line(title))


def html_blocks(soup: Tag, name: str, line: int | None = None) -> list[Block]:
    """The blocks of parsed HTML in reading order. Raises PlanError for a table whose spans contradict each other."""
    return list(_walk(soup, name, Place(line=line)))


def _walk(node: Tag, name: str, place: Place) -> Iterator[Block]:
    inline: list[str] = []
    for child in node.children:
        if isinstance(child, Tag) and child.name in _SKIPPED:
            continue
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(list(_BLOCKS))):
            yield from _texts(inline, place)
            inline = []
            yield from _block(child, name, place)
        else:
            inline.append(_inline(child))
    yield from _texts(inline, place)


def _block(node: Tag, name: str, place: Place) -> Iterator[Block]:
    if re.fullmatch(r"h[1-6]", node.name):
        if text := clean_line(_inline(node)):
            yield Heading(text, int(node.name[1]), place)
    elif node.name == "table":
        yield from _table(node, name, place)
    elif node.name == "dl":
        term = ""
        for child in node.find_all(["dt", "dd"], recursive=False):
            if child.name == "dt":
                term = clean_line(_inline(child))
            elif child.find("table"):
                yield Text(term, place)
                yield from _walk(child, name, place)
            else:
                yield Text(f"{term}：{clean_line(_inline(child))}", place)
    else:
        yield from _walk(node, name, place)


def _texts(parts: list[str], place: Place) -> Iterator[Text]:
    for line in "".join(parts).split("\n"):
        if text := clean_line(line):
            yield Text(text, place)


def _inline(node: PageElement) -> str:
    """The text of an inline element; only <br> and blocks inside break the line."""
    if isinstance(node, Tag):
        if node.name == "br":
            return "\n"
        if node.name in _SKIPPED:
            return ""
        text = "".join(_inline(child) for child in node.children)
        return f"\n{text}\n" if node.name in _BLOCKS and node.name not in {"body"} else text
    # Comments and the like are strings, too.
    return re.sub(r"[\r\n]+", " ", str(node)) if type(node) is NavigableString else ""


def _table(node: Tag, name: str, place: Place) -> Iterator[Block]:
    rows = [row for row in node.find_all("tr") if row.find_parent("table") is node]
    caption = node.find("caption")
    title = clean_line(_inline(caption)) if isinstance(caption, Tag) else ""
    if not any(row.find("table") for row in rows):
        yield from _grid(rows, title, name, place)
        return
    # Tables inside: rows without one stay a table, the others are read cell by cell.
    plain: list[Tag] = []
    for row in rows:
        if row.find("table"):
            yield from _grid(plain, title, name, place)
            plain = []
            for cell in row.find_all(["td", "th"], recursive=False):
                yield from _walk(cell, name, place)
        else:
            plain.append(row)
    yield from _grid(plain, title, name, place)


def _grid(rows: list[Tag], caption: str, name: str, place: Place) -> Iterator[Grid]:
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for r, row in enumerate(rows):
        c = 0
        for td in row.find_all(["td", "th"], recursive=False):
            while (r, c) in taken:
                c += 1
            height = min(_span(td, "rowspan", name, r) or len(rows) - r, len(rows) - r)
            width = _span(td, "colspan", name, r) or 1
            raw = _inline(td)
            cells.append(Cell(clean_lines(raw), r, c, height, width, raw[:1] in {" ", "\u3000", "\u00a0"}))
            taken |= {(r + dr, c + dc) for dr in range(height) for dc in range(width)}
            c += width
    try:
        grid = Grid.of(cells, place, caption, strict=True)
    except ValueError as error:
        message = f"結合セルが重なっています（{_first_words(cells)}）。"
        raise PlanError(name, [Problem("表", message, place.line)]) from error
    if grid.height:
        yield grid


def _first_words(cells: list[Cell]) -> str:
    return "「" + "、".join(cell.text for cell in cells if cell.text)[:30] + "」で始まる表"


def _span(td: Tag, key: str, name: str, row: int) -> int:
    """A span; 0 stands for the rest of the table, as in HTML. Raises PlanError."""
    value = str(td.get(key) or "1").strip()
    if not value.isdigit() or int(value) > _MAX_SPAN:
        raise PlanError(name, [Problem(f"表の{row + 1}行", f"{key} が数ではありません（{value[:20]}）。")])
    return int(value)
