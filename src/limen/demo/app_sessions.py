"""The sessions that an app of Harbor keeps by itself, because it signs people in itself.

Limen sees none of its requests. What it can do is to decide each sign-in, and to tell the app when one is over.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from limen.clock import Instant
from limen.opaque import new_token

MOST: Final = 200
LONGEST: Final = 256 * 1024
"""A form that is longer is none of Limen's."""
SESSION, LOGIN = "session", "login"
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{name}</h1><p>You are <strong>{who}</strong>.</p>
<p>Signed in by {protocol}. Below is what this app was told of you.</p><dl>{told}</dl></main></body></html>"""


class NotBelievedError(Exception):
    """What Limen is said to have answered does not hold."""


@dataclass(slots=True)
class AppSession:
    """Somebody signed in at the app. `id` is what Limen called the sign-in, `ended_at` is 0 while it lasts."""

    id: str
    email: str
    name: str
    told: Mapping[str, str]
    at: Instant
    ended_at: Instant = 0


@dataclass(slots=True)
class AppSessions:
    """All of one app. `protocol` is how it signs people in; `now` tells the time at Harbor."""

    app: str
    name: str
    protocol: str
    now: Callable[[], Instant]
    _by_cookie: dict[str, AppSession] = field(default_factory=dict, repr=False)
    _waiting: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def of(self, email: str) -> list[AppSession]:
        """Those of one person, the newest first."""
        return [one for one in reversed(self._by_cookie.values()) if one.email == email]

    def end(self, session_id: str) -> None:
        """Limen says that this sign-in is over."""
        for one in self._by_cookie.values():
            if one.id == session_id and not one.ended_at:
                one.ended_at = self.now()

    # As browsers see it

    def begin(self, location: str, *kept: str) -> Response:
        """Send a browser to Limen, and keep what its answer is held against; only this browser can bring it."""
        cookie = _with_room(self._waiting)
        self._waiting[cookie] = kept
        response = RedirectResponse(location, status_code=303)
        response.set_cookie(LOGIN, cookie, httponly=True, samesite="lax")
        return response

    def begun(self, request: Request) -> tuple[str, ...]:
        """What was kept for this browser, once; () where it began nothing."""
        return self._waiting.pop(request.cookies.get(LOGIN, ""), ())

    def open(self, session: AppSession) -> Response:
        """Sign this browser in, and show it the app."""
        cookie = _with_room(self._by_cookie)
        self._by_cookie[cookie] = session
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(SESSION, cookie, httponly=True, samesite="lax")
        response.delete_cookie(LOGIN)
        return response

    async def home(self, request: Request) -> Response:
        """The app's one page; whoever is not signed in, or not any more, is sent to do so."""
        session = self._by_cookie.get(request.cookies.get(SESSION, ""))
        if session is None or session.ended_at:
            return RedirectResponse("/login", status_code=303)
        told = (f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in session.told.items())
        return HTMLResponse(
            _PAGE.format(
                name=html.escape(self.name),
                who=html.escape(session.name),
                protocol=self.protocol,
                told="".join(told),
            )
        )


async def form_in(request: Request) -> Mapping[str, str]:
    """The fields that were posted; none where it is no form, or too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            return {}
    try:
        return {name: values[0] for name, values in parse_qs(body.decode("ascii"), max_num_fields=4).items()}
    except ValueError:
        return {}


def refused(why: str) -> Response:
    """What came from a browser, or in Limen's name, was not believed."""
    return PlainTextResponse(f"That was not believed: {why}.\n", status_code=403)


def written(told: Iterable[tuple[str, object]]) -> dict[str, str]:
    """What was told, for people to read."""
    return {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in told}


def _with_room(held: dict[str, AppSession] | dict[str, tuple[str, ...]]) -> str:
    """A new key for `held`, in which the oldest make room."""
    while len(held) >= MOST:
        del held[next(iter(held))]
    return new_token()
