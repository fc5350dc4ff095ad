"""Tells the operator what was understood of a plan, how sure that is, and what found no place."""

from __future__ import annotations

from knowledge import plan as model

SURE, FAIR = 0.85, 0.6
MAX_UNPLACED = 30


def summary(plan: model.Plan) -> str:
    """The report of one reading, in Japanese, some ten lines and one per unplaced text."""
    reading = plan.reading
    kpis, items = list(plan.kpis()), list(plan.schedule())
    years = sorted({year for _, kpi in kpis for year in kpi.targets})
    owners = {owner for measure in plan.measures for owner in measure.owners}
    lines = [
        f"計画「{plan.title}」{f'（{plan.issued}）' if plan.issued else ''}を読み取りました。",
        f"  読み方：{reading.form}",
        f"  確からしさ：{grade(reading.confidence)}（{reading.confidence:.0%}）",
        f"  施策{len(plan.measures)}件、担当{len(owners)}所属、指標{len(kpis)}件"
        + (f"（目標{years[0]}〜{years[-1]}年度）" if years else "")
        + f"、スケジュール{len(items)}行、文章{sum(len(m.paragraphs) for m in plan.measures) + len(plan.paragraphs)}件",
    ]
    lines += [f"  確認してください：{doubt}。" for doubt in reading.doubts]
    lines += [f"  お知らせ：{note}" for note in dict.fromkeys(reading.notes)]
    if reading.unplaced:
        lines.append(f"  置き場所が分からなかったもの：{len(reading.unplaced)}件")
        lines += [f"    - {left}" for left in reading.unplaced[:MAX_UNPLACED]]
        if len(reading.unplaced) > MAX_UNPLACED:
            lines.append(f"    - ほか{len(reading.unplaced) - MAX_UNPLACED}件")
    return "\n".join(lines)


def grade(confidence: float) -> str:
    return "高" if confidence >= SURE else "中" if confidence >= FAIR else "低（内容を見比べてください）"


def outline(plan: model.Plan) -> str:
    """Every measure with its owners, KPI rows and schedule rows: what an operator compares with the document."""
    lines = []
    for m in plan.measures:
        lines.append(f"{m.label or f'施策{m.no}'}　{m.title}" + (f"〔{m.chapter}〕" if m.chapter else ""))
        lines.append(f"  担当：{'、'.join(m.owners) or '―'}")
        for k in m.kpis:
            cells = [f"現状 {_cell(k.baseline)}"] if k.baseline else []
            cells += [f"{year}実績 {_cell(value)}" for year, value in k.actuals.items()]
            cells += [f"{year} {_cell(value)}" for year, value in k.targets.items()]
            lines.append(f"  指標：{'　' if k.parent else ''}{k.name}［{k.unit or ''}］ {'、'.join(cells)}")
        if m.kpi_unset:
            lines.append(f"  指標：{m.kpi_unset}")
        for s in m.schedule:
            lines.append(f"  予定：{s.name} " + "、".join(f"{y} {t}" for y, t in s.cells.items() if t))
        for p in m.paragraphs:
            lines.append(f"  {p.section}{f'【{p.heading}】' if p.heading else ''}：{p.text}")
    return "\n".join(lines)


def _cell(value: model.Value) -> str:
    stamp = f"（{value.as_of}）" if value.as_of else ""
    return f"{value.text}{stamp}"
