"""Cuts the cells of a sheet into blocks: an empty row ends a grid; lines of one cell above a table are texts."""

from __future__ import annotations

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
    left = min(cell.column for cell in inside if cell.text)
    right = max(cell.column + cell.width for cell in inside if cell.text)
    moved = [
        Cell(
            cell.text,
            cell.row - top,
            cell.column - left,
            min(cell.height, bottom + 1 - cell.row),
            min(cell.width, right - cell.column),
            cell.indented,
        )
        for cell in inside
        if left <= cell.column < right
    ]
    return [*blocks, Grid.of(moved, Place(sheet=sheet, line=top + 1))]
