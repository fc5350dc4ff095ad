"""The KPI store: loading, loading again, a newer edition, provenance."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from knowledge.loader import counts, load_plan
from knowledge.plan import Plan
from knowledge.store import KpiRow, MeasureRow, PassageRow, PlanRow, Store, current_plans


def test_loading_twice_changes_nothing(store: Store, plan: Plan) -> None:
    with store.session() as session:
        assert load_plan(session, plan, "plan.txt")[1] is True
        first = counts(session)
    with store.session() as session:
        assert load_plan(session, plan, "plan.txt")[1] is False
        assert counts(session) == first
    assert (first["measures"], first["kpis"], first["kpi_values"], first["schedule_items"]) == (13, 20, 100, 33)


def test_newer_edition_stands_beside_the_old(store: Store, plan: Plan) -> None:
    newer = dataclasses.replace(plan, checksum="another", issued="令和4年4月")
    with store.session() as session:
        load_plan(session, plan, "old.txt")
        load_plan(session, newer, "new.txt")
    with store.session() as session:
        assert [row.edition for row in session.scalars(select(PlanRow).order_by(PlanRow.id))] == [1, 2]
        assert [row.issued for row in current_plans(session)] == ["令和4年4月"]
        load_plan(session, plan, "old.txt")
        assert [row.issued for row in current_plans(session)] == ["令和3年4月"]


def test_a_failed_load_leaves_nothing(store: Store, plan: Plan) -> None:
    twice = dataclasses.replace(plan.measures[-1], kpis=[plan.measures[-1].kpis[0]] * 2)  # one row number for two KPIs
    with pytest.raises(IntegrityError), store.session() as session:
        load_plan(session, dataclasses.replace(plan, measures=[*plan.measures[:-1], twice]), "broken.txt")
    with store.session() as session:
        assert counts(session)["plans"] == 0 and counts(session)["measures"] == 0


def test_values_carry_their_place(store: Store, plan: Plan) -> None:
    with store.session() as session:
        load_plan(session, plan, "plan.txt")
        kpi = session.scalars(select(KpiRow).where(KpiRow.name == "マイナンバーカードの交付率")).one()
        assert (kpi.measure.no, kpi.measure.page, kpi.targets[2023].text, kpi.targets[2023].column) == (
            9,
            9,
            "55%",
            "R5年度末",
        )
        assert kpi.baseline and (kpi.baseline.text, kpi.baseline.as_of) == ("24.3%", "R3年2月末時点")
        child = session.scalars(select(KpiRow).where(KpiRow.name == "電子申請作成")).one()
        assert child.parent and len(child.parent.children) == 3
        shared = session.scalars(select(MeasureRow).where(MeasureRow.no == 13)).one()
        assert [owner.department.name for owner in shared.owners] == ["総務部情報政策課", "県警本部サイバー犯罪対策課"]
        passage = session.scalars(select(PassageRow).where(PassageRow.key == "m09-issues-1")).one()
        assert passage.measure and passage.measure.no == 9 and "26.2%" in passage.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_is_ready_for_several_processes(store: Store) -> None:
    with store.session() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 10000
