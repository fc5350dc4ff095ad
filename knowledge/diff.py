"""What changed between two editions of a plan. `python -m knowledge.diff OLD NEW`, or without files from the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from rapidfuzz import fuzz

from keikaku import years
from keikaku.text import fold
from knowledge import plan as model

_ALIKE = 75.0  # likeness (0…100) from which two names are the same thing under a new name
_T = TypeVar("_T", model.Measure, model.Kpi, model.ScheduleItem)


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: measure, owners, kpi, baseline, target, unit, schedule, text; `where` names measure and row.

    `old`, `new`: the measure's `no` in either edition; `row`: the KPI's names there; `year`: the target's.
    """

    kind: str
    where: str
    before: str | None
    after: str | None
    old: int | None = None
    new: int | None = None
    row: tuple[str | None, str | None] = (None, None)
    year: int | None = None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.where}：追加　{self.after}"
        if self.after is None:
            return f"{self.where}：削除　{self.before}"
        return f"{self.where}：{self.before} → {self.after}"


def compare(old: model.Plan, new: model.Plan) -> list[Change]:
    """All differences in the order of the new plan; removed measures come last."""
    changes: list[Change] = []
    pairs = _paired(old.measures, new.measures)
    for before, after in pairs:
        if before is None and after is not None:
            changes.append(Change("measure", "施策", None, _named(after), None, after.no))
        elif before is not None and after is not None:
            changes += (replace(change, old=before.no, new=after.no) for change in _measure(before, after))
    changes += [
        Change("measure", "施策", _named(before), None, before.no)
        for before, after in pairs
        if before and after is None
    ]
    return changes


def counterparts(old: model.Plan, new: model.Plan) -> dict[tuple[int, str | None], tuple[int, str | None]]:
    """What each measure and KPI of the new edition was in the old one, as (measure's `no`, KPI's name or None)."""
    found: dict[tuple[int, str | None], tuple[int, str | None]] = {}
    for before, after in _paired(old.measures, new.measures):
        if before is None or after is None:
            continue
        found[after.no, None] = (before.no, None)
        for old_kpi, new_kpi in _paired(before.kpis, after.kpis):
            if old_kpi and new_kpi:
                found[after.no, new_kpi.name] = (before.no, old_kpi.name)
    return found


def report(old: model.Plan, new: model.Plan) -> str:
    """The differences for the operator, in Japanese."""
    changes = compare(old, new)
    head = f"「{old.title}」{_issued(old)} と「{new.title}」{_issued(new)} の違い：{len(changes)}件"
    return "\n".join([head, *(f"  - {change}" for change in changes)])


def _issued(plan: model.Plan) -> str:
    return f"（{plan.issued}）" if plan.issued else ""


def _named(measure: model.Measure) -> str:
    return f"{measure.label or f'施策{measure.no}'}「{measure.title}」"


def _paired(old: Sequence[_T], new: Sequence[_T]) -> list[tuple[_T | None, _T | None]]:
    """Each new element with the old one of its name, else the likeliest unclaimed one; then the old ones that are left."""
    free = list(old)
    found: dict[int, _T] = {}
    for i, after in enumerate(new):
        same = next((b for b in free if _key(b) == _key(after)), None)
        if same is not None:
            found[i] = same
            free.remove(same)
    for i, after in enumerate(new):
        if i in found or not free:
            continue
        like = max(free, key=lambda b: fuzz.ratio(_key(b), _key(after)))
        if fuzz.ratio(_key(like), _key(after)) >= _ALIKE:
            found[i] = like
            free.remove(like)
    pairs: list[tuple[_T | None, _T | None]] = [(found.get(i), after) for i, after in enumerate(new)]
    return pairs + [(before, None) for before in free]


def _key(element: model.Measure | model.Kpi | model.ScheduleItem) -> str:
    return fold(element.title if isinstance(element, model.Measure) else element.name)


