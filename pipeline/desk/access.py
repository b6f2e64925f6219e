"""Who may read and write, and what a page may do: tokens, cookies, the names the desk answers to, and its policy.

Whatever writes needs a person, known by a token; a browser exchanges it for a signed cookie, and Datasette checks each
form against forgery. A page of the desk may run the desk's own script and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from pipeline.desk.app import Desk

# No inline script and no inline style; nothing from elsewhere; no frame; forms go to the desk alone.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Datasette's own pages carry style attributes; their inline scripts are replaced by this package's templates.
DATASETTE_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
PATH = "/-/desk"
# What shows findings or judgements in Datasette's own pages.
_HIDDEN = ("execute-sql", "view-table", "view-database", "view-database-download", "view-query")

App = Callable[[Any, Any, Any], Awaitable[None]]


def guarded(app: App, desk: Desk) -> App:
    """`app` with the checks before it and the headers after it."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        policy = POLICY if scope["path"].startswith(PATH) or scope["path"] == "/" else DATASETTE_POLICY

        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = {b"content-security-policy": policy.encode(), **_HEADERS}
                kept = [(k, v) for k, v in message.get("headers", []) if k.lower() not in own]
                message = {**message, "headers": [*kept, *own.items()]}
            await send(message)

        if not _known_host(scope, desk):
            await _refuse(with_headers, "The desk answers only under the address that `retally desk` printed.")
            return
        await app(scope, receive, with_headers)

    return wrapped


def _known_host(scope: Any, desk: Desk) -> bool:
    """Whether the browser asked for the desk by its own name: a page elsewhere may point its name at this machine."""
    if not desk.hosts:
        return True
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    name = urlsplit(f"//{host}").hostname or ""
    return (f"[{name}]" if ":" in name else name) in desk.hosts


async def _refuse(send: Any, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})


def bearer(desk: Desk, request: Any) -> dict[str, str] | None:
    """The person whose token a program sends as `Authorization: Bearer TOKEN`."""
    given = request.headers.get("authorization") or ""
    if not given.startswith("Bearer "):
        return None
    person = desk.person_of(given.removeprefix("Bearer ").strip())
    return {"id": person} if person else None


def person(desk: Desk, request: Any) -> str | None:
    """Who asks, where it is one of the desk's people; nobody in a desk that only reads."""
    actor = request.actor or {}
    known = set(desk.people.values())
    return actor.get("id") if not desk.read_only and actor.get("id") in known else None


def allowed(desk: Desk, action: str) -> bool | None:
    """Datasette's question whether an action is allowed: None leaves it to Datasette."""
    return False if desk.blind and action in _HIDDEN else None
