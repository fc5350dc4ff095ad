"""Masks My Numbers (個人番号: 12 digits with a check digit) before anything else sees a text."""

from __future__ import annotations

import re
import unicodedata

MASK = "［伏せ字］"
DIGITS = 12
_GROUPS = re.compile(r"\d+(?:[\s\-‐‑–—―−－ー・./_,、，．]{1,3}\d+)*")


def is_my_number(digits: str) -> bool:
    """Twelve digits whose last is the check digit of the other eleven (総務省令第85号: weights 2–7, 2–6 from the right)."""
    if len(digits) != DIGITS or not digits.isdecimal():
        return False
    values = [unicodedata.digit(char) for char in digits]
    total = sum(value * (n + 1 if n <= 6 else n - 5) for n, value in enumerate(reversed(values[:-1]), 1))
    return values[-1] == (0 if total % 11 <= 1 else 11 - total % 11)


def mask(text: str) -> tuple[str, bool]:
    """The text with every My Number replaced, in any width and with separators, and whether there was one."""
    spans: list[tuple[int, int]] = []
    for run in _GROUPS.finditer(text):
        groups = [(m.start() + run.start(), m.end() + run.start()) for m in re.finditer(r"\d+", run.group())]
        for i in range(len(groups)):
            digits = ""
            for start, end in groups[i:]:
                digits += text[start:end]
                if len(digits) >= DIGITS:
                    break
            if is_my_number(digits) and (not spans or groups[i][0] >= spans[-1][1]):
                spans.append((groups[i][0], end))
    for start, end in reversed(spans):
        text = text[:start] + MASK + text[end:]
    return text, bool(spans)
