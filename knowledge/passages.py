"""Chunks of plan text that can stand alone: one per bullet, footnote and list of effects, with where they are printed."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge import plan as model


@dataclass(frozen=True)
class Passage:
    """`key` is stable for the same place and edition: m09-issues-1."""

    key: str
    measure: int | None
    section: str
    heading: str | None
    text: str
    printed: str | None = None
    page: int | None = None


_SLUGS = {model.ISSUES: "issues", model.POLICY: "policy"}


def passages_of(plan: model.Plan) -> list[Passage]:
    """Every passage of the plan, in printed order."""
    found = [
        Passage(
            "cover-1",
            None,
            model.COVER,
            None,
            " ".join(part for part in (plan.title, plan.subtitle, plan.issued, plan.issuer) if part),
        )
    ]
    for i, chapter in enumerate(plan.chapters, 1):
        found += [
            Passage(f"chapter{i}-effect-{n}", None, model.EFFECTS, chapter.title, effect)
            for n, effect in enumerate(chapter.effects, 1)
        ]
    found += [
        Passage(f"text-{n}", None, p.section, p.heading, p.text, p.printed, p.page)
        for n, p in enumerate(plan.paragraphs, 1)
    ]
    for measure in plan.measures:
        count: dict[str, int] = {}
        for paragraph in measure.paragraphs:
            slug = _SLUGS[paragraph.section]
            count[slug] = count.get(slug, 0) + 1
            found.append(
                Passage(
                    f"m{measure.no:02}-{slug}-{count[slug]}",
                    measure.no,
                    paragraph.section,
                    paragraph.heading,
                    paragraph.text,
                    paragraph.printed,
                    paragraph.page,
                )
            )
        for n, note in enumerate(measure.glossary, 1):
            found.append(Passage(f"m{measure.no:02}-glossary-{n}", measure.no, model.GLOSSARY, note.term, note.text))
        for kpi in measure.kpis:
            for note_text in kpi.notes:
                # Several notes of one KPI are told apart by a number from the second on.
                same = f"m{measure.no:02}-kpi{kpi.row}-note"
                key = f"{same}{n}" if (n := sum(p.key.startswith(same) for p in found)) else same
                found.append(Passage(key, measure.no, model.KPI_TABLE, kpi.name, note_text, kpi.section, kpi.page))
    return found
