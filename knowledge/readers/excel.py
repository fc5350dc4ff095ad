"""Excel (.xlsx) as a document: one heading per sheet, merged cells resolved, numbers as the sheet shows them."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from keikaku.text import squeeze
from knowledge.documents import Cell, Document, Heading, Place
from knowledge.problems import PlanError, Problem
from knowledge.readers.sheets import sheet_blocks

MAX_CELLS = 500_000
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_PERCENT = re.compile(r"0(?:\.(0+))?%")


def read_excel(path: Path) -> Document:
    """A workbook. Formulas count with the value that was saved with them. Raises PlanError."""
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path, data_only=False)
    document = Document(path.name, title=str(values.properties.title or ""))
    total = 0
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            document.notes.append(f"シート「{sheet.title}」は非表示のため読み込みませんでした。")
            continue
        total += len(sheet._cells)  # type: ignore[attr-defined]
        if total > MAX_CELLS:
            raise PlanError(
                path.name,
                [Problem(f"シート「{sheet.title}」", "セルが多すぎます。施策のシートだけを保存してください。")],
            )
        cells = _cells(sheet, formulas[sheet.title], document)
        if any(cell.text for cell in cells):
            document.blocks.append(Heading(squeeze(sheet.title), 1, Place(sheet=sheet.title)))
            document.blocks += sheet_blocks(cells, sheet.title)
        if getattr(sheet, "_images", None):
            document.notes.append(f"シート「{sheet.title}」の画像の中の文字は読めません。")
    return document


def _cells(sheet: Worksheet, formulas: Worksheet, document: Document) -> list[Cell]:
    spans = {(r.min_row, r.min_col): (r.max_row, r.max_col) for r in sheet.merged_cells.ranges}
    hidden = {
        (row, column)
        for merged in sheet.merged_cells.ranges
        for row in range(merged.min_row, merged.max_row + 1)
        for column in range(merged.min_col, merged.max_col + 1)
    }
    cells = []
    for row in sheet.iter_rows():
        for cell in row:
            origin = (cell.row, cell.column)
            if origin in hidden and origin not in spans:
                continue
            if cell.value is None and origin not in spans:
                formula = formulas.cell(cell.row, cell.column).value
                if isinstance(formula, str) and formula.startswith("="):
                    document.notes.append(
                        f"シート「{sheet.title}」{cell.coordinate}：数式の計算結果が保存されていません。Excel で開いて保存し直してください。"
                    )
                continue
            last_row, last_column = spans.get(origin, origin)
            text = _shown(cell.value, str(cell.number_format or ""))
            indent = bool(cell.alignment and cell.alignment.indent) or text[:1] in {" ", "\u3000"}
            text = "\n".join(words for line in text.splitlines() if (words := squeeze(line)))
            height, width = last_row - cell.row + 1, last_column - cell.column + 1
            cells.append(Cell(text, cell.row - 1, cell.column - 1, height, width, indent))
    return cells


def _shown(value: Any, number_format: str) -> str:
    """A value in the look of its cell: 0.55 with 0% is 55%, 6 with "R"0"年度" is R6年度."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "○" if value else ""
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if not isinstance(value, int | float):
        return str(value)
    section = number_format.split(";")[0]
    if percent := _PERCENT.search(section):
        return f"{value * 100:.{len(percent[1] or '')}f}%"
    bare = _LITERAL.sub("", section)
    decimals = re.search(r"0\.(0+)", bare)
    if decimals:
        number = f"{value:,.{len(decimals[1])}f}"
    else:
        number = f"{value:,.10g}" if abs(value) < 1e10 else f"{value:,.0f}"
    if "," not in bare:
        number = number.replace(",", "")
    if not re.search(r"[0#]", bare):
        return number
    first = re.search(r"[0#]", section)
    at = first.start() if first else 0
    before = "".join(a or b for a, b in _LITERAL.findall(section[:at]))
    after = "".join(a or b for a, b in _LITERAL.findall(section[at:]))
    return f"{before}{number}{after}"
