"""CORS preflights (Fetch standard, section 4.8), answered by Limen itself from what the app declares.

A browser sends them without cookies, so nobody is signed in: what reached the app by them would reach it without a
decision, and an app that does not look at methods would answer with a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.enforcement.answers import PLAIN_HEADERS, Reply, json_reply
from limen.enforcement.headers import Fields, first
from limen.facts import App, Cors

ANSWERS_HOLD_SECONDS: Final = 600
"""For how long a browser may go by an answer: a declaration that was taken back holds no longer."""
MAX_HEADERS: Final = 64


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a script on another site asks leave for: its origin, the method, and the fields it would send."""

    origin: str
    method: str
    headers: tuple[str, ...]

    def undeclared(self, cors: Cors) -> str:
        """The method or the first field that the app does not declare; "" where all of it is declared."""
        if self.method not in cors.methods:
            return self.method
        return next((name for name in self.headers if name not in cors.headers), "")


def preflight_in(method: str, fields: Fields) -> Preflight | None:
    """The preflight that a request is, or None. Its fields that may occur once have been seen to do so."""
    asked = first(fields, b"access-control-request-method")
    origin = first(fields, b"origin")
    if method != "OPTIONS" or not asked or not origin:
        return None
    named = b",".join(value for name, value in fields if name == b"access-control-request-headers")
    headers = [name.strip().lower() for name in named.decode("latin-1").split(",", MAX_HEADERS)]
    return Preflight(origin.decode("latin-1"), asked.decode("latin-1"), tuple(name for name in headers if name))


def leave(app: App, preflight: Preflight) -> Reply:
    """Tell the browser that a script of this declared origin may ask. What it then asks is decided like all else."""
    said = {
        b"access-control-allow-origin": preflight.origin,
        b"access-control-allow-credentials": "true",
        b"access-control-allow-methods": ", ".join(sorted(app.cors.methods)),
        b"access-control-allow-headers": ", ".join(sorted(app.cors.headers)),
        b"access-control-max-age": str(ANSWERS_HOLD_SECONDS),
        b"vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    return Reply(204, (*PLAIN_HEADERS, *((name, value.encode()) for name, value in said.items() if value)))


def no_leave(undeclared: str) -> Reply:
    """Refuse, and name what is missing in apps.yaml. A browser shows its user none of it, but its developer."""
    named = "".join(char for char in undeclared[:60] if char.isascii() and char.isprintable())
    text = f"{named} is not declared under cors of this app."
    return json_reply(403, {"error": "cors_undeclared", "error_description": text})
