"""Builds what the running system reads: store, passages, lexicon, encoder. `python -m knowledge.build`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from sqlalchemy import select

from knowledge.faq import load_faq
from knowledge.faq_history import faq_lock
from knowledge.faq_model import faq_folder
from knowledge.loader import counts, load_plan
from knowledge.parser import PlanError, read_plan
from knowledge.passage_files import write_passages
from knowledge.searchable import documents
from knowledge.store import ROOT, VAR, FaqRow, Store
from knowledge.words import build_lexicon

log = logging.getLogger("keikaku.build")
DATA = ROOT / "data"
FAQ = faq_folder()
LEXICON = VAR / "lexicon.json"
ENCODER = VAR / "encoder"


def build(plans: list[Path], *, encoder: bool = True) -> None:
    """Load the plans and everything made from them. Raises PlanError before anything is changed."""
    parsed = [(path, read_plan(path)) for path in plans]
    store = Store()
    store.create()
    with faq_lock(), store.session() as session:
        for path, plan in parsed:
            row, new = load_plan(session, plan, path.name)
            log.info("%s：%s", row.name, "読み込みました" if new else "変更はありません")
            write_passages(FAQ / "passages", row)
        for problem in load_faq(session, FAQ):
            log.warning("FAQ を公開しません：%s", problem)
        log.info("件数：%s、FAQ %d件", counts(session), len(session.scalars(select(FaqRow.id)).all()))
        build_lexicon(session, DATA).save(LEXICON)
        searched = documents(session) if encoder else []
    if encoder:
        from search.encoder import build_and_calibrate

        build_and_calibrate(ENCODER, searched)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the knowledge base from plan documents.")
    parser.add_argument("plans", nargs="*", type=Path, help="plan documents (default: data/plan/*.txt)")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        build(args.plans or sorted((DATA / "plan").glob("*.txt")))
    except PlanError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"読み込めません：{error.filename or ''} {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
