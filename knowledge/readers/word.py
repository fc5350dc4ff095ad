"""Word (.docx) as a document: headings by style or outline level, paragraphs, tables with merged and nested cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from knowledge.documents import Block, Cell, Document, Grid, Heading, Place, Text
from knowledge.readers.lines import clean_line, clean_lines

_HEADING_STYLE = re.compile(r"^(?:heading|見出し)\s*([1-9])$", re.IGNORECASE)
# Deleted text, the reading above a word, and the copy of a text box for old versions of Word.
_LEFT_OUT = {
    qn("w:del"),
    qn("w:rt"),
    qn("w:txbxContent"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}


def read_word(path: Path) -> Document:
    """A Word document. Drawings (arrows over a schedule, pictures) are counted in the notes, for they hold no text."""
    word = docx.Document(str(path))
    levels = {style.style_id: level for style in word.styles if (level := _style_level(style)) is not None}
    document = Document(path.name, title=clean_line(word.core_properties.title or ""))
    document.blocks = list(_blocks(word.element.body, levels))
    drawings = sum(
        1 for table in word.element.body.iter(qn("w:tbl")) for _ in table.iter(qn("w:drawing"), qn("w:pict"))
    )
    if drawings:
        document.notes.append(
            f"表の上に置かれた図形・画像{drawings}個は読めません（矢印だけの工程表は空欄になります）。"
        )
    return document


def _style_level(style: Any) -> int | None:
    name = str(style.name or "")
    if name in {"Title", "表題"}:
        return 0
    if match := _HEADING_STYLE.match(name):
        return int(match[1])
    outline = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    if outline is not None and (level := outline.get(qn("w:val"))) and int(level) < 9:
        return int(level) + 1
    return None


def _blocks(parent: Any, levels: dict[str, int]) -> Iterator[Block]:
    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            yield from _paragraph(element, levels)
        elif element.tag == qn("w:tbl"):
            yield from _table(element, levels)
        elif element.tag == qn("w:sdt"):
            content = element.find(qn("w:sdtContent"))
            if content is not None:
                yield from _blocks(content, levels)


def _paragraph(element: Any, levels: dict[str, int]) -> Iterator[Block]:
    text = _text(element)
    properties = element.find(qn("w:pPr"))
    level = None
    if properties is not None:
        style, outline = properties.find(qn("w:pStyle")), properties.find(qn("w:outlineLvl"))
        if outline is not None and int(outline.get(qn("w:val"))) < 9:
            level = int(outline.get(qn("w:val"))) + 1
        elif style is not None:
            level = levels.get(style.get(qn("w:val")))
    if level is not None and clean_line(text):
        yield Heading(clean_line(text), level)
    else:
        yield from (Text(words) for line in text.split("\n") if (words := clean_line(line.replace("\t", " "))))
    for box in element.iter(qn("w:txbxContent")):
        if not any(parent.tag in _LEFT_OUT and parent is not box for parent in box.iterancestors()):
            yield from _blocks(box, levels)


def _text(element: Any) -> str:
    parts: list[str] = []
    for child in element.iterchildren():
        if child.tag in _LEFT_OUT:
            continue
        if child.tag == qn("w:t"):
            parts.append(child.text or "")
        elif child.tag == qn("w:tab"):
            parts.append("\t")
        elif child.tag in {qn("w:br"), qn("w:cr")}:
            parts.append("\n")
        else:
            parts.append(_text(child))
    return "".join(parts)


def _table(table: Any, levels: dict[str, int]) -> Iterator[Block]:
    cells: list[Cell] = []
    nested: list[Block] = []
    above: dict[int, int] = {}  # column → index in `cells` of the vertically merged cell that may go on
    rows = list(table.iterchildren(qn("w:tr")))
    for r, row in enumerate(rows):
        before = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
        c = int(before.get(qn("w:val"))) if before is not None else 0
        going_on: dict[int, int] = {}
        for tc in _row_cells(row):
            properties = tc.find(qn("w:tcPr"))
            span = properties.find(qn("w:gridSpan")) if properties is not None else None
            merge = properties.find(qn("w:vMerge")) if properties is not None else None
            width = int(span.get(qn("w:val"))) if span is not None else 1
            if merge is not None and merge.get(qn("w:val")) != "restart" and c in above:
                i = above[c]
                cells[i] = Cell(cells[i].text, cells[i].row, c, r - cells[i].row + 1, cells[i].width, cells[i].indented)
                going_on[c] = i
            else:
                raw = "\n".join(_text(p) for p in tc.iterchildren(qn("w:p")))
                text = clean_lines(raw.replace("\t", " "))
                cells.append(Cell(text, r, c, 1, width, raw[:1] in {" ", "\u3000"}))
                if merge is not None:
                    going_on[c] = len(cells) - 1
                for inner in tc.iterchildren(qn("w:tbl")):
                    label = next((cell.text for cell in cells if cell.row == r and cell.text), "")
                    nested += [_captioned(block, label) for block in _table(inner, levels)]
            c += width
        above = going_on
    yield Grid.of(cells, Place())
    yield from nested


def _captioned(block: Block, caption: str) -> Block:
    if isinstance(block, Grid) and not block.caption:
        block.caption = caption
    return block


def _row_cells(row: Any) -> Iterator[Any]:
    for child in row.iterchildren():
        if child.tag == qn("w:tc"):
            yield child
        elif child.tag == qn("w:sdt"):
            yield from child.iter(qn("w:tc"))
