"""Excel (.xlsx) as a document: one heading per sheet, merged cells resolved, numbers as the sheet shows them."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from knowledge.documents import Cell, Document, Heading, Place
from knowledge.problems import PlanError, Problem
from knowledge.readers.lines import clean_line, clean_lines
from knowledge.readers.sheets import sheet_blocks

MAX_CELLS = 500_000
MAX_MERGED = 50_000
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)"')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_PERCENT = re.compile(r"0(?:\.(0+))?%")


def read_excel(path: Path) -> Document:
    """A workbook. Formulas count with the value that was saved with them. Raises PlanError."""
    has_formulas = _look_inside(path)
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path, data_only=False) if has_formulas else None
    document = Document(path.name, title=str(values.properties.title or ""))
    total = 0
    for sheet in values.worksheets:
        if sheet.sheet_state != "visible":
            document.notes.append(f"シート「{sheet.title}」は非表示のため読み込みませんでした。")
            continue
        total += len(sheet._cells)
        if total > MAX_CELLS:
            raise PlanError(
                path.name,
                [Problem(f"シート「{sheet.title}」", "セルが多すぎます。施策のシートだけを保存してください。")],
            )
        cells = _cells(sheet, formulas[sheet.title] if formulas else None, document)
        if any(cell.text for cell in cells):
            document.blocks.append(Heading(clean_line(sheet.title), 1, Place(sheet=sheet.title)))
            document.blocks += sheet_blocks(cells, sheet.title)
        if getattr(sheet, "_images", None):
            document.notes.append(f"シート「{sheet.title}」の画像の中の文字は読めません。")
    return document


def _look_inside(path: Path) -> bool:
    """Whether there are formulas. Raises PlanError for merged cells that would fill the memory once opened."""
    formulas = False
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            xml = archive.read(name)
            formulas = formulas or b"<f>" in xml or b"<f " in xml
            for match in _MERGED.finditer(xml):
                merged = CellRange(match[1].decode())
                if merged.size["rows"] * merged.size["columns"] > MAX_CELLS:
                    message = f"結合セル {match[1].decode()} が大きすぎます。結合を解除して保存し直してください。"
                    raise PlanError(path.name, [Problem(f"シート（{name.split('/')[-1]}）", message)])
    return formulas


def _cells(sheet: Worksheet, formulas: Worksheet | None, document: Document) -> list[Cell]:
    # Only the cells that exist: a stray format in the last row would make the sheet a million rows high.
    present = sorted(sheet._cells.items())
    filled = [place for place, cell in present if cell.value is not None]
    last_row, last_column = max((r for r, _ in filled), default=0), max((c for _, c in filled), default=0)
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    covered: set[tuple[int, int]] = set()
    for merged in sheet.merged_cells.ranges:
        bottom, right = min(merged.max_row, last_row + 1), min(merged.max_col, last_column + 60)
        if bottom >= merged.min_row and (bottom - merged.min_row) * (right - merged.min_col) < MAX_MERGED:
            spans[merged.min_row, merged.min_col] = (bottom, right)
            covered |= {(r, c) for r in range(merged.min_row, bottom + 1) for c in range(merged.min_col, right + 1)}
    cells = []
    for origin, cell in present:
        if origin in covered and origin not in spans:
            continue
        if cell.value is None and origin not in spans:
            formula = formulas.cell(*origin).value if formulas else None
            if isinstance(formula, str) and formula.startswith("="):
                document.notes.append(
                    f"シート「{sheet.title}」{cell.coordinate}：数式の計算結果が保存されていません。Excel で開いて保存し直してください。"
                )
            continue
        bottom, right = spans.get(origin, origin)
        text = _shown(cell.value, str(cell.number_format or ""))
        indented = bool(cell.alignment and cell.alignment.indent) or text[:1] in {" ", "\u3000"}
        text = clean_lines(text)
        height, width = bottom - origin[0] + 1, right - origin[1] + 1
        cells.append(Cell(text, origin[0] - 1, origin[1] - 1, height, width, indented))
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
