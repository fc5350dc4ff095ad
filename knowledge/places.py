"""Where things are printed, in the document's own words where the reader kept them: what sources and the plan's pages say."""

from __future__ import annotations

from knowledge import plan as model
from knowledge.store import KpiRow, MeasureRow, PassageRow, PlanRow, ScheduleRow, ValueRow


def has_form(measure: MeasureRow) -> bool:
    """The measure is printed in the form ①個別施策 … ⑥主な取組とスケジュール."""
    return measure.owner_section in {None, model.OWNER_CELL}


def title_section(measure: MeasureRow) -> str:
    return model.TITLE_CELL if has_form(measure) else "施策名"


def owner_section(measure: MeasureRow) -> str:
    return measure.owner_section or model.OWNER_CELL


def kpi_section(kpi: KpiRow) -> str:
    return kpi.section or model.KPI_TABLE


_KINDS = {"baseline": "現状", "target": "目標", "actual": "実績"}


def column(kpi: KpiRow, value: ValueRow) -> str:
    """The heading of a cell's column; what it holds is added where columns of one table are headed alike (R4, R4)."""
    alike = {v.kind for v in kpi.values if v.column == value.column}
    return f"{value.column}（{_KINDS[value.kind]}）" if len(alike) > 1 else value.column


def unset_section(measure: MeasureRow) -> str:
    """Where the plan says that it sets no KPI yet."""
    return model.KPI_TABLE if has_form(measure) else "指標"


def schedule_section(item: ScheduleRow) -> str:
    return item.section or model.SCHEDULE_TABLE


def passage_section(passage: PassageRow) -> str:
    return passage.printed or passage.section


def contents_section(plan: PlanRow) -> str:
    """The list of the plan's measures."""
    return model.CONTENTS if all(has_form(measure) for measure in plan.measures) else "施策の一覧"