def _measure(before: model.Measure, after: model.Measure) -> Iterator[Change]:
    where = _named(after)
    if fold(before.title) != fold(after.title):
        yield Change("measure", f"{where} 施策名", before.title, after.title)
    if before.label != after.label and before.label and after.label:
        yield Change("measure", f"{where} 番号", before.label, after.label)
    if [fold(o) for o in before.owners] != [fold(o) for o in after.owners]:
        yield Change(
            "owners", f"{where} 担当", "、".join(before.owners) or "（なし）", "、".join(after.owners) or "（なし）"
        )
    if (before.kpi_unset or "") != (after.kpi_unset or ""):
        yield Change(
            "kpi", f"{where} 指標の設定", before.kpi_unset or "（記載なし）", after.kpi_unset or "（指標あり）"
        )
    for old_kpi, new_kpi in _paired(before.kpis, after.kpis):
        names = (old_kpi.name if old_kpi else None, new_kpi.name if new_kpi else None)
        yield from (replace(change, row=names) for change in _kpi(where, old_kpi, new_kpi))
    for old_item, new_item in _paired(before.schedule, after.schedule):
        yield from _item(where, old_item, new_item)
    for section in (model.ISSUES, model.POLICY):
        yield from _texts(where, section, before, after)


def _kpi(where: str, before: model.Kpi | None, after: model.Kpi | None) -> Iterator[Change]:
    if before is None or after is None:
        kpi = after or before
        assert kpi is not None
        words = f"指標「{kpi.name}」（{_row(kpi)}）"
        yield Change("kpi", where, words if before else None, words if after else None)
        return
    place = f"{where} 指標「{after.name}」"
    if fold(before.name) != fold(after.name):
        yield Change("kpi", f"{place} 名前", before.name, after.name)
    if (before.unit or "") != (after.unit or ""):
        yield Change("unit", f"{place} 単位", before.unit or "（なし）", after.unit or "（なし）")
    old_base, new_base = _shown(before.baseline), _shown(after.baseline)
    if fold(old_base) != fold(new_base):
        yield Change("baseline", f"{place} 現状", old_base, new_base)
    for year in sorted(before.targets.keys() | after.targets.keys()):
        old, new = before.targets.get(year), after.targets.get(year)
        if old is None or new is None or fold(old.text) != fold(new.text):
            name = f"{place} {years.reiwa(year)}（{year}）年度の目標"
            yield Change("target", name, old.text if old else None, new.text if new else None, year=year)


def _row(kpi: model.Kpi) -> str:
    return (
        "、".join(f"{years.reiwa(year)} {value.text}{kpi.unit or ''}" for year, value in kpi.targets.items())
        or "目標なし"
    )


def _shown(value: model.Value | None) -> str:
    if value is None:
        return "（なし）"
    return f"{value.text}（{value.as_of}）" if value.as_of else value.text


def _item(where: str, before: model.ScheduleItem | None, after: model.ScheduleItem | None) -> Iterator[Change]:
    if before is None or after is None:
        item = after or before
        assert item is not None
        words = f"取組「{item.name}」"
        yield Change("schedule", where, words if before else None, words if after else None)
        return
    if fold(before.name) != fold(after.name):
        yield Change("schedule", f"{where} 取組の名前", before.name, after.name)
    for year in sorted(before.cells.keys() | after.cells.keys()):
        old, new = before.cells.get(year) or "空欄", after.cells.get(year) or "空欄"
        if fold(old) != fold(new):
            yield Change("schedule", f"{where} 取組「{after.name}」{years.reiwa(year)}年度", old, new)


def _texts(where: str, section: str, before: model.Measure, after: model.Measure) -> Iterator[Change]:
    old = {fold(p.text): p.text for p in before.paragraphs if p.section == section}
    new = {fold(p.text): p.text for p in after.paragraphs if p.section == section}
    yield from (Change("text", f"{where} {section}", text, None) for key, text in old.items() if key not in new)
    yield from (Change("text", f"{where} {section}", None, text) for key, text in new.items() if key not in old)


def main() -> int:
    """Compare two files, or the current edition of every plan in the store with the one before."""
    from knowledge.editions import plan_of, previous_edition
    from knowledge.parser import PlanError, read_plan
    from knowledge.store import Store, current_plans

    parser = argparse.ArgumentParser(description="What changed between two editions of a plan.")
    parser.add_argument("files", nargs="*", type=Path, help="old and new document (default: the editions in the store)")
    args = parser.parse_args()
    files = [path for path in args.files if str(path) != "."]
    if len(files) not in {0, 2}:
        print("比べる計画を2つ（旧版、新版の順に）指定してください。", file=sys.stderr)
        return 1
    try:
        if files:
            print(report(read_plan(files[0]), read_plan(files[1])))
            return 0
        found = 0
        with Store().session() as session:
            for row in current_plans(session):
                if before := previous_edition(session, row):
                    found += 1
                    print(report(plan_of(before), plan_of(row)))
        if not found:
            print("旧版のある計画はありません。")
    except (PlanError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
