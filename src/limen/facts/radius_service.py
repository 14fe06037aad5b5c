"""A VPN, a Wi-Fi or network gear that asks by RADIUS (RFC 2865) who may come in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Final

DISCONNECT_PORT: Final = 3799
"""Where a NAS listens for what ends a session (RFC 5176 section 2.1), unless said otherwise."""

RADIUS_ACTIONS: Final = {"vpn": ("connect",), "wifi": ("connect",), "gear": ("administer",)}
"""What can be asked of each kind: to come in, or to change its settings."""


@dataclass(frozen=True)
class RadiusService:
    """`kind` is a key of `RADIUS_ACTIONS`; `clients` are the addresses or networks of what asks.

    Whoever comes in is put into `vlan` ("": the one that is set there), or given the level `privilege` on gear (0: the
    gear's own default). `disconnect_port` is where it is told to end a session. `same_address`: what is known of the
    device on which somebody confirms counts for a VPN only where that is at the address that connects. `openvpn`: an
    OpenVPN server asks, over https instead of by RADIUS, and follows Limen.
    """

    kind: str
    clients: tuple[str, ...]
    vlan: str = ""
    privilege: int = 0
    disconnect_port: int = DISCONNECT_PORT
    same_address: bool = True
    openvpn: bool = False

    @cached_property
    def networks(self) -> frozenset[str]:
        """The clients, each as `ipaddress` writes a network."""
        return frozenset(str(ip_network(one)) for one in self.clients)
