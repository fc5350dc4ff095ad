"""Takes FAQ tables (Excel, CSV) into data/faq: `python -m knowledge.faq_import FILE [--apply] [--skip] [--remove]`.

Without --apply it only says what it would do. All or nothing: with a rejected row nothing is written, unless --skip
leaves the rejected rows out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge.faq import Verifier, sync_faq
from knowledge.faq_columns import LABELS
from knowledge.faq_files import HEADER, edited
from knowledge.faq_history import current_user, faq_lock, record, write_whole
from knowledge.faq_model import FaqEntry, faq_folder
from knowledge.faq_plan import ImportPlan, Step, plan_import
from knowledge.spreadsheet import FileProblem
from knowledge.store import Store, current_plans

SHOWN = 200


def apply(session: Session, folder: Path, plan: ImportPlan, name: str, *, remove: bool = False) -> None:
    """Write the plan's entries into their files and load them; on any error the files are put back."""
    record(session, folder)  # what was edited by hand before stays a version of its own
    by_file: dict[str, list[FaqEntry]] = {}
    for step in (*plan.added, *plan.changed):
        by_file.setdefault(step.file, []).append(step.entry)
    removed = {entry.id for entry in plan.gone} if remove else set()
    if removed:
        by_file.setdefault(plan.target, [])
    texts: dict[Path, str] = {}
    for file, entries in by_file.items():
        path = folder / file
        text = path.read_text("utf-8-sig") if path.exists() else HEADER
        try:
            texts[path] = edited(text, entries, removed)
        except ValueError as error:
            raise FileProblem(f"{file} を書き換えられません：{error}") from error
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    try:
        for path, text in texts.items():
            write_whole(path, text.encode())
        counts = f"追加{len(plan.added)} 変更{len(plan.changed)} 削除{len(removed)}"
        what = f"取込：{name}（{counts}）"
        change = sync_faq(session, folder, current_user(), what)
        record(session, folder, current_user(), what)  # where another file can't be read, sync keeps no version
        lost = {step.entry.id for step in (*plan.added, *plan.changed)} & {p.entry for p in change.problems}
        if lost:
            raise FileProblem(f"取り込んだ内容を確認できませんでした（{'、'.join(sorted(lost)[:3])}）。")
        session.flush()
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                write_whole(path, content)
        raise


def report(plan: ImportPlan, name: str, *, applied: bool) -> Iterable[str]:
    """What was (or would be) done, line by line."""
    yield f"{'取込' if applied else '取込の確認（まだ何も書き込んでいません）'}：{name} → {plan.target}"
    for sheet, header, count in plan.sheets:
        title = f"シート「{sheet}」" if sheet else "表"
        if header is None:
            yield f"  {title}：質問と回答の見出しがない（または非表示の）ため、読みません。"
            continue
        used = "、".join(dict.fromkeys(LABELS.get(field, "有効期間") for field in header.fields.values()))
        unused = f"　使わない列：{'、'.join(header.unused)}" if header.unused and not header.ours else ""
        yield f"  {title}：見出し {header.row}行目、{count}行。使う列：{used}{unused}"
    yield from _steps("追加", "＋", plan.added)
    yield from _steps("変更", "～", plan.changed)
    yield f"変更なし {len(plan.same)}件"
    if plan.gone:
        yield f"表から消えたもの {len(plan.gone)}件（REMOVE=1 を付けると削除します）"
        yield from (f"  － {entry.id}「{entry.questions[0][:40]}」" for entry in plan.gone[:SHOWN])
    yield f"却下 {len(plan.rejected)}件"
    for row in plan.rejected:
        yield f"  × {row.place}{f'「{row.label[:30]}」' if row.label else ''}：{' '.join(row.problems)}"
    notes: dict[str, list[str]] = {}
    for row, note in plan.notes:
        notes.setdefault(note, []).append(row.place)
    if notes:
        yield f"お知らせ {len(plan.notes)}件"
    for note, places in list(notes.items())[:SHOWN]:
        more = f" ほか{len(places) - 5}行" if len(places) > 5 else ""
        yield f"  ・{'、'.join(places[:5])}{more}：{note}"


def _steps(what: str, mark: str, steps: list[Step]) -> Iterable[str]:
    yield f"{what} {len(steps)}件"
    for step in steps[:SHOWN]:
        changed = f"：{'、'.join(step.changed)}" if step.before else ""
        where = f"（{step.file}）" if step.before else ""
        yield f"  {mark} {step.row.place}「{step.entry.questions[0][:40]}」{where}{changed}"
    if len(steps) > SHOWN:
        yield f"  … ほか{len(steps) - SHOWN}件"


def run(path: Path, folder: Path, store: Store, *, write: bool, skip: bool, remove: bool) -> int:
    """Plan, report and (with `write`) apply. Returns the exit status. Raises FileProblem."""
    with faq_lock(), store.session() as session:
        if not current_plans(session):
            raise FileProblem("計画がまだ読み込まれていません。先に make run か make setup を実行してください。")
        folder.mkdir(parents=True, exist_ok=True)
        plan = plan_import(path, folder, Verifier(session))
        refused = bool(plan.rejected) and not skip
        remove = remove and not plan.rejected
        todo = bool(plan.added or plan.changed or (remove and plan.gone))
        write = write and not refused and todo
        if write:
            apply(session, folder, plan, path.name, remove=remove)
    print("\n".join(report(plan, path.name, applied=write)))
    if refused:
        print(
            f"却下が{len(plan.rejected)}件あるため、取り込めません（何も書き込んでいません）。表を直してもう一度実行してください。\n"
            "却下の行だけを除いて取り込むときは、SKIP=1 も付けてください。"
        )
    elif write:
        print(
            "取り込みました。動いているシステムには5秒以内に反映されます。取り消すときは make faq-undo を実行してください。"
        )
    elif not todo:
        print("取り込むものはありません。")
    else:
        print("この内容で取り込むときは、APPLY=1 を付けて実行してください。")
    return 1 if plan.rejected and not (skip and write) else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Import FAQ entries from Excel or CSV.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--apply", action="store_true", help="write it (without: a dry run)")
    parser.add_argument("--skip", action="store_true", help="leave rejected rows out instead of refusing the file")
    parser.add_argument("--remove", action="store_true", help="remove what an earlier import of this file had")
    args = parser.parse_args()
    if not args.file.name:
        print("取り込むファイルを FILE=FAQ.xlsx のように書いてください。")
        return 1
    store = Store()
    try:
        store.create()
        return run(args.file, faq_folder(), store, write=args.apply, skip=args.skip, remove=args.remove)
    except FileProblem as problem:
        print(f"{args.file.name} を取り込めません：{problem}\n何も書き込んでいません。")
    except OSError as error:
        print(f"ファイルを書き込めません：{error.filename or ''} {error.strerror or error}。何も書き込んでいません。")
    except SQLAlchemyError as error:
        print(
            f"知識ベースに書き込めません（{type(error).__name__}）。時間をおいてもう一度実行してください。何も書き込んでいません。"
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())
