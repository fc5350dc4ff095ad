"""The neutral form of a document: headings, texts and grids in reading order, each with its place in the file.

Readers (knowledge/readers) make it from a file; the extraction (knowledge/extract) finds a plan in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where something stands: page, sheet and line (or row) as far as the format knows them, counted from 1."""

    page: int | None = None
    sheet: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        parts = []
        if self.sheet:
            parts.append(f"シート「{self.sheet}」")
        if self.page:
            parts.append(f"{self.page}ページ")
        if self.line:
            parts.append(f"{self.line}行目")
        return " ".join(parts) or "本文"


@dataclass(frozen=True)
class Heading:
    """A heading as marked up in the file. Level 0 is the document's title, 1 the highest heading."""

    text: str
    level: int
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Text:
    """A paragraph, list item or single line."""

    text: str
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Cell:
    """A cell of a grid at its origin; merged cells have a height or width above 1. `text` keeps line breaks."""

    text: str
    row: int
    column: int
    height: int = 1
    width: int = 1
    indented: bool = False


@dataclass
class Grid:
    """A table with merged cells resolved: `cells[r][c]` is the cell that covers the place; `pages` it runs over;
    `edges` are the borders of its columns on paper (in points)."""

    cells: list[list[Cell]]
    place: Place = field(default_factory=Place)
    caption: str = ""
    pages: int = 1
    edges: tuple[float, ...] = ()

    @classmethod
    def of(cls, cells: Iterable[Cell], place: Place, caption: str = "", *, strict: bool = False) -> Grid:
        """A grid from cells at their origins; places that none covers become empty.

        Where cells overlap the first one stays; with `strict` that raises ValueError.
        """
        covered: dict[tuple[int, int], Cell] = {}
        for cell in cells:
            for r in range(cell.row, cell.row + cell.height):
                for c in range(cell.column, cell.column + cell.width):
                    if strict and (r, c) in covered:
                        raise ValueError(f"cells overlap in row {r + 1}")
                    covered.setdefault((r, c), cell)
        height = 1 + max((r for r, _ in covered), default=-1)
        width = 1 + max((c for _, c in covered), default=-1)
        return cls(
            [[covered.get((r, c)) or Cell("", r, c) for c in range(width)] for r in range(height)], place, caption
        )

    @property
    def height(self) -> int:
        return len(self.cells)

    @property
    def width(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    def row(self, r: int) -> list[Cell]:
        """The different cells of a row from left to right, empty ones too; one that began above is among them."""
        found: list[Cell] = []
        for cell in self.cells[r]:
            if not found or found[-1] is not cell:
                found.append(cell)
        return found

    def filled(self, r: int) -> list[Cell]:
        """The cells of a row that hold text."""
        return [cell for cell in self.row(r) if cell.text]

    def part(self, top: int, bottom: int, left: int) -> Grid:
        """The rectangle of rows top…bottom-1 from column `left`, as a grid of its own."""
        seen: dict[tuple[int, int], Cell] = {}
        for r in range(top, bottom):
            for c in range(left, self.width):
                cell = self.cells[r][c]
                first_row, first_column = max(cell.row, top), max(cell.column, left)
                if (first_row, first_column) in seen:
                    continue
                height = min(cell.row + cell.height, bottom) - first_row
                width = cell.column + cell.width - first_column
                seen[first_row, first_column] = Cell(
                    cell.text, first_row - top, first_column - left, height, width, cell.indented
                )
        line = self.place.line + top if self.place.line else None
        return Grid.of(seen.values(), Place(self.place.page, self.place.sheet, line), self.caption)

    def row_place(self, r: int) -> Place:
        """Where row r (from 0) stands: in a sheet the row itself, else the grid's own place."""
        if self.place.line is None:
            return self.place
        return Place(self.place.page, self.place.sheet, self.place.line + r)


Block = Heading | Text | Grid


@dataclass
class Document:
    """A file as blocks. `notes` are what the reader had to leave out, in the operator's words."""

    name: str
    blocks: list[Block] = field(default_factory=list)
    title: str = ""
    notes: list[str] = field(default_factory=list)

    def texts(self) -> Iterator[Heading | Text]:
        return (block for block in self.blocks if not isinstance(block, Grid))
