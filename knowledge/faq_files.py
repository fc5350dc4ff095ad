"""Writes entries into FAQ files: only the lines of the entries concerned change, comments and the others stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import yaml

from knowledge.faq_model import FaqEntry

HEADER = "# 表から取り込んだFAQです（make faq-import）。このファイルを直接直してもかまいません。\n"


class _Dumper(yaml.SafeDumper):
    """Several lines as a block, so that people can edit them."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def dump(entry: FaqEntry) -> str:
    """The entry as a list item of a FAQ file."""
    data: dict[str, Any] = entry.model_dump(exclude_defaults=True)
    return yaml.dump([data], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)


def edited(text: str, entries: Sequence[FaqEntry], removed: Collection[str] = ()) -> str:
    """`text` of a FAQ file with `entries` put in place of those with their ids or added, and `removed` ids gone."""
    text = text.removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    new = {entry.id: dump(entry) for entry in entries}
    out: list[str] = []
    at = 0
    for id_, start, end in _blocks(text, lines):
        out += lines[at:start]
        at = end
        if id_ in new:
            out.append(new.pop(id_))
        elif id_ not in removed:
            out += lines[start:end]
    return "".join([*out, *lines[at:], *new.values()]) or HEADER


def _blocks(text: str, lines: list[str]) -> list[tuple[str, int, int]]:
    """(id, first line, line after the last) of each entry. Raises ValueError where entries aren't list items of their own."""
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode) or root.flow_style:
        raise ValueError("「- id: …」の並びではありません。")
    starts = [node.start_mark.line for node in root.value]
    if len(set(starts)) != len(starts):
        raise ValueError("1行に複数の項目があります。")
    blocks = []
    for node, start, following in zip(root.value, starts, [*starts[1:], len(lines)]):
        end = following
        while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        id_ = next((value.value for key, value in pairs if key.value == "id"), "")
        blocks.append((id_, start, end))
    return blocks
