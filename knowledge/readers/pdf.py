"""PDF (with a text layer) as a document: lines in reading order, larger lines as headings, tables by their rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from keikaku.text import nfkc
from knowledge.documents import Block, Cell, Document, Grid, Heading, Place, Text
from knowledge.problems import PlanError, Problem
from knowledge.readers.lines import clean_line, clean_lines

MAX_PAGES = 800
_PAGE_NUMBER = re.compile(r"^[-–—−\s]*\d{1,4}(?:\s*/\s*\d{1,4})?[-–—−\s]*$|^P\.?\s*\d+$", re.IGNORECASE)
# A line that begins something new, whatever the line above it was.
_BEGINS = re.compile(
    r"^(?:[・●○■□◆◇▼▽※▪►➢✓]|[-–]\s|[(（]\d+[)）]|\d+(?:[-.－．]\d+)*[.．、\s)）]|[①-⑳]|第\d+|【|〔|＜|施策|基本|[ア-オ][.．\s]|[^\s。、：:]{1,10}[：:])"
)
_SNAP = 3.0


@dataclass(frozen=True)
class _Line:
    text: str
    size: float
    top: float
    bottom: float
    right: float
    full: bool  # reaches as far right as lines of this document go


def read_pdf(path: Path) -> Document:
    """A PDF. Raises PlanError: password, no text layer, too many pages."""
    try:
        with pdfplumber.open(path) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                message = (
                    f"{len(pdf.pages)}ページあります（上限は{MAX_PAGES}ページ）。施策の部分だけを保存してください。"
                )
                raise PlanError(path.name, [Problem("ファイル全体", message)])
            pages = []
            for page in pdf.pages:
                pages.append(_page(page))
                page.close()
            _mark_full(pages)
            title = str((pdf.metadata or {}).get("Title") or "")
    except (PDFPasswordIncorrect, PdfminerException) as error:
        if isinstance(error, PDFPasswordIncorrect) or isinstance((error.args or ("",))[0], PDFPasswordIncorrect):
            message = "パスワードがかかっています。パスワードを外して保存し直してください。"
            raise PlanError(path.name, [Problem("ファイル全体", message)]) from error
        message = "PDF が壊れているようです。もう一度 PDF に書き出してください。"
        raise PlanError(path.name, [Problem("ファイル全体", message)]) from error
    return _document(path, pages, title)


def _document(path: Path, pages: list[list[_Line | Grid]], title: str) -> Document:
    document = Document(path.name, title=clean_line(title))
    blank = [i for i, items in enumerate(pages, 1) if not items]
    if len(blank) == len(pages):
        message = "文字の情報がありません（画像だけのPDFのようです）。文字認識（OCR）をかけるか、元の Word・Excel を使ってください。"
        raise PlanError(path.name, [Problem(f"{len(pages)}ページ全部", message)])
    if blank:
        document.notes.append(
            f"{'、'.join(map(str, blank[:20]))}ページには文字の情報がありません（画像のページは読めません）。"
        )
    furniture = _furniture(pages)
    body, headings = _sizes(pages)
    for number, items in enumerate(pages, 1):
        place = Place(page=number)
        kept = [item for item in items if isinstance(item, Grid) or not _is_furniture(item, furniture)]
        open_line: _Line | None = None
        for item in kept:
            if isinstance(item, Grid):
                open_line = None
                _add_grid(document.blocks, item)
            elif item.size in headings:
                level = headings[item.size]
                last = document.blocks[-1] if document.blocks else None
                if isinstance(last, Heading) and open_line and last.level == level and _wraps(open_line, item):
                    document.blocks[-1] = Heading(_joined(last.text, item.text), level, place)
                else:
                    document.blocks.append(Heading(item.text, level, place))
                open_line = item
            else:
                last = document.blocks[-1] if document.blocks else None
                if isinstance(last, Text) and open_line and _goes_on(open_line, item, body):
                    document.blocks[-1] = Text(_joined(last.text, item.text), last.place)
                else:
                    document.blocks.append(Text(item.text, place))
                open_line = item
    return document


def _page(page: Any) -> list[_Line | Grid]:
    """Lines and tables of a page from top to bottom."""
    found: list[tuple[float, _Line | Grid]] = []
    boxes = []
    for table in page.find_tables():
        grid = _grid(page, table)
        if grid is None:
            continue
        boxes.append(table.bbox)
        found.append((table.bbox[1], grid))

    def outside(item: dict[str, Any]) -> bool:
        if item.get("object_type") != "char":
            return True
        x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
        return not any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)

    for line in page.filter(outside).extract_text_lines(return_chars=True):
        text = clean_line(str(line["text"]))
        if text:
            wide = line["x1"] - line["x0"] > page.width * 0.5
            size = Counter(round(char["size"] * 2) / 2 for char in line["chars"]).most_common(1)[0][0]
            found.append((line["top"], _Line(text, size, line["top"], line["bottom"], line["x1"], wide)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def _mark_full(pages: list[list[_Line | Grid]]) -> None:
    """A line is full if it is wide and ends where the widest lines of the document end."""
    lines = [item for items in pages for item in items if isinstance(item, _Line)]
    margin = max((line.right for line in lines if line.full), default=0.0)
    for items in pages:
        for i, item in enumerate(items):
            if isinstance(item, _Line):
                items[i] = replace(item, full=item.full and item.right >= margin - item.size * 1.5)


def _grid(page: Any, table: Any) -> Grid | None:
    """A table with its merged cells, from where the cells' edges lie. None for a frame around text."""
    boxes = [box for box in table.cells if box]
    xs = _edges([x for box in boxes for x in (box[0], box[2])])
    ys = _edges([y for box in boxes for y in (box[1], box[3])])
    if len(xs) < 3 or len(ys) < 2:
        return None
    cells = []
    taken: set[tuple[int, int]] = set()
    for box in sorted(boxes, key=lambda b: (b[1], b[0])):
        left, right = _index(xs, box[0]), _index(xs, box[2])
        top, bottom = _index(ys, box[1]), _index(ys, box[3])
        places = {(r, c) for r in range(top, bottom) for c in range(left, right)}
        if not places or places & taken:
            continue
        taken |= places
        raw = page.crop(box, strict=False).extract_text() or ""
        text = clean_lines(raw)
        cells.append(Cell(text, top, left, bottom - top, right - left))
    if not any(cell.text for cell in cells):
        return None
    return Grid.of(cells, Place(page=page.page_number))


