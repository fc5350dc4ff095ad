"""Chooses the reader by what the file is, after the checks that keep a bad file from harming anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from knowledge.documents import Document
from knowledge.problems import PlanError, Problem
from knowledge.readers import guard

_TEXTS = {".txt": "text", ".text": "text", ".tsv": "text", ".md": "markdown", ".markdown": "markdown"}


def read_document(path: Path) -> Document:
    """The file at `path` as a document. Raises PlanError (in Japanese, for the operator) or OSError."""
    kind = guard.kind_of(path)
    try:
        read = _reader(kind, path)
    except ImportError as error:
        message = f"読み取りに使う部品 {error.name} が入っていません。make setup を実行してください。"
        raise PlanError(path.name, [Problem("ファイル全体", message)]) from error
    try:
        return read(path)
    except (PlanError, OSError):
        raise
    except MemoryError as error:
        raise PlanError(
            path.name, [Problem("ファイル全体", "大きすぎて読めません。分けて保存してください。")]
        ) from error
    except Exception as error:  # the libraries raise whatever a broken file makes them stumble over
        message = f"ファイルが壊れているようです（{type(error).__name__}）。元のアプリで開いて保存し直してください。"
        raise PlanError(path.name, [Problem("ファイル全体", message)]) from error


def _reader(kind: str, path: Path) -> Callable[[Path], Document]:
    """The reader's module is loaded only when it is needed: pdfplumber alone takes half a second."""
    if kind == "docx":
        from knowledge.readers.word import read_word

        return read_word
    if kind == "xlsx":
        from knowledge.readers.excel import read_excel

        return read_excel
    if kind == "pdf":
        from knowledge.readers.pdf import read_pdf

        return read_pdf
    if kind == "csv":
        from knowledge.readers.csv import read_csv

        return read_csv
    if kind == "html":
        from knowledge.readers.html import read_html

        return read_html
    if _TEXTS.get(path.suffix.lower()) == "markdown":
        from knowledge.readers.markdown import read_markdown

        return read_markdown
    from knowledge.readers.text import read_text

    return read_text
