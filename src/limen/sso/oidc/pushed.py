"""Pushed authorization requests (RFC 9126): kept in memory for a minute, each good for one code.

Strangers can have a request kept, too: a long one while they sign in, and any as a public client. So each source has
its share, and where all together are too many, the oldest of the source with the most makes room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.admission import Crowd
from limen.clock import SECOND, Clock, Instant
from limen.opaque import new_token
from limen.sso.oidc.protocol import ProtocolRequest

LIVES_SECONDS: Final = 90
MOST: Final = 4_000
"""Of apps that proved themselves; and of strangers."""
MOST_OF_A_SOURCE: Final = 1_000
LONGEST: Final = 8_192
"""Characters of a request's names and values: what an address of ours may hold."""
_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True, slots=True)
class _Pushed:
    wire: ProtocolRequest
    until: Instant
    source: str
    crowd: Crowd[str]


class PushedRequests:
    """What apps sent ahead, by the name that they got for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Pushed] = {}
        self._apps: Crowd[str] = Crowd()
        self._strangers: Crowd[str] = Crowd()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, wire: ProtocolRequest, source: str, *, is_proved: bool = False) -> tuple[str, int]:
        """The `request_uri` of this request, and how many seconds it is good.

        `source` is whose share it takes: the app, where `is_proved`; else where the stranger is.
        """
        now, crowd = self._clock.now(), self._apps if is_proved else self._strangers
        while (oldest := next(iter(self._kept), None)) is not None and self._kept[oldest].until <= now:
            self._drop(oldest)
        if crowd.number_of(source) >= MOST_OF_A_SOURCE:
            self._drop(crowd.oldest(source))
        elif len(crowd) >= MOST:
            self._drop(crowd.oldest_of_the_largest())
        uri = _PREFIX + new_token()
        named = ProtocolRequest(wire.method, wire.path, {**wire.query, "request_uri": [uri]})
        self._kept[uri] = _Pushed(named, now + LIVES_SECONDS * SECOND, source, crowd)
        crowd.add(source, uri)
        return uri, LIVES_SECONDS

    def look(self, uri: str, client_id: str) -> ProtocolRequest | None:
        """The request of this client under this name; None where it is over, used, or another client's."""
        kept = self._kept.get(uri)
        if kept is None or self._clock.now() >= kept.until or kept.wire.one("client_id") != client_id:
            return None
        return kept.wire

    def take(self, uri: str) -> bool:
        """Use it up. False where it was used before."""
        return self._drop(uri)

    def _drop(self, uri: str | None) -> bool:
        kept = self._kept.pop(uri or "", None)
        if kept is not None and uri is not None:
            kept.crowd.remove(kept.source, uri)
        return kept is not None


def is_too_long(wire: ProtocolRequest) -> bool:
    """Whether a request is longer than any that a browser may bring."""
    sizes = (len(name) + sum(map(len, values)) for name, values in {**wire.query, **wire.form}.items())
    return sum(sizes) > LONGEST
