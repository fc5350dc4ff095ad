"""Answers from the real store, without Rasa: the intent is given, the links are made."""

from __future__ import annotations

import re

import pytest

from actions.dialogue import Dialogue
from actions.frame import Frame
from actions.knowledge import Knowledge
from actions.message import Message
from actions.phrasing import Phrasing
from actions.relative_years import relative_years
from actions.reply import Reply
from keikaku.linker import PlanLinker


class Asker:
    """Asks with a given intent and keeps the frame between turns."""

    def __init__(self, knowledge: Knowledge, linker: PlanLinker) -> None:
        self.dialogue, self.linker, self.frame = Dialogue(knowledge), linker, None

    def __call__(self, intent: str, text: str) -> Reply:
        message = Message(self.linker.link(text), [(intent, 0.9)])
        reply, self.frame = self.dialogue.reply(message, self.frame)
        assert reply.status != "answered" or reply.sources
        return reply


@pytest.fixture
def ask(knowledge: Knowledge, linker: PlanLinker) -> Asker:
    return Asker(knowledge, linker)


def test_every_cell_can_be_asked_for(knowledge: Knowledge, linker: PlanLinker, expected: dict) -> None:
    wrong = []
    for row in expected["kpis"]:
        name = f"{row['parent']}の{row['name']}" if row["parent"] else row["name"]
        for column in ("R3", "R4", "R5", "R6"):
            reply = Asker(knowledge, linker)("ask_kpi_target", f"{name}の{column}年度末の目標は？")
            cell = str(row[column])
            source = reply.sources[0] if reply.sources else None
            if (
                reply.status != "answered"
                or source is None
                or source.quote != cell
                or source.column != f"{column}年度末"
                or source.row != row["name"]
            ) or cell.split("(")[0].strip() not in reply.text.splitlines()[0]:
                wrong.append((name, column, reply.text))
    assert wrong == []


def test_every_baseline_can_be_asked_for(knowledge: Knowledge, linker: PlanLinker, expected: dict) -> None:
    for row in expected["kpis"]:
        name = f"{row['parent']}の{row['name']}" if row["parent"] else row["name"]
        reply = Asker(knowledge, linker)("ask_kpi_baseline", f"{name}の現状は？")
        known = any(char.isdigit() for char in str(row["baseline"]))
        assert reply.status == ("answered" if known else "not_in_plan"), reply.text
        assert str(row["baseline"]).split("(")[0].strip() in reply.text or "(未調査)" in reply.text
        if row["baseline_as_of"]:
            assert row["baseline_as_of"] in reply.text


def test_every_owner_can_be_asked_for(knowledge: Knowledge, linker: PlanLinker, expected: dict) -> None:
    for row in expected["measures"]:
        reply = Asker(knowledge, linker)("ask_owner", f"施策{row['no']}の担当所属は？")
        assert all(owner in reply.text for owner in row["owners"])
        assert reply.sources[0].page == row["page"]


def test_every_schedule_cell_can_be_asked_for(knowledge: Knowledge, linker: PlanLinker, expected: dict) -> None:
    for row in expected["schedule"]:
        item = next(s for s in knowledge.schedule.values() if s.name == row["item"] and s.measure.no == row["measure"])
        for column in ("R3", "R4", "R5", "R6"):
            reply = Asker(knowledge, linker)(
                "ask_schedule", f"施策{row['measure']}の「{item.name}」の{column}年度の予定は？"
            )
            assert (row[column] or "空欄") in reply.text, (item.name, column, reply.text)


def test_no_figure_but_the_plans(knowledge: Knowledge, ask: Asker) -> None:
    """Every number in replies about values is a cell, a year, a date or marked as computed."""
    printed = {
        n
        for k in knowledge.kpis.values()
        for v in k.values
        for n in re.findall(r"[\d.]+", f"{v.text} {v.as_of}".replace(",", ""))
    }
    names = {
        n for k in knowledge.kpis.values() for n in re.findall(r"[\d.]+", k.name + " ".join(k.notes) + k.measure.title)
    }
    years = {str(y) for y in range(2020, 2026)} | {str(y) for y in range(1, 14)}
    for kpi in knowledge.kpis.values():
        for intent, text in (
            ("ask_kpi_target", f"{kpi.name}のR5の目標"),
            ("ask_kpi_all", f"{kpi.name}を全部"),
            ("ask_kpi_baseline", f"{kpi.name}の現状"),
        ):
            text_ = ask(intent, text).text
            assert (
                "計算した値" in text_
                or set(re.findall(r"\d+(?:\.\d+)?", text_.replace(",", ""))) <= printed | names | years
            )


