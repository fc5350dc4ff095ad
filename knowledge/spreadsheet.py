"""Reads Excel and CSV files as staff keep them into plain grids, without trusting them.

Sizes are checked before anything is unpacked, XML may not declare entities, formulas give their stored results.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

MAX_FILE, MAX_UNPACKED, MAX_XML = 20 * 2**20, 200 * 2**20, 40 * 2**20
MAX_PARTS, MAX_ROWS, MAX_COLUMNS, MAX_MERGED = 2000, 20_000, 100, 500_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_MEDIA = re.compile(r"xl/media/|\.(?:png|jpe?g|gif|emf|wmf|bmp|tiff?|bin|vml)$", re.IGNORECASE)
Value = Any  # str, int, float, bool, datetime, date, None or BadCell


class FileProblem(Exception):
    """Why a file can't be read, in words for staff."""


@dataclass(frozen=True)
class BadCell:
    """A cell whose value can't be used."""

    message: str


@dataclass
class Sheet:
    """One table: rows as (row number in the file, cells from column A on). A merged value stands in every cell it covers."""

    name: str
    rows: list[tuple[int, list[Value]]] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False
    epoch: date = date(1899, 12, 30)


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of an .xlsx, .xlsm or .csv file. Raises FileProblem."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileProblem("ファイルではありません。")
        if size > MAX_FILE:
            raise FileProblem(
                f"ファイルが大きすぎます（{size / 2**20:,.0f} MB。{MAX_FILE // 2**20} MB まで）。画像を外すか、分けて保存してください。"
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileProblem("ファイルが見つかりません。") from None
    except OSError as error:
        raise FileProblem(f"ファイルを開けません（{error.strerror or error}）。") from None
    if not content.strip(b"\0 \r\n\t"):
        raise FileProblem("ファイルが空です。")
    if content.startswith(_OLE):
        raise FileProblem(_ole(content))
    if content.startswith(b"PK"):
        return _excel(content)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        raise FileProblem(
            "Excel ファイルとして読めません。ファイルが壊れているか、別の形式です。Excel で開いて保存し直してください。"
        )
    if path.suffix.lower() not in {".csv", ".tsv", ".txt"}:
        raise FileProblem(f"「{path.suffix or path.name}」の形式は読めません。.xlsx か .csv で保存してください。")
    return [_csv(content)]


def _ole(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "パスワードが付いているため読めません。パスワードを外して保存し直してください。"
    return (
        "古い形式（.xls など）か保護されたファイルのため読めません。「Excel ブック（.xlsx）」で保存し直してください。"
    )


# --- Excel ------------------------------------------------------------------------------------------------------


def _excel(content: bytes) -> list[Sheet]:
    has_media = _check_package(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content))
            formulas = any(c.data_type == "f" for ws in book.worksheets for c in ws._cells.values())
            results = load_workbook(io.BytesIO(content), data_only=True) if formulas else book
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise FileProblem(
            f"Excel ファイルとして読めません（{type(error).__name__}）。ファイルが壊れているようです。Excel で開いて保存し直してください。"
        ) from error
    sheets = [_sheet(ws, results[ws.title], book.epoch.date()) for ws in book.worksheets]
    if not any(sheet.rows for sheet in sheets):
        if has_media:
            raise FileProblem("文字がなく、画像だけのファイルです。質問と回答を文字で入力してください。")
        raise FileProblem("何も書かれていません（空のシートです）。")
    return sheets


def _check_package(content: bytes) -> bool:
    """Raise FileProblem for what must not be unpacked; returns whether pictures are in it."""
    bomb = "展開すると大きくなりすぎるため読みません（圧縮爆弾の恐れがあります）。画像や書式を減らして保存し直してください。"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            xml = [part for part in parts if not _MEDIA.search(part.filename) and not part.is_dir()]
            if (
                len(parts) > MAX_PARTS
                or sum(part.file_size for part in parts) > MAX_UNPACKED
                or sum(part.file_size for part in xml) > MAX_XML
            ):
                raise FileProblem(bomb)
            if any(part.flag_bits & 1 for part in parts):
                raise FileProblem("パスワードが付いているため読めません。パスワードを外して保存し直してください。")
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise FileProblem(
                    "Excel ファイル（.xlsx）ではありません。「Excel ブック（.xlsx）」で保存し直してください。"
                )
            merged = 0
            for part in parts:
                data = _unpack(package, part)
                if part not in xml:
                    continue
                if not data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<") or b"<!DOCTYPE" in data:
                    raise FileProblem("Excel ファイルとして正しくない部分があるため読みません。")
                for first, top, last, bottom in _MERGE.findall(data):
                    columns = [column_index_from_string(name.decode()) for name in (first, last)]
                    merged += (abs(columns[1] - columns[0]) + 1) * (abs(int(bottom) - int(top)) + 1)
            if merged > MAX_MERGED:
                raise FileProblem("結合されたセルが多すぎます。セルの結合を解いて保存し直してください。")
            return any("xl/media/" in name or "xl/drawings/" in name for name in names)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, OSError) as error:
        raise FileProblem("Excel ファイルとして読めません。ファイルが壊れているか、途中で切れています。") from error


