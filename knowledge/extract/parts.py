"""What a grid is made of: 『label｜value』 pairs, single lines, and tables with their columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from keikaku.text import squeeze
from knowledge.documents import Cell, Place
from knowledge.extract import cells
from knowledge.extract.vocabulary import Header


@dataclass(frozen=True)
class Pair:
    """A label and its value: 『所管課｜企画課』."""

    label: str
    header: Header
    section: str | None
    value: str
    place: Place


@dataclass(frozen=True)
class Line:
    """A row that is one text."""

    text: str
    place: Place


@dataclass
class Column:
    """A column of a table: its headings from top to bottom, and what they mean together."""

    index: int
    parts: list[str]
    headers: list[Header]

    @property
    def title(self) -> str:
        return " ".join(dict.fromkeys(squeeze(cells.one_line(part)) for part in self.parts))

    @property
    def years(self) -> tuple[int, ...]:
        return next((h.years for h in reversed(self.headers) if h.years), ())

    @property
    def as_of(self) -> str:
        return next((h.as_of for h in reversed(self.headers) if h.as_of), "")

    @property
    def unit(self) -> str | None:
        return next((h.unit for h in reversed(self.headers) if h.unit), None)

    @property
    def role(self) -> str | None:
        """The lowest heading that says something decides; a year below 目標値 is a target's."""
        roles = [h.role for h in self.headers if h.role]
        if len(roles) > 1 and roles[-1] == "year" and roles[-2] in {"baseline", "target"}:
            return f"{roles[-2]}_year"
        for role in reversed(roles):
            if role not in {"year", "kind", "value"} or len(roles) == 1:
                return role
        return roles[-1] if roles else None


@dataclass
class Table:
    """A header and the rows below it. `section`: the role of the heading or label that it stands under."""

    columns: list[Column]
    rows: list[list[Cell]]
    place: Place
    caption: str = ""
    section: str | None = None
    places: list[Place] = field(default_factory=list)

    def text(self, r: int, column: Column) -> str:
        return self.rows[r][column.index].text


Part = Pair | Line | Table
