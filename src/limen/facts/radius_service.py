"""A VPN, a Wi-Fi or network gear that asks by RADIUS (RFC 2865) who may come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RADIUS_ACTIONS: Final = {"vpn": ("connect",), "wifi": ("connect",), "gear": ("administer",)}
"""What can be asked of each kind: to come in, or to change its settings."""


@dataclass(frozen=True, slots=True)
class RadiusService:
    """`kind` is a key of `RADIUS_ACTIONS`; `clients` are the addresses or networks of what asks.

    Whoever comes in is put into `vlan` ("": the one that is set there), or given the level `privilege` on gear (0: the
    gear's own default).
    """

    kind: str
    clients: tuple[str, ...]
    vlan: str = ""
    privilege: int = 0
