"""What of a message asks, what leads up to it, and how many questions it holds."""

from __future__ import annotations

import pytest

from keikaku.asking import asked_part, asking, asks, leading_clauses, points_back
from keikaku.parts import parts_of, sides_of
from keikaku.text import lines_as_sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "目標は何ですか。",
        "R5の目標を教えてください。",
        "担当を確認したいのですが。",
        "いつから始まるの？",
        "ご教示願います。",
    ],
)
def test_a_question(sentence: str) -> None:
    assert asks(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "議員さんから、いつ終わるのかと聞かれています。",
        "工事がどれくらい出るのかと問われております。",
        "何から始めるかを説明することになりました。",
        "財政課の担当です。",
    ],
)
def test_what_reports_a_question_does_not_ask(sentence: str) -> None:
    assert not asks(sentence)


def test_only_the_asking_sentence_asks() -> None:
    text = "病院の工事がどれくらい続くのかと聞かれています。5Gの基地局の目標は？"
    marks = asking(text)
    assert not marks[text.index("病院")] and marks[text.index("5G")]
    assert asked_part("町の者です。マイナンバーカードの交付率の現状は？").startswith("マイナンバー")
    assert all(asking("交付率 R5")), "where nothing asks, all does"


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("庁内の行事表に入れるので、訓練の目標回数を教えて", "庁内の行事表に入れるので、"),
        ("監査から照会があったため、担当を教えて", "監査から照会があったため、"),
    ],
)
def test_the_asker_s_reason(text: str, clause: str) -> None:
    assert [text[start:end] for start, end in leading_clauses(text, reasons=True)] == [clause]


def test_brackets_explain_the_question() -> None:
    text = "お世話になります。浮かす時間はR6末で何時間？（RPAのこと）"
    assert asking(text)[text.index("RPA")]


def test_an_introduction_asks_nothing() -> None:
    assert asked_part("総務課の庶務担当です。書類を減らす取組の欄が空です。数字は決まっていますか。").startswith("書類")
    assert points_back("家で働きたいと相談されました。そういう職員の割合は？") and not points_back("交付率の目標は？")


def test_what_names_the_subject_is_no_reason() -> None:
    assert leading_clauses("RPAの施策を調べているのですが、担当は？", reasons=True) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("RPAの施策の担当とR6の目標を教えて", ["RPAの施策の担当", "R6の目標を教えて"]),
        ("CSIRTはいつできた？あとどこと組んでる？", ["CSIRTはいつできた？", "あとどこと組んでる？"]),
        ("電子申請はいつ始まって、今後は何をするのか", ["電子申請はいつ始まって", "今後は何をするのか"]),
        ("いまロボットは何台で、R6には何台にする？", ["いまロボットは何台で", "R6には何台にする？"]),
        (
            "Which division owns RPA, and how many hours is the target?",
            ["Which division owns RPA", "how many hours is the target?"],
        ),
    ],
)
def test_several_questions(text: str, parts: list[str]) -> None:
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "交付率のR3とR6の差は何ポイント？",  # of two things together
        "件数と自治体数、どっちが多い？",
        "施策9の現状と課題は？",  # a section
        "この施策の課題は、何ですか",
        "いつ、どこで始まったの？",
        "決まったんですか？それとも何か相談中？",
        "財政課の担当です。交付率の目標は？",
        "年に何回か研修をすると聞きました。担当は？",
    ],
)
def test_one_question(text: str) -> None:
    assert parts_of(text) == []


def test_a_name_stays_whole() -> None:
    assert parts_of("担当と目標の見直しの概要は？", ["担当と目標の見直し"]) == []


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "オンライン会議とテレワークの目標値をそれぞれ教えて",
            [
                ("オンライン会議", "オンライン会議の目標値をそれぞれ教えて"),
                ("テレワーク", "テレワークの目標値をそれぞれ教えて"),
            ],
        ),
        (
            "担当の者です。CIOと戦略監、置かれるのはいつ？",
            [("CIO", "担当の者です。CIO、置かれるのはいつ？"), ("戦略監", "担当の者です。戦略監、置かれるのはいつ？")],
        ),
    ],
)
def test_two_subjects_side_by_side(text: str, sides: list[tuple[str, str]]) -> None:
    assert sides_of(text) == sides


@pytest.mark.parametrize(
    "text", ["予定されていることは何ですか", "ロボットを動かすときの担当は？", "RPAと議事録AIの差は？"]
)
def test_no_two_subjects(text: str) -> None:
    assert sides_of(text) == []


def test_lines() -> None:
    assert lines_as_sentences("・交付率\n・R5の目標") == "・交付率。・R5の目標"
    assert lines_as_sentences("マイナンバーカードの\n交付率の目標は？") == "マイナンバーカードの交付率の目標は？"
