"""Cuts a grid into what it is made of: tables with a header, 『label｜value』 pairs, and single lines.

A measure sheet often holds all of them in one table, so a grid is read row by row.
"""

from __future__ import annotations

from dataclasses import replace

from keikaku.text import squeeze
from knowledge.documents import Cell, Grid
from knowledge.extract import cells, vocabulary
from knowledge.extract.headers import TAKES_YEAR, VALUE_ROLES, header_height, is_form_head, read_header
from knowledge.extract.parts import Line, Pair, Part, Table
from knowledge.extract.titles import is_bare_number
from knowledge.extract.vocabulary import Header


def parts_of(grid: Grid, section: str | None = None) -> list[Part]:
    """The parts of a grid from top to bottom."""
    if transposed := _transposed(grid):
        grid = transposed
    parts: list[Part] = []
    r = 0
    while r < grid.height:
        filled = grid.filled(r)
        if not filled or is_form_head(grid, r):
            r += 1
        elif label := _side_label(grid, r):
            bottom = label.row + label.height
            parts += _beside(grid, label, r, bottom)
            r = bottom
        elif height := header_height(grid, r):
            table, r = _table(grid, r, height, section)
            parts.append(table)
        elif len(filled) == 1:
            parts.append(Line(filled[0].text, grid.row_place(r)))
            r += 1
        else:
            parts += _pairs(grid, r)
            r += 1
    return parts


def _table(grid: Grid, top: int, height: int, section: str | None) -> tuple[Table, int]:
    columns = read_header(grid, top, height)
    table = Table(columns, [], grid.row_place(top), grid.caption, section)
    r = top + height
    while r < grid.height:
        filled = grid.filled(r)
        if (
            not filled
            or (header_height(grid, r) and not _looks_like_data(table, grid, r))
            or _ends_table(grid, r, table)
        ):
            break
        for row in _split_row(grid.cells[r]):
            table.rows.append(row)
            table.places.append(grid.row_place(r))
        r += 1
    table.columns = [column for column in columns if not _is_copy(grid, column.index, top, r)]
    return table, r


def _split_row(row: list[Cell]) -> list[list[Cell]]:
    """Several KPIs in one row, line by line: names, and as many figures in each value cell."""
    counts = [len(cell.text.split("\n")) for cell in row if "\n" in cell.text and _all_figures(cell.text)]
    n = counts[0] if counts else 0
    if len(counts) < 2 or set(counts) != {n}:
        return [row]
    if not any(len(cell.text.split("\n")) == n and not _all_figures(cell.text) for cell in row):
        return [row]
    rows = []
    for i in range(n):
        rows.append([replace(c, text=c.text.split("\n")[i]) if len(c.text.split("\n")) == n else c for c in row])
    return rows


def _all_figures(text: str) -> bool:
    return all(cells.is_figure(line) and not line.strip().startswith(("(", "（")) for line in text.split("\n"))


def _is_copy(grid: Grid, c: int, top: int, bottom: int) -> bool:
    """A column that is the same merged cells as the one before, all the way down (another row of the sheet splits it)."""
    return c > 0 and all(grid.cells[r][c] is grid.cells[r][c - 1] for r in range(top, bottom))


def _looks_like_data(table: Table, grid: Grid, r: int) -> bool:
    """A row of words that could be headings (取組｜実施｜実施) under a header that has years."""
    return grid.cells[r][0].row < r or sum(vocabulary.column(cell.text).means_something for cell in grid.filled(r)) < 2


def _ends_table(grid: Grid, r: int, table: Table) -> bool:
    """A form's next label, or a line over the whole width, ends the table above it."""
    filled = grid.filled(r)
    first = filled[0]
    if len(filled) == 1 and first.width >= max(2, grid.width - 1) and first.height == 1:
        return not _goes_on_below(grid, r, table)
    if first.row != r or first.column != 0:
        return False
    role = vocabulary.section(first.text)
    header = vocabulary.column(first.text)
    if header.role in {"owner", "money"} or (
        role in {"issues", "owner", "schedule"} and header.role not in VALUE_ROLES
    ):
        return len(filled) == 2 or first.height > 1
    return False


def _goes_on_below(grid: Grid, r: int, table: Table) -> bool:
    """A line over the whole width with more rows of the same table below it is a heading inside the table."""
    if r + 1 >= grid.height or vocabulary.section(grid.filled(r)[0].text) or header_height(grid, r + 1):
        return False
    below = grid.filled(r + 1)
    if len(below) == 1 and below[0].width >= grid.width - 1:
        return _goes_on_below(grid, r + 1, table)
    return len(below) >= 2 and not _ends_table(grid, r + 1, table)