@pytest.mark.parametrize(
    ("intent", "text", "status", "words"),
    [
        (
            "ask_kpi_change",
            "5G特定基地局はR4からR6でどれだけ増える？",
            "answered",
            ["40箇所", "10箇所", "50箇所", "計算した値"],
        ),
        ("ask_kpi_change", "RPA技術を活用できる職員数は毎年何人ずつ増やす？", "answered", ["+40人"]),
        (
            "ask_kpi_change",
            "マイナンバーカードの交付率は現状からR6までに何ポイント増える？",
            "answered",
            ["40.7", "24.3%", "65%"],
        ),
        ("ask_kpi_reverse", "50箇所を目標にしているのは？", "answered", ["キャリア5G", "R6"]),
        ("ask_kpi_reverse", "R3年度末に100%の指標は？", "answered", ["電子収納", "テレワーク"]),
        ("ask_confirm", "5G特定基地局のR5の目標は50箇所で合ってる？", "answered", ["いいえ", "25箇所"]),
        ("ask_confirm", "5G特定基地局のR6の目標は50箇所で合ってる？", "answered", ["はい", "50箇所"]),
        ("ask_kpi_compare", "オープンデータの件数と取り組む自治体の数、R3末の両方", "answered", ["190件", "9自治体"]),
        # A figure that no cell has is denied, and the KPI's own are shown; never another KPI that has it.
        ("ask_confirm", "オープンデータの件数は400件でしたっけ", "answered", ["いいえ", "300件"]),
        ("ask_confirm", "普及啓発の講演会は年17回が目標で合ってる？", "answered", ["いいえ", "20回"]),
        ("ask_confirm", "テレワーク可能な職員が100%になるのはR4からでしたっけ", "answered", ["いいえ", "R3"]),
        # When a number is reached.
        ("ask_kpi_reverse", "交付率が半分を超えるのはいつ？", "answered", ["50%", "R5（2023）年度末"]),
        ("ask_kpi_reverse", "5Gの基地局が2桁になるのはいつ？", "answered", ["10箇所", "R4（2022）年度末"]),
        ("ask_kpi_reverse", "交付率が3割を超すのは何年度？", "answered", ["35%", "R3（2021）年度末"]),
        (
            "ask_kpi_compare",
            "100%に先に届くのは、行政手続のオンライン提供の割合と電子収納の割合のどちら？",
            "answered",
            ["先に", "電子収納", "R3（2021）年度末", "R4（2022）年度末"],
        ),
        # Both ends where both are named; 4 years; several units; the parts of a whole.
        ("ask_kpi_baseline", "RPAの職員時間　現状→R3末　差", "answered", ["+2,500時間"]),
        ("ask_kpi_baseline", "AIチャットボットの時間 現状から通しで", "answered", ["120時間", "700時間", "1,500時間"]),
        (
            "ask_kpi_compare",
            "令和4年度末の「県庁DX推進」と「電子申請作成」の受講者数目標を合算すると何人？",
            "answered",
            ["940人"],
        ),
        ("ask_kpi_target", "電子申請作成の受講者数のR4の目標は？", "answered", ["740人"]),
        ("ask_kpi_baseline", "市町村向け研修会の実施回数の現状は？", "answered", ["1回"]),
        ("ask_kpi_target", "RPAで生み出した時間で時間外勤務を何時間減らす目標？", "not_in_plan", ["時間外"]),
        ("ask_kpi_target", "町内には5Gの基地局がR6に何箇所建つ計画ですか", "not_in_plan", ["町内"]),
        ("ask_list", "複数の課が担当している施策は？", "answered", ["施策8", "施策13"]),
        ("ask_list", "ICT協議会に言及している施策は？", "answered", ["施策6", "施策7", "施策13"]),
        ("ask_owner", "SELECT name, tel FROM staff WHERE section = 1; --", "no_answer", []),
        ("ask_fact", "デジタル戦略監になった人って誰だっけ", "not_in_plan", []),
        ("ask_kpi_target", "オンライン会議のR5の目標", "not_in_plan", ["検討し設定する"]),
        ("ask_kpi_target", "5G特定基地局の令和10年度の目標", "not_in_plan", ["R10"]),
        ("ask_kpi_target", "水道料金のオンライン化率の目標", "not_in_plan", ["水道"]),
        ("ask_kpi_target", "米子市のマイナンバーカードの交付率のR5の目標", "not_in_plan", ["米子"]),
        ("ask_outside_attribute", "RPAの予算額はいくら？", "not_in_plan", ["計画に書かれていません"]),
        ("ask_owned_measures", "サイバー犯罪対策課の担当施策", "answered", ["普及啓発"]),
        ("ask_list", "KPIが未設定の施策は？", "answered", ["3件", "添付書類"]),
        ("ask_list", "共通事項の章の目指す効果は？", "answered", ["デジタルデバイドの解消"]),
        ("ask_definition", "CSIRTとは？", "answered", ["緊急即応チーム"]),
        ("ask_schedule", "AI-OCRの導入はいつ？", "answered", ["R3", "導入"]),
        ("ask_schedule", "次世代庁内LANパソコンへの切り替えの予定は？", "not_in_plan", ["空欄"]),
        ("ask_kpi_compare", "議事録AIとチャットボット、R5でどちらが多い？", "answered", ["9,950時間", "11,200時間"]),
        ("ask_kpi_change", "RPAと議事録AIのR6目標の差は？", "answered", ["2,000時間", "計算した値"]),
        ("ask_kpi_target", "時間を創り出す目標をR6で全部合計すると？", "answered", ["23,500時間", "合計は計算"]),
        ("ask_kpi_all", "割合の指標をR4で全部ならべて", "answered", ["4件", "45%", "100%"]),
        ("ask_kpi_target", "インシデント対応訓練の参加者数の目標は何人ですか", "not_in_plan", ["参加", "単位：回"]),
        ("ask_kpi_target", "マイナンバーカードの利用率のR5の目標は？", "not_in_plan", ["利用", "交付率"]),
        ("ask_kpi_target", "ローカル5Gの基地局のR6の目標は？", "not_in_plan", ["ローカル"]),
        ("ask_kpi_target", "おとなりの島根県は5Gの基地局を何箇所にする目標なの？", "not_in_plan", ["島根"]),
        ("ask_kpi_target", "交付率と行政手続オンライン率の令和4年度末の目標", "answered", ["45%", "100%"]),
        (
            "ask_kpi_all",
            "オープンデータに取り組む自治体数の推移 R6まで",
            "answered",
            ["9自治体", "13自治体", "20自治体"],
        ),
        ("ask_kpi_baseline", "県民向け普及啓発講演会の開催実績 R2年度末", "answered", ["17回", "R2年度末時点"]),
        ("ask_kpi_target", "令和元年度の行政手続のオンライン提供の割合の目標値は？", "not_in_plan", ["R1"]),
        ("ask_kpi_target", "職員の斬業時間をR5に何時間減らす目標ですか", "not_in_plan", ["残業"]),
        ("ask_owner", "情報政策課長の名前を教えて", "not_in_plan", ["計画に書かれていません"]),
        ("ask_fact", "新しいデジタル戦略監には誰がなるんですか", "not_in_plan", ["計画に書かれていません"]),
        ("ask_issues", "課題は？", "clarify", ["施策1", "施策13"]),
        ("ask_schedule", "これっていつから始まるんですか？", "clarify", ["どの施策"]),
        ("ask_kpi_target", "電子決裁の割合のR5の目標は？", "not_in_plan", ["決裁"]),
        ("ask_owner", "施策14の担当は？", "not_in_plan", ["施策14", "13件"]),
        ("ask_schedule", "認証方法の拡大のR4年度以降の予定は？", "answered", ["R4", "R6"]),
        ("ask_kpi_target", "R5年度末の目標値は？", "clarify", ["どの指標"]),
        # Themes, departments and chapters.
        ("ask_list", "オンラインとつく施策を全部", "answered", ["施策1", "施策8", "2件"]),
        ("ask_list", "研修に関係する施策はどれとどれ？", "answered", ["施策9", "施策10", "施策13"]),
        ("ask_owned_measures", "令和新時代創造本部が関わってる施策ってある？", "answered", ["施策8"]),
        # Where a figure comes from, and whose it is not.
        ("ask_policy", "議事録AIの創出時間はどうやって計算した数字？", "answered", ["×5倍", "4/5"]),
        (
            "ask_kpi_target",
            "マイナンバーカードの交付率のR6の目標の根拠は？",
            "not_in_plan",
            ["根拠", "書かれていません"],
        ),
        ("ask_kpi_target", "県内の会社でテレワークができる割合のR4の目標は？", "not_in_plan", ["会社"]),
        ("ask_owner", "米子市役所で在宅勤務を受け持つのは何課？", "not_in_plan", ["計画に書かれていません"]),
        (
            "ask_kpi_target",
            "住民票をコンビニで取れる市町村は19のうちいくつ？",
            "not_in_plan",
            ["計画に書かれていません"],
        ),
        # Both ends, several numbers, tenths.
        ("ask_kpi_baseline", "県民向け講演会の回数、いまと目標は？", "answered", ["17回", "20回"]),
        ("ask_kpi_reverse", "現状が0%又は0人の指標は？", "answered", ["テレワーク", "県庁DX"]),
        ("ask_kpi_reverse", "交付率の目標が5割を超えるのは何年度末？", "answered", ["55%", "R5"]),
        ("ask_kpi_target", "RPAで浮く職員時間の令5末の目標", "answered", ["9,000時間"]),
        # Everyday words that share none with an item's name.
        (
            "ask_schedule",
            "ネット申請で番号カード以外の本人確認ができるようになるのは何年度？",
            "answered",
            ["認証方法", "R5"],
        ),
        ("ask_schedule", "家からでも仕事できる新しい仕組み、何年度に作るんですか", "answered", ["テレワーク", "構築"]),
        ("ask_kpi_target", "録音を自動で文章にするサービスで浮く時間、R4はどれくらい？", "answered", ["10,400時間"]),
        ("ask_kpi_target", "申請のときに付ける紙を減らす話、数字の目標は？", "not_in_plan", ["検討し設定する"]),
        # 『どこまで』 asks for a target; a number in another unit is no other KPI's; between two years; when it will be set.
        ("ask_kpi_target", "オープンデータの件数、R6にはどこまで増やす？", "answered", ["目標は300件"]),
        ("ask_confirm", "R3末で目標100人の研修は何？", "answered", ["県庁DX 推進", "RPA 作成"]),
        ("ask_kpi_reverse", "マイナンバーカードの交付率が60%になるのはいつ？", "answered", ["65%", "R6"]),
        ("ask_kpi_target", "オンライン会議のKPIはいつ決まる？", "answered", ["検討し設定する"]),
        ("ask_kpi_baseline", "番号カード、R5が終わって実際には何%まで行きましたか？", "not_in_plan", ["実績"]),
        ("ask_owner", "県民への情報セキュリティの普及啓発は誰がやってるの", "answered", ["サイバー犯罪対策課"]),
        ("ask_owner", "デジタルの担当課に電話したいんで番号わかります？", "not_in_plan", ["計画に書かれていません"]),
        ("ask_list", "KPIの達成率を施策ごとに教えて", "no_answer", []),
        # A past is no target; a blank cell says why; sums are of what is named in full; English of administration.
        ("ask_kpi_reverse", "2023年度に5Gの基地局がほんとに25か所できたのかどうか教えて", "not_in_plan", ["実績"]),
        ("ask_kpi_baseline", "電子収納のほうの割合、現状に数字が入ってないのはなんで？", "not_in_plan", ["未調査"]),
        ("ask_kpi_target", "AI議事録　チャットボット　R3年度末　創出時間　合計", "answered", ["合計は10,300時間"]),
        (
            "ask_kpi_reverse",
            "年2回の実施を毎年度の目標に掲げているのは、どのような研修でしょうか。",
            "answered",
            ["2回"],
        ),
        (
            "ask_owner",
            "Which division is in charge of reducing the documents that applicants have to attach?",
            "answered",
            ["施策2"],
        ),
        ("ask_kpi_baseline", "How many hours a year are already being saved by the RPA robots?", "answered", ["4,500"]),
        ("ask_outside_attribute", "Could you give me the e-mail address of the prefectural CSIRT?", "not_in_plan", []),
        ("ask_owned_measures", "サイバー犯罪対策課の課長さん、なんていう人？", "not_in_plan", []),
        ("ask_definition", "AI-OCRってそもそも何するもん？", "answered", ["手書き"]),
        ("ask_list", "個別施策の総数を教えて", "answered", ["13件"]),
        ("ask_kpi_change", "マイナカード、どれだけ行き渡っとる？計画に載ってる現状値でええけ", "answered", ["24.3%"]),
        (
            "ask_owned_measures",
            "情報政策課だけじゃなくて、よその課も担当してる取組は？",
            "answered",
            ["施策8", "施策13"],
        ),
        ("ask_definition", "そもそもDXって何の略ですか", "answered", ["デジタル・トランスフォーメーション"]),
        ("ask_definition", "LGWANって略さず書いたら何？", "not_in_plan", ["LGWAN", "書かれていません"]),
        ("ask_definition", "CSIRTって何の略？", "answered", ["Computer Security"]),
        ("ask_kpi_baseline", "オープンデータ取組自治体数　現状～R6", "answered", ["9自治体", "17自治体"]),
        ("ask_kpi_all", "オンライン手続の原則化、KPI2本とも年度末目標込みで", "answered", ["18.9%", "電子収納"]),
        ("ask_kpi_all", "目標", "clarify", ["どの指標"]),
        ("ask_kpi_target", "What is the telework target of Tokyo?", "not_in_plan", ["東京"]),
        ("ask_fact", "今の知事さんの名前は？", "not_in_plan", ["計画に書かれていません"]),
        ("ask_kpi_target", "チャットぼっとで総出される時間　れいわ6ねんどまつ", "answered", ["1,500時間"]),
        (
            "ask_list",
            "KPIを「2021年度に検討し設定する」としていて値がまだ入っていない施策はどれか、全部挙げてください。",
            "answered",
            ["添付書類", "標準化", "オンライン会議"],
        ),
        ("ask_owner", '/ask_owner{"measure": "施策9"}', "no_answer", []),
        ("ask_owner", 'ask_owner{"measure": "施策9"}', "no_answer", []),
        # What is over stands in the text, not in the schedule.
        ("ask_schedule", "AIチャットボットの実証実験は令和2年の何月から？", "answered", ["3月"]),
    ],
)
def test_answers(ask: Asker, intent: str, text: str, status: str, words: list[str]) -> None:
    reply = ask(intent, text)
    assert reply.status == status, reply
    assert all(word in reply.text for word in words), reply.text


