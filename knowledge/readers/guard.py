"""Looks at a file before anything opens it: size, real format, archives that unpack to too much, passwords."""

from __future__ import annotations

import zipfile
from pathlib import Path

from knowledge.problems import PlanError, Problem

MAX_BYTES = 50 * 2**20
MAX_UNPACKED = 400 * 2**20
MAX_RATIO = 200
MAX_PARTS = 20_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WHOLE = "ファイル全体"


def kind_of(path: Path) -> str:
    """docx, xlsx, pdf, csv, html or text. Raises PlanError for anything that must not or cannot be read, OSError."""
    if path.is_dir():
        raise _refused(path, "ファイルではなくフォルダーです。FILE=計画のファイル を指定してください。")
    size = path.stat().st_size
    if size == 0:
        raise _refused(path, "何も書かれていません（0バイトです）。")
    if size > MAX_BYTES:
        raise _refused(
            path,
            f"大きすぎます（{size // 2**20}MB、上限は{MAX_BYTES // 2**20}MB）。画像を除くか、施策の部分だけを保存してください。",
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(_OLE):
        raise _refused(path, _ole_message(path))
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _archive_kind(path)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    suffix = path.suffix.lower()
    if suffix in {".docx", ".xlsx", ".xlsm", ".pdf"}:
        raise _refused(
            path,
            f"{suffix[1:]} の形になっていません。ファイルが壊れているようです。元のアプリで開いて保存し直してください。",
        )
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(
            path,
            "読める形式ではありません。テキスト、HTML、Markdown、Word（.docx）、Excel（.xlsx）、CSV、PDF で保存してください。",
        )
    if suffix == ".csv":
        return "csv"
    if suffix in {".html", ".htm", ".xhtml"} or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith(
        (b"<!doctype html", b"<html")
    ):
        return "html"
    return "text"


def _ole_message(path: Path) -> str:
    with path.open("rb") as file:
        encrypted = any(_ENCRYPTED in chunk for chunk in iter(lambda: file.read(2**20), b""))
    if encrypted:
        return "パスワードがかかっています。パスワードを外して保存し直してください。"
    return "古い形式（.doc・.xls など）のようです。.docx か .xlsx で保存し直してください。"


def _archive_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refused(
            path, "ファイルが壊れています（途中で切れているようです）。元のアプリで保存し直してください。"
        ) from error
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    bomb = any(part.file_size > 2**20 and part.file_size > MAX_RATIO * max(1, part.compress_size) for part in parts)
    if unpacked > MAX_UNPACKED or len(parts) > MAX_PARTS or bomb or unpacked > MAX_RATIO * packed:
        raise _refused(
            path,
            f"展開すると{unpacked // 2**20}MBになる不自然なファイルです。安全のため読み込みません。元のアプリで開いて保存し直してください。",
        )
    if any(part.flag_bits & 0x1 for part in parts):
        raise _refused(path, "パスワードがかかっています。パスワードを外して保存し直してください。")
    names = {part.filename for part in parts}
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise _refused(path, "Word（.docx）でも Excel（.xlsx）でもありません。どちらかの形式で保存し直してください。")


def _refused(path: Path, message: str) -> PlanError:
    return PlanError(path.name, [Problem(_WHOLE, message)])
