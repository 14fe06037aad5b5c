"""Pushed authorization requests (RFC 9126): kept for a minute, each good for one code."""

from __future__ import annotations

from typing import Final

from limen.sso.kept_requests import KeptRequests, plain
from limen.sso.oidc.protocol import ProtocolRequest
from limen.storage.kept_briefly import KeptBriefly

LIVES_SECONDS: Final = 90
LONGEST: Final = 8_192
"""Characters of a request's names and values: what an address of ours may hold."""
_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"


class PushedRequests:
    """What apps sent ahead, by the name that they got for it."""

    def __init__(self, kept: KeptBriefly) -> None:
        self._kept = KeptRequests(kept, "pushed", plain(ProtocolRequest), LIVES_SECONDS)

    async def keep(self, wire: ProtocolRequest, source: str, *, is_proved: bool = False) -> tuple[str, int]:
        """The `request_uri` of this request, and how many seconds it is good.

        `source` is whose share it takes: the app, where `is_proved`; else where the stranger is.
        """
        return _PREFIX + await self._kept.keep(wire, source, is_proved=is_proved), LIVES_SECONDS

    async def look(self, uri: str, client_id: str) -> ProtocolRequest | None:
        """The request of this client under this name; None where it is over, used, or another client's."""
        wire = await self._kept.look(uri.removeprefix(_PREFIX)) if uri.startswith(_PREFIX) else None
        if wire is None or wire.one("client_id") != client_id:
            return None
        return ProtocolRequest(wire.method, wire.path, {**wire.query, "request_uri": [uri]})

    async def take(self, uri: str) -> bool:
        """Use it up. False where it was used before."""
        return await self._kept.take(uri.removeprefix(_PREFIX))


def is_too_long(wire: ProtocolRequest) -> bool:
    """Whether a request is longer than any that a browser may bring."""
    sizes = (len(name) + sum(map(len, values)) for name, values in {**wire.query, **wire.form}.items())
    return sum(sizes) > LONGEST
