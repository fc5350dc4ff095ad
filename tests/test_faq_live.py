"""A change of the FAQ in the running system: live within seconds, whole, and back again."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import knowledge as knowledge_module
from actions import live as live_module
from actions.curated import asked_verbatim, curated_answer, may_be_prose
from actions.dialogue import Dialogue
from actions.knowledge import Found, Knowledge
from actions.live import LiveKnowledge
from actions.message import Message
from actions.texts import found_reply
from actions.vectors import RememberingEncoder
from evaluation.system import started_system
from keikaku.linker import PlanLinker
from knowledge import faq_history
from knowledge.store import ROOT, Store, make_engine
from search.encoder import Encoder
from search.postgres import SETTING
from tests.conftest import ARTIFACTS, wait_for
from tests.databases import Databases
from tests.test_system import Talk

LEAVE = {"id": "leave", "questions": ["年休は何日ありますか"], "answer": "年に20日です。", "source": "勤務時間条例"}
SICK = {"id": "sick", "questions": ["病気休暇は何日ありますか"], "answer": "必要な日数です。", "source": "勤務時間条例"}


@pytest.fixture
def own_var(built_var: Path, tmp_path: Path) -> Path:
    """What the set-up built, and the FAQ files, to change as one likes."""
    shutil.copytree(built_var, tmp_path / "var")
    shutil.copytree(ROOT / "data" / "faq", tmp_path / "faq")
    return tmp_path


@pytest.fixture
def live(
    own_var: Path, backend: str, databases: Databases, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveKnowledge]:
    monkeypatch.setattr(faq_history, "VAR", own_var / "var")
    monkeypatch.setenv(SETTING, "0")
    store = Store(make_engine(databases.filled(backend)))
    store.create()
    watched = LiveKnowledge(Knowledge(store, knowledge._encoder), own_var / "faq")
    settle(watched)
    yield watched
    watched.stop()
    store.engine.dispose()


def settle(live: LiveKnowledge) -> int:
    """Look until nothing changes any more; returns how many new states there were."""
    return sum([live.check() for _ in range(5)])


def write(live: LiveKnowledge, *entries: dict[str, object], name: str = "leave.yml") -> None:
    (live.folder / name).write_text(yaml.safe_dump(list(entries), allow_unicode=True), "utf-8")


def test_an_edit_is_live_after_two_looks(live: LiveKnowledge) -> None:
    before = live.current
    write(live, LEAVE)
    assert [live.check(), live.check()] == [False, True]
    assert "leave" in live.current.entries and "leave" not in before.entries
    assert live.current.search("年休の日数")[0].entry.id == "leave"
    assert before.search("年休の日数")[0].entry.id != "leave", "a turn that began before sees what was then"
    write(live, {**LEAVE, "answer": "年に21日です。"})
    assert settle(live) == 1 and live.current.entries["leave"].answer == "年に21日です。"
    (live.folder / "leave.yml").unlink()
    assert settle(live) == 1 and "leave" not in live.current.entries
    assert settle(live) == 0


def test_a_file_still_being_written_waits(live: LiveKnowledge) -> None:
    for i in range(4):
        write(live, *({**LEAVE, "id": f"leave{n}"} for n in range(i + 1)))
        assert not live.check()
    assert live.check() and {f"leave{n}" for n in range(4)} <= set(live.current.entries)


def test_a_broken_file_changes_nothing_and_is_said_once_in_one_line(
    live: LiveKnowledge, caplog: pytest.LogCaptureFixture
) -> None:
    write(live, LEAVE)
    settle(live)
    with caplog.at_level(logging.WARNING, "keikaku.actions"):
        (live.folder / "leave.yml").write_text("- id: leave\n  questions: [年休", "utf-8")
        write(live, SICK, name="sick.yml")
        settle(live)
        settle(live)
    assert live.current.entries["leave"].answer == "年に20日です。" and "sick" in live.current.entries
    (message,) = [record.getMessage() for record in caplog.records if record.name == "keikaku.actions"]
    assert "leave.yml" in message and "前の内容で回答" in message and "\n" not in message


def test_entries_answer_between_their_dates(live: LiveKnowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    write(live, {**LEAVE, "valid_from": "2090-04-01", "valid_until": "2090-04-30"})
    settle(live)
    seen = []
    for day in (date(2090, 3, 31), date(2090, 4, 1), date(2090, 4, 30), date(2090, 5, 1)):
        monkeypatch.setattr(knowledge_module, "today", lambda day=day: day)
        monkeypatch.setattr(live_module, "today", lambda day=day: day)
        settle(live)
        seen.append("leave" in live.current.entries)
    assert seen == [False, True, True, False]


def test_a_folder_that_is_gone_takes_nothing_off_line(live: LiveKnowledge) -> None:
    write(live, LEAVE)
    settle(live)
    live.folder.rename(live.folder.with_name("away"))
    live.check()
    with pytest.raises(FileNotFoundError):
        live.check()
    assert "leave" in live.current.entries
    live.folder.with_name("away").rename(live.folder)
    assert settle(live) == 0 and "leave" in live.current.entries


def test_an_import_that_is_writing_is_waited_for(live: LiveKnowledge) -> None:
    with faq_history.faq_lock():
        write(live, LEAVE)
        assert settle(live) == 0
    assert settle(live) == 1 and "leave" in live.current.entries


def test_a_store_that_fails_leaves_the_old_state(live: LiveKnowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "EVERY_S", 0.02)
    before = live.current

    def fail(*_args: object) -> None:
        raise RuntimeError("disk")

    monkeypatch.setattr(live_module, "sync_faq", fail)
    write(live, LEAVE)
    live.start()
    time.sleep(0.5)
    assert live.current is before and live._thread.is_alive()
    monkeypatch.undo()
    monkeypatch.setattr(faq_history, "VAR", live.folder.parent / "var")
    wait_for(lambda: "leave" in live.current.entries)


@pytest.mark.parametrize("quick", [60.0, 0.0], ids=["whole index", "layered index"])
def test_queries_meanwhile_see_the_old_or_the_new_never_a_mixture(
    live: LiveKnowledge, monkeypatch: pytest.MonkeyPatch, quick: float
) -> None:
    """Two states that differ in both entries: nobody may ever find one of each."""
    monkeypatch.setattr(knowledge_module, "QUICK_S", quick)
    states = [[{**LEAVE, "answer": word}, {**SICK, "answer": word}] for word in ("甲", "乙")]
    seen: set[tuple[str | None, ...]] = set()
    failures: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                now = live.current
                hits = [now.search(q, 1)[0] for q in ("年休は何日ありますか", "病気休暇は何日ありますか")]
                seen.add(tuple(hit.entry.answer for hit in hits))
            except BaseException as error:
                failures.append(error)
                return

    write(live, *states[0])
    settle(live)
    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for i in range(1, 7):
            write(live, *states[i % 2])
            assert settle(live) == 1
    finally:
        stop.set()
        thread.join()
    assert failures == [] and seen == {("甲", "甲"), ("乙", "乙")}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)  # in PostgreSQL changes go into the index itself
def test_a_large_index_takes_changes_in_beside_it_and_is_made_whole_when_quiet(
    live: LiveKnowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge_module, "QUICK_S", 60.0)
    write(live, LEAVE, SICK)
    settle(live)
    whole = live.current
    monkeypatch.setattr(knowledge_module, "QUICK_S", 0.0)
    write(
        live, {**LEAVE, "questions": ["有給休暇の日数"]}, {**LEAVE, "id": "travel", "questions": ["旅費の精算の期限"]}
    )
    assert settle(live) == 1 and live.current.is_layered and not whole.is_layered

    def found(text: str, now: Knowledge) -> list[str]:
        return [hit.entry.id for hit in now.search(text, 3)]

    layered = live.current
    questions = ("旅費の精算の期限は", "有給休暇は何日", "病気休暇は何日ありますか", "証紙はいつ廃止されますか")
    assert found(questions[0], layered)[0] == "travel" and found(questions[1], layered)[0] == "leave"
    assert "sick" not in found(questions[2], layered) and "sick" in found(questions[2], whole)
    assert [h.entry.id for h in layered.search("旅費", 9, measures=[9])] == [
        h.entry.id for h in whole.search("旅費", 9, measures=[9])
    ]
    live.rebuild()
    assert not live.current.is_layered
    assert [found(q, live.current)[0] for q in questions] == [found(q, layered)[0] for q in questions]


def test_rebuilding_does_not_undo_a_change_made_meanwhile(live: LiveKnowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuilt = Knowledge.rebuilt

    def slow(now: Knowledge) -> Knowledge:
        whole = rebuilt(now)
        write(live, LEAVE)
        settle(live)
        return whole

    monkeypatch.setattr(Knowledge, "rebuilt", slow)
    live.rebuild()
    assert "leave" in live.current.entries


def test_only_new_texts_are_embedded(knowledge: Knowledge) -> None:
    class Counting(Encoder):
        def __init__(self) -> None:
            self.given: list[str] = []

        def encode(self, texts: Any) -> Any:
            self.given += texts
            return knowledge._encoder.base.encode(texts)

    base = Counting()
    first = RememberingEncoder(base)
    one = first.encode(["あ", "い"])
    first.finish()
    second = RememberingEncoder(base, first.vectors)
    two = second.encode(["い", "う", "い"])
    second.finish()
    assert base.given == ["あ", "い", "う"]
    assert (two[0] == one[1]).all() and (two[2] == one[1]).all() and set(second.vectors) == {"い", "う"}
    second.encode(["質問"])
    assert "質問" not in second.vectors


def test_a_curated_answer_names_its_source_and_what_it_answers(live: LiveKnowledge) -> None:
    write(live, {**LEAVE, "category": "休暇", "measures": [5], "kpis": ["マイナンバーカードの交付率"]})
    settle(live)
    exact = live.current.verbatim("年休は 何日ありますか？")
    assert exact is not None
    reply = found_reply(exact, linked=live.current.linked(exact.entry))
    assert (reply.status, reply.text) == ("answered", "年に20日です。")
    source = reply.sources[0]
    assert (source.plan, source.section, source.quote) == ("勤務時間条例", "FAQ（休暇）", "年に20日です。")
    assert reply.buttons == ["施策5について教えて", "マイナンバーカードの交付率の目標は？"]
    near = found_reply(live.current.search("年休の日数は何日")[0])
    assert near.text.splitlines()[0] == "年に20日です。" and "年休は何日ありますか" in near.text
    fifth = next(ref for ref, measure in live.current.measures.items() if measure.no == 5)
    assert live.current.search("年休の日数", measures=[fifth])[0].entry.id == "leave"


@pytest.mark.parametrize(
    "question", ["施策14とは何ですか", "前の計画から何が変わりましたか", "マイナンバーカードの交付率は？"]
)
def test_what_staff_answer_word_for_word_comes_first(live: LiveKnowledge, linker: PlanLinker, question: str) -> None:
    """Also where the plan would have something to say to it."""
    write(live, {**LEAVE, "questions": [question], "answer": "研修資料をご覧ください。"})
    settle(live)
    reply, _ = Dialogue(live.current).reply(Message(linker.link(question), [("ask_kpi_target", 0.9)]), None)
    assert (reply.status, reply.text) == ("answered", "研修資料をご覧ください。")


@pytest.mark.parametrize(
    ("question", "intent", "id_"),
    [
        ("在宅勤務の申請方法を教えてください", "ask_help", "telework"),
        ("テレワークはどうやって申請するの？", "ask_policy", "telework"),
        ("テレワークの申請方法は", "ask_kpi_target", "telework"),
        ("年休って何日あるの", "chat_outside", "leave"),
        ("テレワークの申請をする職員の割合の目標は", "ask_kpi_target", None),
        ("テレワークの担当課は？", "ask_owner", None),
        ("今日の天気は？", "chat_outside", None),
        ("光ファイバの整備が必要な理由は", "ask_fact", None),
    ],
)
def test_when_an_answer_by_staff_is_the_reply(
    live: LiveKnowledge, linker: PlanLinker, question: str, intent: str, id_: str | None
) -> None:
    links = linker.link(question)

    def answer() -> Found | None:
        found = live.current.search(links.repaired)
        return asked_verbatim(live.current, links) or curated_answer(live.current, found, may_be_prose(intent))

    assert answer() is None, "no such answers, no change for the plan"
    telework = {**LEAVE, "id": "telework", "questions": ["テレワークの申請方法は？"], "answer": "庶務システムで。"}
    write(live, telework, LEAVE)
    settle(live)
    found = answer()
    assert (found.entry.id if found else None) == id_


def test_imported_edited_and_undone_in_the_running_system(own_var: Path, backend: str, databases: Databases) -> None:
    """A telework FAQ in a Shift_JIS table: answered over HTTP within five seconds; so is an edit, and its undoing."""
    extra = {"KEIKAKU_VAR": str(own_var / "var"), "KEIKAKU_FAQ": str(own_var / "faq")}
    if backend == "postgresql":
        extra |= {"DATABASE_URL": databases.filled(backend), SETTING: "0"}
    question = "テレワークの申請はいつまでにすればよいですか"

    def command(module: str, *args: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", f"knowledge.{module}", *args],
            cwd=ROOT,
            env={**os.environ, **extra, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "faq.log").unlink(missing_ok=True)
    with started_system(extra, ARTIFACTS / "faq.log") as url:
        talk = Talk(url)
        assert "庶務システム" not in talk.ask(question)["text"]
        table = own_var / "テレワーク.csv"
        table.write_bytes(
            "庶務FAQ,,,,\r\n質問,回答,分類,担当課,出典\r\n"
            f'{question},"前日の17時までに、\r\n庶務システムで申請します。",勤務,情報政策課,テレワーク実施要領 第5条\r\n'.encode(
                "cp932"
            )
        )
        command("faq_import", str(table), "--apply")
        wait_for(lambda: "庶務システム" in talk.ask(question)["text"])
        message = talk.ask(question)
        assert message["custom"]["status"] == "answered"
        (source,) = message["custom"]["sources"]
        assert (source["plan"], source["section"]) == ("テレワーク実施要領 第5条", "FAQ（勤務）")
        assert message["text"] == "前日の17時までに、\n庶務システムで申請します。"
        file = own_var / "faq" / "staff" / "テレワーク.yml"
        file.write_text(file.read_text("utf-8").replace("前日の17時", "当日の朝"), "utf-8")
        wait_for(lambda: "当日の朝" in talk.ask(question)["text"])
        command("faq_admin", "undo")
        wait_for(lambda: "前日の17時" in talk.ask(question)["text"])
        command("faq_admin", "undo")
        wait_for(lambda: "庶務システム" not in talk.ask(question)["text"])
        assert not file.exists()
        assert "RPA" in talk.ask("RPAの担当課は？")["text"]
    log = (ARTIFACTS / "faq.log").read_text("utf-8")
    assert "Traceback" not in log and "FAQ を更新しました：追加1" in log