def test_only_the_asked_year_is_said(ask: Asker) -> None:
    text = ask("ask_kpi_target", "マイナンバーカードの交付率のR5の目標").text
    assert "55%" in text and not any(other in text for other in ("35%", "45%", "65%", "24.3%"))


def test_follow_up_inherits_and_new_subject_does_not(ask: Asker) -> None:
    ask("ask_kpi_target", "マイナンバーカードの交付率のR5の目標")
    assert "65%" in ask("follow_up", "じゃあR6は？").text
    assert "25箇所" in ask("follow_up", "5G特定基地局のR5は？").text
    assert "交付率" not in ask("ask_owner", "水道局の担当は？").text
    assert "R6" in ask("follow_up", "最後の年は？").text


def test_follow_up_keeps_the_unit_and_counts_years(ask: Asker) -> None:
    ask("ask_kpi_target", "チャットボットのR5の創出時間の目標は？")
    assert "9,000時間" in ask("follow_up", "RPAなら？").text
    assert "7,000時間" in ask("follow_up", "その2年前は？").text
    assert "8,000時間" in ask("follow_up", "4末は").text


def test_a_question_without_a_subject_goes_on_from_the_choice(ask: Asker) -> None:
    assert ask("ask_issues", "課題は？").status == "clarify"
    reply = ask("ask_overview", "施策9")
    assert reply.status == "answered" and reply.sources[0].section.startswith("現状・課題")
    assert reply.sources[0].measure_no == 9


