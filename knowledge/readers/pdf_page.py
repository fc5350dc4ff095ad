"""One page of a PDF as lines and tables, from top to bottom."""

from __future__ import annotations

from collections import Counter
from typing import Any

from knowledge.documents import Cell, Grid, Place
from knowledge.readers.lines import clean_line, clean_lines
from knowledge.readers.unruled import GAP, Line, Part, with_unruled_tables

_SNAP = 3.0


def page_items(page: Any) -> list[Line | Grid]:
    """Lines and tables of a page from top to bottom."""
    found: list[tuple[float, Line | Grid]] = []
    boxes = []
    for table in page.find_tables():
        grid = _grid(page, table)
        if grid is None:
            continue
        boxes.append(table.bbox)
        found.append((table.bbox[1], grid))

    def outside(item: dict[str, Any]) -> bool:
        if item.get("object_type") != "char":
            return True
        x, y = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
        return not any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)

    for line in page.filter(outside).extract_text_lines(return_chars=True):
        text = clean_line(str(line["text"]))
        if text:
            wide = line["x1"] - line["x0"] > page.width * 0.5
            size = Counter(round(char["size"] * 2) / 2 for char in line["chars"]).most_common(1)[0][0]
            parts = _parts(line["chars"], size)
            found.append((line["top"], Line(text, size, line["top"], line["bottom"], line["x1"], wide, parts)))
    found.sort(key=lambda pair: pair[0])
    return with_unruled_tables([item for _, item in found], page.page_number)


def _parts(chars: list[dict[str, Any]], size: float) -> tuple[Part, ...]:
    """A line cut at gaps that no running text has."""
    parts: list[Part] = []
    for char in chars:
        if not char["text"].strip():
            continue
        if parts and char["x0"] - parts[-1].right < size * GAP:
            last = parts[-1]
            space = " " if char["x0"] - last.right > size * 0.4 else ""
            parts[-1] = Part(f"{last.text}{space}{char['text']}", last.left, char["x1"])
        else:
            parts.append(Part(char["text"], char["x0"], char["x1"]))
    return tuple(parts)


def _grid(page: Any, table: Any) -> Grid | None:
    """A table with its merged cells, from where the cells' edges lie. None for a frame around text."""
    boxes = [box for box in table.cells if box]
    xs = _edges([x for box in boxes for x in (box[0], box[2])])
    ys = _edges([y for box in boxes for y in (box[1], box[3])])
    if len(xs) < 3 or len(ys) < 2:
        return None
    cells = []
    taken: set[tuple[int, int]] = set()
    for box in sorted(boxes, key=lambda b: (b[1], b[0])):
        left, right = _index(xs, box[0]), _index(xs, box[2])
        top, bottom = _index(ys, box[1]), _index(ys, box[3])
        places = {(r, c) for r in range(top, bottom) for c in range(left, right)}
        if not places or places & taken:
            continue
        taken |= places
        raw = page.crop(box, strict=False).extract_text() or ""
        text = clean_lines(raw)
        cells.append(Cell(text, top, left, bottom - top, right - left))
    if not any(cell.text for cell in cells):
        return None
    grid = Grid.of(cells, Place(page=page.page_number))
    grid.edges = tuple(xs)
    return grid


def _edges(values: list[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return found


def _index(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda i: abs(edges[i] - value))
