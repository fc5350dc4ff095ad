"""Which headings are measures: those that owners, KPIs or schedules stand under, and their like."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from knowledge.documents import Grid, Text
from knowledge.extract import cells, inline, vocabulary
from knowledge.extract.columns import Reading
from knowledge.extract.outline import Entry, Node, Outline
from knowledge.extract.parts import Line, Pair, Part, Table
from knowledge.extract.titles import Title, key, read_title


@dataclass
class Parsed:
    """A grid of the outline with its parts, and the reading of each table."""

    parts: list[Part]
    readings: dict[int, Reading] = field(default_factory=dict)

    @property
    def names_itself(self) -> bool:
        """A form that says which measure it is about."""
        return any(
            (isinstance(part, Pair) and part.header.role == "measure_name")
            or (isinstance(part, Line) and read_title(part.text).is_measure_kind)
            for part in self.parts
        ) or bool(self.title)

    @property
    def title(self) -> str:
        """The first line over the whole width of a form that goes on with owners: its measure's name."""
        first = self.parts[0] if self.parts else None
        if not isinstance(first, Line) or not self.owners or vocabulary.section(first.text):
            return ""
        text = cells.one_line(first.text)
        return text if len(text) <= 40 and not re.search(r"[。：:]", text) else ""

    @property
    def owners(self) -> bool:
        return any(isinstance(part, Pair) and _is_owner(part) for part in self.parts)

    @property
    def facts(self) -> bool:
        """It holds owners, KPIs or a schedule."""
        return self.owners or any(
            (isinstance(part, Pair) and part.header.role in {"kpi_name", "measure_no"} and part.value)
            or (isinstance(part, Pair) and part.section in {"kpi", "schedule"})
            or (isinstance(part, Table) and _has_facts(part, self.readings[id(part)]))
            for part in self.parts
        )


def _has_facts(table: Table, reading: Reading) -> bool:
    """The table says something about the heading above it, not about measures that its rows name."""
    if (
        reading.measure_ref is not None
        or reading.numbers_measures
        or (reading.names_measures and (reading.has_kpis or reading.owners))
    ):
        return False
    return reading.has_kpis or reading.has_schedule


def _is_owner(pair: Pair) -> bool:
    return pair.header.role == "owner" or pair.section == "owner"


def name_form(parts: list[Part]) -> None:
    """A form with owners in which no label says 施策名 is about its 取組項目, 実施項目 or …名, if that stands above them."""
    pairs = [part for part in parts if isinstance(part, Pair)]
    owner = next((i for i, part in enumerate(parts) if isinstance(part, Pair) and _is_owner(part)), None)
    if owner is None or any(pair.header.role == "measure_name" for pair in pairs):
        return
    for i, part in enumerate(parts[:owner]):
        if isinstance(part, Pair) and _may_name(part):
            parts[i] = replace(part, header=replace(part.header, role="measure_name"))
            return


def _may_name(pair: Pair) -> bool:
    value = cells.one_line(pair.value)
    label = vocabulary.key(pair.label)
    named = pair.header.role == "item" or (pair.header.role is None and pair.section is None and label.endswith("名"))
    return (
        named
        and re.search(r"(?:項目|取組|取り組み|名称?)$", label) is not None
        and 2 <= len(value) <= 40
        and "。" not in value
    )


def own_node(node: Node | None) -> Node | None:
    """The nearest heading that is no section like 現状と課題."""
    while node is not None and node.section:
        node = node.parent
    return node


def measure_nodes(outline: Outline, parsed: dict[int, Parsed], titles: Collection[str]) -> set[Node]:
    """The headings that are measures."""
    owned, factual, self_named = _evidence(outline, parsed)
    found = {node for node in owned if not _is_cover(node, titles)}
    for node in factual:
        chain = [node, *node.ancestors()]
        best = next((n for n in chain if n in found or n.title.is_measure_kind), None)
        # A numbered line in running text is weaker than the measure's own heading above it.
        chosen = node if best is None or (node.level < 10 and best is not node and best not in chain[:2]) else best
        if not _is_cover(chosen, titles):
            found.add(chosen)
    anchors = set(found)
    for node in outline.nodes:
        if node.section or node in found or node.synthetic or _is_cover(node, titles) or node in self_named:
            continue
        same = [
            a for a in anchors if a.level == node.level and a.title.pattern == node.title.pattern and not a.synthetic
        ]
        beside = [a for a in same if a.parent is node.parent]
        if (node.title.is_measure_kind and same) or (beside and _like_most(node, beside, outline)):
            found.add(node)
    return found


def _like_most(node: Node, beside: list[Node], outline: Outline) -> bool:
    """At least half of the headings of one sort are measures, so that this one without facts of its own is, too."""
    if node.title.pattern in {"第章", "第部", "第編"} or node.parent is None:
        return False
    siblings = [n for n in outline.nodes if n.parent is node.parent and n.level == node.level and not n.section]
    alike = [n for n in siblings if n.title.pattern == node.title.pattern]
    return len(beside) * 2 >= len(alike) and _has_texts(node, outline)


def _evidence(outline: Outline, parsed: dict[int, Parsed]) -> tuple[list[Node], list[Node], set[Node]]:
    owned: list[Node] = []
    factual: list[Node] = []
    self_named: set[Node] = set()
    named: Node | bool | None = False  # the heading under which a form named its measure last
    for item in outline.items:
        if isinstance(item, Node):
            if not item.section:
                if not isinstance(named, Node) or named not in item.ancestors() or item.title.is_measure_kind:
                    named = False
                if item.owner:
                    owned.append(item)
            continue
        node = own_node(item.node)
        if isinstance(item.block, Grid):
            grid = parsed[id(item)]
            if grid.names_itself:
                named = node
                if node is not None:
                    self_named.add(node)
            elif named is False and node is not None and grid.owners:
                owned.append(node)
            elif named is False and node is not None and grid.facts:
                factual.append(node)
        elif named is False and node is not None:
            if _owner_text(item):
                owned.append(node)
            elif (
                item.node is not None
                and item.node.section == "kpi"
                and inline.kpi_of(item.block.text, 0, item.block.place, 0)
            ):
                factual.append(node)
            elif any(pair.header.role == "measure_name" for pair in inline.pairs_of(item.block.text, item.block.place)):
                named = node
    return owned, factual, self_named


def _owner_text(entry: Entry) -> bool:
    assert isinstance(entry.block, Text)
    if entry.node is not None and entry.node.section == "owner":
        return True
    return any(_is_owner(pair) for pair in inline.pairs_of(entry.block.text, entry.block.place))


def _is_cover(node: Node, titles: Collection[str]) -> bool:
    return node.level == 0 or key(node.title.printed) in {key(title) for title in titles if title}


def _has_texts(node: Node, outline: Outline) -> bool:
    """Something stands under the heading; a line of the cover has nothing."""
    return any(entry.node is node or (entry.node and node in entry.node.ancestors()) for entry in outline.entries)


def chapters_above(node: Node | None, skip: Iterable[str]) -> str:
    """The printed title of the nearest heading above that is no section, sheet or cover."""
    found = headings_above(node, skip)
    return found[0].printed if found else ""


def headings_above(node: Node | None, skip: Iterable[str]) -> list[Title]:
    """The titles of the headings above, nearest first, without sections, sheets and the cover."""
    found: list[Title] = []
    skipped = {key(text) for text in skip if text}
    while node is not None:
        named = not node.section and not node.synthetic and node.level > 0
        if named and not skipped & {key(node.title.printed), key(node.title.words)}:
            found.append(node.title)
        node = node.parent
    return found
