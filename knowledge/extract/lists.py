"""Tables whose rows name the measures they are about: list sheets, KPI lists at the end of a plan."""

from __future__ import annotations

import re

from keikaku.text import squeeze
from knowledge.documents import Place
from knowledge.extract import cells, schedules
from knowledge.extract.columns import Reading
from knowledge.extract.drafts import Draft, label_of
from knowledge.extract.kpis import kpis_of
from knowledge.extract.parts import Column, Table
from knowledge.extract.titles import number_of, read_title
from knowledge.extract.work import Work, section_name

_SEPARATOR = re.compile(r"[、,，\n／/;；]")


def refers(table: Table, reading: Reading, work: Work) -> bool:
    """The table's rows name measures. A column 番号 alone may just count the rows."""
    if reading.measure_ref is not None or reading.names_measures:
        return True
    if reading.items and reading.kpi_name is not None and reading.kpi_name is not reading.items[0]:
        names = [cells.name_of(table.text(r, reading.items[0])) for r in range(len(table.rows))]
        known = [work.registry.find(read_title(name).words) for name in names if name]
        if known and all(known):
            reading.measure_name = reading.items.pop(0)
            return True
    column = reading.measure_no
    if column is None:
        return False
    if reading.numbers_measures:
        return True
    numbers = {number_of(table.text(r, column)) for r in range(len(table.rows))} - {None}
    drafted = {draft.number for draft in work.registry.drafts}
    return bool(numbers) and numbers <= drafted and any("-" in str(number) for number in numbers)


