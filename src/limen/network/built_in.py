"""What must never be in any company, by the kinds of its zones. A company for which one does not hold says why.

Each is about what attackers do first: what the internet reaches is attacked within minutes, ransomware goes from a
workstation to the backups, a camera that nobody patches is a way in, and who administers servers from the desk where
mail is read gives them away with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.network.model import ANY_SERVICE, INTERNET, KINDS, Never, Way, Zone

ADMINISTRATION: Final = ("ssh", "rdp", "winrm", "vnc", "telnet", "snmp")
"""Services by which machines are administered."""
_INSIDE: Final = frozenset(KINDS) - {"internet"}
_UNTRUSTED: Final = frozenset({"workstation", "iot", "guest", "dmz", "vpn", "internet"})
"""Where people read mail, or where nobody answers for what runs. `vpn` is a workstation that is elsewhere."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """`sources` and `destinations` are kinds of zones; `internet` is that of the zone of the same name."""

    id: str
    sources: frozenset[str]
    destinations: frozenset[str]
    services: tuple[str, ...]
    why: str
    hops: bool = False


BUILT_IN: Final = (
    BuiltIn(
        "internet-inside",
        frozenset({"internet"}),
        _INSIDE - {"dmz"},
        (ANY_SERVICE,),
        "what the internet reaches is attacked within minutes; it belongs into a zone of the kind dmz",
    ),
    BuiltIn(
        "guests-inside",
        frozenset({"guest"}),
        _INSIDE - {"guest", "dmz"},
        (ANY_SERVICE,),
        "nobody knows what guests bring with them",
    ),
    BuiltIn(
        "iot-sensitive",
        frozenset({"iot"}),
        frozenset({"workstation", "finance", "backup", "management"}),
        (ANY_SERVICE,),
        "printers, cameras and machines are seldom patched, and are a way in",
    ),
    BuiltIn(
        "backup-from-people",
        _UNTRUSTED,
        frozenset({"backup"}),
        (ANY_SERVICE,),
        "ransomware on a workstation must not reach the backups",
    ),
    BuiltIn(
        "management-from-elsewhere",
        frozenset(KINDS) - {"management"},
        frozenset({"management"}),
        (ANY_SERVICE,),
        "who reaches switches, firewalls and hypervisors owns everything behind them",
    ),
    BuiltIn(
        "administration-from-people",
        _UNTRUSTED,
        frozenset({"server", "domain", "finance", "backup", "cloud"}),
        ADMINISTRATION,
        "servers are administered from the management zone, or by a door that is opened for a person and closes again",
    ),
)
"""The six, in the order in which they are shown."""


def built_in_nevers(zones: Iterable[Zone], without: Mapping[str, str]) -> Iterator[Never]:
    """Those that these zones have sources and destinations for, but for what the company does `without`."""
    kinds = {zone.name: zone.kind for zone in zones} | {INTERNET: "internet"}
    for one in BUILT_IN:
        sources = tuple(name for name, kind in kinds.items() if kind in one.sources)
        destinations = tuple(name for name, kind in kinds.items() if kind in one.destinations)
        if sources and destinations and one.id not in without:
            way = Way(sources, destinations, one.services)
            yield Never(one.id, way, one.why, hops=one.hops, is_built_in=True)
