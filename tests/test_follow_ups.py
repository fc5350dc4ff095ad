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
        (
            [
                ("ask_kpi_target", "県庁DX推進の研修 R4年度末"),
                ("ask_fact", "RPA作成（初級）は"),
                ("ask_overview", "電子申請作成"),
                ("ask_kpi_compare", "3つの合計"),
            ],
            ["R4", "1,080人"],
        ),
        ([STATIONS, ("follow_up", "What about the year after?")], ["10箇所"]),
        (
            [
                ("ask_kpi_target", "電子申請作成の研修のR3年度末の目標は？"),
                ("follow_up", "その翌年度末は？"),
                ("follow_up", "聞き方が悪かったです。翌年度末の研修全体の累計を知りたいのでした。"),
            ],
            ["R4", "1,080人"],
        ),
        (
            [
                ("ask_kpi_baseline", "マイナンバーカードの交付率の現状は？"),
                ("follow_up", "全国は？"),
                ("ask_kpi_change", "何ポイント負けてるの"),
            ],
            ["26.2%"],
        ),
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
        # Of what was just quoted: when, all of it; the calculation of what was just said.
        ([("ask_fact", "県のDXの司令塔になってる組織は？"), ("ask_schedule", "それはいつから？")], ["2020", "1月"]),
        (
            [("ask_fact", "AIチャットボットの正しい回答に必要なことは？"), ("ask_overview", "もっと詳しく")],
            ["現状・課題は次のとおり"],
        ),
        ([MINUTES, ("goodbye", "どのような式で出した値ですか。")], ["4/5"]),
        ([("ask_definition", "CSIRTってなに"), ("ask_fact", "いつできた？")], ["2017"]),
        ([("ask_policy", "CSIRTの施策概要は？"), ("follow_up", "訓練は年に何回？")], ["1回"]),
        ([STATIONS, ("goodbye", "じゃあ最終は")], ["50箇所"]),
        ([CARDS, ("ask_outside_attribute", "それに使う予算は？"), ("ask_kpi_target", "前の年の目標は？")], ["55%"]),
        ([("ask_kpi_target", "RPAの研修を受けた人、R4末の目標は？"), ("ask_overview", "施策10のほう")], ["140人"]),
        ([CARDS, ("ask_kpi_change", "R3から何ポイント上がる？")], ["+30ポイント"]),
        (
            [
                ("ask_kpi_target", "光ファイバの市町村のR3の目標は？"),
                ("ask_kpi_target", "まだ全域にならないのはどの市？"),
            ],
            ["倉吉市"],
        ),
        ([("ask_owner", "施策7と施策13の担当は？"), ("ask_kpi_all", "KPIもそれぞれ")], ["インシデント", "講演会"]),
        # Sums of what was answered one after another; the whole row; where it began; a bare year.
        (
            [RPA_HOURS, ("follow_up", "チャットボットも"), ("ask_kpi_compare", "二つ合わせると？")],
            ["10,250時間", "合計"],
        ),
        (
            [
                ("ask_kpi_target", "RPA作成初級の研修のR4の人数は？"),
                ("follow_up", "電子申請作成は？"),
                ("ask_kpi_compare", "2つ足すと何人？"),
            ],
            ["880人"],
        ),
        ([CARDS, ("follow_up", "残りの年も")], ["35%", "45%", "55%"]),
        ([CARDS, ("follow_up", "もともとは？")], ["24.3%"]),
        ([CARDS, ("follow_up", "5は？")], ["55%"]),
        ([CARDS, ("follow_up", "ひとつ前は")], ["55%"]),
        ([("ask_kpi_baseline", "マイナンバーカードの交付率の現状は？"), ("follow_up", "目標は？")], ["35%", "65%"]),
        (
            [
                ("ask_kpi_reverse", "マイナンバーカードの交付率が半分を超えるのはいつ？"),
                ("ask_kpi_target", "その前の年は？"),
            ],
            ["45%"],
        ),
        ([("ask_schedule", "認証方法の拡大の検討の年度は？"), ("follow_up", "運用は。")], ["R5", "認証方法"]),
        # An owner asked for in between; the other KPI; nothing but 『合わせて』; a number; the effects of another chapter.
        ([CARDS, ("ask_owner", "担当は？"), ("follow_up", "じゃあ今は？")], ["24.3%"]),
        ([MINUTES, ("follow_up", "もう片方は")], ["チャットボット", "1,000時間"]),
        ([MINUTES, ("follow_up", "もう片方は"), ("follow_up", "合わせて")], ["11,400時間"]),
        ([RPA_HOURS, ("follow_up", "６年は")], ["10,000時間"]),
        ([CARDS, ("ask_kpi_reverse", "60いくのは")], ["R6"]),
        ([("ask_list", "県庁DXの章の目指す効果は？"), ("follow_up", "共通事項のほうは")], ["デジタルデバイドの解消"]),
        (
            [("ask_kpi_compare", "RPAと議事録AI、R6でどちらが多い？"), ("ask_kpi_baseline", "今の時点では？")],
            ["4,500時間", "7,824時間"],
        ),
        ([("ask_kpi_target", "添付書類削減のKPIは？"), ("ask_kpi_target", "いつ決めるん")], ["2021"]),
        ([("ask_schedule", "認証方法の拡大のR4の予定は？"), ("follow_up", "支援センターの設置は？")], ["R3年度 設置"]),
        (
            [("ask_fact", "ICT協議会はいつできた？"), ("ask_outside_attribute", "どんな実績がある？")],
            ["電子申請システム"],
        ),
        ([CARDS, ("ask_owner", "Who is in charge?")], ["施策9"]),
        ([("ask_policy", "テレワークの施策概要は？"), ("ask_fact", "数値目標はどのように置かれていますか")], ["100%"]),
        (
            [("ask_kpi_baseline", "議事録AIの現状の時間は？"), ("follow_up", "なんで全部の会議で使えないの")],
            ["個人情報"],
        ),
        (
            [
                ("ask_kpi_target", "RPA技術を活用できる職員数のR5の目標は？"),
                ("correct", "そうじゃなくて、研修のRPA作成(初級)の受講者のほう"),
                ("ask_kpi_baseline", "今は何人"),
            ],
            ["40人", "RPA 作成"],
        ),
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


def test_thanks_are_no_follow_up(talk: Talk) -> None:
    reply = talk(CARDS, ("thank", "そうなんだ。どうも！"))
    assert reply.status == "chitchat", reply


def test_a_list_is_gone_on_from(talk: Talk) -> None:
    unset = ("ask_list", "KPIがまだ決まっていない施策はどれ？")
    owners = talk(unset, ("ask_owner", "3つとも担当は同じ？"))
    assert all(number in owners.text for number in ("施策2", "施策6", "施策8")) and "施策1「" not in owners.text
    when = talk(unset, ("ask_schedule", "いつ設定するの"))
    assert when.status == "answered" and "2021（令和3）年度に検討し設定する" in when.text


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


def test_a_place_alone_is_of_the_last_subject(talk: Talk) -> None:
    reply = talk(CARDS, ("follow_up", "じゃあ岡山県だと何%？"))
    assert reply.status == "not_in_plan" and "施策6" not in reply.text, reply
    assert "35%" in talk(("follow_up", "鳥取のR3は？")).text
