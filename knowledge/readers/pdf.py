"""PDF (with a text layer) as a document: lines in reading order, larger lines as headings, tables by their rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from keikaku.text import nfkc
from knowledge.documents import Block, Cell, Document, Grid, Heading, Place, Text
from knowledge.problems import PlanError, Problem
from knowledge.readers.lines import clean_line
from knowledge.readers.pdf_page import page_items
from knowledge.readers.unruled import Line

MAX_PAGES = 800
EDGE = 3.0  # points by which the columns of one table may be apart on two pages
_PAGE_NUMBER = re.compile(r"^[-–—−\s]*\d{1,4}(?:\s*/\s*\d{1,4})?[-–—−\s]*$|^P\.?\s*\d+$", re.IGNORECASE)
# A line that begins something new, whatever the line above it was.
_BEGINS = re.compile(
    r"^(?:[・●○■□◆◇▼▽※▪►➢✓]|[-–]\s|[(（]\d+[)）]|\d+(?:[-.－．]\d+)*[.．、\s)）]|[①-⑳]|第\d+|【|〔|＜|施策|基本|[ア-オ][.．\s]|[^\s。、：:]{1,10}[：:])"
)
_BOXED = re.compile(r"^[【〔＜■◆●○・(（]")


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
                pages.append(page_items(page))
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


def _document(path: Path, pages: list[list[Line | Grid]], title: str) -> Document:
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
    seen: set[str] = set()
    body, headings = _sizes(pages)
    for number, items in enumerate(pages, 1):
        place = Place(page=number)
        kept = [item for item in items if isinstance(item, Grid) or not _is_furniture(item, furniture, seen)]
        open_line: Line | None = None
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


def _mark_full(pages: list[list[Line | Grid]]) -> None:
    """A line is full if it is wide and ends where the widest lines of the document end."""
    lines = [item for items in pages for item in items if isinstance(item, Line)]
    margin = max((line.right for line in lines if line.full), default=0.0)
    for items in pages:
        for i, item in enumerate(items):
            if isinstance(item, Line):
                items[i] = replace(item, full=item.full and item.right >= margin - item.size * 1.5)


def _add_grid(blocks: list[Block], grid: Grid) -> None:
    """A table that goes on from the page before is one with it; a header repeated there is dropped."""
    last = blocks[-1] if blocks else None
    if not (
        isinstance(last, Grid)
        and last.width == grid.width
        and last.place.page is not None
        and grid.place.page == last.place.page + last.pages
        and _same_columns(last, grid)
        and not _begins_alike(last, grid)
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
    joined.pages, joined.edges = last.pages + 1, last.edges
    blocks[-1] = joined


def _same_columns(above: Grid, grid: Grid) -> bool:
    """The columns of both stand below each other."""
    return all(abs(a - b) <= EDGE for a, b in zip(above.edges, grid.edges))


def _begins_alike(above: Grid, grid: Grid) -> bool:
    """『施策名｜A』 on one page and 『施策名｜B』 on the next are two forms; a repeated header says the same throughout."""
    first, second = _words(above, 0), _words(grid, 0)
    return first != second and first[0] == second[0] != ""


def _distinct(grid: Grid) -> list[Cell]:
    return list({id(cell): cell for row in grid.cells for cell in row}.values())


def _words(grid: Grid, r: int) -> list[str]:
    return [cell.text for cell in grid.row(r)]


def _furniture(pages: list[list[Line | Grid]]) -> set[tuple[str, float]]:
    """Running heads and feet: the same words in one size, apart from a page number, at the top or bottom of many pages.

    The cover's title in large type is none of them.
    """
    count: Counter[tuple[str, float]] = Counter()
    for items in pages:
        lines = [item for item in items if isinstance(item, Line)]
        count.update({(_without_number(line.text), line.size) for line in lines[:1] + lines[-1:]})
    return {
        (text, size)
        for (text, size), n in count.items()
        if n >= max(3, len(pages) * 0.25) and not _BOXED.match(text) and not text.endswith("。")
    }


def _without_number(text: str) -> str:
    return re.sub(r"^[-–—\s]*\d{1,4}[-–—\s]+|[-–—\s]+\d{1,4}[-–—\s]*$", "", nfkc(text)).strip()


def _is_furniture(line: Line, furniture: set[tuple[str, float]], seen: set[str]) -> bool:
    """A page number, or a running head; where the head is also the chapter's title, its first time counts."""
    if _PAGE_NUMBER.match(nfkc(line.text)):
        return True
    text = _without_number(line.text)
    if (text, line.size) not in furniture:
        return False
    first = text not in seen and re.match(r"^第\d+[章部編節]", text) is not None
    seen.add(text)
    return not first


def _sizes(pages: list[list[Line | Grid]]) -> tuple[float, dict[float, int]]:
    """The size of running text, and the level of each clearly larger size."""
    count: Counter[float] = Counter()
    for items in pages:
        for item in items:
            if isinstance(item, Line):
                count[item.size] += len(item.text)
    if not count:
        return 0.0, {}
    body = count.most_common(1)[0][0]
    larger = sorted((size for size in count if size >= body * 1.12), reverse=True)
    return body, {size: level for level, size in enumerate(larger, 1)}


def _wraps(above: Line, line: Line) -> bool:
    """A heading over two lines: the first fills its line, the second follows directly."""
    return (
        above.full
        and above.right > line.right
        and 0 <= line.top - above.bottom < above.size
        and not _BEGINS.match(line.text)
    )


def _goes_on(above: Line, line: Line, body: float) -> bool:
    """The line continues the paragraph above: close below it, the line above was full, and nothing new begins."""
    close = 0 <= line.top - above.bottom < body * 1.1
    return close and above.full and not above.text.endswith(("。", "：", ":")) and not _BEGINS.match(line.text)


def _joined(above: str, below: str) -> str:
    space = " " if above[-1:].isascii() and above[-1:].isalnum() and below[:1].isascii() and below[:1].isalnum() else ""
    return f"{above}{space}{below}"
