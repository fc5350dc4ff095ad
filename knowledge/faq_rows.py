"""Rows of a staff table as FAQ entries: cells split, dates read, markup taken off, and what had to be changed said."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from pydantic import ValidationError

from keikaku.morph import analyse
from keikaku.text import nfkc
from knowledge.dates import parse_date
from knowledge.faq_columns import Header, cells_of, field_of
from knowledge.faq_model import TAG, FaqEntry, forbidden_link, messages, plain, question_key
from knowledge.spreadsheet import BadCell, Sheet, Value, text_of

_SPLIT = re.compile(r"[；;]+")
_NUMBER = re.compile(r"^\s*(?:[・•●○◆◇■□※\-*]\s*|[(（]?\d{1,2}[)）.．、]\s*|[①-⑳]\s*)")
_Q = re.compile(r"^\s*(?:[QＱ問]\s*\d{0,3}|質問\s*\d{0,3})\s*[.:．：、)）]\s*")
_A = re.compile(r"^\s*(?:[AＡ答]\s*\d{0,3}|回答\s*\d{0,3})\s*[.:．：、)）]\s*")
_GUARD = re.compile(r"^'(?='*[=+\-@＝＋－＠\t])")
_QUOTE = re.compile(
    r"(?:施策(?P<no>\d+)\s*[|｜])?(?:(?P<chapter>[^|｜\n]+)[|｜])?(?P<section>[^|｜\n]+)[|｜](?P<text>.+)", re.S
)
_PERIOD = re.compile(r"[~〜～]|から|－|―|至")
_NO = re.compile(r"\d{1,3}")


@dataclass
class Row:
    """One row: its entry, or why it can't be one; `notes` say what was changed in reading."""

    sheet: str
    number: int
    label: str
    entry: FaqEntry | None = None
    has_id: bool = False
    own_source: bool = True
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{self.sheet} {self.number}行目".strip()


def read_rows(sheet: Sheet, header: Header, origin: str) -> list[Row]:
    """The entries of a sheet. `origin`: what stands as the source of an answer that names none."""
    return [
        _Reader(sheet, header, origin, number, cells).row()
        for number, cells in sheet.rows[header.first_data :]
        if not _is_header_again(cells, header)
    ]


def _is_header_again(cells: list[Value], header: Header) -> bool:
    """A table printed over several pages may repeat its header."""
    named = [c for c, name in header.fields.items() if name in {"question", "answer"} and c < len(cells)]
    return len(named) > 1 and all(field_of(text_of(cells[c])) == header.fields[c] for c in named)


def _whole_lines(lines: list[str]) -> list[str]:
    """Lines as they were meant: one that ends in 、 or in の, を, が goes on in the next (a sentence broken to fit its cell)."""
    whole: list[str] = []
    for line in lines:
        if whole and _goes_on(whole[-1]):
            whole[-1] += line.strip()
        else:
            whole.append(line.strip())
    return whole


def _goes_on(line: str) -> bool:
    if line.endswith(("、", "，", ",")):
        return True
    last = analyse(nfkc(line))[-1:]
    return any(m.surface in {"の", "を", "が"} and m.pos[:2] == ("助詞", "格助詞") for m in last)