def _edges(values: list[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return found


def _index(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))


def _add_grid(blocks: list[Block], grid: Grid) -> None:
    """A table that goes on from the page before is one with it; a header repeated there is dropped."""
    last = blocks[-1] if blocks else None
    if not (
        isinstance(last, Grid)
        and last.width == grid.width
        and last.place.page is not None
        and grid.place.page == last.place.page + last.pages
    ):
        blocks.append(grid)
        return
    repeated = 0
    while repeated < min(3, grid.height, last.height) and _words(grid, repeated) == _words(last, repeated):
        repeated += 1
    cells = _distinct(last)
    if repeated < grid.height:
        for cell in _distinct(grid.part(repeated, grid.height, 0)):
            cells.append(Cell(cell.text, cell.row + last.height, cell.column, cell.height, cell.width, cell.indented))
    joined = Grid.of(cells, last.place, last.caption)
    joined.pages = last.pages + 1
    blocks[-1] = joined


def _distinct(grid: Grid) -> list[Cell]:
    return list({id(cell): cell for row in grid.cells for cell in row}.values())


def _words(grid: Grid, r: int) -> list[str]:
    return [cell.text for cell in grid.row(r)]


def _furniture(pages: list[list[_Line | Grid]]) -> set[str]:
    """Lines that stand at the top or bottom of many pages."""
    count: Counter[str] = Counter()
    for items in pages:
        lines = [item for item in items if isinstance(item, _Line)]
        count.update({re.sub(r"\d+", "#", nfkc(line.text)) for line in lines[:1] + lines[-1:]})
    return {text for text, n in count.items() if n >= 3 and n >= len(pages) * 0.4}


def _is_furniture(line: _Line, furniture: set[str]) -> bool:
    text = nfkc(line.text)
    return _PAGE_NUMBER.match(text) is not None or re.sub(r"\d+", "#", text) in furniture


def _sizes(pages: list[list[_Line | Grid]]) -> tuple[float, dict[float, int]]:
    """The size of running text, and the level of each clearly larger size."""
    count: Counter[float] = Counter()
    for items in pages:
        for item in items:
            if isinstance(item, _Line):
                count[item.size] += len(item.text)
    if not count:
        return 0.0, {}
    body = count.most_common(1)[0][0]
    larger = sorted((size for size in count if size >= body * 1.12), reverse=True)
    return body, {size: level for level, size in enumerate(larger, 1)}


def _wraps(above: _Line, line: _Line) -> bool:
    """A heading over two lines: the first fills its line, the second follows directly."""
    return (
        above.full
        and above.right > line.right
        and 0 <= line.top - above.bottom < above.size
        and not _BEGINS.match(line.text)
    )


def _goes_on(above: _Line, line: _Line, body: float) -> bool:
    """The line continues the paragraph above: close below it, the line above was full, and nothing new begins."""
    close = 0 <= line.top - above.bottom < body * 1.1
    return close and above.full and not above.text.endswith(("。", "：", ":")) and not _BEGINS.match(line.text)


def _joined(above: str, below: str) -> str:
    space = " " if above[-1:].isascii() and above[-1:].isalnum() and below[:1].isascii() and below[:1].isalnum() else ""
    return f"{above}{space}{below}"
