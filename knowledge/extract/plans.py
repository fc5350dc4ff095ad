"""From a document to a plan: outline, tables, measures, and what is left."""

from __future__ import annotations

import re
from dataclasses import replace

from keikaku.text import squeeze
from knowledge import plan as model
from knowledge.documents import Document, Grid, Place, Text
from knowledge.extract import cells, inline, schedules, vocabulary
from knowledge.extract.anchors import Parsed, chapters_above, headings_above, measure_nodes, name_form, own_node
from knowledge.extract.columns import Reading, name_rows, read_columns
from knowledge.extract.cover import read_cover
from knowledge.extract.drafts import Draft
from knowledge.extract.finish import finish
from knowledge.extract.forms import Form
from knowledge.extract.grids import parts_of
from knowledge.extract.inplace import flatten, is_schedule_of_one, read_within
from knowledge.extract.lists import ListTable, refers
from knowledge.extract.outline import Entry, Node, outline_of
from knowledge.extract.parts import Line, Pair, Table
from knowledge.extract.titles import key, read_title
from knowledge.extract.work import Work, section_name

_NOTE = re.compile(r"^(?:※|＊|\*|注)\s*\d*\s*[)）:：.]?\s*(?P<text>\S.*)$")
_TERM = re.compile(r"^(?P<term>[^：:。]{1,30}?)\s*[：:]\s*(?P<text>.+)$")


def extract_plan(document: Document) -> model.Plan:
    """The plan that a document holds. Raises PlanError where it holds none."""
    return _Extraction(document).plan()


