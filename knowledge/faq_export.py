"""Writes the FAQ as a table that staff can edit and `faq_import` reads back unchanged: `python -m knowledge.faq_export FILE`."""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from sqlalchemy import select

from knowledge.dates import today
from knowledge.faq_columns import LABELS, STATE
from knowledge.faq_history import write_whole
from knowledge.faq_model import FaqEntry
from knowledge.store import FaqRow, Store

HEADER = [*LABELS.values(), STATE]
_WIDTHS = {"質問": 40, "別の聞き方": 40, "回答": 60, "計画の引用": 40, "出典": 24}
_RUNS = re.compile(r"'*[=+\-@＝＋－＠]")


def table(entries: Sequence[FaqEntry], day: date) -> list[list[str]]:
    """One row for each entry, in the order of HEADER."""
    return [
        [
            entry.id,
            entry.questions[0],
            "\n".join(entry.questions[1:]),
            entry.answer or "",
            "\n\n".join(_quote(q.measure, q.chapter, q.section, q.text) for q in entry.quotes),
            entry.category,
            entry.owner or "",
            _day(entry.valid_from),
            _day(entry.valid_until),
            entry.source or "",
            "、".join(str(no) for no in entry.measures),
            "\n".join(entry.kpis),
            _state(entry, day),
        ]
        for entry in entries
    ]


def _quote(measure: int | None, chapter: str | None, section: str, text: str) -> str:
    return "｜".join(part for part in (f"施策{measure}" if measure else None, chapter, section, text) if part)


def _day(day: date | None) -> str:
    return f"{day.year}/{day.month}/{day.day}" if day else ""


def _state(entry: FaqEntry, day: date) -> str:
    if entry.valid_from and day < entry.valid_from:
        return "開始前"
    return "期限切れ" if entry.valid_until and entry.valid_until < day else "公開中"


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """CSV that Excel opens as it is: UTF-8 with BOM; a cell that Excel would run as a formula begins with '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([[f"'{cell}" if _RUNS.match(cell) else cell for cell in row] for row in [HEADER, *rows]])
    return out.getvalue().encode("utf-8-sig")


def excel_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """An .xlsx with every cell as text, so that nothing in it runs."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "FAQ"
    for number, row in enumerate([HEADER, *rows], 1):
        for column, text in enumerate(row, 1):
            if not text:
                continue
            cell = sheet.cell(number, column)
            cell.value = f"'{text}" if text.startswith("'") and _RUNS.match(text) else text
            cell.data_type = "s"
            cell.quotePrefix = _RUNS.match(text) is not None
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="DDE7F0")
    for column, name in enumerate(HEADER, 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, 14)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(HEADER))}{len(rows) + 1}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def live_entries(store: Store) -> list[FaqEntry]:
    """Every verified entry that has a question, by file and place of its id."""
    with store.session() as session:
        rows = session.scalars(select(FaqRow).order_by(FaqRow.file, FaqRow.id)).all()
        return [FaqEntry.model_validate(row.definition) for row in rows if row.questions]


def main() -> int:
    parser = argparse.ArgumentParser(description="Export the FAQ to Excel or CSV.")
    parser.add_argument("file", type=Path)
    path: Path = parser.parse_args().file
    writers = {".xlsx": excel_bytes, ".csv": csv_bytes}
    if path.suffix.lower() not in writers:
        print("書き出すファイルの名前は .xlsx か .csv で終わるようにしてください。")
        return 1
    store = Store()
    store.create()
    entries = live_entries(store)
    try:
        write_whole(path, writers[path.suffix.lower()](table(entries, today())))
    except OSError as error:
        print(f"{path} に書き出せません：{error.strerror or error}")
        return 1
    print(f"FAQ {len(entries)}件を {path} に書き出しました。直した表は make faq-import FILE={path} で取り込めます。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
