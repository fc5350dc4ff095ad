"""Several plans at once: which one a question means, what is asked back, and that no figure is ever given for another plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions import reply as replies
from actions import values
from actions.reply import Reply
from knowledge.parser import read_plan
from knowledge.store import ROOT, FaqRow
from tests.asked import Asked
from tests.plan_files import WRITTEN
from web.plan_view import PlanView
from web.suggestions import Suggestions

FOLDER = ROOT / "tests" / "data"
CITY, TOURISM, REFORM = "みどり野市総合計画 第2期実施計画", "みどり野市観光振興計画", "西原市行財政改革アクションプラン"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Two departments' plans of one city and another city's plan. Both of the first have 施策1-1 and a KPI 防災士の登録者数."""
    folder = tmp_path_factory.mktemp("several")
    reform = WRITTEN["nishihara.docx"](folder / "nishihara.docx")
    files = [FOLDER / "plans" / "midorino.md", FOLDER / "several" / "midorino-kanko.md", reform]
    return Asked([read_plan(path) for path in files], folder)


def plans_of(reply: Reply) -> set[str]:
    """Titles of the plans that the sources name."""
    return {source.plan.split("（")[0].replace("　", " ") for source in reply.sources}


def test_measures_of_all_plans_are_held(ask: Asked) -> None:
    assert len(ask.knowledge.measures) == 4 + 2 + 3
    assert {item.measure for item in ask.lexicon.items if item.kind == "measure"} == set(ask.knowledge.measures)


# --- asked back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "question", "answers"),
    [
        ("ask_owner", "施策1-1の担当は？", {CITY: "保育課", TOURISM: "観光課"}),
        ("ask_kpi_target", "防災士の登録者数のR7の目標は？", {CITY: "175人", TOURISM: "30人"}),
        ("ask_kpi_baseline", "防災士の登録者数の現状は？", {CITY: "145人", TOURISM: "12人"}),
        ("ask_kpi_target", "防災士の登録者数の最終年度の目標は？", {CITY: "190人", TOURISM: "30人"}),
        ("ask_issues", "施策1-2の課題は？", {CITY: "放課後児童クラブ", TOURISM: "日帰り客"}),
        ("ask_owner", "みどり野市の施策1-2の担当は？", {CITY: "若者支援課", TOURISM: "観光課"}),
    ],
)
def test_what_fits_two_plans_is_asked_back(ask: Asked, intent: str, question: str, answers: dict[str, str]) -> None:
    asked = ask(intent, question)
    assert asked.status == "clarify", asked.text
    assert all(title in asked.text for title in answers)
    assert not any(answer in asked.text for answer in answers.values())
    assert [button["title"] for button in asked.button_list()] == asked.buttons
    for button, (title, answer) in zip(asked.buttons, answers.items(), strict=True):
        assert title in button
        for reply in (ask.then(intent, button), ask(intent, button)):
            assert reply.status == "answered" and answer in reply.text.splitlines()[0] + reply.text, reply.text
            assert plans_of(reply) == {title} and title in reply.text


def test_a_year_that_only_one_of_them_has_is_no_choice(ask: Asked) -> None:
    """Both have the KPI: the one that has a target for R5 must not speak for the other."""
    assert ask("ask_kpi_target", "防災士の登録者数のR5の目標は？").status == "clarify"
    assert "20人" in ask.then("ask_kpi_target", "観光振興計画の方").text
    reply = ask("ask_kpi_target", "みどり野市総合計画の防災士の登録者数のR5の目標は？")
    assert reply.status == "not_in_plan" and "20人" not in reply.text and "R6〜R8" in reply.text


@pytest.mark.parametrize(
    "choice", ["観光振興計画の方", "観光の方", "みどり野市観光振興計画", "観光振興計画でお願いします"]
)
def test_the_choice_may_be_typed(ask: Asked, choice: str) -> None:
    assert ask("ask_kpi_target", "防災士の登録者数のR7の目標は？").status == "clarify"
    reply = ask.then("chat_outside", choice)
    assert reply.status == "answered" and "30人" in reply.text and plans_of(reply) == {TOURISM}


