"""The web application: HTTP API of shared/design.md and the chat widget. `python -m web.app` (PORT, default 8080)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware.gzip import GZipMiddleware

from knowledge.store import Store
from web import origins
from web.conversations import Conversations, Lifetime, MessageRow
from web.engine import Engine, EngineError
from web.lookups import lookups
from web.masking import MASK, mask
from web.pages import install_pages
from web.plan_view import PlanView
from web.problems import Problem, install, problem
from web.settings import Settings
from web.suggestions import Suggestions
from web.throttle import Throttle, client_of

log = logging.getLogger("keikaku.web")

MAX_CHARS = 4000
MAX_BODY_BYTES = 64 * 1024
COOKIE = "keikaku_token"
SECOND = timedelta(seconds=1)
MASKED_NOTE = "個人番号（マイナンバー）と思われる数字は、伏せて処理しました。個人情報は入力しないでください。"


class Question(BaseModel):
    """A message of staff; a pressed button sends its payload beside its title."""

    text: str
    payload: str | None = None


class Feedback(BaseModel):
    """An opinion on one answer: a reason from the list, and what they wrote."""

    helpful: bool
    reason: str | None = Field(None, max_length=2000)
    note: str | None = Field(None, max_length=2000)


class Handover(BaseModel):
    """A wish for a person's answer, about one answer of the bot (default: the last question)."""

    message: str | None = Field(None, max_length=64)
    note: str = Field("", max_length=2000)


