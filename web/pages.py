"""Pages and files: the demo portal, the full-page chat and the widget."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from web.pack import packed

WEB = Path(__file__).parent
STATIC = WEB / "static"
# Address → file. The modules lie under /static/widget/ as they are written, too.
PACKED = {
    "/widget.js": (WEB / "widget.js", "text/javascript"),
    "/static/widget/widget.css": (STATIC / "widget" / "widget.css", "text/css"),
}
PAGES = {"/": STATIC / "portal.html", "/chat": STATIC / "chat.html"}
# Asked about on every load (304 when unchanged), so that a new version of the widget is there at once.
FRESH = {"Cache-Control": "no-cache"}


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(FRESH)
        return response


def install_pages(app: FastAPI) -> None:
    router = APIRouter()

    @router.api_route("/", methods=["GET", "HEAD"])
    @router.api_route("/chat", methods=["GET", "HEAD"])
    async def page(request: Request) -> FileResponse:
        return FileResponse(PAGES[request.url.path], headers=FRESH)

    @router.api_route("/widget.js", methods=["GET", "HEAD"])
    @router.api_route("/static/widget/widget.css", methods=["GET", "HEAD"])
    def widget(request: Request) -> Response:
        file, kind = PACKED[request.url.path]
        body = packed(file)
        headers = {**FRESH, "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=kind)

    app.include_router(router)
    app.mount("/static", _Files(directory=STATIC), name="static")
