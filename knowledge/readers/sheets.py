"""Cuts the cells of a sheet into blocks: an empty row ends a grid; lines of one cell above a table are texts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from knowledge.documents import Block, Cell, Grid, Place, Text


def sheet_blocks(cells: Sequence[Cell], sheet: str | None) -> list[Block]:
    """Blocks of one sheet. Cells carry their row and column in the sheet, from 0."""
    filled = [cell for cell in cells if cell.text]
    rows = sorted({r for cell in filled for r in range(cell.row, cell.row + cell.height)})
    blocks: list[Block] = []
    start = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i] != rows[i - 1] + 1:
            blocks += _region(cells, rows[start], rows[i - 1], sheet)
            start = i
    return blocks


def _region(cells: Sequence[Cell], top: int, bottom: int, sheet: str | None) -> list[Block]:
    inside = [cell for cell in cells if top <= cell.row <= bottom]
    blocks: list[Block] = []
    while top <= bottom:
        first = [cell for cell in inside if cell.row == top and cell.text]
        if len(first) != 1 or first[0].height > 1 or (top == bottom and blocks):
            break
        blocks += [Text(line, Place(sheet=sheet, line=top + 1)) for line in first[0].text.split("\n")]
        top += 1
    inside = [cell for cell in inside if cell.row >= top]
    if not any(cell.text for cell in inside):
        return blocks
    # Sheets ruled like graph paper have dozens of narrow columns: only those count in which some text begins.
    starts = sorted({cell.column for cell in inside if cell.text})
    moved = []
    for cell in inside:
        begin, end = bisect_left(starts, cell.column), bisect_left(starts, cell.column + cell.width)
        if begin < end:
            height = min(cell.height, bottom + 1 - cell.row)
            moved.append(Cell(cell.text, cell.row - top, begin, height, end - begin, cell.indented))
    # Where an empty frame and a text meet, the text counts.
    moved.sort(key=lambda cell: not cell.text)
    return [*blocks, Grid.of(moved, Place(sheet=sheet, line=top + 1))]
