"""Reads a plan document of any supported form into a `Plan`, or says where and why it cannot."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from knowledge import plan as model
from knowledge.documents import Document
from knowledge.labelled import is_labelled, parse_labelled
from knowledge.problems import PlanError, Problem

log = logging.getLogger("keikaku.parser")
__all__ = ["PlanError", "Problem", "parse_plan", "read_plan"]


def read_plan(path: Path) -> model.Plan:
    """Read the file at `path`. Raises PlanError (with every problem found) or OSError."""
    from knowledge.readers import guard, read_document
    from knowledge.readers.decode import decode_utf8

    if guard.kind_of(path) == "text":
        text = decode_utf8(path.read_bytes(), path.name)
        plan = parse_labelled(text, path.name) if is_labelled(text) else _extracted(read_document(path))
    else:
        plan = _extracted(read_document(path))
    plan.checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    return plan


def parse_plan(text: str, source: str = "計画") -> model.Plan:
    """Parse the text of a plan. Raises PlanError."""
    from knowledge.readers.text import text_document

    if not text.strip():
        raise PlanError(source, [Problem("本文", "何も書かれていません。")])
    if is_labelled(text):
        return parse_labelled(text, source)
    return _extracted(text_document(text, source))


def _extracted(document: Document) -> model.Plan:
    from knowledge.extract import extract_plan

    try:
        return extract_plan(document)
    except PlanError:
        raise
    except Exception as error:  # a document that nobody foresaw: the operator gets a sentence, the log the rest
        log.debug("extraction failed", exc_info=error)
        message = f"文書の組み立てが想定外で、読み解けませんでした（{type(error).__name__}: {error}）。施策の表だけを別のファイルにして試してください。"
        raise PlanError(document.name, [Problem("ファイル全体", message)]) from error
