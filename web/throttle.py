"""Rate limits: a moving window per key; too many calls are told when to come back."""

from __future__ import annotations

import time

from fastapi import Request
from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from web.problems import Problem


class Throttle:
    """Counts in memory: one web process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def hit(self, limit: RateLimitItem, kind: str, key: str) -> None:
        """Count one call. Raises Problem 429 with Retry-After."""
        if not await self._limiter.hit(limit, kind, key):
            reset, _ = await self._limiter.get_window_stats(limit, kind, key)
            raise Problem(429, headers={"Retry-After": str(max(1, round(reset - time.time())))})


def client_of(request: Request) -> str:
    return request.client.host if request.client else "-"
