"""Tables without ruled columns: lines whose parts stand below each other with wide gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.documents import Cell, Grid, Place
from knowledge.readers.lines import clean_line

GAP = 1.3  # characters' widths between two parts of a line
_CLOSE = 2.5  # line heights between two rows of one table


@dataclass(frozen=True)
class Part:
    """A stretch of a line without a wide gap; x in points."""

    text: str
    left: float
    right: float


@dataclass(frozen=True)
class Line:
    """A line of text outside ruled tables. `full`: it reaches as far right as lines of this document go."""

    text: str
    size: float
    top: float
    bottom: float
    right: float
    full: bool
    parts: tuple[Part, ...] = ()


def with_unruled_tables(items: list[Line | Grid], page: int) -> list[Line | Grid]:
    """The items of a page, runs of aligned lines made into grids. A run begins with three parts and has two lines."""
    found: list[Line | Grid] = []
    i = 0
    while i < len(items):
        run = _run(items, i)
        if len(run) >= 2:
            found.append(_grid(run, page))
            i += len(run)
        else:
            found.append(items[i])
            i += 1
    return found


def _run(items: list[Line | Grid], start: int) -> list[Line]:
    first = items[start]
    if not isinstance(first, Line) or len(first.parts) < 3:
        return []
    columns = [[part.left, part.right] for part in first.parts]
    run = [first]
    for item in items[start + 1 :]:
        if not isinstance(item, Line) or item.top - run[-1].bottom > item.size * _CLOSE:
            break
        places = [_column(part, columns) for part in item.parts]
        if len(item.parts) < 2 or None in places or len(set(places)) < len(places):
            break
        for part, place in zip(item.parts, places):
            if place is not None:
                columns[place][0] = min(columns[place][0], part.left)
                columns[place][1] = max(columns[place][1], part.right)
        run.append(item)
    return run


def _column(part: Part, columns: list[list[float]]) -> int | None:
    """The one column that a part stands below; None for none or several."""
    over = [i for i, (left, right) in enumerate(columns) if part.left < right and part.right > left]
    return over[0] if len(over) == 1 else None


def _grid(run: list[Line], page: int) -> Grid:
    columns = [[part.left, part.right] for part in run[0].parts]
    cells = []
    for r, line in enumerate(run):
        for part in line.parts:
            c = _column(part, columns)
            if c is not None:
                columns[c] = [min(columns[c][0], part.left), max(columns[c][1], part.right)]
                cells.append(Cell(clean_line(part.text), r, c))
    return Grid.of(cells, Place(page=page))
