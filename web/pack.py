"""Sends the widget's modules as one small response, the way a server gzips: nothing is built or kept on disk.

The modules under static/widget/ run as they are; packed, they cost one request and no comments.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import rcssmin
import rjsmin

_IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"(\./[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |let |function |async |class )", re.MULTILINE)


class PackError(ValueError):
    """A module is written in a way that cannot be packed; the message names it."""


def packed(file: Path) -> bytes:
    """A style sheet or script without comments and spare white space; a script with all that it imports."""
    files = modules(file) if file.suffix == ".js" else [file]
    return _packed(file, tuple((path, path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=8)
def _packed(file: Path, stamps: tuple[tuple[Path, int], ...]) -> bytes:
    if file.suffix == ".css":
        return str(rcssmin.cssmin(file.read_text("utf-8"))).encode()
    return str(rjsmin.jsmin("\n".join(_body(path, file.parent) for path, _ in stamps))).encode()


def modules(entry: Path) -> list[Path]:
    """The entry and what it imports, each after what it needs itself."""
    found: list[Path] = []

    def visit(path: Path) -> None:
        if path not in found:
            for name in _IMPORT.findall(path.read_text("utf-8")):
                visit((path.parent / name).resolve())
            found.append(path)

    visit(entry.resolve())
    return found


def _body(path: Path, home: Path) -> str:
    """A module without its imports and exports. Its top-level names must differ from those of all others."""
    text = _EXPORT.sub("", _IMPORT.sub("", path.read_text("utf-8")))
    if left := re.search(r"^(import|export)\b.*", text, re.MULTILINE):
        raise PackError(f"{path.name}: cannot pack {left.group()!r}; write imports on one line and export declarations")
    # Each module goes on seeing its own address.
    own = path.relative_to(home.resolve()).as_posix()
    return (
        text.replace("import.meta.url", f'new URL("{own}",import.meta.url)') if path.parent != home.resolve() else text
    )
