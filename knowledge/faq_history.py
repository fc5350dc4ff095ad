"""Versions of the FAQ files: who changed what and when, kept in the store, and the way back."""

from __future__ import annotations

import getpass
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.passage_files import is_edited
from knowledge.store import VAR, FaqTextRow, FaqVersionRow

try:
    import fcntl
except ImportError:  # not on Windows, where this system isn't run
    fcntl = None  # type: ignore[assignment]


@contextmanager
def faq_lock(*, wait: bool = True) -> Iterator[None]:
    """Only one at a time changes or reads the files as a whole. Raises BlockingIOError where it can't and shan't wait."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "faq.lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def kept_files(folder: Path) -> dict[str, bytes]:
    """The files that people write, by path: all but what `knowledge.build` generates anew from the plan."""
    found = {}
    for path in sorted(folder.rglob("*.yml")):
        content = path.read_bytes()
        if path.parent.name != "passages" or is_edited(content.decode("utf-8", "replace")):
            found[path.relative_to(folder).as_posix()] = content
    return found


def latest(session: Session) -> FaqVersionRow | None:
    return session.scalar(select(FaqVersionRow).order_by(FaqVersionRow.id.desc()).limit(1))


def record(
    session: Session,
    folder: Path,
    who: str | None = None,
    what: str | None = None,
    back_to: FaqVersionRow | None = None,
) -> FaqVersionRow | None:
    """Keep the files of `folder` as a version where they differ from the latest. `back_to`: the version just restored."""
    files = kept_files(folder)
    state = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    last = latest(session)
    if last is not None and last.files == state:
        return None
    known = set(session.scalars(select(FaqTextRow.checksum)))
    for name, checksum in state.items():
        if checksum not in known:
            known.add(checksum)
            session.add(FaqTextRow(checksum=checksum, content=files[name]))
    before = last.files if last else {}
    touched = [name for name in sorted({*before, *state}) if before.get(name) != state.get(name)]
    version = FaqVersionRow(
        previous_id=back_to.previous_id if back_to else (last.id if last else None),
        who=who or _owner(folder, touched),
        what=what or ("最初の状態" if last is None else f"ファイルの編集：{_list(touched)}"),
        files=state,
    )
    session.add(version)
    session.flush()
    return version


def restore(session: Session, folder: Path, version: FaqVersionRow) -> list[str]:
    """Make the files of `folder` those of `version`; returns the paths that changed."""
    now_there = kept_files(folder)
    wanted = {name: session.get_one(FaqTextRow, checksum).content for name, checksum in version.files.items()}
    changed = [name for name in sorted({*now_there, *wanted}) if now_there.get(name) != wanted.get(name)]
    for name in changed:
        if name in wanted:
            write_whole(folder / name, wanted[name])
        else:
            (folder / name).unlink()
    return changed


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def current_user() -> str:
    """Who runs this command: WHO, or the account's name."""
    try:
        return os.environ.get("WHO") or getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return f"uid {os.getuid()}"


def _owner(folder: Path, touched: list[str]) -> str:
    """The account that owns the file changed last."""
    there = [path for name in touched if (path := folder / name).exists()]
    try:
        return max(there, key=lambda path: path.stat().st_mtime).owner()
    except (ValueError, KeyError, OSError):
        return current_user()


def _list(names: list[str]) -> str:
    return "、".join(names[:3]) + (f" ほか{len(names) - 3}件" if len(names) > 3 else "")