def test_text_that_two_plans_explain_alike_is_asked_back(ask: Asked) -> None:
    reply = ask("ask_list", "施策はいくつ？")
    if reply.status == "clarify":
        counts = [ask("ask_list", button).text for button in reply.buttons]
        assert [count[count.index("計画の個別施策は") + 8] for count in counts] == ["4", "2", "3"]
    else:
        assert all(f"{count}件" in reply.text for count in (4, 2, 3))


# --- named -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("みどり野市観光振興計画の", TOURISM),
        ("観光振興計画の", TOURISM),
        ("観光計画の", TOURISM),
        ("令和5年の計画の", TOURISM),
        ("令和5年3月版の", TOURISM),
        ("みどり野市総合計画の", CITY),
        ("第2期実施計画では、", CITY),
        ("令和6年に策定された計画の", CITY),
    ],
)
def test_a_named_plan_answers_alone(ask: Asked, name: str, title: str) -> None:
    owner = ask("ask_owner", f"{name}施策1-1の担当は？")
    assert owner.status == "answered" and plans_of(owner) == {title}
    assert {CITY: "保育課", TOURISM: "観光課"}[title] in owner.text
    target = ask("ask_kpi_target", f"{name}防災士の登録者数のR7の目標は？")
    assert {CITY: "175人", TOURISM: "30人"}[title] in target.text.splitlines()[0] and plans_of(target) == {title}


def test_the_issuer_names_its_plan(ask: Asked) -> None:
    reply = ask("ask_owner", "西原市の取組項目1の担当は？")
    assert reply.status == "answered" and "収納課" in reply.text and plans_of(reply) == {REFORM}
    # Of a city with a KPI of that name there is none in the plan of the other.
    other = ask("ask_kpi_target", "西原市の待機児童数のR7の目標は？")
    assert other.status != "answered" and "5人" not in other.text


def test_plans_named_together_answer_together(ask: Asked) -> None:
    reply = ask("ask_kpi_compare", "みどり野市総合計画と観光振興計画の防災士の登録者数のR7の目標を比べて")
    assert reply.status == "answered" and plans_of(reply) == {CITY, TOURISM}
    city, tourism = reply.text.split("\n\n")
    assert CITY in city and "175人" in city and TOURISM in tourism and "30人" in tourism


# --- what fits one plan -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("intent", "question", "title", "words"),
    [
        ("ask_kpi_target", "待機児童数のR7の目標は？", CITY, "5人"),
        ("ask_kpi_target", "宿泊者数のR5の目標は？", TOURISM, "1,000人"),
        ("ask_owner", "宿泊施設の整備の担当は？", TOURISM, "観光課"),
        ("ask_schedule", "クラブ室の増設の予定は？", CITY, "2室"),
        ("ask_owner", "取組項目2の担当は？", REFORM, "企画課"),
        ("ask_issues", "保育士が足りない理由は？", CITY, "保育士の確保が難しく"),
        ("ask_fact", "泊まれる施設はどうなっている？", TOURISM, "日帰り客"),
        ("ask_kpi_target", "市税収納率のR6の目標は？", REFORM, "98.9%"),
    ],
)
def test_words_of_one_plan_are_not_asked_back(ask: Asked, intent: str, question: str, title: str, words: str) -> None:
    reply = ask(intent, question)
    assert reply.status == "answered" and words in reply.text and plans_of(reply) == {title}
    assert reply.text.startswith(f"【{title}】")