class _Extraction:
    """One pass over a document. Measures first, tables that refer to them afterwards."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.work = Work(read_cover(document))
        self.outline = outline_of(document.blocks)
        self.parsed = {id(e): self._parse(e) for e in self.outline.entries if isinstance(e.block, Grid)}
        self.measures = measure_nodes(self.outline, self.parsed, self.work.cover.titles)
        self.drafts: dict[Node, Draft] = {}
        self.form: Form | None = None
        self.form_node: Node | None = None  # the heading under which the form stands
        self.later: list[tuple[Table, Reading, str, str, Draft | None]] = []
        self.last_kpis: list[model.Kpi] = []

    def plan(self) -> model.Plan:
        for item in self.outline.items:
            if isinstance(item, Node):
                self._node(item)
            elif isinstance(item.block, Grid):
                self._grid(item, self.parsed[id(item)])
            else:
                self._text(item, item.block)
        self._close_form()
        for table, reading, chapter, section, draft in self.later:
            self._list(table, reading, chapter, section, draft)
        return finish(self.work, self.document)

    # --- grids ------------------------------------------------------------------------------------------------------

    def _parse(self, entry: Entry) -> Parsed:
        assert isinstance(entry.block, Grid)
        role = entry.node.section if entry.node else None
        caption = entry.node.title.printed if entry.node and entry.node.section else ""
        role = role or vocabulary.section(entry.block.caption)
        parts = parts_of(entry.block, role)
        for part in parts:
            if isinstance(part, Line) and (said := vocabulary.section(part.text)):
                role, caption = said, part.text
            elif isinstance(part, Table):
                part.section = part.section or role
                part.caption = part.caption or caption
        name_form(parts)
        return Parsed(parts, {id(part): read_columns(part) for part in parts if isinstance(part, Table)})

    def _grid(self, entry: Entry, parsed: Parsed) -> None:
        node = own_node(entry.node)
        role = entry.node.section if entry.node else None
        section = entry.node.title.printed if entry.node and entry.node.section else ""
        if any(isinstance(part, Pair) and part.header.role == "measure_name" for part in parsed.parts):
            # What stands above the name in a form belongs to it, not to the form before.
            self._close_form()
            self.form, self.form_node = Form(self.work, None, self._chapter(node, "")), node
        if self._is_glossary(entry, parsed) or self._is_plain(node, parsed):
            self._rows(entry, parsed, node)
            return
        for part in parsed.parts:
            if isinstance(part, Line):
                role, section = self._line(part, node, role, section, named=cells.one_line(part.text) == parsed.title)
            elif isinstance(part, Pair):
                self._pair(part, node)
            else:
                self._table(part, parsed.readings[id(part)], node, section)

    @staticmethod
    def _is_glossary(entry: Entry, parsed: Parsed) -> bool:
        return entry.node is not None and entry.node.section == "glossary"

    def _is_plain(self, node: Node | None, parsed: Parsed) -> bool:
        """Rows of two cells in which no word is known, outside any measure: a list of names or dates."""
        unknown = all(isinstance(p, Pair) and p.header.role is None and p.section is None for p in parsed.parts)
        return unknown and len(parsed.parts) > 1 and self._current(node) is None

    def _rows(self, entry: Entry, parsed: Parsed, node: Node | None) -> None:
        """A glossary's terms, or the rows of such a list, as texts of the plan."""
        assert isinstance(entry.block, Grid)
        glossary = self._is_glossary(entry, parsed)
        printed = entry.node.title.words if entry.node else "表"
        if not glossary:
            self.work.leave(
                entry.block.place, entry.block.cells[0][0].text, "計画の値ではない表です（文章として検索できます）"
            )
        for r in range(entry.block.height):
            texts = [squeeze(cells.one_line(cell.text)) for cell in entry.block.filled(r)]
            if glossary and len(texts) >= 2 and key(texts[0]) != key("用語"):
                text = " ".join(texts[1:])
                self.work.paragraphs.append(
                    model.Paragraph(model.GLOSSARY, texts[0], text, printed, entry.block.place.page)
                )
            elif not glossary and texts:
                text = "：".join(texts)
                section, heading = self._plan_place(node, "" if entry.node is node else printed)
                self.work.paragraphs.append(model.Paragraph(section, heading, text, None, entry.block.place.page))

    def _line(
        self, line: Line, node: Node | None, role: str | None, section: str, named: bool = False
    ) -> tuple[str | None, str]:
        if said := vocabulary.section(line.text):
            return said, line.text
        title = read_title(cells.one_line(line.text))
        if title.is_measure_kind or named:
            self._close_form()
            self.form, self.form_node = Form(self.work, None, ""), node
            header = vocabulary.column("施策名")
            self.form.chapter = self._chapter(node, title.words)
            self.form.add(Pair("施策名", header, None, cells.one_line(line.text), line.place))
        elif pairs := inline.pairs_of(line.text, line.place):
            for pair in pairs:
                self._pair(pair, node)
        else:
            self._prose(line.text, line.place, node, role, section)
        return role, section

    def _pair(self, pair: Pair, node: Node | None) -> None:
        if pair.header.role == "measure_name" and self.form is not None and self.form.named:
            number = self.form.number
            self._close_form()
            self.form = Form(self.work, None, self._chapter(node, pair.value))
            self.form.number, self.form_node = number, node
        if self.form is None:
            self.form = Form(self.work, self._draft(node), self._chapter(node, pair.value))
            self.form_node = node
        if pair.header.role == "measure_name":
            self.form.chapter = self._chapter(node, pair.value) if not self.form.chapter else self.form.chapter
        self.form.add(pair)

    def _table(self, table: Table, reading: Reading, node: Node | None, section: str) -> None:
        self.work.tables += 1
        draft = self._current(node)
        section = section or table.caption
        if table.section == "money":  # amounts under years are neither targets nor steps
            flatten(self.work, draft, table, section)
            return
        if refers(table, reading, self.work) and not (draft and is_schedule_of_one(table, reading, self.work)):
            self.later.append((table, reading, self._chapter(node, ""), section or self._heading(node), draft))
            return
        if draft is None and (reading.has_kpis or reading.has_schedule):
            numbered = reading.measure_no is not None
            if numbered or node is None or node.synthetic:
                self.later.append((table, reading, "", section or self._heading(node), None))
                return
        if draft is None and reading.owners and reading.items:
            # 取組｜内容｜担当課 under no measure: the rows are the measures.
            reading.measure_name = reading.items.pop(0)
            self.later.append((table, reading, self._chapter(node, ""), section or self._heading(node), None))
            return
        if draft is None:
            flatten(self.work, None, table, self._heading(node))
            return
        before = len(draft.kpis)
        if self.form is not None:
            if reading.kpi_name is None and (name := self.form.take_kpi()):
                # 『成果指標：満足度』 above, 『区分｜R5｜R6』 below.
                name_rows(table, reading, name)
            self.form.close()
        if read_within(self.work, draft, table, reading, section):
            self.work.understood += 1
        self.last_kpis = draft.kpis[before:]

    def _list(self, table: Table, reading: Reading, chapter: str, section: str, draft: Draft | None) -> None:
        if refers(table, reading, self.work) and not (draft and is_schedule_of_one(table, reading, self.work)):
            self.work.understood += 1
            ListTable(self.work, table, reading, chapter, section).read(draft)
            return
        if draft is None:
            # KPIs that no measure claims: the plan's own.
            title = read_title(self.work.cover.title)
            draft = self.work.registry.get(title, "", table.place)
        self.work.understood += read_within(self.work, draft, table, reading, section)

    # --- headings and texts -------------------------------------------------------------------------------------------

    def _node(self, node: Node) -> None:
        if not node.section:
            # A heading inside a form's sheet (【評価】) does not end the form.
            if node in self.measures or self.form_node is None or self.form_node not in node.ancestors():
                self._close_form()
            self.last_kpis = []
        if node in self.measures:
            chapter = chapters_above(node.parent, [*self.work.cover.titles, node.title.words])
            draft = self.drafts[node] = self.work.registry.get(node.title, chapter, node.place)
            if node.owner:
                draft.add_owners(cells.owners_of(node.owner), node.owner, section_name(node.place, node.title.printed))

    def _text(self, entry: Entry, block: Text) -> None:
        if block.text in self.work.cover.lines:
            return
        node = own_node(entry.node)
        section_node = entry.node if entry.node and entry.node.section else None
        role = section_node.section if section_node else None
        printed = section_node.title.printed if section_node else ""
        if (note := _NOTE.match(block.text)) and self._note(note["text"], node):
            return
        pairs = inline.pairs_of(block.text, block.place)
        if pairs and (self._current(node) is not None or any(p.header.role == "measure_name" for p in pairs)):
            for pair in pairs:
                self._pair(pair, node)
            return
        self._prose(block.text, block.place, node, role, printed)

    def _prose(self, text: str, place: Place, node: Node | None, role: str | None, printed: str) -> None:
        draft = self._current(node)
        section = section_name(place, printed)
        if draft is not None and role == "owner":
            draft.add_owners(cells.owners_of(re.sub(r"^[・\-*]\s*", "", text)), squeeze(text), section)
        elif draft is not None and role == "kpi" and self._kpi_text(text, place, draft, section):
            pass
        elif (
            draft is not None
            and role == "schedule"
            and (item := schedules.items_of_lines(text.split("\n"), draft.title, section, place.page))
        ):
            draft.add_item(item)
        else:
            heading = self._subheading(node, draft)
            if role not in {"issues", "policy"} and printed and draft is not None:
                heading = heading or squeeze(printed).strip("■◆●○【】")
            if draft is None:
                section, above = self._plan_place(node, printed)
                self.work.prose(None, None, above, text, section, place)
            else:
                self.work.prose(draft, role, heading, text, printed, place)

    def _plan_place(self, node: Node | None, printed: str) -> tuple[str, str | None]:
        """Section and heading of a text outside the measures: the nearest heading, and the one above it."""
        titles = headings_above(node, self.work.cover.titles)
        names = [*([read_title(printed)] if printed else []), *titles]
        section = names[1].printed if len(names) > 1 else "本文"
        return section, names[0].words if names else None

    def _kpi_text(self, text: str, place: Place, draft: Draft, section: str) -> bool:
        if found := inline.kpi_of(text, 0, place, self.work.cover.end):
            self.work.add_kpi(draft, found, section)
            return True
        if not draft.kpis and vocabulary.says_unset(text) and len(text) < 80:
            draft.kpi_unset = draft.kpi_unset or squeeze(text).strip("（）()※ ")
            return True
        return False

    def _note(self, text: str, node: Node | None) -> bool:
        """A note below a table explains its KPIs; 『※用語：説明』 is a glossary note."""
        draft = self._current(node)
        if draft is None:
            return False
        if term := _TERM.match(text):
            named = [kpi for kpi in self.last_kpis if key(term["term"]) in key(kpi.name)]
            if named:
                draft.kpis = [replace(k, notes=(*k.notes, squeeze(text))) if k in named else k for k in draft.kpis]
                return True
            draft.glossary.append(model.GlossaryNote(squeeze(term["term"]), squeeze(term["text"])))
            return True
        if not self.last_kpis:
            return False
        self.work.prose(
            draft, "policy", "指標の注", text, self.last_kpis[0].section, Place(page=self.last_kpis[0].page)
        )
        return True

    # --- where a block belongs ----------------------------------------------------------------------------------------

    def _close_form(self) -> None:
        if self.form is not None:
            self.form.close()
            self.form, self.form_node = None, None

    def _current(self, node: Node | None) -> Draft | None:
        """The measure that a form named last, else the one of the heading."""
        if self.form is not None and self.form.draft is not None:
            return self.form.draft
        return self._draft(node)

    def _draft(self, node: Node | None) -> Draft | None:
        while node is not None and node not in self.drafts:
            node = node.parent
        return self.drafts[node] if node is not None else None

    def _chapter(self, node: Node | None, title: str) -> str:
        return chapters_above(node, [*self.work.cover.titles, read_title(squeeze(cells.one_line(title))).words])

    @staticmethod
    def _heading(node: Node | None) -> str:
        return node.title.printed if node is not None and not node.synthetic else ""

    def _subheading(self, node: Node | None, draft: Draft | None) -> str | None:
        """A heading between the measure and the text."""
        if draft is None or node is None or self.drafts.get(node) is draft or node.synthetic:
            return None
        return node.title.words if self._draft(node) is draft else None
