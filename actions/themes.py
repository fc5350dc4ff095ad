"""The measures that a theme runs through (『オンラインとつく施策』, 『研修をやる施策はどれ』)."""

from __future__ import annotations

from collections.abc import Collection

from actions.knowledge import Knowledge
from keikaku.morph import analyse
from keikaku.text import nfkc
from knowledge.store import MeasureRow


def measures_of_theme(knowledge: Knowledge, concepts: Collection[str]) -> list[MeasureRow]:
    """The measures that have all these concepts in their title; else those that have them in the name of one of their KPIs,
    rows of the schedule or headings; none where a theme is in no name."""
    wanted = {concept for concept in concepts if _names_something(concept)}
    if not wanted:
        return []
    measures = list(knowledge.measures.values())
    lexicon = knowledge.lexicon
    titled = [m for m in measures if wanted <= lexicon.concepts(m.title)]
    return titled if len(titled) > 1 else [m for m in measures if any(wanted <= lexicon.concepts(n) for n in _names(m))]


def measures_mentioning(knowledge: Knowledge, concepts: Collection[str]) -> list[MeasureRow]:
    """The measures one of whose names or sentences has all these concepts."""
    wanted = {concept for concept in concepts if _names_something(concept)}
    if not wanted:
        return []
    lexicon = knowledge.lexicon
    return [
        measure
        for measure in knowledge.measures.values()
        if any(wanted <= lexicon.concepts(text) for text in [*_names(measure), *(p.text for p in measure.passages)])
    ]


def _names(measure: MeasureRow) -> list[str]:
    headings = dict.fromkeys(passage.heading for passage in measure.passages if passage.heading)
    rows = [row for item in measure.schedule for row in (item.name, *(cell.text for cell in item.cells if cell.text))]
    return [measure.title, *(kpi.name for kpi in measure.kpis), *rows, *headings]


def _names_something(concept: str) -> bool:
    return any(m.is_noun for m in analyse(nfkc(concept)))