def test_buttons_ask_the_plan_of_their_answer(ask: Asked) -> None:
    for question in ("取組項目1の担当は？", "宿泊施設の整備の担当は？", "地域防災力の強化の担当は？"):
        reply = ask("ask_owner", question)
        for button in reply.buttons:
            intent = "ask_kpi_all" if "KPI" in button else "ask_schedule"
            assert plans_of(ask(intent, button)) == plans_of(reply), button


def test_strangers_stay_strangers(ask: Asked) -> None:
    """The issuer's name refuses nothing; another place does, and so do words that only another plan knows."""
    assert "5人" in ask("ask_kpi_target", "みどり野市の待機児童数のR7の目標は？").text
    for question in ("米子市の待機児童数のR7の目標は？", "市税の待機児童数のR7の目標は？"):
        reply = ask("ask_kpi_target", question)
        assert reply.status != "answered" and "5人" not in reply.text, question


# --- all plans ----------------------------------------------------------------------------------------------------------


def test_owned_measures_of_every_plan(ask: Asked) -> None:
    reply = ask("ask_owned_measures", "危機管理課の担当施策は？")
    assert reply.status == "answered" and plans_of(reply) == {CITY, TOURISM}
    city, tourism = reply.text.split("\n\n")
    assert CITY in city and "地域防災力の強化" in city and TOURISM in tourism and "観光案内の充実" in tourism
    assert plans_of(ask("ask_owned_measures", "収納課の担当施策は？")) == {REFORM}


def test_what_no_plan_holds_is_said_once(ask: Asked) -> None:
    reply = ask("ask_outside_attribute", "予算はいくら？")
    assert reply.status == "not_in_plan" and plans_of(reply) == {CITY, TOURISM, REFORM}
    assert reply.text.count("計画に書かれていません") == 1


def test_help_names_every_plan(ask: Asked) -> None:
    text = ask("ask_help", "何ができるの？").text
    assert all(title in text for title in (CITY, TOURISM, REFORM)) and "4施策" in text


# --- conversations ------------------------------------------------------------------------------------------------------


def test_a_follow_up_stays_in_its_plan(ask: Asked) -> None:
    ask("ask_kpi_target", "観光振興計画の防災士の登録者数のR7の目標は？")
    assert "20人" in ask.then("follow_up", "じゃあR5は？").text
    reply = ask.then("follow_up", "R9は？")
    assert reply.status == "not_in_plan" and plans_of(reply) == {TOURISM}
    assert plans_of(ask.then("ask_owner", "担当は？")) == {TOURISM}
    assert plans_of(ask.then("ask_owner", "施策1-2の担当は？")) == {TOURISM}


def test_the_same_of_another_plan(ask: Asked) -> None:
    ask("ask_kpi_target", "観光振興計画の防災士の登録者数のR7の目標は？")
    reply = ask.then("follow_up", "みどり野市総合計画では？")
    assert "175人" in reply.text and plans_of(reply) == {CITY}
    assert "190人" in ask.then("follow_up", "R8は？").text


def test_a_new_subject_of_another_plan_changes_over(ask: Asked) -> None:
    ask("ask_kpi_target", "観光振興計画の宿泊者数のR5の目標は？")
    assert plans_of(ask.then("ask_kpi_target", "待機児童数のR7の目標は？")) == {CITY}
    # A whole question that fits both is asked back though one of them was talked about.
    assert ask.then("ask_kpi_target", "防災士の登録者数のR7の目標は？").status == "clarify"


def test_a_plan_read_anew_does_not_break_a_conversation(ask: Asked) -> None:
    ask("ask_kpi_target", "待機児童数のR7の目標は？")
    assert ask.frame is not None
    ask.frame.kpis, ask.frame.measures, ask.frame.plan = ["kpi:999"], ["measure:999"], 99
    assert ask.then("follow_up", "R8は？").status != "answered"


# --- as printed ---------------------------------------------------------------------------------------------------------