class ListTable:
    """Reads one such table row by row; names stand until the next one."""

    def __init__(self, work: Work, table: Table, reading: Reading, chapter: str, section: str) -> None:
        self.work, self.table, self.reading, self.section = work, table, reading, section
        self.chapter = chapter
        self._above_had: bool | None = None

    def read(self, above: Draft | None = None) -> None:
        """Read every row. `above`: the measure under whose heading the table stands; it has the rows' owners."""
        drafts: list[list[Draft]] = []
        current: list[Draft] = []
        for r in range(len(self.table.rows)):
            current = self._drafts(r, current)
            drafts.append(current)
            if not self._is_line(r):
                for draft in current:
                    self._describe(r, draft)
        if self.reading.has_kpis:
            for found in kpis_of(self.table, self.reading, self.work.cover.end):
                section = section_name(found.place, self.table.caption, self.section, "指標の表")
                for draft in drafts[found.row]:
                    self.work.add_kpi(draft, found, section)
                if not drafts[found.row]:
                    self.work.leave(found.place, found.name, "どの施策の指標か分かりません")
        for draft in dict.fromkeys(draft for row in drafts for draft in row):
            if above is not None and above is not draft and not self._had_owners(above):
                above.add_owners(draft.owners, "、".join(draft.owners), draft.owner_section)
        self._report_ignored()

    def _had_owners(self, above: Draft) -> bool:
        """The measure above named owners itself, before this table."""
        if self._above_had is None:
            self._above_had = bool(above.owners)
        return self._above_had

    def _drafts(self, r: int, current: list[Draft]) -> list[Draft]:
        reading, table = self.reading, self.table
        place = table.places[r]
        if self._is_line(r):
            return self._group(next(cell.text for cell in table.rows[r] if cell.text), current)
        if reading.chapter is not None and (chapter := cells.name_of(table.text(r, reading.chapter))):
            self.chapter = chapter
        if reading.measure_ref is not None:
            return self._referred(table.text(r, reading.measure_ref), place, current)
        name = cells.name_of(table.text(r, reading.measure_name)) if reading.measure_name else ""
        printed_no = squeeze(cells.one_line(table.text(r, reading.measure_no))) if reading.measure_no else ""
        if reading.measure_name is None:
            return self._referred(printed_no, place, current) if printed_no else current
        if not name or cells.is_empty(name):
            return current
        title = read_title(name)
        number = number_of(printed_no) if printed_no else None
        label = label_of(printed_no, self._kind()) if number and self._kind() else None
        return [self.work.registry.get(title, self.chapter, place, number, label)]

    def _is_line(self, r: int) -> bool:
        """The row is one text: a heading inside the table."""
        row = self.table.rows[r]
        filled = list({id(cell): cell for cell in row if cell.text}.values())
        return len(filled) == 1 and len(row) > 1 and (filled[0].width > 1 or filled[0].column == 0)

    def _kind(self) -> str:
        """施策番号 and 施策名 number 施策, 事業番号 and 事業名 number 事業."""
        columns = (self.reading.measure_no, self.reading.measure_name)
        titles = " ".join(column.title for column in columns if column is not None)
        return next((kind for kind in ("事業", "取組", "施策") if kind in titles), "")

    def _group(self, text: str, current: list[Draft]) -> list[Draft]:
        """A line inside the table: the measure or the chapter that the rows below belong to."""
        title = read_title(cells.one_line(text))
        known = self.work.registry.find(title.words, title.number if title.is_measure_kind else None)
        if known is not None:
            return [known]
        if self.reading.measure_name is not None:
            self.chapter = title.printed
        return current

    def _referred(self, text: str, place: Place, current: list[Draft]) -> list[Draft]:
        if not text.strip() or cells.is_empty(text):
            return current
        found: list[Draft] = []
        for part in [text.replace("\n", ""), *_SEPARATOR.split(text)]:
            title = read_title(cells.one_line(part))
            number = title.number or number_of(part)
            draft = self.work.registry.find(
                "" if number_of(part) or (title.words == title.printed and title.number) else title.words, number
            )
            draft = draft or self.work.registry.find(part)
            if draft is not None and draft not in found:
                found.append(draft)
            if found and part == text.replace("\n", ""):
                break
        if not found and number_of(text) is None and len(text) > 3 and self.reading.measure_ref is not None:
            self.work.leave(place, text, "この名前の施策が見つからないため、新しい施策として読み込みました")
            return [self.work.registry.get(read_title(cells.one_line(text)), self.chapter, place)]
        if not found:
            self.work.leave(place, text, "この番号の施策が見つかりません")
        return found

    def _describe(self, r: int, draft: Draft) -> None:
        reading, place = self.reading, self.table.places[r]
        printed = owner_text(self.table, reading, r)
        if printed and (reading.measure_name is not None or not draft.owners):
            section = section_name(place, reading.owners[0].title)
            draft.add_owners(cells.owners_of(printed), squeeze(cells.one_line(printed)), section)
        for role, columns in (("issues", reading.issues), ("policy", [*reading.policy, *self._item_columns()])):
            for column in columns:
                if (text := self.table.text(r, column)) and not cells.is_empty(text):
                    self.work.prose(draft, role, None, text, column.title, place)
        if not reading.has_kpis:
            for column in reading.notes:
                if (text := self.table.text(r, column)) and not cells.is_empty(text):
                    self.work.prose(draft, "policy", column.title, text, column.title, place)
        for column in [*reading.ignored, *reading.figures]:
            if (
                column.role in {None, "item", "kind"}
                and (text := self.table.text(r, column))
                and not cells.is_empty(text)
            ):
                self.work.prose(draft, "policy", column.title or None, text, column.title, place)
        if reading.has_schedule:
            section = section_name(place, self.table.caption, self.section, "年度別の計画")
            for item in schedules.items_of(self.table, reading, r, section, draft.title):
                draft.add_item(item)

    def _item_columns(self) -> list[Column]:
        """取組内容 without years beside it is prose about the measure."""
        return [] if self.reading.has_schedule else self.reading.items

    def _report_ignored(self) -> None:
        for column in self.reading.ignored:
            if (
                column.title
                and column.role not in {None, "item", "kind"}
                and any(row[column.index].text for row in self.table.rows)
            ):
                self.work.leave(
                    self.table.place, column.title, "この列は読み込みません（予算・評価など、計画の値ではない列）"
                )


def owner_text(table: Table, reading: Reading, r: int) -> str:
    """The owner cell of a row; a column 部 before a column 課 is one name with it."""
    texts = [table.text(r, column) for column in reading.owners]
    texts = [text for text in dict.fromkeys(texts) if text and not cells.is_empty(text)]
    joined: list[str] = []
    for text in texts:
        if (
            joined
            and re.search(r"(?:部|局|庁|委員会)$", joined[-1])
            and not text.startswith(joined[-1])
            and "\n" not in text
        ):
            joined[-1] += text
        else:
            joined.append(text)
    return "\n".join(joined)
