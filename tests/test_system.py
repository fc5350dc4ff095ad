"""Whole conversations through the running system over HTTP."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from evaluation.system import answers, started_system
from tests.conftest import ARTIFACTS, wait_for


class Talk:
    """One conversation with the running system."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        opened = self.http.post("/api/conversations").json()
        self.path = f"/api/conversations/{opened['id']}/messages"
        self.key = {"Authorization": f"Bearer {opened['token']}"}

    def ask(self, text: str) -> dict[str, Any]:
        response = self.http.post(self.path, json={"text": text}, headers=self.key)
        assert response.status_code == 200, response.text
        (message,) = response.json()["messages"]
        return message

    def history(self) -> list[dict[str, Any]]:
        return self.http.get(self.path, headers=self.key).json()["messages"]


@pytest.fixture
def talk(system: str) -> Talk:
    return Talk(system)


def test_one_value_with_its_cell(talk: Talk) -> None:
    message = talk.ask("マイナンバーカードの交付率のR5年度末の目標は？")
    assert "55%" in message["text"].splitlines()[0]
    source = message["custom"]["sources"][0]
    assert message["custom"]["status"] == "answered"
    assert (source["measure_no"], source["section"], source["page"], source["column"], source["quote"]) == (
        9,
        "⑤KPI",
        9,
        "R5年度末",
        "55%",
    )


def test_follow_ups_change_one_thing(talk: Talk) -> None:
    assert "55%" in talk.ask("マイナンバーカードの交付率のR5年度末の目標は？")["text"]
    answer = talk.ask("じゃあR6は？")["text"]
    assert "65%" in answer and "交付率" in answer
    assert "24.3%" in talk.ask("現状は？")["text"]
    assert "情報政策課" in talk.ask("担当はどこ？")["text"]


def test_two_questions_in_one_message(talk: Talk) -> None:
    message = talk.ask("RPAの施策、担当とR6の目標時間おしえて")
    assert "情報政策課" in message["text"] and "10,000時間" in message["text"]
    assert {source["section"] for source in message["custom"]["sources"]} >= {"②担当所属", "⑤KPI"}


def test_two_people_at_once_keep_their_own_context(system: str) -> None:
    first, second = Talk(system), Talk(system)
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda pair: pair[0].ask(pair[1]),
                [(first, "マイナンバーカードの交付率のR5の目標"), (second, "5G特定基地局のR5の目標")],
            )
        )
        answers_ = list(pool.map(lambda talk: talk.ask("R6は？")["text"], [first, second]))
    assert "65%" in answers_[0] and "50箇所" in answers_[1]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("お疲れさまです", "chitchat"),
        ("何ができるの？", "chitchat"),
        ("担当者と話したい", "chitchat"),
        ("オンライン会議のKPIの目標値は？", "not_in_plan"),
        ("令和10年度の5G基地局の目標", "not_in_plan"),
        ("水道料金のオンライン化率の目標", "not_in_plan"),
        ("今日の天気は？", "no_answer"),
        ("'; DROP TABLE kpi; --", "no_answer"),
        ("/restart", "no_answer"),
        ("😀", "no_answer"),
        ("<script>alert(1)</script>", "no_answer"),
    ],
)
def test_status(talk: Talk, question: str, status: str) -> None:
    message = talk.ask(question)
    assert message["custom"]["status"] == status, message
    assert message["text"] and "<script" not in message["text"]


def test_answered_always_has_a_source(talk: Talk) -> None:
    for question in (
        "RPAの担当課は？",
        "行政手続オンライン化の課題は？",
        "CSIRTとは",
        "広域デジタル部会のR3年度の予定",
        "KPIが未設定の施策は？",
    ):
        message = talk.ask(question)
        assert message["custom"]["status"] == "answered", message
        assert message["custom"]["sources"]


def test_typed_rasa_command_is_no_intent(talk: Talk) -> None:
    assert "担当所属は" not in talk.ask('/ask_owner{"measure": "施策9"}')["text"]


def test_my_number_is_in_no_table_and_no_log(talk: Talk, built_var: Path) -> None:
    talk.ask("私の番号は1234 5678 9018です。RPAの担当課は？")
    assert "9018" not in json.dumps(talk.history())
    log = (ARTIFACTS / "system.log").read_text("utf-8")
    stored = b"".join(path.read_bytes() for path in built_var.glob("*.db*"))
    for written in ("5678 9018", "123456789018"):
        assert written not in log and written.encode() not in stored


def test_long_conversation_stays_quick(talk: Talk) -> None:
    times = []
    for i in range(100):
        began = time.perf_counter()
        talk.ask("じゃあR5は？" if i % 2 else "マイナンバーカードの交付率のR4の目標は？")
        times.append(time.perf_counter() - began)
    # Growth, not speed: the last ten turns against the first ten, on whatever machine this is.
    assert statistics.median(times[-10:]) < 1.5 * statistics.median(times[:10])


def test_explain_shows_how_a_question_is_read_and_answered(built_var: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "evaluation.explain", "テレワークの担当課は？", "じゃあRPAは？"],
        env={**os.environ, "KEIKAKU_VAR": str(built_var)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    first, second = run.stdout.split("■")[1:]
    for line in (
        "tokens     テレワーク | の | 担当",
        "intents    ask_owner",
        "link ",
        "search ",
        "frame ",
        "chosen     answered",
    ):
        assert f"  {line}" in first, run.stdout + run.stderr
    assert "施策4" in second


def test_logs_have_one_line_a_turn(talk: Talk) -> None:
    id_ = talk.ask("RPAの担当課は？")["id"]

    def lines() -> list[str]:
        return [line for line in (ARTIFACTS / "system.log").read_text("utf-8").splitlines() if id_ in line]

    wait_for(lambda: bool(lines()))  # it comes through the pipe of `ops.serve`
    assert len(lines()) == 1 and re.search(r"intent=ask_owner status=answered \d+ ms", lines()[0])


def test_restart_loses_nothing_and_a_dead_part_is_told(built_var: Path, tmp_path: Path) -> None:
    extra = {"KEIKAKU_VAR": str(built_var)}
    with started_system(extra, tmp_path / "first.log") as url:
        talk = Talk(url)
        talk.ask("マイナンバーカードの交付率のR5年度末の目標は？")
    with started_system(extra, tmp_path / "second.log") as url:
        talk.http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        assert [m["role"] for m in talk.history()] == ["user", "bot"]
        assert "65%" in talk.ask("R6は？")["text"]
    assert not answers(url)
    time.sleep(1)
    left = subprocess.run(["pgrep", "-f", f"KEIKAKU_TEST={tmp_path}"], capture_output=True, text=True).stdout
    assert left == ""
