"""A tunnel on this machine: an interface, its peer, routes to what is open, and its names. All of it ends together."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from limen_agent.errors import AgentError
from limen_agent.printable import one_line
from limen_agent.tunnel.told import Network, Way

MTU: Final = "1420"
"""What is left of 1,500 bytes in a tunnel over IPv6."""


class Interface(Protocol):
    """A tunnel that is there until `close`."""

    def lead(self, routes: Iterable[Network]) -> None:
        """Send what goes to these networks through the tunnel. A route that is there already stays as it is, and is an
        AgentError.
        """

    def name(self, names: Mapping[str, Sequence[str]], resolvers: Sequence[str]) -> str:
        """Have this machine ask these resolvers for these names, and for no other; "" or why it can't."""

    def close(self) -> None:
        """All of it is gone."""


def address_of(host: str) -> str:
    """The address of the tunnel's end now. Raises AgentError."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except OSError:
        raise AgentError(f"{one_line(host, 100)} has no address", "see whether you are online") from None


def peer_lines(way: Way, endpoint: str, routes: Iterable[Network]) -> list[str]:
    """The section of the peer, as wg(8) reads it."""
    return [
        "[Peer]",
        f"PublicKey = {way.key}",
        f"Endpoint = {endpoint}",
        f"AllowedIPs = {', '.join(map(str, routes))}",
        "PersistentKeepalive = 25",
    ]
