"""What a page may ask, decided from the request alone: a value in, a value out."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from limen_agent import __version__
from limen_agent.bounded_json import read_object

LONGEST_BODY: Final = 4096
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
_PATHS: Final = {"/hello": "GET", "/prove": "POST"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. Headers in small letters; one that came twice is not in `headers` but in `twice`."""

    method: str
    path: str
    headers: Mapping[str, str]
    twice: Collection[str] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered; `body` is JSON."""

    status: int
    body: Mapping[str, Any] | None = None
    origin: str = ""

    def headers(self) -> list[tuple[str, str]]:
        said = [
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Vary", "Origin"),
            ("Connection", "close"),
        ]
        if self.origin:
            said += [
                ("Access-Control-Allow-Origin", self.origin),
                ("Access-Control-Allow-Private-Network", "true"),
                ("Access-Control-Allow-Local-Network", "true"),
            ]
            if self.status == 204:
                said += [
                    ("Access-Control-Allow-Methods", "GET, POST"),
                    ("Access-Control-Allow-Headers", "content-type"),
                ]
        body = self.content()
        if body:
            said.append(("Content-Type", "application/json"))
        if self.status != 204:
            said.append(("Content-Length", str(len(body))))
        return said

    def content(self) -> bytes:
        return json.dumps(self.body).encode() if self.body is not None else b""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a proof is asked over."""

    challenge: str
    session: str
    origin: str


def refusal(status: int, error: str, origin: str = "") -> Said:
    return Said(status, {"error": error}, origin)


def judge(asked: Asked, *, origins: Collection[str], port: int, device: str) -> Said | Challenge:
    """Who asks is known by what no page can choose, its Origin and Host; everybody else learns nothing.

    A page whose name was rebound to this address has its own name in Host; one of another site has its own in Origin.
    """
    if {"host", "origin", "content-length", "content-type"} & set(asked.twice):
        return refusal(403, "refused")
    if asked.headers.get("host") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        return refusal(403, "refused")
    origin = asked.headers.get("origin", "")
    if origin in {"", "null"} or origin not in origins:
        return refusal(403, "refused")
    if asked.path not in _PATHS:
        return refusal(404, "not_found", origin)
    if asked.method == "OPTIONS":
        return Said(204, origin=origin)
    if asked.method != _PATHS[asked.path]:
        return refusal(405, "method_not_allowed", origin)
    if asked.path == "/hello":
        return Said(200, {"agent": __version__, "device": device}, origin)
    return _challenge(asked, origin)


def _challenge(asked: Asked, origin: str) -> Said | Challenge:
    # A form or a script without CORS can't send this type, so a browser asks first.
    if asked.headers.get("content-type", "").partition(";")[0].strip().casefold() != "application/json":
        return refusal(415, "not_json", origin)
    try:
        said = read_object(asked.body, longest=LONGEST_BODY, deepest=1)
    except ValueError:
        return refusal(400, "malformed", origin)
    challenge, session = said.get("challenge"), said.get("session")
    if set(said) != {"challenge", "session"} or not _is_opaque(challenge) or not _is_opaque(session):
        return refusal(400, "malformed", origin)
    return Challenge(str(challenge), str(session), origin)


def _is_opaque(value: object) -> bool:
    return isinstance(value, str) and _OPAQUE.fullmatch(value) is not None
