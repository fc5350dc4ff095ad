"""Which pages may embed the widget, and which sites may make a browser write to the API."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from web.settings import Settings

_SAFE = {"GET", "HEAD", "OPTIONS"}
# Trusted types: the browser itself refuses every way of turning a string into markup.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors {ancestors}"
)


def headers(settings: Settings) -> dict[str, str]:
    """Headers of every response."""
    return {
        "Content-Security-Policy": _POLICY.format(ancestors=" ".join(["'self'", *settings.origins])),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def allow(app: FastAPI, settings: Settings) -> None:
    """Let the named sites read our answers. Cookies stay out of it: an embedded widget shows its token itself."""
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
            max_age=600,
        )


def forged(request: Request, settings: Settings) -> bool:
    """Whether a browser sends this write for a page that is neither ours nor on the list (CSRF)."""
    origin = request.headers.get("origin")
    if request.method in _SAFE or origin is None:
        return False
    # The scheme is left out: TLS may end at a proxy before us.
    return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower() and (
        origin.lower() not in settings.origins
    )
