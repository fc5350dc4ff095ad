"""Builds what the running system reads: store, passages, lexicon, encoder. `python -m knowledge.build`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge import diff, show
from knowledge import plan as model
from knowledge.editions import is_older, plan_of, previous_edition
from knowledge.faq import FaqProblem, load_faq
from knowledge.faq_history import faq_lock
from knowledge.faq_model import faq_folder
from knowledge.loader import counts, load_plan
from knowledge.parser import PlanError, Problem, read_plan
from knowledge.passage_files import remove_passages, write_passages
from knowledge.searchable import documents
from knowledge.store import ROOT, VAR, FaqRow, PlanRow, Store, current_plans
from knowledge.words import build_lexicon

log = logging.getLogger("keikaku.build")
DATA = ROOT / "data"
FAQ = faq_folder()
LEXICON = VAR / "lexicon.json"
ENCODER = VAR / "encoder"
PLAN_SUFFIXES = {".txt", ".md", ".html", ".htm", ".docx", ".xlsx", ".pdf", ".csv"}


def build(plans: list[Path], *, encoder: bool = True, only: bool = False) -> None:
    """Load the plans and everything made from them; with `only`, other plans are no longer answered from.

    Raises PlanError before anything is changed.
    """
    parsed = [(path, read_plan(path)) for path in plans]
    for _, plan in parsed:
        log.info("%s", show.summary(plan))
    store = Store()
    store.create()
    try:
        with faq_lock(), store.session() as session:
            loaded: list[PlanRow] = []
            for path, plan in parsed:
                row, new = load_plan(session, plan, path.name)
                log.info("%s：%s", row.name, "読み込みました" if new else "変更はありません")
                write_passages(FAQ / "passages", row)
                _replace(session, row, new)
                loaded.append(row)
            if only:
                _retire(session, loaded)
            _warn(load_faq(session, FAQ))
            log.info("件数：%s、FAQ %d件", counts(session), len(session.scalars(select(FaqRow.id)).all()))
            build_lexicon(session, DATA).save(LEXICON)
            searched = documents(session) if encoder else []
    except SQLAlchemyError as error:
        _take_back(store, [plan for _, plan in parsed])
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        names = "、".join(path.name for path in plans)
        raise PlanError(
            names, [Problem("保存", f"知識ベースに書き込めませんでした（{cause}）。何も変えていません。")]
        ) from error
    if encoder:
        from search.encoder import build_and_calibrate

        build_and_calibrate(ENCODER, searched)


def _replace(session: Session, row: PlanRow, new: bool) -> None:
    """Editions that are no longer answered from lose their passage files; what changed is reported."""
    for checksum in session.scalars(select(PlanRow.checksum).where(PlanRow.current.is_(False))):
        remove_passages(FAQ / "passages", checksum)
    before = previous_edition(session, row)
    if before is not None and new:
        log.info("旧版「%s」に代わって、この計画で答えます。", before.name)
        if is_older(row.issued, before.issued):
            log.warning("注意：読み込んだ版（%s）は、前の版（%s）より古いようです。", row.issued, before.issued)
        log.info("%s", diff.report(plan_of(before), plan_of(row)))


def _retire(session: Session, kept: list[PlanRow]) -> None:
    """Answer on `kept` alone. The other plans stay in the store."""
    for row in current_plans(session):
        if row not in kept:
            row.current = False
            remove_passages(FAQ / "passages", row.checksum)
            log.info("%s では答えなくなります（知識ベースには残ります）。", row.name)


def _warn(problems: list[FaqProblem], limit: int = 10) -> None:
    for problem in problems[:limit]:
        log.warning("FAQ を公開しません：%s", problem)
    if len(problems) > limit:
        log.warning("FAQ を公開しません：ほか%d件", len(problems) - limit)


def _take_back(store: Store, plans: list[model.Plan]) -> None:
    """After a failed load: passage files of plans that did not get into the store."""
    try:
        with store.session() as session:
            stored = set(session.scalars(select(PlanRow.checksum)))
    except SQLAlchemyError:
        return
    for plan in plans:
        if plan.checksum not in stored:
            remove_passages(FAQ / "passages", plan.checksum)


def check(plans: list[Path]) -> None:
    """Print what would be loaded, and change nothing. Raises PlanError, OSError."""
    for path in plans:
        plan = read_plan(path)
        print(show.summary(plan))
        print(show.outline(plan))


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the knowledge base from plan documents.")
    parser.add_argument("plans", nargs="*", type=Path, help="plan documents (default: those in data/plan)")
    parser.add_argument("--only", action="store_true", help="answer on these plans alone")
    parser.add_argument("--check", action="store_true", help="only show what would be read")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    default = sorted(path for path in (DATA / "plan").iterdir() if path.suffix.lower() in PLAN_SUFFIXES)
    try:
        if args.check:
            check(args.plans or default)
        else:
            build(args.plans or default, only=args.only)
    except PlanError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"読み込めません：{error.filename or ''} {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
