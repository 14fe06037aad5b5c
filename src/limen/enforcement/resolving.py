"""Names to addresses, for the client of the gateway and of the probe: none that is forbidden is given to it."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from limen.ssrf_guard import places_of


class Resolver(AbstractResolver):
    """The connection goes to just the addresses that are given here, so no second answer counts.

    An address that stands in the URL is never asked for here: whoever makes the request has to refuse that.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises ForbiddenAddressError, OSError."""
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=kind,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for kind, proto, address in await places_of(host, port, family)
        ]

    async def close(self) -> None:
        """Nothing is held."""
