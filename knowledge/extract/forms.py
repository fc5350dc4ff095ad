"""『label｜value』 pairs, one after the other, into the measure that they describe."""

from __future__ import annotations

import re

from keikaku.text import squeeze
from knowledge import plan as model
from knowledge.extract import cells, fiscal, inline, schedules, vocabulary
from knowledge.extract.drafts import Draft, label_of
from knowledge.extract.kpis import Found
from knowledge.extract.parts import Pair
from knowledge.extract.titles import number_of, read_title
from knowledge.extract.work import Work, section_name

_KPI_VALUES = {"unit", "baseline", "target", "actual", "target_year", "baseline_year"}


class Form:
    """Reads pairs. `draft` is the measure that they belong to; a pair that names a measure begins a new one."""

    def __init__(self, work: Work, draft: Draft | None, chapter: str) -> None:
        self.work, self.draft, self.chapter = work, draft, chapter
        self.named = False
        self.number: tuple[str | None, str | None] = (None, None)  # a 施策番号 that still waits for its name
        self._waiting: list[Pair] = []
        self._kpi: Found | None = None
        self._kpi_pairs: dict[str, Pair] = {}
        self._kpi_section = ""

    def add(self, pair: Pair) -> None:
        role = pair.header.role
        value = squeeze(cells.one_line(pair.value))
        if role == "measure_name" and value and not cells.is_empty(value):
            self._begin(pair, value)
        elif role == "measure_no":
            kind = next((k for k in ("事業", "取組", "施策") if k in pair.label), "")
            number = number_of(value)
            printed = value if number and "-" in number else None  # 『No.｜1-01』
            self.number = (number, label_of(value, kind) if kind else printed)
            if self.named and self.draft and self.draft.number is None:
                self.draft.number, self.draft.label = self.number
                self.number = (None, None)
        elif role == "chapter" and pair.section is None:
            self.chapter = value
            if self.named and self.draft:
                self.draft.chapter = value
        elif self.draft is None:
            self._waiting.append(pair)
        else:
            self._describe(pair, role, self.draft)

    def take_kpi(self) -> str:
        """The name of a KPI whose values have not come yet; a table below may hold them."""
        if self._kpi is None or self._kpi_pairs:
            return ""
        name, self._kpi = self._kpi.name, None
        return name

    def close(self) -> Draft | None:
        """Finish the open KPI; what belonged to no measure is reported."""
        self._flush()
        for pair in self._waiting:
            self.work.leave(pair.place, f"{pair.label} {pair.value}", "どの施策のことか分かりません")
            self.work.prose(None, None, pair.label, pair.value, pair.label, pair.place)
        self._waiting = []
        return self.draft

    def _begin(self, pair: Pair, value: str) -> None:
        self._flush()
        number, label = self.number
        self.draft = self.work.registry.get(read_title(value), self.chapter, pair.place, number, label)
        self.named, self.number = True, (None, None)
        waiting, self._waiting = self._waiting, []
        for earlier in waiting:
            self.add(earlier)

    def _describe(self, pair: Pair, role: str | None, draft: Draft) -> None:
        place, section = pair.place, section_name(pair.place, pair.label)
        if self._kpi is not None and (role in _KPI_VALUES or (role is None and pair.header.years)):
            self._kpi_pairs[role if role in {"unit", "target_year", "baseline_year"} else pair.label] = pair
        elif self._kpi is not None and role == "note":
            self._kpi.notes.append(f"{pair.label}：{squeeze(cells.one_line(pair.value))}")
        elif role == "owner" or pair.section == "owner":
            draft.add_owners(cells.owners_of(pair.value), squeeze(cells.one_line(pair.value)), section)
        elif role == "kpi_name" or pair.section == "kpi":
            self._kpis(pair, draft, section)
        elif pair.section == "schedule" or role == "period":
            self._schedule(pair, draft, section)
        elif pair.section == "issues" or role == "issues":
            self.work.prose(draft, "issues", None, pair.value, pair.label, place)
        elif pair.section == "policy" or role in {"policy", "item"}:
            self.work.prose(draft, "policy", None, pair.value, pair.label, place)
        else:
            if role in {"money", "evaluation"}:
                self.work.leave(place, f"{pair.label} {pair.value}", "予算・評価の欄です（文章として検索できます）")
            self.work.prose(draft, "policy", pair.label, pair.value, pair.label, place)

    def _kpis(self, pair: Pair, draft: Draft, section: str) -> None:
        self._flush()
        lines = [line for line in pair.value.split("\n") if line.strip()]
        found = [inline.kpi_of(line, i, pair.place, self.work.cover.end) for i, line in enumerate(lines)]
        if found and all(found):
            for kpi in found:
                assert kpi is not None
                self.work.add_kpi(draft, kpi, section)
        elif cells.is_empty(pair.value) or vocabulary.says_unset(pair.value):
            draft.kpi_unset = draft.kpi_unset or squeeze(cells.one_line(pair.value))
        elif pair.header.role == "target":
            self.work.prose(draft, "policy", pair.label, pair.value, pair.label, pair.place)
        else:
            self._kpi = Found(cells.name_of(pair.value), 0, pair.place)
            self._kpi_section = section

    def _flush(self) -> None:
        """The open KPI with its collected values into the measure."""
        kpi, pairs = self._kpi, self._kpi_pairs
        self._kpi, self._kpi_pairs = None, {}
        if kpi is None or self.draft is None:
            return
        if not pairs:
            # The label was 指標, but nothing follows: words without values.
            self.work.leave(kpi.place, kpi.name, "指標の現状値・目標値が見つかりません")
            self.work.prose(self.draft, "policy", self._kpi_section, kpi.name, self._kpi_section, kpi.place)
            return
        unit = pairs.pop("unit", None)
        target_year, baseline_year = pairs.pop("target_year", None), pairs.pop("baseline_year", None)
        inner = next(
            (u for part in re.findall(r"[（(]([^（()）]*)[)）]", kpi.name) if (u := vocabulary.unit_of(part))), None
        )
        kpi.unit = squeeze(unit.value) if unit else inner
        for pair in pairs.values():
            header = pair.header
            kpi.unit = kpi.unit or header.unit
            value = cells.value_of(pair.value, pair.label, header.as_of or None, kpi.unit)
            if header.role == "baseline":
                if baseline_year and not value.as_of:
                    value = cells.value_of(pair.value, pair.label, squeeze(baseline_year.value), kpi.unit)
                kpi.baseline = kpi.baseline or value
            elif header.role == "actual":
                if header.years:
                    kpi.actuals[header.years[-1]] = value
                else:
                    kpi.baseline = kpi.baseline or value
            else:
                self._target(kpi, pair, target_year)
        self.work.add_kpi(self.draft, kpi, self._kpi_section)

    def _target(self, kpi: Found, pair: Pair, target_year: Pair | None) -> None:
        value = cells.value_of(pair.value, pair.label, None, kpi.unit)
        years = pair.header.years or (fiscal.find(target_year.value).years if target_year else ())
        years = years or (fiscal.find(value.as_of).years if value.as_of else ())
        end = self.work.cover.end
        if years or end is not None:
            kpi.targets[years[-1] if years else end or 0] = value
        else:
            kpi.undated.append(f"{pair.label} {value.text}")

    def _schedule(self, pair: Pair, draft: Draft, section: str) -> None:
        lines = pair.value.split("\n")
        item = schedules.items_of_lines(lines, draft.title, section, pair.place.page)
        if item is None and pair.header.role == "period" and (years := fiscal.find(pair.value).years):
            words = squeeze(cells.one_line(pair.value))
            draft.period = model.ScheduleItem(pair.label, 1, dict.fromkeys(years, words), section, pair.place.page)
            return
        if item is not None:
            draft.add_item(item)
        else:
            self.work.prose(draft, "policy", pair.label, pair.value, pair.label, pair.place)
