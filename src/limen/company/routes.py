"""`GET /export/**` as it is written in apps.yaml: methods, and a pattern of a normalised path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WEBDAV: Final = ("PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK")
"""RFC 4918."""
_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9._~!$&'()+,;=:@-]+")


class RouteError(ValueError):
    """What is wrong with a route, and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


@dataclass(frozen=True, slots=True)
class Route:
    """`methods` empty: any. GET always includes HEAD, which answers the same without a body (RFC 9110, 9.3.2)."""

    methods: frozenset[str]
    pattern: str


def read_route(text: str) -> Route:
    """`METHOD /path`, `METHOD,METHOD /path` or `ANY /path`. Raises `RouteError`."""
    words = text.split()
    if len(words) != 2:
        raise RouteError(f"`{text[:60]}` is not a valid route", "use a method and a path, such as `GET /export/**`")
    methods = _methods(words[0])
    _check_pattern(words[1])
    return Route(methods, words[1])


def _methods(word: str) -> frozenset[str]:
    if word == "ANY":
        return frozenset()
    methods = set(word.split(","))
    for method in methods:
        if not _METHOD.fullmatch(method):
            raise RouteError(f"`{method[:30]}` is not a valid method", "use uppercase methods, or ANY")
    return frozenset(methods | {"HEAD"} if "GET" in methods else methods)


def _check_pattern(pattern: str) -> None:
    if not pattern.startswith("/"):
        raise RouteError(f"the path `{pattern[:60]}` does not start with `/`", f"write `/{pattern[:60]}`")
    segments = pattern[1:].split("/")
    for place, segment in enumerate(segments):
        is_last = place == len(segments) - 1
        if segment == "**" and not is_last:
            raise RouteError("`**` matches the rest of a path, so it must come last", "use `*` for one segment")
        if segment in {".", ".."} or (segment == "" and not is_last):
            raise RouteError(f"the path `{pattern[:60]}` is not normalised", "remove `.`, `..` and `//`")
        if segment not in {"", "*", "**"} and not _SEGMENT.fullmatch(segment):
            raise RouteError(
                f"the segment `{segment[:40]}` can't be matched", "use `*` for a whole segment, and no `?`, `#` or `%`"
            )
