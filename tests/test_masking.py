"""My Numbers never get past the web front."""

from __future__ import annotations

import pytest

from web.masking import MASK, is_my_number, mask

NUMBER = "123456789018"


def test_check_digit() -> None:
    assert is_my_number(NUMBER)
    assert not is_my_number("123456789012")
    assert not is_my_number("12345678901")


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        "１２３４５６７８９０１８",
        "1234-5678-9018",
        "1234 5678 9018",
        "1234　5678　9018",
        "１２３４－５６７８－９０１８",
        "1234・5678・9018",
        "１２３４ー５６７８ー９０１８",
    ],
)
def test_masked_in_every_width(typed: str) -> None:
    text, found = mask(f"私の番号は{typed}です。R5の目標は55%？")
    assert found and text == f"私の番号は{MASK}です。R5の目標は55%？"


def test_beside_other_numbers() -> None:
    text, found = mask(f"5 {NUMBER} と 1234-5678-9018")
    assert found and NUMBER not in text and "9018" not in text


@pytest.mark.parametrize(
    "text", ["電話 0857-26-7111", "1234567890123", "2021年2月28日", "7,824 と 9,600 と 10,400", "123456789012"]
)
def test_other_numbers_stay(text: str) -> None:
    assert mask(text) == (text, False)
