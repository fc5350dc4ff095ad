"""FAQ entries from files (data/faq) to the store: read, verified against the plan, loaded. Only verified entries go live.

The files are the truth and the store is built from them. A file or entry that can't be read (somebody is editing it)
leaves what the store has of it in place; an entry that the plan does not bear out is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from keikaku.text import fold
from knowledge.faq_history import record
from knowledge.faq_model import FaqEntry, FaqProblem, FaqQuote, messages
from knowledge.store import FaqQuoteRow, FaqRow, KpiRow, MeasureRow, PassageRow, PlanRow, current_plans

__all__ = [
    "FaqChange",
    "FaqEntry",
    "FaqFiles",
    "FaqProblem",
    "FaqQuote",
    "Verifier",
    "load_faq",
    "read_entries",
    "read_files",
    "sync_faq",
]
MAX_FILE = 10 * 2**20


@dataclass
class FaqFiles:
    """What the files hold: valid entries as (file, entry); files that can't be read; ids of entries that can't, by file."""

    entries: list[tuple[str, FaqEntry]] = field(default_factory=list)
    problems: list[FaqProblem] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    invalid: set[tuple[str, str]] = field(default_factory=set)


def read_files(folder: Path) -> FaqFiles:
    """Every FAQ file under `folder`, in order of names. Raises FileNotFoundError where the folder itself is gone."""
    if not folder.is_dir():  # a lost mount must not read as 『every entry was removed』
        raise FileNotFoundError(2, "No such folder", str(folder))
    files = FaqFiles()
    seen: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yml")):
        name = path.relative_to(folder).as_posix()
        for number, raw in enumerate(_read_file(path, name, files), 1):
            label = str(raw.get("id", f"{number}件目")) if isinstance(raw, dict) else f"{number}件目"
            try:
                entry = FaqEntry.model_validate(raw)
            except ValidationError as error:
                files.problems += [FaqProblem(name, label, text) for text in messages(error)]
                files.invalid.add((name, label))
                continue
            if entry.id in seen:
                files.problems.append(FaqProblem(name, entry.id, f"同じ id が {seen[entry.id]} にもあります。"))
                continue
            seen[entry.id] = name
            files.entries.append((name, entry))
    return files


def read_entries(folder: Path) -> tuple[list[tuple[str, FaqEntry]], list[FaqProblem]]:
    """All valid entries under `folder` as (file, entry), and what was wrong with the others."""
    files = read_files(folder)
    return files.entries, files.problems


def _read_file(path: Path, name: str, files: FaqFiles) -> Iterator[Any]:
    try:
        if path.stat().st_size > MAX_FILE:
            raise ValueError(f"ファイルが大きすぎます（{MAX_FILE // 2**20} MB まで）。")
        data = yaml.load(path.read_text("utf-8-sig"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        if data is not None and not isinstance(data, list):
            raise ValueError("「- id: …」の並びにしてください。")
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        files.problems.append(FaqProblem(name, f"{mark.line + 1}行目" if mark else "", _cause(error)))
        files.unreadable.add(name)
        return
    yield from data or []


def _cause(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "UTF-8 で保存してください。"
    if isinstance(error, OSError):
        return f"読み込めません（{error.strerror or error}）。"
    if isinstance(error, (yaml.YAMLError, RecursionError)):
        return "YAML として読めません。"
    return str(error) if str(error).endswith("。") else "YAML として読めません。"


@dataclass
class FaqChange:
    """What loading changed in the store, by id, and what was left out."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    problems: list[FaqProblem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def load_faq(session: Session, folder: Path) -> list[FaqProblem]:
    """Make the stored entries the verified ones of `folder`; returns what was left out."""
    return sync_faq(session, folder).problems