class _Reader:
    """Reads one row."""

    def __init__(self, sheet: Sheet, header: Header, origin: str, number: int, cells: list[Value]) -> None:
        self.sheet, self.header, self.origin, self.number, self.cells = sheet, header, origin, number, cells
        self.found = Row(sheet.name, number, "")

    def row(self) -> Row:
        found = self.found
        for value in dict.fromkeys(
            v for f in self.header.fields.values() for v in self._values(f) if isinstance(v, BadCell)
        ):
            found.problems.append(value.message)
        questions = self._questions()
        answer = self._answer()
        found.label = questions[0] if questions else (answer or "")[:20]
        if not found.problems and not questions:
            found.problems.append("質問がありません。")
        quotes = self._quotes()
        if not found.problems and not answer and not quotes:
            found.problems.append("回答がありません。")
        data: dict[str, Any] = {
            "id": self._id(questions),
            "questions": questions,
            "answer": answer or None,
            "quotes": quotes,
            "category": self._joined("category", "／") or "その他",
            "owner": self._joined("owner", "、") or None,
            "source": self._joined("source", "、") or None,
            "measures": self._measures(),
            "kpis": self._lines("kpis"),
            **self._dates(),
        }
        if answer and not data["source"] and not found.problems:
            data["source"] = f"{self.origin}（{data['owner']}）" if data["owner"] else self.origin
            found.own_source = False
        if not found.problems:
            try:
                found.entry = FaqEntry.model_validate(data)
            except ValidationError as error:
                found.problems += [re.sub(r"^[a-z_.\d]+ ", "", text) for text in messages(error)]
        return found

    # --- cells --------------------------------------------------------------------------------------------------

    def _values(self, name: str) -> list[Value]:
        return cells_of(self.cells, self.header.columns(name))

    def _texts(self, name: str) -> list[str]:
        """The cells of a field as text, without the mark that keeps Excel from running them."""
        texts = (plain(_GUARD.sub("", plain(text_of(value)))) for value in self._values(name))
        return [text for text in texts if text]

    def _lines(self, name: str) -> list[str]:
        return [line.strip() for text in self._texts(name) for line in text.split("\n") if line.strip()]

    def _joined(self, name: str, mark: str) -> str:
        return mark.join(dict.fromkeys(" ".join(text.split()) for text in self._texts(name)))

    def _questions(self) -> list[str]:
        if self.header.ours:
            return self._lines("question") + self._lines("variants")
        found: list[str] = []
        for text in self._texts("question") + self._texts("variants"):
            text = self._without_markup(text, "質問")
            lines = _whole_lines(text.split("\n"))
            parts = (_Q.sub("", _NUMBER.sub("", part)).strip() for line in lines for part in _SPLIT.split(line))
            found += [part for part in parts if part]
        return list(dict.fromkeys(found))

    def _answer(self) -> str:
        text = "\n".join(self._texts("answer"))
        if self.header.ours:
            return text
        text = self._without_markup(_A.sub("", text), "回答")
        for column in self.header.columns("answer"):
            link = self.sheet.links.get((self.number, column + 1), "")
            if link and link not in text:
                if forbidden_link(link) or "://" not in link:
                    self.found.notes.append(f"回答のセルのリンク（{link[:60]}）は取り込みません。")
                else:
                    text = f"{text}\n{link}"
                    self.found.notes.append("回答のセルのリンクを、文字で書き足しました。")
        return text

    def _without_markup(self, text: str, what: str) -> str:
        """Text without HTML: a line break for <br>, the address beside the words of a link."""
        if not TAG.search(text):
            return text
        if re.search(r"<\s*(?:script|iframe|object|embed|form|style)\b|\son\w+\s*=", text, re.IGNORECASE):
            self.found.problems.append(f"{what}に実行できる HTML（script など）があります。")
            return text
        soup = BeautifulSoup(text, "html.parser")
        for link in soup.find_all("a"):
            address, words = str(link.get("href") or ""), link.get_text()
            link.replace_with(words if not address or address in words else f"{words}（{address}）")
        for mark in soup.find_all(["br", "p", "li", "div", "tr"]):
            mark.insert_after("\n") if mark.name != "br" else mark.replace_with("\n")
        self.found.notes.append(f"{what}の HTML のタグを外し、文字だけにしました。")
        return plain(re.sub(r"\n{3,}", "\n\n", soup.get_text()))

    def _id(self, questions: list[str]) -> str:
        given = nfkc(next(iter(self._texts("id")), "")).strip()
        if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", given):
            self.found.has_id = True
            return given
        if given:
            # 『テレ-1』 can't name a file's entry, but it stays the same when the question is reworded.
            return f"faq-{hashlib.sha256(given.encode()).hexdigest()[:12]}"
        return f"faq-{hashlib.sha256(question_key(questions[0] if questions else '').encode()).hexdigest()[:12]}"

    def _quotes(self) -> list[dict[str, object]]:
        """『施策9｜現状・課題｜…』, one on each line (a line that begins otherwise goes on with the one before)."""
        found: list[dict[str, object]] = []
        for text in self._texts("quotes"):
            for block in re.split(r"\n\n+", text):
                match = _QUOTE.fullmatch(block.strip())
                if not match:
                    self.found.problems.append("計画の引用は「施策9｜現状・課題｜引用する文」のように書いてください。")
                    continue
                quote: dict[str, object] = {"section": match["section"].strip(), "text": match["text"].strip()}
                quote |= {"measure": int(match["no"])} if match["no"] else {}
                quote |= {"chapter": match["chapter"].strip()} if match["chapter"] else {}
                found.append(quote)
        return found

    def _measures(self) -> list[int]:
        text = nfkc(" ".join(self._texts("measures")))
        numbers = [int(n) for n in _NO.findall(text)]
        if text and not numbers:
            self.found.problems.append(f"関連施策「{text[:40]}」を読み取れません。施策の番号を書いてください。")
        return list(dict.fromkeys(numbers))

    def _dates(self) -> dict[str, Any]:
        start, end = self._values("valid_from"), self._values("valid_until")
        for value in self._values("period"):
            parts = [part.strip() for part in _PERIOD.split(text_of(value).strip("自 "), maxsplit=1)]
            start, end = [*start, parts[0]], [*end, *parts[1:]]
        dates: dict[str, Any] = {}
        for name, values, last in (("valid_from", start, False), ("valid_until", end, True)):
            for value in values:
                if isinstance(value, BadCell):
                    continue
                try:
                    dates[name] = parse_date(value, end=last, epoch=self.sheet.epoch) or dates.get(name)
                except ValueError as error:
                    self.found.problems.append(str(error))
        return dates
