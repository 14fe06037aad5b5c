"""What network.yaml states, as plain values that are kept with the revision, and the network that it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_network
from typing import Any, Final

from limen.facts import Label
from limen.network.built_in import built_in_nevers
from limen.network.model import (
    ANY_SERVICE,
    KINDS,
    NFTABLES,
    Block,
    Firewall,
    Flow,
    Host,
    Network,
    Never,
    Prefix,
    Service,
    Trial,
    Way,
    WireGuard,
    Zone,
)
from limen.network.services import built_in_services, is_unnamed, part_of
from limen.network.shapes import PLACE_OF

_USUAL: Final[Mapping[str, Label]] = {
    **dict.fromkeys(("finance", "backup", "domain", "management"), Label.RESTRICTED),
    **dict.fromkeys(("server", "cloud"), Label.CONFIDENTIAL),
    "guest": Label.PUBLIC,
}
"""How sensitive a zone of a kind is where the file does not say it; all others are internal."""


@dataclass(frozen=True)
class NetworkFile:
    """`written` is the file by its sections, without what says nothing but what is usual. Nothing is wrong with it.

    Order means nothing: flows, blocks and statements stand by their ids, and zones are shown by their kinds.
    """

    written: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def network(self) -> Network:
        """What it means, with the built-in services and statements. The same at every call."""
        by_kind = sorted(self._of("zones").items(), key=lambda it: (KINDS.index(it[1]["kind"]), it[0]))
        zones = tuple(_zone(name, one) for name, one in by_kind)
        stated = tuple(
            Never(one["id"], _way(one), one["why"], hops=one.get("hops", False))
            for one in self.written.get("never", ())
        )
        return Network(
            zones=zones,
            hosts=tuple(
                Host(name, one["zone"], prefixes(one["addresses"]), one.get("owner", ""), tuple(one.get("names", ())))
                for name, one in sorted(self._of("hosts").items())
            ),
            services=(
                *built_in_services(),
                *(Service(name, tuple(map(part_of, parts))) for name, parts in sorted(self._of("services").items())),
                *(Service(written, (part_of(written),)) for written in self._unnamed_services()),
            ),
            flows=tuple(_flow(one) for one in self.written.get("flows", ())),
            blocks=tuple(Block(one["id"], _way(one), one["why"]) for one in self.written.get("blocks", ())),
            nevers=(*stated, *built_in_nevers(zones, self.without)),
            firewalls=tuple(
                _firewall(name, one, tuple(zone.name for zone in zones))
                for name, one in sorted(self._of("firewalls").items())
            ),
            trials=tuple(
                Trial(one["id"], _way(one), one["why"], one["until"]) for one in self.written.get("trial", ())
            ),
        )

    @property
    def without(self) -> dict[str, str]:
        """Which of the built-in statements does not hold, and why."""
        return self._of("without")

    def _unnamed_services(self) -> list[str]:
        """What flows, blocks and statements name by its protocol and ports: it is a service of that name."""
        ways = (one for section in ("flows", "blocks", "never", "trial") for one in self.written.get(section, ()))
        return sorted({name for one in ways for name in one.get("service", ()) if is_unnamed(name)})

    def _of(self, section: str) -> dict[str, Any]:
        found: dict[str, Any] = self.written.get(section, {})
        return found


def prefixes(written: Iterable[str]) -> tuple[Prefix, ...]:
    return tuple(map(ip_network, written))


def _zone(name: str, one: dict[str, Any]) -> Zone:
    label = Label[one["label"].upper()] if "label" in one else _USUAL.get(one["kind"], Label.INTERNAL)
    return Zone(
        name,
        one["kind"],
        prefixes(one["prefixes"]),
        one.get("interface", ""),
        one.get("vlan"),
        tuple(sorted(one.get("tags", {}).items())),
        is_isolated=one.get("isolated", False),
        sensitivity=int(label),
        owner=one.get("owner", ""),
    )


def _way(one: dict[str, Any]) -> Way:
    return Way(tuple(one["from"]), tuple(one["to"]), tuple(one.get("service", (ANY_SERVICE,))))


def _flow(one: dict[str, Any]) -> Flow:
    return Flow(one["id"], _way(one), one["purpose"], one["owner"], one["review"], one.get("expires", ""))


def _firewall(name: str, one: dict[str, Any], every_zone: tuple[str, ...]) -> Firewall:
    zones = tuple(one.get("zones", every_zone))
    if "host" in one:
        return Firewall(name, one["kind"], zones, host=one["host"], probes=one.get("probes", False))
    place = one.get(PLACE_OF[one["kind"]], "")
    is_device = one["kind"] == NFTABLES
    tunnels = WireGuard(**one["wireguard"]) if "wireguard" in one else None
    return Firewall(
        name,
        one["kind"],
        zones,
        place if is_device else "",
        "" if is_device else place,
        one.get("region", ""),
        tuple(one.get("uplink", ())),
        wireguard=tunnels,
    )
