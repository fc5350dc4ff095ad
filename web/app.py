"""The web application: HTTP API of shared/design.md and the chat page. `python -m web.app` (PORT, default 8080)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import uvicorn
from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from knowledge.store import Store
from web.conversations import Conversations, MessageRow
from web.engine import Engine, EngineError
from web.masking import MASK, mask
from web.problems import Problem, install, problem

log = logging.getLogger("keikaku.web")

MAX_CHARS = 4000
MAX_BODY_BYTES = 64 * 1024
COOKIE = "keikaku_token"
MASKED_NOTE = "個人番号（マイナンバー）と思われる数字は、伏せて処理しました。個人情報は入力しないでください。"
STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Question(BaseModel):
    """A message of staff; a pressed button sends its payload beside its title."""

    text: str
    payload: str | None = None


class Feedback(BaseModel):
    helpful: bool
    reason: str | None = Field(None, max_length=2000)


def create_app(conversations: Conversations, engine: Engine) -> FastAPI:
    """The app on these parts (tests give their own)."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.close()

    app = FastAPI(title="Keikaku", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    install(app)
    limiter = MovingWindowRateLimiter(MemoryStorage())
    per_conversation = parse(os.environ.get("RATE_LIMIT") or "300/minute")
    per_client = parse(os.environ.get("RATE_LIMIT_CLIENT") or "3000/minute")
    turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def limited(limit: RateLimitItem, kind: str, key: str) -> None:
        if not await limiter.hit(limit, kind, key):
            reset, _ = await limiter.get_window_stats(limit, kind, key)
            raise Problem(429, headers={"Retry-After": str(max(1, round(reset - time.time())))})

    @app.middleware("http")
    async def frame_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if (length.isdigit() and int(length) > MAX_BODY_BYTES) or "chunked" in request.headers.get(
            "transfer-encoding", ""
        ):
            return problem(413)
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    async def authorised(request: Request, id: str) -> str:
        """The conversation of the path, if the caller's token opens it."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE)
        owner = await run_in_threadpool(conversations.of_token, token) if token else None
        if owner is None:
            raise Problem(401)
        if owner != id:
            raise Problem(404)
        return owner

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
    async def open_conversation(request: Request, response: Response) -> dict[str, str]:
        await limited(per_client, "client", request.client.host if request.client else "-")
        id_, token = await run_in_threadpool(conversations.open)
        response.set_cookie(
            COOKIE, token, httponly=True, samesite="strict", path="/api", secure=request.url.scheme == "https"
        )
        return {"id": id_, "token": token}

    @app.post("/api/conversations/{id}/messages")
    async def ask(question: Question, conversation: str = Depends(authorised)) -> dict[str, Any]:
        await limited(per_conversation, "conversation", conversation)
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
    async def feedback(request: Request, message: str, opinion: Feedback) -> Response:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE)
        owner = await run_in_threadpool(conversations.of_token, token) if token else None
        if owner is None:
            raise Problem(401)
        reason = mask(opinion.reason)[0] if opinion.reason else None
        if not await run_in_threadpool(conversations.rate, owner, message, opinion.helpful, reason):
            raise Problem(404)
        return Response(status_code=204)

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
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
    app = create_app(Conversations(Store()), Engine(rasa, actions, os.environ.get("RASA_TOKEN")))
    uvicorn.run(
        app,
        host=os.environ.get("HOST") or "0.0.0.0",
        port=int(os.environ.get("PORT") or 8080),
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
