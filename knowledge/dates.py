"""Dates as staff write them: 令和5年4月1日, R5.4.1, 2023/4/1, 20230401, a cell of Excel, 令和5年度末."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from keikaku.text import nfkc
from keikaku.years import number

JST = timezone(timedelta(hours=9))
_ERAS = {"令和": 2018, "令": 2018, "r": 2018, "平成": 1988, "平": 1988, "h": 1988}
_NONE = frozenset({"", "-", "ー", "なし", "無し", "無", "無期限", "期限なし", "常時", "未定", "当面の間"})
_YEAR = r"(?:(?P<western>\d{4})|(?P<era>令和|平成|令|平|[rh])(?P<n>\d{1,2}|元))"
_DATE = re.compile(rf"{_YEAR}[年./\-](?P<month>\d{{1,2}})(?:[月./\-](?:(?P<day>\d{{1,2}})日?)?)?", re.IGNORECASE)
_FISCAL = re.compile(rf"{_YEAR}年度末?", re.IGNORECASE)
_COMPACT = re.compile(r"(20\d\d)(0[1-9]|1[0-2])([0-3]\d)")
_TIME = re.compile(r"[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*$")
_TAIL = re.compile(r"\(?[月火水木金土日]曜?日?\)|まで$|から$|より$|[~〜～]$|^[~〜～]")


def today() -> date:
    """The date in Japan, whatever clock the machine keeps."""
    return datetime.now(JST).date()


def parse_date(value: object, *, end: bool = False, epoch: date = date(1899, 12, 30)) -> date | None:
    """A date, or None for an empty cell or 『なし』. `end`: a month or fiscal year means its last day, else its first.

    `epoch` is day 0 of a serial number (Excel's 1900 system unless told). Raises ValueError with a message for staff.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = re.sub(r"\s", "", _TIME.sub("", nfkc(str(value))))
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    text = _TAIL.sub("", _TAIL.sub("", text))
    if text in _NONE:
        return None
    try:
        found = _read(text, end, epoch)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValueError(f"日付「{value}」を読み取れません。2026/4/1 や 令和8年4月1日 のように書いてください。")
    return found


def _read(text: str, end: bool, epoch: date) -> date | None:
    if match := _COMPACT.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return epoch + timedelta(days=int(float(text)))
    if match := _DATE.fullmatch(text):
        year, month = _year(match), int(match["month"])
        if match["day"]:
            return date(year, month, int(match["day"]))
        return _last_of(year, month) if end else date(year, month, 1)
    if match := _FISCAL.fullmatch(text):
        return date(_year(match) + 1, 3, 31) if end or text.endswith("末") else date(_year(match), 4, 1)
    return None


def _year(match: re.Match[str]) -> int:
    if match["western"]:
        return int(match["western"])
    return _ERAS[match["era"].lower()] + (number(match["n"]) or 0)


def _last_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
