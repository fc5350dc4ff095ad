"""Linking: everyday words, typing slips, years, quantities, strangers."""

from __future__ import annotations

import pytest

from actions.frame import LINKED_SURELY
from keikaku.linker import Links, PlanLinker, asked_unit


def top(linker: PlanLinker, text: str, kind: str) -> str:
    return next((link.label for link in linker.link(text).items if link.kind == kind), "")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("マイナンバーカードの交付率", "マイナンバーカードの交付率"),
        ("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞの交付率", "マイナンバーカードの交付率"),
        ("マイナンバカードの公布率", "マイナンバーカードの交付率"),
        ("まいなんばーかーどのこうふりつ", "マイナンバーカードの交付率"),
        ("mainanba-ka-do no koufuritsu", "マイナンバーカードの交付率"),
        ("５Ｇの基地曲", "キャリア5G特定基地局の設置状況"),
        ("在宅勤務できる職員の割合", "自席パソコンでテレワーク可能となる職員の割合"),
        ("電子修納できる割合", "電子収納できるオンライン行政手続提供の割合"),
        ("オープンデータの件数", "県が提供するオープンデータの件数"),
        ("インシデント訓練", "インシデント対応訓練（年間）"),
        ("ｵｰﾌﾟﾝﾃﾞｰﾀ ﾉ ｹﾝｽｳ ﾊ ﾅﾝｹﾝ ﾃﾞｽｶ", "県が提供するオープンデータの件数"),
        ("open data no kensuu wa nan desu ka", "県が提供するオープンデータの件数"),
    ],
)
def test_kpi(linker: PlanLinker, text: str, label: str) -> None:
    assert top(linker, text, "kpi") == label


@pytest.mark.parametrize(
    ("text", "measure"),
    [("施策9", 9), ("3番の施策", 3), ("テレワークの施策", 5), ("Web会議の施策", 8), ("光回線と5Gの施策", 12)],
)
def test_measure(linker: PlanLinker, text: str, measure: int) -> None:
    best = next(link for link in linker.link(text).items if link.kind == "measure")
    number = next(item.number for item in linker.lexicon.items if item.id == best.measure)
    assert number == str(measure)


def test_department(linker: PlanLinker) -> None:
    assert top(linker, "広報課の担当施策", "department") == "令和新時代創造本部広報課"


def test_year_range_and_quantity(linker: PlanLinker) -> None:
    links = linker.link("R3からR6で50箇所になるのは？")
    assert links.years == [2021, 2024] and links.year_range
    assert [(q.number, q.unit) for q in links.quantities] == [(50.0, "箇所")]
    assert linker.link("5Gの基地局").quantities == []


def test_stranger_beside_a_linked_word(linker: PlanLinker) -> None:
    assert "水道" in [s.word for s in linker.link("水道料金のオンライン化率の目標").strangers]
    assert "米子" in [s.word for s in linker.link("米子市の交付率").strangers]
    assert linker.link("水道の窓口の者です。マイナンバーカードの交付率は何％ですか").strangers == []