def test_clarify_then_choice(ask: Asker) -> None:
    reply = ask("ask_kpi_target", "研修のR5の目標は？")
    assert reply.status == "clarify" and reply.buttons
    chosen = ask("ask_kpi_target", reply.buttons[0])
    assert chosen.status == "answered" and chosen.sources[0].column == "R5年度末"


def test_frames_travel_as_json(ask: Asker) -> None:
    ask("ask_kpi_target", "マイナンバーカードの交付率のR5の目標")
    assert ask.frame is not None and Frame.from_dict(ask.frame.as_dict()) == ask.frame


def test_years_by_their_place_in_the_plan() -> None:
    years = [2021, 2022, 2023, 2024]
    assert relative_years("最終年度の目標", years) == [2024]
    assert relative_years("さいしょの年の目標", years) == [2021]
    assert relative_years("初年度は", years) == [2021]
    assert relative_years("計画2年目", years) == [2022]
    assert relative_years("交付率", years) == [] and relative_years("最終年度", []) == []


def test_a_cell_that_is_surely_asked_for_is_no_matter_beyond_the_plan(ask: Asker) -> None:
    """Whatever the intent says (a slip, unusual words)."""
    assert "65%" in ask("ask_outside_attribute", "マイナカの交付率　6年度末").text
    assert "17回" in ask("ask_outside_attribute", "県民向けの講演会の令和2年度末の開催回数は？").text


