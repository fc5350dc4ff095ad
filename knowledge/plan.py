"""What a plan says, as typed objects. Names follow docs/glossary.md (施策 measure, 指標 KPI, 目標 target)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from keikaku import years

ISSUES = "現状・課題"
POLICY = "施策概要"
KPI_TABLE = "⑤KPI"
SCHEDULE_TABLE = "⑥主な取組とスケジュール"
OWNER_CELL = "②担当所属"
GLOSSARY = "用語"
EFFECTS = "目指す効果"
COVER = "表紙"
TITLE_CELL = "①個別施策"
CONTENTS = "目次"


@dataclass(frozen=True)
class Value:
    """One cell of a KPI table. `text` is as printed; `number` is None where the cell holds no plain number."""

    text: str
    number: float | None = None
    unit: str | None = None
    bracket: str | None = None
    as_of: str | None = None
    column: str = ""

    @property
    def is_figure(self) -> bool:
        return self.number is not None


@dataclass(frozen=True)
class Kpi:
    """One row of a KPI table (指標). `targets` and `actuals` map a fiscal year (2023) to its cell.

    `baseline` is None where the table has no such column. `section` and `page` say where the table is printed.
    """

    name: str
    row: int
    baseline: Value | None
    targets: dict[int, Value]
    unit: str | None = None
    parent: str | None = None
    notes: tuple[str, ...] = ()
    actuals: dict[int, Value] = field(default_factory=dict)
    section: str = KPI_TABLE
    page: int | None = None


@dataclass(frozen=True)
class ScheduleItem:
    """One row of a schedule table (取組内容). A cell that spans years stands under each of them."""

    name: str
    row: int
    cells: dict[int, str | None]
    section: str = SCHEDULE_TABLE
    page: int | None = None

    def phases(self) -> list[tuple[str, int, int]]:
        """(text, first year, last year) of each run of equal neighbouring cells."""
        runs: list[tuple[str, int, int]] = []
        for year, text in sorted(self.cells.items()):
            if text is None:
                continue
            if runs and runs[-1][0] == text and runs[-1][2] == year - 1:
                runs[-1] = (text, runs[-1][1], year)
            else:
                runs.append((text, year, year))
        return runs

    @staticmethod
    def period(first: int, last: int) -> str:
        """'R4〜R6年度' or 'R3年度'."""
        return f"{years.reiwa(first)}年度" if first == last else f"{years.reiwa(first)}〜{years.reiwa(last)}年度"


@dataclass(frozen=True)
class Paragraph:
    """One bullet of 現状・課題 or 施策概要, with the 【heading】 it stands under. `printed` is the section's own name."""

    section: str
    heading: str | None
    text: str
    printed: str | None = None
    page: int | None = None


@dataclass(frozen=True)
class GlossaryNote:
    """A footnote (※) that explains a word of the plan."""

    term: str
    text: str


@dataclass(frozen=True)
class Chapter:
    title: str
    effects: tuple[str, ...] = ()


@dataclass
class Measure:
    """One 個別施策. `no` counts from 1 within the plan; `label` is the number as printed (施策1-2), if it is another."""

    no: int
    title: str
    title_printed: str
    chapter: str
    page: int | None
    owners: list[str] = field(default_factory=list)
    owners_printed: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    kpis: list[Kpi] = field(default_factory=list)
    kpi_unset: str | None = None
    schedule: list[ScheduleItem] = field(default_factory=list)
    glossary: list[GlossaryNote] = field(default_factory=list)
    label: str | None = None
    owner_section: str = OWNER_CELL

    def headings(self, section: str) -> list[str]:
        return list(dict.fromkeys(p.heading for p in self.paragraphs if p.section == section and p.heading))


@dataclass(frozen=True)
class Unplaced:
    """Words of the document that found no place in the plan: where they stand, the words, and why."""

    place: str
    words: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}「{self.words}」：{self.reason}"


@dataclass
class Reading:
    """How a document was understood. `confidence` in 0…1; `doubts` lower it; `notes` are the reader's remarks."""

    form: str = "既定の様式（①個別施策〜⑥主な取組とスケジュール）"
    confidence: float = 1.0
    doubts: list[str] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """A whole plan document. `paragraphs` are its texts outside the measures; `reading` says how well it was read."""

    title: str
    subtitle: str
    issued: str
    issuer: str
    chapters: list[Chapter] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    checksum: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    reading: Reading = field(default_factory=lambda: Reading())

    def kpis(self) -> Iterator[tuple[Measure, Kpi]]:
        return ((measure, kpi) for measure in self.measures for kpi in measure.kpis)

    def schedule(self) -> Iterator[tuple[Measure, ScheduleItem]]:
        return ((measure, item) for measure in self.measures for item in measure.schedule)
