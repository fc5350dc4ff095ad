"""What all steps of the extraction share: the drafts, the plan's own texts, and what found no place."""

from __future__ import annotations

from dataclasses import dataclass, field

from keikaku.text import squeeze
from knowledge import plan as model
from knowledge.documents import Place
from knowledge.extract import cells
from knowledge.extract.cover import Cover
from knowledge.extract.drafts import Draft, Registry
from knowledge.extract.kpis import Found

CANONICAL = {"issues": model.ISSUES, "policy": model.POLICY}


@dataclass
class Work:
    """The state of one extraction."""

    cover: Cover
    registry: Registry = field(default_factory=Registry)
    paragraphs: list[model.Paragraph] = field(default_factory=list)
    unplaced: list[model.Unplaced] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    tables: int = 0
    understood: int = 0

    def leave(self, place: Place, words: str, reason: str) -> None:
        """Note words that found no place."""
        short = squeeze(cells.one_line(words))
        short = f"{short[:60]}…" if len(short) > 60 else short
        note = model.Unplaced(str(place), short, reason)
        if short and note not in self.unplaced:
            self.unplaced.append(note)

    def add_kpi(self, draft: Draft, found: Found, section: str) -> None:
        """A KPI to its measure. A target without a year is kept as words, never under a year that nobody wrote."""
        for words in found.undated:
            self.leave(found.place, f"{found.name} {words}", "目標の年度が読み取れません")
            draft.add_paragraph(
                model.Paragraph(model.POLICY, found.name, f"{found.name} {words}", section, found.place.page)
            )
        if not (found.targets or found.baseline or found.actuals):
            return
        clash = draft.add_kpi(found.kpi(len(draft.kpis) + 1, section))
        if clash:
            self.leave(
                found.place,
                found.name,
                f"「{draft.title}」の同じ指標と値が違います（{clash}）。先に出てきた値を使います",
            )

    def prose(
        self, draft: Draft | None, role: str | None, heading: str | None, text: str, printed: str, place: Place
    ) -> None:
        """Paragraphs of a measure, or of the plan."""
        for part in cells.bullets_of(text):
            if draft is None:
                self.paragraphs.append(model.Paragraph(printed or "本文", heading, part, printed or None, place.page))
            else:
                section = CANONICAL.get(role or "", model.POLICY)
                draft.add_paragraph(model.Paragraph(section, heading, part, printed or None, place.page))


def section_name(place: Place, *names: str | None) -> str:
    """How a source names the place: the printed heading, with the sheet."""
    name = next((squeeze(cells.one_line(n)).strip("■◆●○□【】:： 　") for n in names if n and n.strip()), "")
    return f"シート「{place.sheet}」{name}" if place.sheet else name