def test_sources_say_where_it_is_printed(ask: Asked) -> None:
    assert ask("ask_owner", "保育環境の充実の担当は？").sources[0].section == "所管課"
    assert ask("ask_kpi_target", "待機児童数のR7の目標は？").sources[0].section == "成果指標"
    assert ask("ask_schedule", "クラブ室の増設の予定は？").sources[0].section == "年度別計画"
    assert ask("ask_issues", "保育士が足りない理由は？").sources[0].section == "現状と課題"


def test_conditions_stay_as_printed(ask: Asked) -> None:
    reply = ask("ask_kpi_target", "宿泊者数のR7の目標は？")
    assert "「1,200以上」（単位：人）" in reply.text.splitlines()[0]
    assert "「80％以上」です" in ask("ask_kpi_target", "自主防災組織の組織率のR8の目標は？").text
    assert ask("ask_kpi_target", "宿泊者数のR6の目標は？").status == "not_in_plan"


@pytest.mark.parametrize("intent", ["ask_kpi_target", "ask_outside_attribute"])
def test_actual_values_are_answered_where_the_plan_has_them(ask: Asked, intent: str) -> None:
    reply = ask(intent, "市税収納率のR3の実績は？")
    assert reply.status == "answered" and "実績は98.1%" in reply.text.splitlines()[0]
    assert (reply.sources[0].quote, reply.value and reply.value["text"]) == ("98.1", "98.1%")
    assert reply.table is not None
    marked = [reply.table.header[c] for _, c in reply.table.marked]
    assert marked == [reply.sources[0].column]
    for question in ("市税収納率のR5の実績は？", "待機児童数のR6の実績は？"):
        missing = ask(intent, question)
        assert missing.status == "not_in_plan" and "実績" in missing.text and "10人" not in missing.text.split("\n")[0]


def test_a_row_holds_actual_values_and_targets_apart(ask: Asked) -> None:
    text = ask("ask_kpi_all", "市税収納率を年度ごとに全部").text
    assert "R4（2022）年度の実績：98.4%" in text and "R4（2022）年度末：98.5%" in text


def test_rows_with_different_years_share_a_table(ask: Asked) -> None:
    """A figure never stands below the year of another row."""
    kpis = {kpi.name: kpi for kpi in ask.knowledge.kpis.values()}
    table = values.table([kpis["待機児童数"], kpis["宿泊者数"]], [2025])
    assert table.header[2:] == ["R5目標", "R6目標", "R7目標", "R8目標"]
    assert [row[2:] for row in table.rows] == [["", "10", "5", "0"], ["1,000", "", "1,200以上", ""]]
    assert table.marked == {(0, 4), (1, 4)}


# --- the web's side ---------------------------------------------------------------------------------------------------


def test_every_source_is_on_its_plans_page(ask: Asked) -> None:
    """The panel shows a source's section under the name that the source gives it, with its words and its cell."""
    view = PlanView(ask.store)
    for measure in ask.knowledge.measures.values():
        sources = [replies.title_source(measure), replies.owner_source(measure)]
        sources += [replies.unset_source(measure)] if measure.kpi_unset else []
        sources += [replies.passage_source(passage) for passage in measure.passages]
        sources += [replies.cell_source(kpi, value) for kpi in measure.kpis for value in kpi.values]
        sources += [replies.schedule_source(item) for item in measure.schedule]
        page = view.measure(measure.no, measure.plan.name)
        assert page is not None
        for source in sources:
            parts = [part for part in page["sections"] if source.section.startswith(part["section"])]
            rows = {
                row["cells"][0].strip(): row["cells"]
                for part in parts
                for row in part.get("table", {"rows": []})["rows"]
            }
            words = " ".join(said["text"] for part in parts for said in part.get("passages", []))
            assert parts, source
            if source.row:
                assert source.row in rows and (source.column is None or source.quote in rows[source.row]), source
            else:
                assert str(source.quote) in words, source


