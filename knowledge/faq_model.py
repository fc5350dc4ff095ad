"""One FAQ entry as it stands in a file of data/faq, and the checks that need nothing but the entry."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from lxml.html import defs  # type: ignore[import-untyped]
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from keikaku.text import fold, squeeze
from knowledge.dates import parse_date
from knowledge.store import ROOT

MAX_QUESTION, MAX_ANSWER, MAX_SHORT, MAX_VARIANTS = 300, 4000, 300, 100
TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(defs.tags, key=len, reverse=True))})(?=[\s/>])[^<>]*>|<!--.*?-->", re.I | re.S
)
_SCHEME = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9+.\-]{1,20})://|(?<![A-Za-z])(javascript|vbscript|mailto|tel)\s*:|(?<![A-Za-z])(data):[a-z]+/",
    re.I,
)
_DROPPED = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\u0085\u2028\u2029]")


def faq_folder() -> Path:
    """Where the FAQ files lie: KEIKAKU_FAQ, or data/faq."""
    return Path(os.environ.get("KEIKAKU_FAQ") or ROOT / "data" / "faq")


def plain(text: str) -> str:
    """Line ends as \\n, no control or invisible characters (a right-to-left mark can hide what a text says), no outer space."""
    return _DROPPED.sub("", _BREAK.sub("\n", text)).strip()


def forbidden_link(text: str) -> str | None:
    """The first link in `text` that is neither http nor https."""
    for match in _SCHEME.finditer(text):
        scheme = next(group for group in match.groups() if group)
        if scheme.lower() not in {"http", "https"}:
            return scheme
    return None


def question_key(question: str) -> str:
    """The key under which two questions are the same: no widths, spaces, case, or mark at the end."""
    return fold(question).rstrip("?。!．.")


def _one_line(text: str) -> str:
    return squeeze(plain(text))


def _questions(value: object) -> object:
    return [value] if isinstance(value, str) else ([] if value is None else value)


def _start(value: object) -> date | None:
    return parse_date(value)


def _end(value: object) -> date | None:
    return parse_date(value, end=True)


def _short(text: str) -> str:
    text = _one_line(text)
    if len(text) > MAX_SHORT:
        raise ValueError(f"{len(text)}文字あります（{MAX_SHORT}文字まで）。")
    if TAG.search(text):
        raise ValueError("HTML のタグは使えません。")
    return text


def _answer(text: str) -> str:
    text = plain(text)
    if len(text) > MAX_ANSWER:
        raise ValueError(f"回答が長すぎます（{len(text):,}文字。{MAX_ANSWER:,}文字まで）。分けて登録してください。")
    if TAG.search(text):
        raise ValueError("回答に HTML のタグは使えません。文字だけで書いてください。")
    if scheme := forbidden_link(text):
        raise ValueError(f"回答のリンクは http:// か https:// だけ使えます（{scheme}: は使えません）。")
    return text


def _question(text: str) -> str:
    text = _one_line(text)
    if not any(char.isalnum() for char in text):
        raise ValueError("空の質問があります。")
    if len(text) > MAX_QUESTION:
        raise ValueError(f"質問が長すぎます（{len(text)}文字。{MAX_QUESTION}文字まで）。")
    if TAG.search(text):
        raise ValueError("質問に HTML のタグは使えません。")
    return text


ShortText = Annotated[str, AfterValidator(_short)]


class FaqQuote(BaseModel):
    """Words of the plan that answer the question, and where they are printed."""

    model_config = ConfigDict(extra="forbid")
    measure: int | None = None
    chapter: str | None = None
    section: str
    text: str = Field(min_length=1)


class FaqEntry(BaseModel):
    """Quotes of the plan, or an answer with the source it comes from; `measures` and `kpis` link it to the plan."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    category: ShortText = "その他"
    questions: Annotated[list[Annotated[str, AfterValidator(_question)]], BeforeValidator(_questions)] = []
    quotes: list[FaqQuote] = []
    answer: Annotated[str, AfterValidator(_answer)] | None = None
    source: ShortText | None = None
    owner: ShortText | None = None
    valid_from: Annotated[date | None, BeforeValidator(_start)] = None
    valid_until: Annotated[date | None, BeforeValidator(_end)] = None
    measures: list[int] = []
    kpis: list[ShortText] = []

    @model_validator(mode="after")
    def _has_an_answer(self) -> FaqEntry:
        self.questions = list(dict.fromkeys(self.questions))
        self.category = self.category or "その他"
        if bool(self.quotes) == bool(self.answer):
            raise ValueError("quotes（計画の引用）か answer（回答）のどちらか一方を書いてください。")
        if self.answer and not self.source:
            raise ValueError("answer には source（出典）が必要です。")
        if self.answer and not self.questions:
            raise ValueError("questions（質問の例）を1つ以上書いてください。")
        if len(self.questions) > MAX_VARIANTS:
            raise ValueError(f"質問の例が多すぎます（{len(self.questions)}件。{MAX_VARIANTS}件まで）。")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"有効期限（{self.valid_until}）が有効開始日（{self.valid_from}）より前です。")
        return self

    def definition(self) -> dict[str, Any]:
        """What a file says of the entry, without what is left open; dates as 2026-04-01."""
        return self.model_dump(mode="json", exclude_defaults=True)


@dataclass(frozen=True)
class FaqProblem:
    """Why an entry was left out. `kept`: what was live before goes on answering until it is put right."""

    file: str
    entry: str
    message: str
    kept: bool = False

    def __str__(self) -> str:
        place = f"{self.file} {self.entry}".strip()
        return f"{place}：{self.message}{'（直るまで前の内容で回答します）' if self.kept else ''}"


_MESSAGES = {
    "missing": "がありません。",
    "extra_forbidden": f"という項目はありません（使える項目：{'、'.join(FaqEntry.model_fields)}）。",
    "string_pattern_mismatch": "は半角の英数字、ハイフン、下線で64文字までにしてください。",
    "string_too_short": "が空です。",
}


def messages(error: ValidationError) -> list[str]:
    """What is wrong with an entry, for staff."""
    found = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"])
        text = _MESSAGES.get(item["type"])
        if item["type"] == "value_error":
            found.append(f"{where} {item['msg'].removeprefix('Value error, ')}".strip())
        else:
            found.append(f"{where} {text or 'の書き方が正しくありません。'}".strip())
    return found
