"""The web front's settings, read once from the environment; what cannot be used stops the start with one clear line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from limits import RateLimitItem, parse

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?")
_PER_CONVERSATION, _PER_CLIENT, _PER_LOOKUP = parse("300/minute"), parse("3000/minute"), parse("600/minute")


@dataclass(frozen=True)
class Settings:
    """Times are in minutes. `origins` are the intranet sites, besides our own, that may embed the widget."""

    origins: tuple[str, ...] = ()
    idle_minutes: int = 60
    token_minutes: int = 12 * 60
    per_conversation: RateLimitItem = _PER_CONVERSATION
    per_client: RateLimitItem = _PER_CLIENT
    per_lookup: RateLimitItem = _PER_LOOKUP
    helpdesk: str = "ヘルプデスク（情報政策課）"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Raises ValueError, naming the setting, for a value that cannot be used."""
        return cls(
            origins=origins(env.get("ALLOWED_ORIGINS", "")),
            idle_minutes=_minutes(env, "SESSION_IDLE_MINUTES", cls.idle_minutes),
            token_minutes=_minutes(env, "SESSION_TOKEN_MINUTES", cls.token_minutes),
            per_conversation=_rate(env, "RATE_LIMIT", cls.per_conversation),
            per_client=_rate(env, "RATE_LIMIT_CLIENT", cls.per_client),
            per_lookup=_rate(env, "RATE_LIMIT_LOOKUP", cls.per_lookup),
            helpdesk=env.get("HELPDESK_CONTACT") or cls.helpdesk,
        )


def origins(text: str) -> tuple[str, ...]:
    """`https://portal.example, http://10.0.0.5:8000` → a tuple. No wildcards: each site is named."""
    found = tuple(dict.fromkeys(part.rstrip("/").lower() for part in re.split(r"[,\s]+", text) if part))
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(
                f"ALLOWED_ORIGINS: {origin!r} is no origin (like https://portal.example.jp, no path, no *)"
            )
    return found


def _minutes(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 7 * 24 * 60:
        raise ValueError(f"{name}: {text!r} is no number of minutes between 1 and {7 * 24 * 60}")
    return int(text)


def _rate(env: Mapping[str, str], name: str, default: RateLimitItem) -> RateLimitItem:
    text = env.get(name)
    try:
        return parse(text) if text else default
    except ValueError as error:
        raise ValueError(f"{name}: {text!r} is no rate (like 300/minute)") from error