def sync_faq(session: Session, folder: Path, who: str | None = None, what: str | None = None) -> FaqChange:
    """Make the stored entries the verified ones of `folder`, and keep the files as a version where they changed."""
    files = read_files(folder)
    stored = {row.id: row for row in session.execute(select(FaqRow.id, FaqRow.file, FaqRow.digest, FaqRow.definition))}
    verifier = Verifier(session)
    change = FaqChange(problems=files.problems)
    wanted: dict[str, _Verified] = {}
    for file, entry in files.entries:
        try:
            wanted[entry.id] = _Verified(file, entry, verifier.passages(entry))
        except ValueError as error:
            change.problems.append(FaqProblem(file, entry.id, str(error)))
    kept: set[tuple[str, str]] = set()
    for row in stored.values():
        if row.id in wanted or not (row.file in files.unreadable or (row.file, row.id) in files.invalid):
            continue
        try:  # somebody is editing it: what was live goes on answering, if the plan still bears it out
            entry = FaqEntry.model_validate(row.definition)
            wanted[row.id] = _Verified(row.file, entry, verifier.passages(entry))
            kept |= {(row.file, row.id), (row.file, "")}
        except ValueError:
            continue
    change.problems = [
        replace(problem, kept=(problem.file, "" if problem.file in files.unreadable else problem.entry) in kept)
        for problem in change.problems
    ]
    change.removed = [id_ for id_ in stored if id_ not in wanted]
    change.changed = [id_ for id_, new in wanted.items() if id_ in stored and stored[id_].digest != new.digest]
    change.added = [id_ for id_ in wanted if id_ not in stored]
    for id_ in change.removed + change.changed:
        session.delete(session.get_one(FaqRow, id_))
    session.flush()
    session.add_all(wanted[id_].row() for id_ in change.added + change.changed)
    if not files.unreadable:
        record(session, folder, who, what)
    return change


@dataclass
class _Verified:
    """An entry with the passages that it quotes."""

    file: str
    entry: FaqEntry
    passages: list[PassageRow]

    @cached_property
    def definition(self) -> dict[str, Any]:
        return self.entry.definition()

    @cached_property
    def digest(self) -> str:
        """Tells whether anything of it differs from what is stored."""
        key = [self.file, self.definition, [passage.id for passage in self.passages]]
        return hashlib.sha256(json.dumps(key, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def row(self) -> FaqRow:
        entry = self.entry
        return FaqRow(
            id=entry.id,
            category=entry.category,
            answer=entry.answer,
            source=entry.source,
            owner=entry.owner,
            file=self.file,
            questions=entry.questions,
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
            measures=entry.measures,
            kpis=entry.kpis,
            definition=self.definition,
            digest=self.digest,
            quotes=[
                FaqQuoteRow(position=position, passage_id=passage.id, text=quote.text)
                for position, (quote, passage) in enumerate(zip(entry.quotes, self.passages))
            ],
        )


class Verifier:
    """Checks an entry's quotes, measures and KPIs against the current plans."""

    def __init__(self, session: Session) -> None:
        plan_ids = [plan.id for plan in current_plans(session)]
        rows = session.execute(
            select(PassageRow, MeasureRow.no, PlanRow.checksum)
            .select_from(PassageRow)
            .outerjoin(MeasureRow, PassageRow.measure_id == MeasureRow.id)
            .join(PlanRow, PassageRow.plan_id == PlanRow.id)
            .where(PlanRow.id.in_(plan_ids))
            .order_by(PassageRow.id)
        )
        self._passages = [(passage, no, fold(passage.text), checksum) for passage, no, checksum in rows]
        measures = select(MeasureRow.no).where(MeasureRow.plan_id.in_(plan_ids))
        self._measures = set(session.scalars(measures))
        kpis = select(KpiRow.name).join(MeasureRow).where(MeasureRow.plan_id.in_(plan_ids))
        self._kpis = {fold(name) for name in session.scalars(kpis)}

    def passages(self, entry: FaqEntry) -> list[PassageRow]:
        """The passage of each quote. Raises ValueError with what the plan does not bear out."""
        for no in entry.measures:
            if no not in self._measures:
                raise ValueError(f"計画に施策{no}はありません。")
        for name in entry.kpis:
            if fold(name) not in self._kpis:
                raise ValueError(f"計画に「{name}」という指標はありません。")
        return [self._find(quote, entry.id) for quote in entry.quotes]

    def _find(self, quote: FaqQuote, entry: str) -> PassageRow:
        """The passage that the quote is from. Where plans have the same words, that of the plan whose checksum the entry's
        id begins with (knowledge/passage_files.py), else of the one that was read first."""
        wanted = fold(quote.text)
        fitting = [
            (not entry.startswith(f"{checksum[:8]}-"), passage.id, passage)
            for passage, no, text, checksum in self._passages
            if no == quote.measure and passage.section == quote.section and wanted in text
        ]
        if fitting:
            return min(fitting, key=lambda found: found[:2])[2]
        where = f"施策{quote.measure} {quote.section}" if quote.measure else quote.section
        raise ValueError(f"計画の {where} に次の文がありません：{quote.text}")
