"""Later turns of conversations over the real store, without Rasa: the intents are given, the links are made."""

from __future__ import annotations

import json

import pytest

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.history import KEPT
from actions.knowledge import Knowledge
from actions.message import Message
from actions.relative_years import relative_years, without_emphasis
from actions.reply import Reply
from keikaku.linker import PlanLinker

Turn = tuple[str, str]


class Talk:
    """A conversation: the frame travels between turns as JSON, as between the servers."""

    def __init__(self, knowledge: Knowledge, linker: PlanLinker) -> None:
        self.dialogue, self.linker = Dialogue(knowledge), linker
        self.frame: Frame | None = None

    def __call__(self, *turns: Turn) -> Reply:
        for intent, text in turns:
            frame = Frame.from_dict(json.loads(json.dumps(self.frame.as_dict())) if self.frame else None)
            reply, self.frame = self.dialogue.reply(Message(self.linker.link(text), [(intent, 0.9)]), frame)
        return reply


@pytest.fixture
def talk(knowledge: Knowledge, linker: PlanLinker) -> Talk:
    return Talk(knowledge, linker)


MINUTES = ("ask_kpi_target", "議事録AIで創出する時間のR4の目標は？")
RPA_HOURS = ("ask_kpi_target", "RPAで創出される職員の時間のR5の目標は？")
CARDS = ("ask_kpi_target", "マイナンバーカードの交付率のR6の目標は？")
STATIONS = ("ask_kpi_target", "5G特定基地局のR3の目標は？")


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        # A word that names of other measures hold, too, belongs to what was talked about.
        ([("ask_policy", "RPAの施策概要は？"), ("ask_policy", "じゃあどう進めていくの？")], ["施策4", "AI-OCR"]),
        ([CARDS, ("ask_kpi_target", "研修の目標回数は？")], ["2回"]),
        ([("ask_schedule", "認証方法の拡大のR3の予定は？"), ("follow_up", "次の年は？")], ["調達"]),
        ([MINUTES, ("ask_kpi_target", "実際の会議時間でいうとその年はいくつ？")], ["2,600"]),
        # The column, or the KPI, changes alone.
        ([RPA_HOURS, ("ask_kpi_target", "同じ年の使える職員の数は？")], ["160人"]),
        ([STATIONS, ("follow_up", "いちばん最後は？")], ["50箇所"]),
        (
            [("ask_schedule", "団体内統合宛名システムのR3の予定は？"), ("follow_up", "その後は？")],
            ["システム更新・運用"],
        ),
        ([("ask_schedule", "AI-OCRのR3の予定は？"), ("follow_up", "その次の年からは？")], ["活用"]),
        ([("ask_kpi_target", "県庁DX推進の研修のR4の人数は？"), ("ask_kpi_target", "全部合わせると？")], ["1,080人"]),
        # What the plan explains about the last subject.
        ([("ask_fact", "CSIRTはいつ設置された？"), ("ask_definition", "そもそも何の略？")], ["Computer Security"]),
        # An earlier subject.
        ([CARDS, ("ask_issues", "テレワークの課題は？"), ("follow_up", "最初の話に戻って、R4は？")], ["45%"]),
        (
            [CARDS, ("ask_owner", "担当は？"), STATIONS, ("follow_up", "最初の話に戻って、R5は？")],
            ["55%"],
        ),
    ],
)
def test_a_follow_up_keeps_to_its_subject(talk: Talk, turns: list[Turn], words: list[str]) -> None:
    reply = talk(*turns)
    assert reply.status == "answered", reply
    assert all(word in reply.text for word in words), reply.text


@pytest.mark.parametrize(
    "question",
    ["最終年度の目標だけもう一度お願いします", "R5の数字は？", "数値目標は定められていますか？"],
)
def test_a_figure_of_a_measure_without_one_is_no_others(talk: Talk, question: str) -> None:
    reply = talk(("ask_policy", "オンライン会議の施策概要は？"), ("ask_kpi_target", question))
    assert reply.status == "not_in_plan" and "検討し設定する" in reply.text and "施策8" in reply.text


def test_what_was_quoted_is_not_quoted_again(talk: Talk) -> None:
    first = talk(("ask_fact", "RPAの活用が広がらない原因は？"))
    second = talk(("ask_fact", "ほかには？"))
    assert second.text.splitlines()[0] != first.text.splitlines()[0]


@pytest.mark.parametrize("place", ["米子市だけだと？", "島根県は？", "岡山県は？"])
def test_a_place_without_figures_is_refused(talk: Talk, place: str) -> None:
    reply = talk(CARDS, ("follow_up", place))
    assert reply.status == "not_in_plan" and "65%" not in reply.text


@pytest.mark.parametrize(
    ("intent", "question", "word"),
    [
        ("ask_fact", "証紙っていつなくなるんでしたっけ", "9月"),
        ("ask_kpi_target", "5G特定基地局のR5の目標は？", "25箇所"),
        ("ask_owner", "施策13の担当所属は？", "サイバー犯罪対策課"),
        ("ask_issues", "RPAの課題は？", "内製化"),
    ],
)
def test_a_question_with_its_own_subject_inherits_nothing(talk: Talk, intent: str, question: str, word: str) -> None:
    reply = talk(CARDS, (intent, question))
    assert word in reply.text and "65%" not in reply.text, reply.text


def test_what_the_plan_says_of_the_nation_is_no_kpi(talk: Talk) -> None:
    reply = talk(("ask_kpi_target", "オープンデータに取り組む自治体のR6の数は？"), ("ask_kpi_target", "国の目標は？"))
    assert "100%" in reply.text and "20自治体" not in reply.text


def test_few_earlier_subjects_are_kept(talk: Talk) -> None:
    talk(CARDS, STATIONS, RPA_HOURS, ("ask_issues", "テレワークの課題は？"), ("ask_issues", "オンライン会議の課題は？"))
    assert talk.frame is not None and len(talk.frame.earlier) == KEPT


def test_years_by_their_place() -> None:
    years = [2021, 2022, 2023, 2024]
    assert relative_years(without_emphasis("いちばん最後は？"), years) == [2024]
    assert relative_years("2年目以降は？", years) == [2022, 2023, 2024]
    assert relative_years("最後まで読みました", years) == []
