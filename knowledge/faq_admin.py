"""Looking after the FAQ: `python -m knowledge.faq_admin check | history | undo [--to N]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import timezone
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.dates import JST, today
from knowledge.faq import sync_faq
from knowledge.faq_history import current_user, faq_lock, latest, record, restore
from knowledge.faq_model import faq_folder
from knowledge.passage_files import write_passages
from knowledge.store import FaqRow, FaqVersionRow, Store, current_plans


class UndoProblem(Exception):
    """Why nothing can be undone, in words for staff."""


def undo(session: Session, folder: Path, to: int | None = None) -> tuple[FaqVersionRow, list[str]]:
    """Put back the files as they were before the last change (or as version `to` had them), and load them.

    Returns the version restored and the files that changed. A second undo goes one change further back.
    Raises UndoProblem.
    """
    record(session, folder)  # what has been edited since becomes a version of its own: nothing is ever lost
    last = latest(session)
    if to is not None:
        target = session.get(FaqVersionRow, to)
        if target is None:
            raise UndoProblem(f"第{to}版はありません。make faq-history で確かめてください。")
    else:
        target = session.get(FaqVersionRow, last.previous_id) if last and last.previous_id else None
        if target is None:
            raise UndoProblem("これより前の状態はありません。")
    changed = restore(session, folder, target)
    for plan in current_plans(session):  # a generated file that had been edited comes back as generated
        write_passages(folder / "passages", plan)
    who, what = current_user(), f"第{target.id}版に戻す"
    record(session, folder, who, what, back_to=target)
    sync_faq(session, folder, who, what)
    return target, changed


def history(session: Session, limit: int = 30) -> Iterable[str]:
    """The versions, newest first: number, time in Japan, who, what."""
    for version in session.scalars(select(FaqVersionRow).order_by(FaqVersionRow.id.desc()).limit(limit)):
        at = version.at if version.at.tzinfo else version.at.replace(tzinfo=timezone.utc)
        yield f"第{version.id}版　{at.astimezone(JST):%Y-%m-%d %H:%M:%S}　{version.who}　{version.what}"


def check(session: Session, folder: Path) -> tuple[list[str], bool]:
    """A report on the FAQ for staff, and whether everything in the files is live. Loads what has changed."""
    change = sync_faq(session, folder)
    rows = session.scalars(select(FaqRow).order_by(FaqRow.id)).all()
    day = today()
    early = [row for row in rows if row.valid_from and day < row.valid_from]
    late = [row for row in rows if row.valid_until and row.valid_until < day]
    lines = [
        f"回答に使うFAQ：{len(rows) - len(early) - len(late)}件（うち質問のない計画の文 {sum(not row.questions for row in rows)}件）"
    ]
    lines += [f"開始前：{row.id}（{row.valid_from} から）{row.questions[:1]}" for row in early]
    lines += [f"期限切れ：{row.id}（{row.valid_until} まで）{row.questions[:1]}" for row in late]
    lines += [f"公開できません：{problem}" for problem in change.problems]
    return lines, not change.problems


def main() -> int:
    parser = argparse.ArgumentParser(description="Look after the FAQ.")
    parser.add_argument("command", choices=["check", "history", "undo"])
    parser.add_argument("--to", type=int, help="undo: the version to return to")
    args = parser.parse_args()
    store, folder = Store(), faq_folder()
    try:
        store.create()
        with faq_lock(), store.session() as session:
            if args.command == "history":
                count = session.scalar(select(func.count()).select_from(FaqVersionRow)) or 0
                print("\n".join(history(session)) if count else "まだ履歴がありません。")
                return 0
            if args.command == "check":
                lines, good = check(session, folder)
                print("\n".join(lines))
                return 0 if good else 1
            target, changed = undo(session, folder, args.to)
            print(
                f"第{target.id}版（{target.what}）の状態に戻しました。変わったファイル：{'、'.join(changed) or 'なし'}"
            )
            return 0
    except UndoProblem as problem:
        print(problem)
    except (OSError, SQLAlchemyError) as error:
        print(f"実行できませんでした（{type(error).__name__}：{error}）。")
    return 1


if __name__ == "__main__":
    sys.exit(main())
