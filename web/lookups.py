"""Look-ups of the widget that need no conversation: type-ahead and the plan's pages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Query, Request

from web.plan_view import PlanView
from web.problems import Problem
from web.settings import Settings
from web.suggestions import Suggestions
from web.throttle import Throttle, client_of

MAX_TYPED = 100


def lookups(suggestions: Suggestions, plans: PlanView, throttle: Throttle, settings: Settings) -> APIRouter:
    async def limited(request: Request) -> None:
        await throttle.hit(settings.per_lookup, "lookup", client_of(request))

    router = APIRouter(prefix="/api", dependencies=[Depends(limited)])

    @router.get("/suggestions")
    def suggest(q: str = Query("", max_length=MAX_TYPED)) -> dict[str, list[str]]:
        return {"suggestions": suggestions.find(q)}

    @router.get("/plan/measures/{no}")
    def measure(no: int, plan: str | None = None) -> dict[str, Any]:
        found = plans.measure(no, plan)
        if found is None:
            raise Problem(404, "計画の中に、その施策は見つかりませんでした。")
        return found

    @router.get("/plan")
    def outline(plan: str | None = None) -> dict[str, Any]:
        found = plans.outline(plan)
        if found is None:
            raise Problem(404, "その計画は見つかりませんでした。")
        return found

    return router
