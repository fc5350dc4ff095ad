"""Plain text as a document: lines, tab-separated rows, and the HTML that some exports leave in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

from keikaku.text import join_spaced_letters
from knowledge.documents import Block, Cell, Document, Grid, Place, Text
from knowledge.problems import PlanError, Problem
from knowledge.readers.decode import decode_utf8
from knowledge.readers.html import html_blocks
from knowledge.readers.lines import clean_line

_HTML = re.compile(r"<(?:table|p|ul|ol|div|h[1-6])\b", re.IGNORECASE)
_CONTENTS = re.compile(r"^[^\t]+\t+\d{1,3}\s*$")
_SPACES = re.compile(r"\u3000[ \u3000]+|[ \u3000]{3,}")
_MARKDOWN_HEADING = re.compile(r"^#{1,4} \S", re.MULTILINE)


def read_text(path: Path) -> Document:
    """A UTF-8 text. Raises PlanError."""
    text = decode_utf8(path.read_bytes(), path.name)
    if len(_MARKDOWN_HEADING.findall(text)) >= 2:
        from knowledge.readers.markdown import markdown_document

        return markdown_document(text, path.name)
    return text_document(text, path.name)


def text_document(text: str, name: str) -> Document:
    """Text as blocks. Raises PlanError where an HTML table in it is cut off."""
    for tag in ("table", "tr"):
        opened, closed = len(re.findall(rf"<{tag}\b", text, re.I)), len(re.findall(rf"</{tag}>", text, re.I))
        if opened != closed:
            raise PlanError(name, [Problem("表", "表が途中で切れています（閉じていないタグがあります）。")])
    document = Document(name)
    rows: list[tuple[int, list[str]]] = []
    pending: list[str] = []
    began = 0
    for number, line in enumerate([*_tabbed(text.splitlines()), ""], 1):
        if pending or _HTML.search(line):
            began = began if pending else number
            pending.append(line)
            chunk = "\n".join(pending)
            if len(re.findall(r"<table\b", chunk, re.I)) == len(re.findall(r"</table>", chunk, re.I)):
                document.blocks += [*_flush(rows), *_mixed(chunk, name, began)]
                pending = []
            continue
        if "\t" in line and not _CONTENTS.match(line):
            rows.append((number, [clean_line(join_spaced_letters(field)) for field in line.rstrip().split("\t")]))
            continue
        document.blocks += _flush(rows)
        if words := clean_line(join_spaced_letters(line)):
            document.blocks.append(Text(words, Place(line=number)))
    return document


def _tabbed(lines: list[str]) -> list[str]:
    """Columns lined up with spaces, in two or more lines with as many columns, as tab-separated ones."""
    fields = [_SPACES.split(line.strip(" \u3000")) if "\t" not in line and "<" not in line else [] for line in lines]
    found = list(lines)
    for i, row in enumerate(fields):
        beside = [fields[j] for j in (i - 1, i + 1) if 0 <= j < len(fields)]
        if len(row) >= 3 and any(len(other) == len(row) for other in beside):
            found[i] = "\t".join(row)
    return found


def _mixed(chunk: str, name: str, line: int) -> Iterator[Block]:
    """『label⇥<table>…</table>』: the words before the first tag, then the HTML."""
    match = _HTML.search(chunk)
    start = match.start() if match else 0
    lead = chunk[:start].rstrip("\n").split("\n")
    for text in lead:
        if words := clean_line(text.replace("\t", " ")):
            yield Text(words, Place(line=line))
    yield from html_blocks(BeautifulSoup(chunk[start:], "lxml"), name, line)


def _flush(rows: list[tuple[int, list[str]]]) -> list[Block]:
    """The collected tab-separated rows as a grid. An empty first field belongs to the label above it."""
    if not rows:
        return []
    cells: list[Cell] = []
    label: Cell | None = None
    for r, (_, fields) in enumerate(rows):
        for c, field in enumerate(fields):
            if c == 0:
                if field or label is None:
                    label = Cell(field, r, 0)
                else:
                    label = Cell(label.text, label.row, 0, r - label.row + 1)
                    cells.pop(next(i for i, cell in enumerate(cells) if (cell.row, cell.column) == (label.row, 0)))
                cells.append(label)
            else:
                cells.append(Cell(field, r, c))
    grid = Grid.of(cells, Place(line=rows[0][0]))
    rows.clear()
    return [grid]
