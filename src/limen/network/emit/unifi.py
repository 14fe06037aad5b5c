"""Policies of UniFi Network between its zones, as the integration API takes them.

Each pair of zones ends with a policy that denies what is new. Answers are left to those of UniFi itself. Types of ICMP
can't be told apart there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.network.emit.guarded import Guarded
from limen.network.emit.opnsense import parted
from limen.network.emit.ordered import Ordered, OrderedRule, Speech, lines_of, ordered
from limen.network.model import INTERNET, Firewall, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Ruleset
from limen.network.packets.box import TCP, UDP
from limen.network.reading.stages import Known
from limen.network.reading.unifi import PROTOCOLS, read_unifi

MARK: Final = "limen "
"""What the names of Limen's policies begin with."""
EXTERNAL: Final = "External"
"""What UniFi calls the internet."""
MOST_LINES: Final = 5_000
MOST_ADDRESSES: Final = 50_000
_BEGINNING: Final = ["NEW", "INVALID"]
"""What is denied: the answers to what is let through the other way are not, which come here before UniFi's own policies
for them.
"""
_NAMES: Final = {value: name for name, value in PROTOCOLS.items()}


def zone_names(network: Network, firewall: Firewall) -> dict[str, str]:
    """By zone what UniFi calls it: its tag `unifi`, or its own name."""
    stated = {one.name: dict(one.tags).get("unifi", one.name) for one in network.zones if one.name in firewall.zones}
    return {**stated, INTERNET: EXTERNAL}


def unifi_rules(network: Network, firewall: Firewall, today: str) -> tuple[Guarded, Ordered]:
    """What is to be let through, without what can't be said; and what UniFi makes of it."""
    wanted = parted(network, tuple(zone_names(network, firewall)), today)
    said = ordered(wanted, _SPEECH)
    return wanted.without(frozenset(one.id for one in said.unfit)), said


def policies(wanted: Guarded, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """In their order. `ids`: by zone that of UniFi's zone."""
    found = []
    for from_zone in wanted.zones:
        for to_zone in wanted.zones:
            if from_zone != to_zone:
                way = (from_zone, to_zone)
                lines = lines_of(wanted.ruleset.between(*way))
                found += [_policy(one, way, ids) for one in lines]
                found.append(_rest(ids[from_zone], ids[to_zone]))
    return found


def _policy(line: OrderedRule, way: tuple[str, str], ids: Mapping[str, str]) -> dict[str, Any]:
    scope: dict[str, Any] = {"ipVersion": f"IPV{line.family}"}
    if line.protocol != ANY_PROTOCOL:
        protocol = {"name": _NAMES[line.protocol[0]]}
        scope["protocolFilter"] = {"type": "NAMED_PROTOCOL", "protocol": protocol, "matchOpposite": False}
    action = {"type": "ALLOW", "allowReturnTraffic": True} if line.allows else {"type": "BLOCK"}
    ports = line.ports if line.protocol[0] in {TCP, UDP} else ANY_PORT
    new = {} if line.allows else {"connectionStateFilter": _BEGINNING}
    return {
        **new,
        "enabled": True,
        "name": f"{MARK}{line.id}",
        "action": action,
        "source": _side(ids[way[0]], () if way[0] == INTERNET else line.sources, ANY_PORT),
        "destination": _side(ids[way[1]], () if way[1] == INTERNET else line.destinations, ports),
        "ipProtocolScope": scope,
        "loggingEnabled": not line.allows,
    }


def _rest(from_zone: str, to_zone: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "name": f"{MARK}rest",
        "action": {"type": "BLOCK"},
        "source": {"zoneId": from_zone},
        "destination": {"zoneId": to_zone},
        "ipProtocolScope": {"ipVersion": "IPV4_AND_IPV6"},
        "connectionStateFilter": _BEGINNING,
        "loggingEnabled": True,
    }


def _side(zone: str, addresses: tuple[str, ...], ports: Interval) -> dict[str, Any]:
    """The internet is its zone, whatever the addresses."""
    said: dict[str, Any] = {}
    if addresses:
        items = list(map(_item, addresses))
        said["ipAddressFilter"] = {"type": "IP_ADDRESSES", "matchOpposite": False, "items": items}
    if ports != ANY_PORT:
        said["portFilter"] = {"type": "PORTS", "matchOpposite": False, "items": [_port(ports)]}
    kind = "IP_ADDRESS" if addresses else "PORT"
    return {"zoneId": zone, **({"trafficFilter": {"type": kind, **said}} if said else {})}


def _item(prefix: str) -> dict[str, str]:
    address, _, length = prefix.partition("/")
    is_one = length == ("128" if ":" in address else "32")
    return {"type": "IP_ADDRESS", "value": address} if is_one else {"type": "SUBNET", "value": prefix}


def _port(ports: Interval) -> dict[str, Any]:
    low, high = ports
    return (
        {"type": "PORT_NUMBER", "value": low}
        if low == high
        else {"type": "PORT_NUMBER_RANGE", "start": low, "stop": high}
    )


def _can_say(box: Box) -> bool:
    if box.source_port != ANY_PORT:
        return False
    if box.protocol == ANY_PROTOCOL:
        return box.port == ANY_PORT
    low, high = box.protocol
    return low == high and low in _NAMES and (low in {TCP, UDP} or box.port == ANY_PORT)


def known_of(ids: Mapping[str, str], known: Known) -> Known:
    return Known({id_: [(zone, *one) for one in known.places[zone]] for zone, id_ in ids.items()}, known.places)


def _read_back(
    wanted: Guarded, _in: dict[str, list[OrderedRule]], _out: dict[str, list[OrderedRule]], known: Known
) -> Ruleset:
    ids = {zone: zone for zone in wanted.zones}
    return read_unifi({"policies": policies(wanted, ids)}, known=known_of(ids, known)).ruleset


def _zone_itself(_: Guarded, zone: str) -> str:
    return zone


_SPEECH: Final = Speech(
    _can_say,
    "UniFi tells no types of ICMP and no other protocols than TCP, UDP and ICMP apart",
    MOST_LINES,
    MOST_ADDRESSES,
    MOST_LINES,
    _zone_itself,
    _read_back,
)
