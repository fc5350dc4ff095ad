"""What an import would do: each row added, changed, as it is, or rejected and why. Changes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.dates import today
from knowledge.faq import Verifier, read_files
from knowledge.faq_columns import LABELS, Header, find_header
from knowledge.faq_model import FaqEntry, question_key
from knowledge.faq_rows import Row, read_rows
from knowledge.spreadsheet import FileProblem, read_sheets

STAFF = "staff"
_KEPT = ("category", "owner", "source", "valid_from", "valid_until", "measures", "kpis")


@dataclass
class Step:
    """One row to be written: the entry, the file it belongs in, and what it replaces."""

    row: Row
    entry: FaqEntry
    file: str
    before: FaqEntry | None = None

    @property
    def changed(self) -> list[str]:
        """Names of what differs, for staff."""
        if self.before is None:
            return []
        old, new = self.before.model_dump(), self.entry.model_dump()
        return [LABELS.get(name.replace("questions", "question"), name) for name in new if old[name] != new[name]]


@dataclass
class ImportPlan:
    """The outcome for every row of a file; `gone`: entries of the same file's last import that it no longer has."""

    target: str
    sheets: list[tuple[str, Header | None, int]] = field(default_factory=list)
    added: list[Step] = field(default_factory=list)
    changed: list[Step] = field(default_factory=list)
    same: list[Step] = field(default_factory=list)
    rejected: list[Row] = field(default_factory=list)
    gone: list[FaqEntry] = field(default_factory=list)

    @property
    def notes(self) -> list[tuple[Row, str]]:
        steps = sorted([*self.added, *self.changed], key=lambda step: (step.row.sheet, step.row.number))
        return [(step.row, note) for step in steps for note in step.row.notes]


def plan_import(path: Path, folder: Path, verifier: Verifier) -> ImportPlan:
    """Read `path` and compare it with the FAQ files of `folder`. Raises FileProblem where nothing of it can be read."""
    stem = _safe(path.stem)
    plan = ImportPlan(f"{STAFF}/{stem}.yml")
    files = read_files(folder)
    if plan.target in files.unreadable:
        raise FileProblem(f"取込先の {plan.target} が YAML として読めません。先に直してください。")
    rows: list[tuple[Row, Header]] = []
    for sheet in read_sheets(path):
        header = None if sheet.hidden or not sheet.rows else find_header(sheet)
        read = read_rows(sheet, header, f"庁内FAQ「{path.stem}」") if header else []
        plan.sheets.append((sheet.name, header, len(read)))
        rows += [(row, header) for row in read if header]
    if not any(header for _, header, _ in plan.sheets):
        raise FileProblem(
            "見出しの行（「質問」と「回答」の列）が見つかりません。1行目に「質問」「回答」と書いてください。"
        )
    if not rows:
        raise FileProblem("見出しの下に、質問と回答の行がありません。")
    _Planner(plan, files.entries, verifier).place(rows)
    return plan


def _safe(stem: str) -> str:
    """A file name from a file name: letters, digits and - _ only, short enough for every file system."""
    name = re.sub(r"[^\w\-]+", "_", unicodedata.normalize("NFKC", stem)).strip("_")
    while len(name.encode()) > 120:
        name = name[:-1]
    return name or "faq"


class _Planner:
    """Places rows one after the other."""

    def __init__(self, plan: ImportPlan, entries: Sequence[tuple[str, FaqEntry]], verifier: Verifier) -> None:
        self.plan, self.verifier = plan, verifier
        self.by_id = {entry.id: (file, entry) for file, entry in entries}
        self.by_question: dict[str, list[tuple[str, FaqEntry]]] = {}
        for file, entry in entries:
            for question in entry.questions:
                self.by_question.setdefault(question_key(question), []).append((file, entry))
        self.taken: dict[str, Row] = {}
        self.ids: dict[str, Row] = {}

    def place(self, rows: Sequence[tuple[Row, Header]]) -> None:
        for row, header in rows:
            if row.entry is not None:
                self._place(row, row.entry, header)
            if row.problems:
                self.plan.rejected.append(row)
        touched = {step.entry.id for step in (*self.plan.added, *self.plan.changed, *self.plan.same)}
        self.plan.gone = [
            entry for file, entry in self.by_id.values() if file == self.plan.target and entry.id not in touched
        ]

    def _place(self, row: Row, entry: FaqEntry, header: Header) -> None:
        found = self._match(row, entry)
        if row.problems:
            return
        file, before = found or (self.plan.target, None)
        if before is not None:
            entry = _merged(entry, before, header, row)
        elif not row.own_source:
            row.notes.append(f"出典がないため「{entry.source}」を出典にします。")
        if other := self.ids.get(entry.id):
            row.problems.append(f"{other.place}と重複しています（同じ質問か同じ ID）。1行にまとめてください。")
            return
        step = Step(row, entry, file, before)
        if before is not None and not step.changed:
            self._take(step)
            self.plan.same.append(step)
            return
        if problem := self._duplicate(step):
            row.problems.append(problem)
            return
        try:
            self.verifier.passages(entry)
        except ValueError as error:
            row.problems.append(str(error))
            return
        if entry.valid_until and entry.valid_until < today():
            row.notes.append(f"有効期限（{entry.valid_until}）が過ぎているため、回答には使いません。")
        elif entry.valid_from and entry.valid_from > today():
            row.notes.append(f"{entry.valid_from} から回答に使います。")
        self._take(step)
        (self.plan.changed if before else self.plan.added).append(step)

    def _take(self, step: Step) -> None:
        self.ids[step.entry.id] = step.row
        for question in step.entry.questions:
            self.taken.setdefault(question_key(question), step.row)

    def _match(self, row: Row, entry: FaqEntry) -> tuple[str, FaqEntry] | None:
        """The entry that the row means: by its id, else the imported one that has its question."""
        if entry.id in self.by_id:
            return self.by_id[entry.id]
        if row.has_id:
            return None
        for question in entry.questions:
            imported = [pair for pair in self.by_question.get(question_key(question), []) if _is_imported(pair[0])]
            if imported:
                return imported[0]
        return None

    def _duplicate(self, step: Step) -> str | None:
        """Why the row's questions can't be: another row or a live entry has one of them."""
        old = {question_key(question) for question in step.before.questions} if step.before else set()
        for question in step.entry.questions:
            key = question_key(question)
            if key in self.taken:
                return f"質問「{question}」が{self.taken[key].place}と重複しています。1行にまとめてください。"
            others = [(file, other) for file, other in self.by_question.get(key, []) if other.id != step.entry.id]
            if others and key not in old:
                file, other = others[0]
                return (
                    f"質問「{question}」は、すでに公開しているFAQ（ID {other.id}、{file}）と重複しています。"
                    f"そのFAQを変えるときは、ID の列に {other.id} と書いてください。"
                )
        return None


def _is_imported(file: str) -> bool:
    return file.startswith(f"{STAFF}/")


def _merged(entry: FaqEntry, before: FaqEntry, header: Header, row: Row) -> FaqEntry:
    """The row's entry under the id that it has; what the table has no column for stays as it was."""
    held = set(header.fields.values()) | (
        {"valid_from", "valid_until"} if "period" in header.fields.values() else set()
    )
    kept = {name: getattr(before, name) for name in _KEPT if name not in held}
    if not row.own_source:
        kept["source"] = before.source
    if "variants" not in held and len(entry.questions) == 1:
        kept["questions"] = list(dict.fromkeys([*entry.questions, *before.questions]))
    return entry.model_copy(update={**kept, "id": before.id})