def test_kpis_named_side_by_side(linker: PlanLinker) -> None:
    labels = {link.label for link in linker.link("マイナンバーカードの交付率と5G特定基地局の設置状況").cover}
    assert labels == {"マイナンバーカードの交付率", "キャリア5G特定基地局の設置状況"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("オプデの件数", "オープンデータ"),
        ("チャボの時間", "チャットボット"),
        ("tれわーくの課題", "テレワーク"),
        ("電 子 申 請 作 成 の 研 修", "電子申請作成"),
        ("ﾁｬｯﾄﾎﾞの時間", "チャットボット"),
        ("ちゃとぼっとの職員時間", "チャットボット"),
        ("でんししんせのけんしゅう", "電子申請"),
        ("職員の斬業を減らす目標", "残業"),
        ("処管はどこ", "担当所属"),
        ("システムの帳達はいつ", "調達"),
        ("ロボトは何台", "ロボット"),
        ("チャットポットの時間", "チャットボット"),
        ("エーアイＯＣＲの導入", "AI-OCR"),
        ("学校業務支援シスムの共同化", "システム"),
        ("RPAのロボトはいま何台稼働してますか", "ロボット"),
        ("次期セキュリテイクラウドの強化", "セキュリティクラウド"),
        ("RPAの過大は", "課題"),
        ("tんとうはどこ", "担当"),
        ("もくhyぽうは", "目標"),
        ("CSRIT て何の略", "CSIRT"),
        ("5じーの担当", "5Gの担当"),
        ("1まん時間になるのは", "10000時間になるのは"),
        ("500にんずつふえる", "500人ずつふえる"),
        ("訓練は年に何べん", "訓練は年に何回"),
        ("びつぐでーたの活用", "ビッグデータの活用"),
        ("施策9の単頭処続は", "施策9の担当所属は"),
        ("25箇所できたのかどうか", "25箇所できたのかどうか"),
        ("ロボの台数", "ロボットの台数"),
        ("open data torikumu jichitai no kazu", "自治体"),
    ],
)
def test_slips_are_mended(linker: PlanLinker, typed: str, meant: str) -> None:
    assert meant in linker.link(typed).repaired


@pytest.mark.parametrize(
    "word",
    [
        "国内",
        "試験",
        "規格",
        "保存",
        "修理",
        "異常",
        "決裁",
        "協働",
        "天気",
        "工場",
        "精度",
        "シート",
        "ボール",
        "周波数",
        "すごい量",
        "5Gと光ファイバ",
    ],
)
def test_a_right_word_is_no_slip(linker: PlanLinker, word: str) -> None:
    assert word in linker.link(f"{word}の目標は？").repaired


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("おとなりの島根県は5Gの基地局を何箇所にする目標なの？", ["島根"]),
        ("交付率は？米子市だけだと？", ["米子"]),
        ("鳥取県の交付率の目標は？", []),
        ("倉吉に実家があります。交付率のR5の目標は？", []),
    ],
)
def test_places_elsewhere(linker: PlanLinker, question: str, places: list[str]) -> None:
    assert linker.link(question).elsewhere == places


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("RPA robots: how many hours in 2023?", "時間"),
        ("How many staff can use RPA in FY2024?", "人"),
        ("Number of municipalities with open data?", "自治体"),
        ("What is the issuance rate?", "%"),
        ("What is the plan about?", None),
    ],
)
def test_unit_of_an_english_question(question: str, unit: str | None) -> None:
    assert asked_unit(question) == unit


def test_kpis_named_by_keywords(linker: PlanLinker) -> None:
    labels = {link.label for link in linker.link("令4末 交付率 手続きオンライン率 両方").cover}
    assert labels == {"マイナンバーカードの交付率", "行政手続のオンライン提供の割合"}


def test_a_verb_is_no_slip(linker: PlanLinker) -> None:
    assert linker.link("割合をどの程度引き上げる計画か").repaired == "割合をどの程度引き上げる計画か"


def test_the_narrower_kpi_comes_first(linker: PlanLinker) -> None:
    assert top(linker, "RPAの研修受講者数のR5", "kpi") != "デジタル活用人材の育成に向けた研修受講者数(累計延人数)"
    assert top(linker, "ロボット（RPA）を使える職員は何人", "kpi").startswith("RPA技術")


def test_another_generation_is_another_thing(linker: PlanLinker) -> None:
    assert "6G" in linker.link("6Gの基地局はいつ").unknown and linker.link("5Gの基地局はいつ").unknown == []


def test_tenths_and_kana_dates(linker: PlanLinker) -> None:
    assert [(q.number, q.unit) for q in linker.link("6割5分になるのは").quantities] == [(65.0, "%")]
    assert linker.link("R2ねん2がつ時点").years == [2019]
    assert linker.link("目標を4年度分順番に").years == []