def _unpack(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The part's content, in small steps: asked for the whole, zipfile would unpack far more than a forged size says."""
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile(f"compression {part.compress_type}")
    with package.open(part) as stream:
        return b"".join(iter(lambda: stream.read(2**16), b""))


def _sheet(ws: Any, results: Any, epoch: date) -> Sheet:
    sheet = Sheet(ws.title, hidden=ws.sheet_state != "visible", epoch=epoch)
    grid: dict[int, dict[int, Value]] = {}
    for (row, column), cell in sorted(ws._cells.items()):
        value = _value(cell, results.cell(row, column))
        if value is None or value == "":
            continue
        if row > MAX_ROWS:
            raise FileProblem(f"シート「{ws.title}」の行が多すぎます（{MAX_ROWS:,}行まで）。")
        if column <= MAX_COLUMNS:
            grid.setdefault(row, {})[column] = value
            if cell.hyperlink is not None and cell.hyperlink.target:
                sheet.links[row, column] = str(cell.hyperlink.target)
    for area in ws.merged_cells.ranges:
        value = grid.get(area.min_row, {}).get(area.min_col)
        if value is None:
            continue
        for row in range(area.min_row, min(area.max_row, MAX_ROWS) + 1):
            for column in range(area.min_col, min(area.max_col, MAX_COLUMNS) + 1):
                grid.setdefault(row, {})[column] = value
    for row in sorted(grid):
        cells = grid[row]
        sheet.rows.append((row, [cells.get(column) for column in range(1, max(cells) + 1)]))
    return sheet


def _value(cell: Any, result: Any) -> Value:
    value = cell.value
    if cell.data_type == "f":
        value = result.value
        if value is None:
            return BadCell("数式の計算結果が保存されていません。Excel で開いて保存し直すか、値を貼り付けてください。")
        if result.data_type == "e":
            return BadCell(f"数式の結果がエラー（{value}）です。")
    elif cell.data_type == "e":
        return BadCell(f"セルがエラー（{value}）です。")
    if isinstance(value, str):
        return value.replace("_x000D_\n", "\n").replace("_x000D_", "\n")
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    return value


# --- CSV --------------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Sheet:
    text = _decode(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count) if first else ","
    sheet = Sheet("")
    csv.field_size_limit(MAX_FILE)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if number > MAX_ROWS:
                raise FileProblem(f"行が多すぎます（{MAX_ROWS:,}行まで）。")
            if any(cell.strip() for cell in cells):
                sheet.rows.append((number, [cell if cell.strip() else None for cell in cells[:MAX_COLUMNS]]))
    except csv.Error as error:
        raise FileProblem(
            f'CSV として読めません（引用符「"」の数が合っていないようです：{len(sheet.rows) + 1}行目あたり）。'
        ) from error
    if not sheet.rows:
        raise FileProblem("何も書かれていません。")
    return sheet


def _decode(content: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM (Excel's 『Unicode テキスト』), or Shift_JIS as Windows has it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in content:
        raise FileProblem("CSV（文字のファイル）ではありません。")
    else:
        encodings = ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileProblem("文字コードが分かりません。UTF-8 か Shift_JIS の CSV で保存し直してください。")


def text_of(value: Value) -> str:
    """A cell as text; a date as 2026/4/1, a whole number without decimals."""
    if value is None or isinstance(value, BadCell):
        return ""
    if isinstance(value, (datetime, date)):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
