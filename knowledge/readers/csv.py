"""CSV as a document: one grid."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from knowledge.documents import Cell, Document
from knowledge.readers.decode import decode_spreadsheet
from knowledge.readers.lines import clean_lines
from knowledge.readers.sheets import sheet_blocks


def read_csv(path: Path) -> Document:
    """A CSV in UTF-8 or Shift_JIS. Raises PlanError or csv.Error."""
    text = decode_spreadsheet(path.read_bytes(), path.name)
    cells = [
        Cell(clean_lines(field), r, c)
        for r, row in enumerate(csv.reader(io.StringIO(text)))
        for c, field in enumerate(row)
    ]
    return Document(path.name, sheet_blocks(cells, None))