def test_suggested_questions_say_which_plan(ask: Asked) -> None:
    questions = Suggestions(ask.store).find("防災士 目標は")
    assert any(q.startswith(CITY) for q in questions) and any(q.startswith(TOURISM) for q in questions)
    assert all(ask("ask_kpi_target", question).status == "answered" for question in questions)


# --- the FAQ ----------------------------------------------------------------------------------------------------------


def test_words_that_two_plans_share_are_quoted_from_each(ask: Asked, tmp_path: Path) -> None:
    text = (FOLDER / "several" / "midorino-kanko.md").read_text("utf-8")
    (tmp_path / "a.md").write_text(text, "utf-8")
    (tmp_path / "b.md").write_text(text.replace("観光振興計画", "文化振興計画"), "utf-8")
    twins = Asked([read_plan(tmp_path / name) for name in ("a.md", "b.md")], tmp_path)
    quoted = {
        (e.id.split("-")[0], q.passage.plan.checksum[:8]) for e in twins.knowledge.entries.values() for q in e.quotes
    }
    assert len(quoted) == 2 and all(prefix == checksum for prefix, checksum in quoted)
    assert twins("ask_issues", "泊まれる施設の課題は？").status == "clarify"
    reply = twins("ask_issues", "文化振興計画の泊まれる施設の課題は？")
    assert plans_of(reply) == {"みどり野市文化振興計画"} and "日帰り客" in reply.text


def test_numbers_of_measures_link_an_entry_to_one_plan_only(ask: Asked) -> None:
    """『施策1』 of an entry says nothing while two plans have one; its KPI or its source decides."""

    def linked(**fields: object) -> set[str]:
        entry = FaqRow(id="x", answer="はい", **{"measures": [1], "kpis": [], "source": "庁内FAQ", **fields})
        return {m.title for m in ask.knowledge.linked(entry)}

    assert linked() == set()
    assert linked(kpis=["待機児童数"]) == {"保育環境の充実"}
    assert linked(source="みどり野市観光振興計画 3ページ") == {"観光案内の充実"}
    assert linked(measures=[4]) == {"木造住宅の耐震化"}


# --- one plan of another municipality -------------------------------------------------------------------------------


def test_the_municipality_of_the_plan_is_no_stranger(tmp_path: Path) -> None:
    """『米子市の…』 is refused in a plan of a prefecture, and is nothing strange in the plan of 米子市."""
    text = (FOLDER / "several" / "midorino-kanko.md").read_text("utf-8").replace("みどり野市", "米子市")
    (tmp_path / "yonago.md").write_text(text, "utf-8")
    ask = Asked([read_plan(tmp_path / "yonago.md")], tmp_path)
    assert "1,000人" in ask("ask_kpi_target", "米子市の宿泊者数のR5の目標は？").text
    for place in ("境港市", "鳥取県", "鳥取市"):
        assert ask("ask_kpi_target", f"{place}の宿泊者数のR5の目標は？").status == "not_in_plan", place


def test_a_kpi_that_measures_share_is_one(tmp_path: Path) -> None:
    text = (FOLDER / "several" / "midorino-kanko.md").read_text("utf-8")
    row = "| 防災士の登録者数（累計） | 人 | 12 | 20 | 30 |\n"
    (tmp_path / "same.md").write_text(text + row, "utf-8")
    same = Asked([read_plan(tmp_path / "same.md")], tmp_path / "a")
    assert "20人" in same("ask_kpi_target", "防災士の登録者数のR5の目標は？").text
    (tmp_path / "other.md").write_text(text + row.replace("20", "25"), "utf-8")
    other = Asked([read_plan(tmp_path / "other.md")], tmp_path / "b")
    reply = other("ask_kpi_target", "防災士の登録者数のR5の目標は？")
    assert reply.status == "clarify" and len(set(reply.buttons)) == 2
    assert [("20人" in t, "25人" in t) for t in (other("ask_kpi_target", b).text for b in reply.buttons)] == [
        (True, False),
        (False, True),
    ]