def create_app(
    conversations: Conversations, engine: Engine, store: Store | None = None, settings: Settings | None = None
) -> FastAPI:
    """The app on these parts (tests give their own). `store` holds the plan and the FAQ."""
    settings = settings or Settings.from_env()
    throttle = Throttle()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.close()

    app = FastAPI(title="Keikaku", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    install(app)
    headers = origins.headers(settings)
    turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @app.middleware("http")
    async def frame_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if (length.isdigit() and int(length) > MAX_BODY_BYTES) or "chunked" in request.headers.get(
            "transfer-encoding", ""
        ):
            response: Response = problem(413)
        elif origins.forged(request, settings):
            response = problem(403)
        else:
            response = await call_next(request)
        response.headers.update(headers)
        return response

    app.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=9)
    origins.allow(app, settings)

    def token_of(request: Request) -> str | None:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        return bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE)

    async def caller(request: Request) -> str:
        """The conversation that the caller's token opens."""
        token = token_of(request)
        owner = await run_in_threadpool(conversations.of_token, token) if token else None
        if owner is None:
            raise Problem(401)
        return owner

    async def authorised(id: str, owner: str = Depends(caller)) -> str:
        """The conversation of the path, if the caller's token opens it."""
        if owner != id:
            raise Problem(404)
        return owner

    def opened(request: Request, response: Response, id_: str, token: str) -> dict[str, Any]:
        response.set_cookie(
            COOKIE, token, httponly=True, samesite="strict", path="/api", secure=request.url.scheme == "https"
        )
        response.headers["Cache-Control"] = "no-store"
        life = conversations.lifetime
        return {"id": id_, "token": token, "expires_in": life.token // SECOND, "idle_seconds": life.idle // SECOND}

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        states = await engine.health()
        try:
            states["web"] = await run_in_threadpool(conversations.alive)
        except SQLAlchemyError:
            states["web"] = False
        down = [name for name, up in states.items() if not up]
        body: dict[str, Any] = {"status": "ok"} if not down else {"status": "error", "down": down}
        return JSONResponse(body, 503 if down else 200)

    @app.post("/api/conversations", status_code=201)
    async def open_conversation(request: Request, response: Response) -> dict[str, Any]:
        await throttle.hit(settings.per_client, "client", client_of(request))
        return opened(request, response, *await run_in_threadpool(conversations.open))

    @app.post("/api/conversations/{id}/renew")
    async def renew(request: Request, response: Response, conversation: str = Depends(authorised)) -> dict[str, Any]:
        await throttle.hit(settings.per_client, "client", client_of(request))
        return opened(request, response, conversation, await run_in_threadpool(conversations.renew, conversation))

    @app.delete("/api/conversations/{id}", status_code=204)
    async def end(conversation: str = Depends(authorised)) -> Response:
        await run_in_threadpool(conversations.end, conversation)
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/api")
        return response

    @app.post("/api/conversations/{id}/messages")
    async def ask(question: Question, conversation: str = Depends(authorised)) -> dict[str, Any]:
        await throttle.hit(settings.per_conversation, "conversation", conversation)
        text, masked = mask(question.text.replace("\x00", ""))
        words, _ = mask((question.payload or question.text).replace("\x00", ""))
        if len(text) > MAX_CHARS or len(words) > MAX_CHARS:
            raise Problem(413)
        if not text.strip() or not words.strip():
            raise Problem(422)
        lock = turns.setdefault(conversation, asyncio.Lock())
        async with lock:
            return {"messages": [await turn(conversation, text, words.replace(MASK, "＊"), masked)]}

    async def turn(conversation: str, text: str, words: str, masked: bool) -> dict[str, Any]:
        began = time.perf_counter()
        asked = await run_in_threadpool(conversations.add_question, conversation, text)
        try:
            reply = await engine.ask(conversation, words)
        except EngineError as error:
            await run_in_threadpool(conversations.fail, asked)
            log.error("turn %s failed: %s (%d ms)", asked, error, _ms(began))
            raise Problem(503, headers={"Retry-After": "5"}) from error
        answer = f"{reply.text}\n{MASKED_NOTE}" if masked else reply.text
        row = await run_in_threadpool(conversations.add_answer, conversation, answer, reply.buttons, reply.custom)
        log.info(
            "turn %s intent=%s status=%s %d ms | %s",
            row.id,
            reply.intent,
            reply.custom["status"],
            _ms(began),
            reply.why,
        )
        return _shown(row)

    @app.get("/api/conversations/{id}/messages")
    async def history(conversation: str = Depends(authorised)) -> dict[str, Any]:
        rows = await run_in_threadpool(conversations.messages, conversation)
        return {
            "messages": [
                {**_shown(row), "role": row.role, "failed": row.failed, "created_at": row.created_at.isoformat()}
                for row in rows
            ]
        }

    @app.post("/api/messages/{message}/feedback", status_code=204)
    async def feedback(message: str, opinion: Feedback, owner: str = Depends(caller)) -> Response:
        said = [mask(text)[0] if text else None for text in (opinion.reason, opinion.note)]
        if not await run_in_threadpool(conversations.rate, owner, message, opinion.helpful, *said):
            raise Problem(404)
        return Response(status_code=204)

    @app.post("/api/conversations/{id}/handover", status_code=201)
    async def hand_over(wish: Handover, conversation: str = Depends(authorised)) -> dict[str, Any]:
        await throttle.hit(settings.per_conversation, "conversation", conversation)
        number = await run_in_threadpool(conversations.hand_over, conversation, wish.message, mask(wish.note)[0])
        if number is None:
            raise Problem(404)
        log.info("handover %d", number)
        return {"id": number, "detail": f"{settings.helpdesk}に引き継ぎました。受付番号は{number}です。"}

    if store is not None:
        app.include_router(lookups(Suggestions(store), PlanView(store), throttle, settings))
    install_pages(app)
    return app


def _shown(row: MessageRow) -> dict[str, Any]:
    return {"id": row.id, "text": row.text, "buttons": row.buttons, "custom": row.custom}


def _ms(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    rasa = f"http://127.0.0.1:{os.environ.get('RASA_PORT') or 5005}"
    actions = f"http://127.0.0.1:{os.environ.get('ACTIONS_PORT') or 5055}"
    try:
        settings = Settings.from_env()
    except ValueError as error:
        sys.exit(f"web: {error}")
    store = Store()
    lifetime = Lifetime(timedelta(minutes=settings.token_minutes), timedelta(minutes=settings.idle_minutes))
    app = create_app(
        Conversations(store, lifetime), Engine(rasa, actions, os.environ.get("RASA_TOKEN")), store, settings
    )
    uvicorn.run(
        app,
        host=os.environ.get("HOST") or "0.0.0.0",
        port=int(os.environ.get("PORT") or 8080),
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