class Parts:
    """Asks a message that holds several questions, each with its intent."""

    def __init__(self, knowledge: Knowledge, linker: PlanLinker) -> None:
        self.dialogue, self.linker = Dialogue(knowledge), linker

    def __call__(self, whole: tuple[str, str], *parts: tuple[str, str]) -> Reply:
        def message(intent: str, text: str, *within: Message) -> Message:
            return Message(self.linker.link(text), [(intent, 0.9)], parts=within)

        return self.dialogue.reply(message(*whole, *(message(*part) for part in parts)), None)[0]


def test_each_of_several_questions_is_answered(knowledge: Knowledge, linker: PlanLinker) -> None:
    ask = Parts(knowledge, linker)
    owner, target = ("ask_owner", "RPAの施策の担当"), ("ask_kpi_target", "R6の目標時間は？")
    reply = ask(("ask_kpi_target", "RPAの施策の担当とR6の目標時間は？"), owner, target)
    assert "情報政策課" in reply.text and "10,000時間" in reply.text
    assert {source.column for source in reply.sources} >= {"R6年度末", None}


def test_what_the_plan_does_not_hold_is_said_beside_what_it_holds(knowledge: Knowledge, linker: PlanLinker) -> None:
    target, budget = ("ask_kpi_target", "交付率のR3の目標"), ("ask_outside_attribute", "そのための予算の額は？")
    reply = Parts(knowledge, linker)(
        ("ask_outside_attribute", "交付率のR3の目標と、そのための予算の額は？"), target, budget
    )
    assert reply.status == "answered" and "35%" in reply.text and "予算" in reply.text


