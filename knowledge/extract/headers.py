"""Finds the header of a table in a grid, over one or several rows, and reads its columns."""

from __future__ import annotations

from keikaku.text import nfkc
from knowledge.documents import Grid
from knowledge.extract import fiscal, vocabulary
from knowledge.extract.parts import Column
from knowledge.extract.vocabulary import Header

VALUE_ROLES = frozenset({"baseline", "target", "actual", "year", "unit", "target_year", "baseline_year"})
TAKES_YEAR = frozenset({"period", "target_year", "baseline_year", "year", "target", "baseline", "actual"})

_FORM_LABELS = {"項目", "区分", "事項", "欄"}
_FORM_VALUES = {"内容", "説明", "記載内容", "概要", "記入欄"}


def header_height(grid: Grid, r: int) -> int:
    """How many rows from r on are a table's header; 0 where row r is none."""
    filled = [cell for cell in grid.filled(r) if cell.row == r]
    headers = [vocabulary.column(cell.text) for cell in filled]
    if len(filled) < 2 or any(len(cell.text) > 40 for cell in filled):
        return 0
    known = [header.means_something for header in headers]
    if _alternates(headers) or _alternates_to_blank(grid, r, headers) or is_form_head(grid, r):
        return 0
    count = sum(known)
    named = any(header.role not in VALUE_ROLES for header in headers if header.role)
    if count < 2 or not (count / len(filled) > 0.6 or (count >= 3 and count / len(filled) >= 0.5)):
        return 0
    if not named and known[0] and headers[0].role in {"target", "baseline", "actual"} and not all(known):
        return 0
    if r + 1 >= grid.height:
        return 0
    height = 1
    while height < 4 and r + height < grid.height - 1 and _is_lower_header(grid, r, r + height):
        height += 1
    return height


def is_form_head(grid: Grid, r: int) -> bool:
    """『項目｜内容』 over a form: it heads labels and values, not a table."""
    words = [vocabulary.key(cell.text) for cell in grid.filled(r)]
    return len(words) == 2 and words[0] in _FORM_LABELS and words[1] in _FORM_VALUES


def _alternates(headers: list[Header]) -> bool:
    """『label｜value｜label｜value』: a row of a form."""
    if len(headers) % 2 or not all(header.role for header in headers[0::2]):
        return False
    pairs = zip(headers[0::2], headers[1::2])
    return all(not value.means_something or (value.role is None and label.role in TAKES_YEAR) for label, value in pairs)


def _alternates_to_blank(grid: Grid, r: int, headers: list[Header]) -> bool:
    """『所管課｜企画課｜関係課｜ 』: a row of a form whose last value is not filled in; below it the form goes on."""
    if len(headers) < 3 or headers[-1].role is None or not _alternates(headers[:-1]) or r + 1 >= grid.height:
        return False
    below = [cell for cell in grid.filled(r + 1) if cell.row == r + 1]
    label = below[0].text if below else ""
    return len(below) < len(headers) and (vocabulary.section(label) or vocabulary.column(label).role) is not None


def _is_lower_header(grid: Grid, top: int, r: int) -> bool:
    """Row r goes on with the header: its own cells are years or roles below a wider or blank heading."""
    own = [cell for cell in grid.filled(r) if cell.row == r]
    above = [cell for cell in grid.filled(r) if top <= cell.row < r]
    if not own:
        return bool(above)
    known = [vocabulary.column(cell.text) for cell in own]
    share = sum(_heads(header) for header in known) / len(own)
    if share < 0.6:
        return False
    first = grid.cells[r][0]
    return first.row < r or not first.text or first.column != own[0].column or bool(above)


def _heads(header: Header) -> bool:
    part = fiscal.PART.fullmatch(nfkc(header.text).strip()) is not None
    return header.means_something or part or vocabulary.unit_of(header.text) is not None


def read_header(grid: Grid, top: int, height: int) -> list[Column]:
    columns: list[Column] = []
    for c in range(grid.width):
        parts: list[str] = []
        for r in range(top, top + height):
            cell = grid.cells[r][c]
            text = cell.text
            if not text and c and height > 1 and r < top + height - 1:
                # 目標値 stands only over the first of its years in a sheet without merged cells.
                below = grid.cells[r + 1][c]
                left = columns[c - 1]
                if below.text and below.row == r + 1 and vocabulary.column(below.text).years and len(left.parts) > 1:
                    text = left.parts[0]
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        headers = [vocabulary.column(part) for part in parts]
        columns.append(Column(c, parts, headers))
    return columns
