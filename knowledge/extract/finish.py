"""Closes an extraction: numbers the measures, judges how sure the reading is, refuses what is no plan."""

from __future__ import annotations

from keikaku.text import join_spaced_letters, nfkc, squeeze
from knowledge import plan as model
from knowledge.documents import Document, Grid
from knowledge.extract.drafts import Draft
from knowledge.extract.work import Work
from knowledge.problems import PlanError, Problem


def finish(work: Work, document: Document) -> model.Plan:
    """The plan of the collected drafts. Raises PlanError where there is none."""
    drafts = [d for d in work.registry.drafts if _says_something(d)]
    _refuse(drafts, document)
    cover = work.cover
    plan = model.Plan(cover.title, cover.subtitle, cover.issued, cover.issuer, paragraphs=work.paragraphs)
    numbers = _numbers(drafts)
    for no, draft in sorted(zip(numbers, drafts), key=lambda pair: pair[0]):
        plan.measures.append(_measure(no, draft))
    plan.chapters = [model.Chapter(title) for title in dict.fromkeys(m.chapter for m in plan.measures if m.chapter)]
    plan.reading = _judge(work, plan, document)
    return plan


def _says_something(draft: Draft) -> bool:
    return bool(draft.owners or draft.kpis or draft.schedule or draft.period or draft.paragraphs or draft.kpi_unset)


def _refuse(drafts: list[Draft], document: Document) -> None:
    facts = [draft for draft in drafts if draft.kpis or draft.schedule]
    owned = [draft for draft in drafts if draft.owners]
    if facts or len(owned) >= 2:
        return
    blocks = [b for b in document.blocks if not isinstance(b, Grid)]
    if not document.blocks:
        raise PlanError(document.name, [Problem("ファイル全体", "何も書かれていません。")])
    tables = len(document.blocks) - len(blocks)
    first = next((squeeze(block.text)[:40] for block in blocks if block.text), "")
    place = str(document.blocks[0].place)
    message = (
        f"計画の施策が見つかりません（文章{len(blocks)}か所、表{tables}個を調べました。冒頭：「{first}」）。"
        "施策名・担当課・指標（現状値と目標値）・年度別の計画のどれかが、見出しか表の列名から分かる文書にしてください。"
        "別の言葉の見出しを使っている計画なら、その言葉を data/headings.yml に書き足すと読めます。"
    )
    raise PlanError(document.name, [Problem(place, message)])


def _numbers(drafts: list[Draft]) -> list[int]:
    """The printed numbers where they are plain, whole and all different; else 1, 2, 3…"""
    printed = [int(draft.number) if draft.number and draft.number.isdigit() else None for draft in drafts]
    if all(printed) and len(set(printed)) == len(printed) and max(n or 0 for n in printed) < 1000:
        return [n for n in printed if n is not None]
    return list(range(1, len(drafts) + 1))


def _measure(no: int, draft: Draft) -> model.Measure:
    kpis = [
        model.Kpi(k.name, i, k.baseline, k.targets, k.unit, k.parent, k.notes, k.actuals, k.section, k.page)
        for i, k in enumerate(draft.kpis, 1)
    ]
    if draft.period is not None and not draft.schedule:
        draft.schedule.append(draft.period)
    elif draft.period is not None:
        words = f"{draft.period.name}：{next(iter(draft.period.cells.values()))}"
        draft.add_paragraph(model.Paragraph(model.POLICY, None, words, draft.period.section, draft.period.page))
    items = [model.ScheduleItem(s.name, i, s.cells, s.section, s.page) for i, s in enumerate(draft.schedule, 1)]
    return model.Measure(
        no,
        squeeze(join_spaced_letters(draft.title)),
        draft.printed,
        draft.chapter,
        draft.page,
        draft.owners,
        "、".join(dict.fromkeys(draft.owners_printed)),
        draft.paragraphs,
        kpis,
        None if kpis else draft.kpi_unset,
        items,
        draft.glossary,
        # A bare number says no more than `no` does.
        None if draft.label and nfkc(draft.label).isdigit() else draft.label,
        draft.owner_section or model.OWNER_CELL,
    )


def _judge(work: Work, plan: model.Plan, document: Document) -> model.Reading:
    """Confidence is the mean of what a whole plan would have: title, owners, facts, full KPIs, understood tables."""
    reading = model.Reading(form="見出しと表の列名から読み取り", unplaced=work.unplaced, notes=document.notes)
    measures, kpis = plan.measures, [kpi for _, kpi in plan.kpis()]
    total = max(len(measures), 1)
    without_owner = [m for m in measures if not m.owners]
    without_facts = [m for m in measures if not (m.kpis or m.schedule or m.kpi_unset)]
    partial = [k for k in kpis if not k.targets or k.baseline is None]
    shares = [
        1.0 if work.cover.sure else 0.5,
        1 - len(without_owner) / total,
        1 - len(without_facts) / total,
        1 - len(partial) / len(kpis) if kpis else 0.7,
        work.understood / work.tables if work.tables else 0.8,
    ]
    reading.confidence = sum(shares) / len(shares)
    if not work.cover.sure:
        reading.doubts.append(f"計画の名前が見つからず、「{plan.title}」としました")
    if not plan.issued:
        reading.doubts.append("策定・改訂の年月が見つかりません")
    for found, what in (
        (without_owner, "担当が見つからない施策"),
        (without_facts, "指標もスケジュールも見つからない施策"),
    ):
        if found:
            reading.doubts.append(f"{what}：{_names([m.label or m.title for m in found])}")
    if partial:
        reading.doubts.append(f"現状値か目標値のない指標：{_names([k.name for k in partial])}")
    return reading


def _names(names: list[str], limit: int = 5) -> str:
    more = f" など{len(names)}件" if len(names) > limit else ""
    return "、".join(f"「{name}」" for name in names[:limit]) + more
