"""Errors as problem+json (RFC 9457), with a Japanese `detail` that says what to do next."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = logging.getLogger("keikaku.web")

_DETAILS = {
    400: "送られた内容を読み取れませんでした。ページを開き直してから、もう一度送ってください。",
    401: "会話の有効期限が切れたか、確認ができませんでした。ページを開き直してください。",
    403: "このページからは利用できません。計画ボットの画面か、許可されたページから送ってください。",
    404: "お探しの会話やページは見つかりませんでした。ページを開き直してください。",
    405: "この操作はできません。ページを開き直してください。",
    413: "文章が長すぎます。4,000文字以内に短くして、もう一度送ってください。",
    422: "送られた内容を読み取れませんでした。文章を入力して、もう一度送ってください。",
    429: "短い時間にたくさんの質問が送られました。少し待ってから、もう一度送ってください。",
    500: "サーバーで問題が起きました。少し待ってから、もう一度送ってください。",
    503: "ただいま回答できません。質問は残っていますので、少し待ってから「再送」を押してください。",
}
_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class Problem(HTTPException):
    """An error with its status; the detail is the one staff should read for it."""

    def __init__(self, status: int, detail: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, detail or _DETAILS[status], headers)


def problem(status: int, detail: str | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail or _DETAILS.get(status, _DETAILS[500]),
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of the app in this form; the cause goes to the log, never to staff."""

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        detail = error.detail if isinstance(error, Problem) else None
        return problem(error.status_code, detail, dict(error.headers) if error.headers else None)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, _error: RequestValidationError) -> JSONResponse:
        return problem(422)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("unexpected error at %s %s", request.method, request.url.path, exc_info=error)
        return problem(500)
