"""Writes the plan's passages as FAQ files under data/faq/passages, for people to read and to add questions to.

A file that someone edited is never overwritten: its first line holds the checksum of what was generated.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import yaml

from knowledge import plan as model
from knowledge.store import PassageRow, PlanRow

_HEADER = "# 計画から自動で作ったファイルです。questions に質問の例を書き足せます（書き足したファイルは上書きしません）。 checksum: "
_CATEGORIES = {model.ISSUES: "課題", model.POLICY: "方針", model.GLOSSARY: "用語", model.KPI_TABLE: "用語"}


def write_passages(folder: Path, plan: PlanRow) -> list[Path]:
    """One file per measure and one for the front matter. Returns the files that were left because they were edited."""
    folder.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[PassageRow]] = {}
    for passage in plan.passages:
        by_file.setdefault(passage.key.split("-")[0], []).append(passage)
    edited = []
    for name, passages in by_file.items():
        path = folder / f"{plan.checksum[:8]}-{name}.yml"
        body = yaml.safe_dump([_entry(p, plan) for p in passages], allow_unicode=True, sort_keys=False, width=1000)
        if path.exists() and is_edited(path.read_text("utf-8")):
            edited.append(path)
            continue
        path.write_text(f"{_HEADER}{_checksum(body)}\n{body}", "utf-8")
    return edited


def remove_passages(folder: Path, checksum: str) -> None:
    """Take away the generated files of a document that is no longer answered from; edited ones stay."""
    for path in folder.glob(f"{checksum[:8]}-*.yml"):
        if not is_edited(path.read_text("utf-8")):
            path.unlink()


def _entry(passage: PassageRow, plan: PlanRow) -> dict[str, object]:
    quote: dict[str, object] = {
        "measure": passage.measure.no if passage.measure else None,
        "section": passage.section,
        "text": passage.text,
    }
    if passage.section == model.EFFECTS:
        quote["chapter"] = passage.heading
    return {
        "id": f"{plan.checksum[:8]}-{passage.key}",
        "category": _CATEGORIES.get(passage.section, "その他"),
        "questions": [],
        "quotes": [quote],
    }


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def is_edited(text: str) -> bool:
    """Whether a person has changed a generated file since (or wrote it)."""
    header, _, body = text.partition("\n")
    match = re.search(r"checksum: ([0-9a-f]{16})$", header)
    return match is None or match[1] != _checksum(body)
