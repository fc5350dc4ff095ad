"""FAQ entries as files (data/faq): read, verified against the plan, loaded. An entry that can't be verified doesn't go live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from keikaku.text import fold
from knowledge.store import FaqQuoteRow, FaqRow, MeasureRow, PassageRow, PlanRow, current_plans


class FaqQuote(BaseModel):
    """Words of the plan that answer the question, and where they are printed."""

    model_config = ConfigDict(extra="forbid")
    measure: int | None = None
    chapter: str | None = None
    section: str
    text: str = Field(min_length=1)


class FaqEntry(BaseModel):
    """One entry of a file under data/faq: quotes of the plan, or an answer with the source it comes from."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    category: str = "その他"
    questions: list[str] = []
    quotes: list[FaqQuote] = []
    answer: str | None = None
    source: str | None = None
    owner: str | None = None

    @model_validator(mode="after")
    def _has_an_answer(self) -> FaqEntry:
        if bool(self.quotes) == bool(self.answer):
            raise ValueError("quotes（計画の引用）か answer（回答）のどちらか一方を書いてください。")
        if self.answer and not self.source:
            raise ValueError("answer には source（出典）が必要です。")
        if self.answer and not self.questions:
            raise ValueError("questions（質問の例）を1つ以上書いてください。")
        return self


@dataclass(frozen=True)
class FaqProblem:
    """Why an entry was left out."""

    file: str
    entry: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} {self.entry}：{self.message}"


def read_entries(folder: Path) -> tuple[list[tuple[str, FaqEntry]], list[FaqProblem]]:
    """All valid entries under `folder` as (file, entry), and what was wrong with the others."""
    entries: list[tuple[str, FaqEntry]] = []
    problems: list[FaqProblem] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yml")):
        name = str(path.relative_to(folder))
        for number, raw in enumerate(_read_file(path, name, problems), 1):
            label = str(raw.get("id", f"{number}件目")) if isinstance(raw, dict) else f"{number}件目"
            try:
                entry = FaqEntry.model_validate(raw)
            except ValidationError as error:
                problems += [
                    FaqProblem(name, label, f"{'.'.join(map(str, e['loc']))} {e['msg']}") for e in error.errors()
                ]
                continue
            if entry.id in seen:
                problems.append(FaqProblem(name, entry.id, f"同じ id が {seen[entry.id]} にもあります。"))
                continue
            seen[entry.id] = name
            entries.append((name, entry))
    return entries, problems


def _read_file(path: Path, name: str, problems: list[FaqProblem]) -> Iterator[Any]:
    try:
        data = yaml.load(path.read_text("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except UnicodeDecodeError:
        problems.append(FaqProblem(name, "", "UTF-8 で保存してください。"))
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(FaqProblem(name, f"{mark.line + 1}行目" if mark else "", "YAML として読めません。"))
        return
    if isinstance(data, list):
        yield from data
    elif data is not None:
        problems.append(FaqProblem(name, "", "「- id: …」の並びにしてください。"))


def load_faq(session: Session, folder: Path) -> list[FaqProblem]:
    """Replace the stored entries by the verified ones of `folder`; returns what was left out."""
    entries, problems = read_entries(folder)
    passages = _Passages(session)
    session.execute(delete(FaqQuoteRow))
    session.execute(delete(FaqRow))
    for file, entry in entries:
        quotes = []
        for position, quote in enumerate(entry.quotes):
            passage = passages.find(quote)
            if passage is None:
                where = f"施策{quote.measure} {quote.section}" if quote.measure else quote.section
                problems.append(FaqProblem(file, entry.id, f"計画の {where} に次の文がありません：{quote.text}"))
                break
            quotes.append(FaqQuoteRow(position=position, passage_id=passage.id, text=quote.text))
        else:
            session.add(
                FaqRow(
                    id=entry.id,
                    category=entry.category,
                    answer=entry.answer,
                    source=entry.source,
                    owner=entry.owner,
                    file=file,
                    questions=entry.questions,
                    quotes=quotes,
                )
            )
    return problems


class _Passages:
    """Finds the passage that a quote is taken from, word for word apart from widths and spaces."""

    def __init__(self, session: Session) -> None:
        plan_ids = [plan.id for plan in current_plans(session)]
        rows = session.execute(
            select(PassageRow, MeasureRow.no)
            .outerjoin(MeasureRow)
            .join(PlanRow, PassageRow.plan_id == PlanRow.id)
            .where(PlanRow.id.in_(plan_ids))
            .order_by(PassageRow.id)
        )
        self._passages = [(passage, no, fold(passage.text)) for passage, no in rows]

    def find(self, quote: FaqQuote) -> PassageRow | None:
        wanted = fold(quote.text)
        for passage, no, text in self._passages:
            if no == quote.measure and passage.section == quote.section and wanted in text:
                return passage
        return None
