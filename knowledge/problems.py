"""What an operator is told about a document that cannot be read, or about a part of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something a document holds that cannot be read; `line` counts from 1."""

    place: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{f'{self.line}行目 ' if self.line else ''}{self.place}：{self.message}"


@dataclass
class PlanError(Exception):
    """The document was not read. `problems` names each place; nothing is half-loaded."""

    source: str
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.source} は計画として読み込めませんでした。\n" + "\n".join(f"  - {p}" for p in self.problems)