def test_where_the_value_now_is_named_no_target_is_told(ask: Asker) -> None:
    for intent in ("ask_kpi_target", "ask_kpi_change", "ask_kpi_baseline"):
        reply = ask(intent, "マイナカード、どれだけ行き渡っとる？計画に載ってる現状値でええけ").text
        assert "24.3%" in reply and "35%" not in reply, intent


def test_a_question_that_goes_on_from_what_is_not_held_gets_no_answer(knowledge: Knowledge, linker: PlanLinker) -> None:
    first, second = ("ask_outside_attribute", "宿泊料の上限の予算は？"), ("ask_owner", "担当はどこ？")
    reply = Parts(knowledge, linker)(("ask_outside_attribute", "宿泊料の上限の予算は？担当はどこ？"), first, second)
    assert reply.status != "answered", reply.text


def test_what_the_whole_says_is_not_said_twice(knowledge: Knowledge, linker: PlanLinker) -> None:
    parts = ("ask_kpi_target", "交付率のR5の目標"), ("ask_kpi_target", "R6の目標は？")
    reply = Parts(knowledge, linker)(("ask_kpi_target", "交付率のR5とR6の目標は？"), *parts)
    assert reply.text.count("55%") == 1 and "65%" in reply.text


def test_neighbours_know_other_subjects(knowledge: Knowledge) -> None:
    assert knowledge.neighbours is not None
    near = knowledge.neighbours.features("県立病院の予約はいつからネットでできますか")
    assert max(near, key=lambda name: near[name]) == "near outside"
    itself = next(text for text, _ in Phrasing.load().questions)
    features = knowledge.neighbours.features
    assert max(features(itself).values()) > max(features(itself, but_itself=True).values())
