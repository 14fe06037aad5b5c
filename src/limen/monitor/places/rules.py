"""`places:` in `monitor.yaml`, as it is in force: which files tell places, and which addresses tell none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from limen.clock import Milliseconds


class EgressKind(StrEnum):
    """Why an address says nothing about where somebody is."""

    VPN = "vpn"
    CARRIER = "carrier"
    RELAY = "relay"
    SATELLITE = "satellite"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class AddressList:
    """A file of addresses behind which anybody could be, one prefix on each line. Older than `max_age_ms` it tells
    nothing any more.
    """

    name: str
    file: str
    max_age_ms: Milliseconds


@dataclass(frozen=True, slots=True)
class Egress:
    """Addresses that many people go out by, wherever they are. `addresses` are prefixes, `owners` are AS numbers."""

    name: str
    kind: EgressKind
    addresses: tuple[str, ...] = ()
    owners: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """Which files tell places. `databases` are MMDB files, `networks` the countries of the company's own networks."""

    databases: tuple[str, ...] = ()
    lists: tuple[AddressList, ...] = ()
    egress: tuple[Egress, ...] = ()
    networks: Mapping[str, str] = field(default_factory=dict)


NO_PLACES = PlaceRules()