# --- forms ----------------------------------------------------------------------------------------------------------


def _side_label(grid: Grid, r: int) -> Cell | None:
    """A label at the left that covers several rows, or one row that begins a header to its right."""
    first = grid.cells[r][0]
    if not first.text or first.row != r or first.width >= grid.width:
        return None
    text = cells.one_line(first.text)
    known = vocabulary.section(text) or vocabulary.column(text).role in {
        "issues",
        "policy",
        "owner",
        "kpi_name",
        "item",
    }
    if not known or first.height < 2:
        return None
    inner = grid.part(r, r + first.height, first.width)
    # A header whose first cell is merged downwards (指標名 over two rows of years) is no side label.
    if header_height(grid, r) and not header_height(inner, 0):
        return None
    if header_height(grid, r) >= first.height:
        return None
    return first


def _beside(grid: Grid, label: Cell, top: int, bottom: int) -> list[Part]:
    """What stands to the right of a side label."""
    text = cells.one_line(label.text)
    header, role = vocabulary.column(text), vocabulary.section(text)
    inner = grid.part(top, bottom, label.width)
    if any(header_height(inner, r) for r in range(inner.height)) or _transposed(inner):
        found = parts_of(inner, role or header.role)
        for part in found:
            if isinstance(part, Table):
                part.caption = part.caption or squeeze(text)
        return found
    lines = dict.fromkeys(cell.text for row in inner.cells for cell in row if cell.text)
    if role in {"kpi", "schedule"} or any(vocabulary.column(cell.text).role for cell in inner.filled(0)):
        return [part for r in range(inner.height) if inner.filled(r) for part in _row_parts(inner, r, role, text)]
    return [Pair(squeeze(text), header, role, "\n".join(lines), grid.row_place(top))]


def _row_parts(grid: Grid, r: int, role: str | None, label: str) -> list[Part]:
    filled = grid.filled(r)
    if len(filled) == 1:
        return [Pair(label, vocabulary.column(label), role, filled[0].text, grid.row_place(r))]
    return _pairs(grid, r)


def _pairs(grid: Grid, r: int) -> list[Part]:
    """The pairs of a form's row. A first cell that is no known word is still the label of the text beside it."""
    filled = [cell for cell in grid.filled(r) if cell.row == r] or grid.filled(r)
    place = grid.row_place(r)
    pairs: list[Part] = []
    label: Cell | None = None
    values: list[str] = []

    def close() -> None:
        if label is not None and values:
            text = squeeze(cells.one_line(label.text))
            header, value = vocabulary.column(text), "\n".join(values)
            if is_bare_number(text) and header.role is None:
                # 『施策1-2｜窓口のデジタル化』: the label is the measure's number.
                header, value = Header(text, "measure_name"), f"{text} {cells.one_line(value)}"
            pairs.append(Pair(text, header, vocabulary.section(text), value, place))

    for i, cell in enumerate(filled):
        text = cells.one_line(cell.text)
        header = vocabulary.column(text)
        known = header.role is not None or vocabulary.section(text) is not None
        takes = label is not None and not values and vocabulary.column(cells.one_line(label.text)).role in TAKES_YEAR
        if (known and not (takes and header.role is None)) or (i == 0):
            if label is not None and not values:
                values.append(cell.text) if i == len(filled) - 1 else None
                if i == len(filled) - 1:
                    continue
            close()
            label, values = cell, []
        else:
            values.append(cell.text)
    close()
    return pairs


def _transposed(grid: Grid) -> Grid | None:
    """A table whose headings run down the first column (指標名, 単位, 現状値, 目標値), turned round."""
    if grid.height < 3 or grid.width < 3:
        return None
    column = [grid.cells[r][0] for r in range(grid.height)]
    if any(cell.width > 1 for cell in column) or header_height(grid, 0):
        return None
    if max(len(grid.row(r)) for r in range(grid.height)) < 3:
        return None
    headers = [vocabulary.column(cells.one_line(cell.text)) for cell in column]
    roles = [header.role for header in headers]
    values = sum(header.role in VALUE_ROLES or (header.role is None and bool(header.years)) for header in headers)
    if "kpi_name" not in roles or values < 2 or sum(h.means_something for h in headers) < len(headers):
        return None
    second = [vocabulary.column(cells.one_line(cell.text)) for cell in (grid.cells[r][2] for r in range(grid.height))]
    if sum(header.role is not None for header in second) * 2 > len(second):
        return None  # 『label｜value｜label｜value』 in every row
    turned = {
        (cell.column, cell.row): Cell(cell.text, cell.column, cell.row, cell.width, cell.height)
        for row in grid.cells
        for cell in row
    }
    return Grid.of(turned.values(), grid.place, grid.caption)
