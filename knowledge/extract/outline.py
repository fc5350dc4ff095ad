"""The outline of a document: which lines are headings, and under which headings each block stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from keikaku.text import nfkc, squeeze
from knowledge.documents import Block, Grid, Heading, Place, Text
from knowledge.extract import vocabulary
from knowledge.extract.titles import Title, key, read_title, split_owner

_CONTENTS_LINE = re.compile(r"^.{2,80}?(?:[.．…・‥･\s─―-]{3,}|\t+|\s)[(（]?(?:P\.?\s*)?\d{1,3}[)）]?$")
_DOTTED_LINE = re.compile(r"^.{2,80}?[.．…・‥･\s─―-]{3,}\s*\d{1,3}$")
_CONTENTS = re.compile(r"^目\s*次$|^もくじ$")
OTHER = "other"  # a section whose words say nothing about its contents
RECURRING = 3
PROMOTED = 10  # levels of headings that only their numbering shows


@dataclass(eq=False)
class Node:
    """A heading in the outline. `section` is its role where it is a heading like 現状と課題."""

    title: Title
    level: int
    place: Place
    parent: Node | None = None
    section: str | None = None
    order: int = 0
    synthetic: bool = False
    owner: str = ""  # departments that the heading names itself: 『…【担当：企画課】』

    def ancestors(self) -> list[Node]:
        """From the parent upwards."""
        found: list[Node] = []
        node = self.parent
        while node is not None:
            found.append(node)
            node = node.parent
        return found


@dataclass
class Entry:
    """A text or grid, and the heading under which it stands."""

    block: Text | Grid
    node: Node | None


@dataclass
class Outline:
    """Headings and the blocks under them, in reading order (`items` mixes both)."""

    items: list[Node | Entry] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        return [item for item in self.items if isinstance(item, Node)]

    @property
    def entries(self) -> list[Entry]:
        return [item for item in self.items if isinstance(item, Entry)]


def outline_of(blocks: Sequence[Block]) -> Outline:
    """Headings are those of the file and numbered or boxed lines; a run of numbered lines is a list instead."""
    blocks = without_contents(blocks)
    promoted = _promoted(blocks)
    outline = Outline()
    stack: list[Node] = []
    for i, block in enumerate(blocks):
        if isinstance(block, Heading) or i in promoted:
            assert not isinstance(block, Grid)
            words, owner = split_owner(block.text)
            title = read_title(words)
            section = None if title.is_measure_kind else vocabulary.section(block.text)
            marked = isinstance(block, Heading)
            level = block.level if isinstance(block, Heading) else PROMOTED + title.rank
            if section and not marked:
                level = _section_level(stack, level)
            while stack and stack[-1].level >= level:
                stack.pop()
            synthetic = block.place.sheet is not None and isinstance(block, Heading)
            node = Node(title, level, block.place, stack[-1] if stack else None, section, i, synthetic, owner)
            stack.append(node)
            outline.items.append(node)
        else:
            outline.items.append(Entry(block, stack[-1] if stack else None))
    _mark_recurring(outline.nodes)
    return outline


def _mark_recurring(nodes: Sequence[Node]) -> None:
    """The same unnumbered words under three headings and more are a section that no list foresaw, never a measure."""
    under: dict[tuple[str, int], set[Node]] = {}
    for node in nodes:
        if node.section is None and node.parent is not None and not node.synthetic and not node.title.number:
            under.setdefault((key(node.title.words), node.level), set()).add(node.parent)
    for node in nodes:
        if node.section is None and len(under.get((key(node.title.words), node.level), ())) >= RECURRING:
            node.section = OTHER


def _section_level(stack: Sequence[Node], level: int) -> int:
    """An unnumbered 【課題】 belongs to the measure above it, not to the last list item."""
    sections = [node for node in stack if node.section and node.level > PROMOTED]
    if sections:
        return min(node.level for node in sections) if sections[0].title.pattern in {"", "【】"} else level
    measure = next((node for node in reversed(stack) if node.title.is_measure_kind), None)
    return max(measure.level + 1, PROMOTED) if measure else level


def _promoted(blocks: Sequence[Block]) -> set[int]:
    """Indexes of texts that are headings."""
    found: dict[int, Title] = {}
    for i, block in enumerate(blocks):
        if not isinstance(block, Text):
            continue
        text, owner = split_owner(block.text)
        if vocabulary.section(text):
            found[i] = read_title(text)
            continue
        title = read_title(text)
        if not (title.pattern or owner) or len(text) > 50 or re.search(r"[。、：:]\s*$|。|[：:].*\S", title.words):
            continue
        if title.pattern == "【】" and len(text) > 30:
            continue
        found[i] = title
    return {i for i, title in found.items() if not _is_list_item(i, title, found, blocks)}


def _is_list_item(i: int, title: Title, found: dict[int, Title], blocks: Sequence[Block]) -> bool:
    """Numbered lines with nothing between them are a list, not headings."""
    if title.kind or title.pattern.startswith("第") or vocabulary.section(title.printed):
        return False
    before, after = found.get(i - 1), found.get(i + 1)
    same_before = before is not None and before.pattern == title.pattern
    same_after = after is not None and after.pattern == title.pattern
    alone = i + 1 >= len(blocks) or isinstance(blocks[i + 1], Heading)
    return same_after or (same_before and alone) or (same_before and not isinstance(blocks[i + 1], Grid))


def without_contents(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without a table of contents: a run of lines that end in page numbers."""
    flags = [
        (isinstance(block, Text) and _CONTENTS_LINE.match(nfkc(block.text)) is not None)
        or (isinstance(block, Heading) and _DOTTED_LINE.match(nfkc(block.text)) is not None)
        for block in blocks
    ]
    kept: list[Block] = []
    i = 0
    while i < len(blocks):
        block = blocks[i]
        if not isinstance(block, Grid) and _CONTENTS.match(squeeze(nfkc(block.text))):
            i += 1
            continue
        run = i
        while run < len(blocks) and flags[run]:
            run += 1
        if run - i >= 3:
            i = run
            continue
        kept.append(block)
        i += 1
    return kept
