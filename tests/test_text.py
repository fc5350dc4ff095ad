"""Text normalisation, fiscal years and readings."""

from __future__ import annotations

import pytest

from keikaku.reading import kana_fold, reading_of, romaji_to_katakana
from keikaku.text import fold, join_spaced_letters, nfkc, sentences
from keikaku.years import find_years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("R5", [2023]),
        ("Ｒ５年度末", [2023]),
        ("令和５年度末", [2023]),
        ("令和五年度", [2023]),
        ("令和元年9月", [2019]),
        ("令5", [2023]),
        ("2023", [2023]),
        ("2023年度末", [2023]),
        ("２０２３年度", [2023]),
        ("'23年度", [2023]),
        ("23年度末", [2023]),
        ("5年度末", [2023]),
        ("五年度", [2023]),
        ("r6目標", [2024]),
        ("令4末と令5末", [2022, 2023]),
        ("2021（令和3）年度に", [2021]),
        ("平成28年度", [2016]),
        ("H28年度", [2016]),
        ("令和十年", [2028]),
        ("R3〜R6", [2021, 2024]),
        ("令和三〜六", [2021, 2024]),
        ("令和3-5年度", [2021, 2023]),
        ("end of FY2024", [2024]),
        ("FY22", [2022]),
        ("二〇二三年度末", [2023]),
        ("二十三年度末", [2023]),
        ("二〇二三年三月末", [2022]),
        ("5G", []),
        ("2,023件", []),
        ("毎年度1回以上", []),
        ("50箇所", []),
        ("RPA", []),
        ("Society5.0", []),
    ],
)
def test_fiscal_years(text: str, years: list[int]) -> None:
    assert [mention.year for mention in find_years(nfkc(text))] == years


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ", "マイナンバーカード"),
        ("光ファイハ゛", "光ファイバ"),
        ("マイナンバ-カ-ド", "マイナンバーカード"),
        ("ＡＩ－ＯＣＲ", "AI-OCR"),
        ("a\u200bb\x00c", "abc"),
    ],
)
def test_widths_and_marks(typed: str, meant: str) -> None:
    assert nfkc(typed) == meant


def test_fold_ignores_what_does_not_matter() -> None:
    assert fold("「ＲＰＡ 作成」") == fold("rpa作成")


def test_letters_that_a_converter_broke_apart() -> None:
    assert join_spaced_letters("A I・R P Aを活用した（R P A）") == "AI・RPAを活用した（RPA）"
    assert join_spaced_letters("導入する。 ・A I - O C R ※を導入") == "導入する。 ・AI-OCR ※を導入"
    assert join_spaced_letters("鳥取県 Society5.0 の推進") == "鳥取県 Society5.0 の推進"


def test_sentences_keep_brackets_together() -> None:
    assert sentences("設置した。（約15名。）確認。") == ["設置した。", "（約15名。）確認。"]


def test_readings() -> None:
    assert kana_fold(reading_of("交付率")) == kana_fold(reading_of("甲府率")) == "コウフリツ"
    assert kana_fold(reading_of("DX")) == kana_fold("デエックス") == "デエツクス"
    assert romaji_to_katakana("koufuritsu") == "コウフリツ"
    assert romaji_to_katakana("telework") is None
