"""Pushed authorization requests (RFC 9126): kept in memory for a minute, each good for one code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from limen.clock import SECOND, Clock, Instant
from limen.sso.oidc.wire import Wire

LIVES_SECONDS: Final = 90
MOST: Final = 10_000
_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True, slots=True)
class _Pushed:
    wire: Wire
    until: Instant


class PushedRequests:
    """What apps sent ahead, by the name that they got for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Pushed] = {}

    def keep(self, wire: Wire) -> tuple[str, int]:
        """The `request_uri` of this request, and how many seconds it is good. The oldest make room."""
        now = self._clock.now()
        for uri in [uri for uri, one in self._kept.items() if one.until <= now]:
            del self._kept[uri]
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        uri = _PREFIX + secrets.token_urlsafe(32)
        named = Wire(wire.method, wire.path, {**wire.query, "request_uri": [uri]})
        self._kept[uri] = _Pushed(named, now + LIVES_SECONDS * SECOND)
        return uri, LIVES_SECONDS

    def look(self, uri: str, client_id: str) -> Wire | None:
        """The request of this client under this name; None where it is over, used, or another client's."""
        kept = self._kept.get(uri)
        if kept is None or self._clock.now() >= kept.until or kept.wire.one("client_id") != client_id:
            return None
        return kept.wire

    def take(self, uri: str) -> bool:
        """Use it up. False where it was used before."""
        return self._kept.pop(uri, None) is not None