def test_copied_html_is_no_word(linker: PlanLinker) -> None:
    assert linker.link("交付率&nbsp;R5").strangers == [] and "nbsp" not in linker.link("交付率&nbsp;R5").unknown


def test_masked_text_keeps_only_the_asking(linker: PlanLinker) -> None:
    one = linker.link("マイナンバーカードの交付率のR5年度末の目標は？").masked
    other = linker.link("光ファイバ網の2024年度末の目標は？").masked
    assert "何年度" in one and "目標" in one and "マイナンバー" not in one and "光" not in other


@pytest.mark.parametrize(
    "text", ["", "？", "😀😀😀", "あ" * 4000, "RPA" * 1000, "{{ 7*7 }}", "\x00\x1b[31m", "'; DROP TABLE kpi; --"]
)
def test_odd_input_gives_links(linker: PlanLinker, text: str) -> None:
    links = linker.link(text)
    assert len(links.repaired) <= 1600
    assert Links.from_dict(links.as_dict()) == links


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("tottoriken csirt wa itsu dekita", "鳥取県 csirt は いつ できた"),
        ("ﾃﾝﾌﾟｼｮﾙｲ ﾉ ｾｻｸ", "添付書類 の 施策"),
        ("チャトボッの目標", "AIチャットボットの目標"),
        ("RPAで千時間", "RPAで1000時間"),
        ("二百人になるのは", "200人になるのは"),
        ("町内の基地局", "町内の基地局"),
        ("職員弐百人になるのは", "職員200人になるのは"),
        ("How many people had taken it?", "How many people had taken it?"),
    ],
)
def test_spelling(linker: PlanLinker, text: str, repaired: str) -> None:
    assert linker.link(text).repaired == repaired


def test_english_is_no_romaji(linker: PlanLinker) -> None:
    assert linker.link("When does the plan say so? Is there a note on it?").repaired.startswith("When does the")


def test_tenths_are_percent(linker: PlanLinker) -> None:
    assert [(q.number, q.unit) for q in linker.link("交付率が5割を超えるのはいつ").quantities] == [(50.0, "%")]


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("けんりつびょういんの電子化の目標は？", True),
        ("予算要求資料に使う交付率の目標は？", False),  # office work round the question
        ("誰でも自由に使えるオープンデータの件数は？", False),  # how, not what
        ("交付率は何ポイント上がる？", False),
        ("システムの買い付けはいつ？", False),  # 調達, in everyday words
        ("集落の5Gの基地局は何箇所？", True),  # fewer than the figure is about
        ("防犯協議会の挨拶文に引用したいのですが、県民向け講演会のR4の目標は？", False),
        ("日野の支所におるもんです。LTEの課題は何ですか", False),
        ("庁内の行事表に入れるので、サイバー攻撃の訓練の目標回数を教えて", False),
    ],
)
def test_what_is_no_other_subject(linker: PlanLinker, text: str, strange: bool) -> None:
    links = linker.link(text)
    assert bool(links.unknown or links.strangers) == strange, (links.unknown, links.strangers)


def test_a_verb_alone_names_little(linker: PlanLinker) -> None:
    links = linker.link("上着を着なくていい期間って何月からですか")
    assert max((link.score for link in links.items), default=0.0) < LINKED_SURELY


def test_a_count_is_no_year(linker: PlanLinker) -> None:
    links = linker.link("研修は2000人になる？れいわごねんどは？")
    assert (links.years, [q.number for q in links.quantities]) == ([2023], [2000.0])


def test_the_subject_may_stand_in_the_reason(linker: PlanLinker) -> None:
    text = "県内でオープンデータに取り組む自治体がどう増えるのかを一枚にまとめたいため、現状と目標をあわせて教えてください。"
    assert linker.link(text).items[0].label == "オープンデータに取り組む県内自治体の数"


def test_letters_all_over_are_no_slip(linker: PlanLinker) -> None:
    assert linker.link("あaいuえo" * 300).repairs == []
