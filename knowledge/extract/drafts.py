"""Measures while they are being put together from several places of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from keikaku.text import fold
from knowledge import plan as model
from knowledge.documents import Place
from knowledge.extract.titles import Title, key, number_of

SAME_TITLE = 90.0  # likeness (0…100) above which two titles are one with a slip


@dataclass(eq=False)
class Draft:
    """A measure in the making."""

    title: str
    printed: str
    label: str | None = None
    number: str | None = None
    chapter: str = ""
    place: Place = field(default_factory=Place)
    owners: list[str] = field(default_factory=list)
    owners_printed: list[str] = field(default_factory=list)
    owner_section: str = ""
    paragraphs: list[model.Paragraph] = field(default_factory=list)
    kpis: list[model.Kpi] = field(default_factory=list)
    kpi_unset: str | None = None
    schedule: list[model.ScheduleItem] = field(default_factory=list)
    glossary: list[model.GlossaryNote] = field(default_factory=list)
    period: model.ScheduleItem | None = None  # 『実施期間｜R6～R8』: the schedule where there is no other

    @property
    def page(self) -> int | None:
        return self.place.page

    def add_owners(self, owners: list[str], printed: str, section: str) -> None:
        new = [owner for owner in owners if owner not in self.owners]
        if new:
            self.owners += new
            self.owners_printed.append(printed)
            self.owner_section = self.owner_section or section

    def add_paragraph(self, paragraph: model.Paragraph) -> None:
        if all(fold(paragraph.text) != fold(p.text) for p in self.paragraphs):
            self.paragraphs.append(paragraph)

    def add_kpi(self, kpi: model.Kpi) -> str | None:
        """Add a KPI, or complete the one of the same name. Returns what contradicts, in the operator's words."""
        known = next((k for k in self.kpis if fold(k.name) == fold(kpi.name) and k.parent == kpi.parent), None)
        if known is None:
            self.kpis.append(kpi)
            return None
        clashes = [
            f"{year}年度の目標が {known.targets[year].text} と {value.text}"
            for year, value in kpi.targets.items()
            if year in known.targets and fold(known.targets[year].text) != fold(value.text)
        ]
        known_base, new_base = known.baseline, kpi.baseline
        if known_base and new_base and fold(known_base.text) != fold(new_base.text):
            clashes.append(f"現状が {known_base.text} と {new_base.text}")
        if clashes and known.section != kpi.section:
            return "、".join(clashes)
        if clashes:
            self.kpis.append(kpi)  # two rows of one name in one table
            return None
        self.kpis[self.kpis.index(known)] = model.Kpi(
            known.name,
            known.row,
            known_base or new_base,
            dict(sorted({**kpi.targets, **known.targets}.items())),
            known.unit or kpi.unit,
            known.parent,
            tuple(dict.fromkeys((*known.notes, *kpi.notes))),
            {**kpi.actuals, **known.actuals},
            known.section,
            known.page,
        )
        return None

    def add_item(self, item: model.ScheduleItem) -> None:
        """Add a schedule item; a further row of the last item fills the years that are still empty."""
        last = self.schedule[-1] if self.schedule else None
        if last is None or last.name != item.name or last.section != item.section:
            self.schedule.append(item)
            return
        cells = dict(last.cells)
        for year, text in item.cells.items():
            before = cells.get(year)
            cells[year] = f"{before}／{text}" if before and text and before != text else before or text
        self.schedule[-1] = model.ScheduleItem(
            last.name, last.row, dict(sorted(cells.items())), last.section, last.page
        )


class Registry:
    """The drafts of a document, in the order in which they were first named."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    def find(self, title: str = "", number: str | None = None, chapter: str = "") -> Draft | None:
        """The draft of this title, else of this number where only one has it (in this chapter)."""
        wanted = key(title)
        same = [draft for draft in self.drafts if wanted and key(draft.title) == wanted]
        if number and len(same) > 1:
            same = [draft for draft in same if draft.number == number] or same
        if len(same) > 1 and chapter:
            same = [draft for draft in same if draft.chapter == chapter] or same
        if same:
            return same[0]
        numbered = [draft for draft in self.drafts if number and draft.number == number]
        if wanted:
            near = [
                d
                for d in numbered or self.drafts
                if len(wanted) >= 6 and fuzz.ratio(key(d.title), wanted) >= SAME_TITLE
            ]
            return near[0] if len(near) == 1 and _same_figures(near[0].title, title) else None
        if len(numbered) > 1 and chapter:
            numbered = [draft for draft in numbered if draft.chapter == chapter]
        return numbered[0] if len(numbered) == 1 else None

    def get(
        self, title: Title, chapter: str, place: Place, number: str | None = None, label: str | None = None
    ) -> Draft:
        """The draft of a title, made when it is new."""
        number, label = number or title.number, label or title.label
        draft = self.find(title.words, number, chapter)
        if draft is None or (draft.chapter and chapter and draft.chapter != chapter and draft.number != number):
            draft = Draft(title.words, title.printed, label, number, chapter, place)
            self.drafts.append(draft)
        draft.label, draft.number = draft.label or label, draft.number or number
        draft.chapter = draft.chapter or chapter
        return draft


def _same_figures(one: str, other: str) -> bool:
    """Titles that differ in a number are different measures (第1期, 第2期)."""
    return re.findall(r"\d+", fold(one)) == re.findall(r"\d+", fold(other))


def label_of(number: str, kind: str) -> str | None:
    """『1-2』 in a column 施策番号 is 施策1-2."""
    bare = number_of(re.sub(rf"^{re.escape(kind)}", "", number))
    return f"{kind}{bare}" if bare else None
