"""Tables that stand within a measure: its KPIs, its schedule, its parts."""

from __future__ import annotations

import re

from keikaku.text import squeeze
from knowledge import plan as model
from knowledge.extract import cells, schedules
from knowledge.extract.columns import Reading
from knowledge.extract.drafts import Draft
from knowledge.extract.kpis import kpis_of
from knowledge.extract.lists import ListTable, owner_text
from knowledge.extract.parts import Table
from knowledge.extract.titles import key, read_title
from knowledge.extract.work import Work, section_name


def is_schedule_of_one(table: Table, reading: Reading, work: Work) -> bool:
    """『事業名｜R6｜R7』 without owners of their own, under a measure: its schedule, not measures beside it."""
    if reading.measure_name is None or reading.has_kpis or not reading.has_schedule or reading.issues or reading.policy:
        return False
    names = [cells.name_of(table.text(r, reading.measure_name)) for r in range(len(table.rows))]
    if any(work.registry.find(read_title(name).words) for name in names if name):
        return False
    return len(_owners(table, reading)) <= 1


def _owners(table: Table, reading: Reading) -> set[str]:
    return {key(text) for r in range(len(table.rows)) if (text := owner_text(table, reading, r))}


def read_within(work: Work, draft: Draft, table: Table, reading: Reading, section: str) -> bool:
    """Put a table's contents into `draft`. Returns whether the table was understood."""
    understood = False
    if reading.has_kpis:
        understood = True
        for found in kpis_of(table, reading, work.cover.end):
            work.add_kpi(draft, found, section_name(found.place, table.caption, section, "指標の表"))
    if reading.has_schedule or (reading.items and reading.owners and not reading.has_kpis):
        understood = True
        _items(work, draft, table, reading, section)
    if reading.owners and len(_owners(table, reading)) >= 1 and not draft.owners:
        for r in range(len(table.rows)):
            if printed := owner_text(table, reading, r):
                name = section_name(table.places[r], reading.owners[0].title)
                draft.add_owners(cells.owners_of(printed), squeeze(cells.one_line(printed)), name)
        understood = True
    if understood:
        for column in reading.ignored:
            if column.title and any(row[column.index].text for row in table.rows):
                work.leave(table.place, column.title, "この列は読み込みません（計画の値ではない列）")
        if not reading.has_kpis and not reading.has_schedule:
            return understood
        for role, columns in (("issues", reading.issues), ("policy", reading.policy)):
            for column in columns:
                for r in range(len(table.rows)):
                    if (text := table.text(r, column)) and re.search(r"\w", text):  # no 『↑』
                        heading = _row_name(table, reading, r)
                        work.prose(draft, role, heading, text, column.title, table.places[r])
    else:
        flatten(work, draft, table)
    return understood


def _row_name(table: Table, reading: Reading, r: int) -> str | None:
    column = reading.items[0] if reading.items else reading.kpi_name
    return cells.name_of(table.text(r, column)) or None if column else None


def _items(work: Work, draft: Draft, table: Table, reading: Reading, section: str) -> None:
    """Schedule rows; rows with owners of their own are measures below this one."""
    if len(_owners(table, reading)) > 1 and reading.items:
        own = Reading(
            **{**vars(reading), "measure_name": reading.items[0], "items": reading.items[1:], "kpi_name": None}
        )
        ListTable(work, table, own, draft.printed, section).read(draft)
        return
    if reading.measure_name is not None and not reading.items:
        reading.items = [reading.measure_name]
    name = section_name(table.place, table.caption, section, "年度別の計画")
    for r in range(len(table.rows)):
        if reading.has_schedule:
            for item in schedules.items_of(table, reading, r, name, draft.title):
                draft.add_item(item)
        else:
            texts = [squeeze(cells.one_line(table.text(r, column))) for column in (*reading.items, *reading.policy)]
            words = "：".join(text for text in dict.fromkeys(texts) if text)
            work.prose(draft, "policy", None, words, section, table.places[r])
    if len(reading.items) > 1:
        for r in range(len(table.rows)):
            heading, text = cells.name_of(table.text(r, reading.items[0])), table.text(r, reading.items[1])
            if heading and text and key(heading) != key(text) and table.rows[r][reading.items[0].index].height == 1:
                work.prose(draft, "policy", heading, text, reading.items[1].title, table.places[r])


def flatten(work: Work, draft: Draft | None, table: Table, heading: str = "") -> None:
    """A table that is none of these stays readable: each row as one text, 『heading：cell』 by 『heading：cell』."""
    head = "、".join(column.title for column in table.columns if column.title)
    work.leave(
        table.place, table.caption or head, "施策・指標・スケジュールのどれとも読めない表です（文章として検索できます）"
    )
    printed = squeeze(table.caption) or heading or "表"
    for row, place in zip(table.rows, table.places, strict=True):
        parts: list[str] = []
        for column in table.columns:
            text = squeeze(cells.one_line(row[column.index].text))
            if text and (not parts or not parts[-1].endswith(f"：{text}")):
                parts.append(f"{column.title}：{text}" if column.title else text)
        if parts:
            section = model.POLICY if draft is not None else "本文"
            paragraph = model.Paragraph(section, printed, "、".join(parts), printed, place.page)
            if draft is not None:
                draft.add_paragraph(paragraph)
            else:
                work.paragraphs.append(paragraph)
