"""Bytes to text, and which encoding a text is in when it is not UTF-8."""

from __future__ import annotations

from knowledge.problems import PlanError, Problem


def decode_utf8(raw: bytes, name: str) -> str:
    """UTF-8 with or without a byte order mark. Raises PlanError that names the encoding it seems to be."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PlanError(name, [Problem("文字コード", _encoding_hint(raw), line)]) from error


def decode_spreadsheet(raw: bytes, name: str) -> str:
    """A CSV: UTF-8, else the Shift_JIS in which Excel saves it. Raises PlanError."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return raw.decode("cp932")
        except UnicodeDecodeError:
            return decode_utf8(raw, name)


def _encoding_hint(raw: bytes) -> str:
    for codec, name in (("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("utf-16", "UTF-16")):
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return f"{name} のようです。UTF-8 で保存し直してください。"
    return "文字として読めません。UTF-8 のテキストで保存し直してください。"
