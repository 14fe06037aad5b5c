"""Zones and policies of UniFi Network, as its integration API answers them, as a Ruleset.

A packet meets the policies between its two zones in their order; the first that fits decides. Policies for connections
that are open already say nothing of new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from limen.network.packets import ANY_PORT, ANY_PROTOCOL, ANYWHERE, Box, Interval, Rule, Ruleset
from limen.network.packets.box import ICMP, ICMPV6, LAST_ADDRESS, TCP, UDP, WITH_PORTS, of_one_family
from limen.network.reading.intervals import joined, prefix_interval
from limen.network.reading.json_documents import merged, objects, refuse_without, text, texts
from limen.network.reading.reading import MOST_ZONES, Errs, NotUnderstood, Reading, not_understood, refuse_beyond
from limen.network.reading.stages import Known, between_known

PROTOCOLS: Final = {"TCP": TCP, "UDP": UDP, "ICMP": ICMP, "ICMPV6": ICMPV6}
_VERSIONS: Final = {"IPV4": (4,), "IPV6": (6,), "IPV4_AND_IPV6": (4, 6)}
_ACTIONS: Final = frozenset({"ALLOW", "BLOCK", "REJECT"})
_UNDERSTOOD: Final = frozenset((
    "id", "enabled", "name", "description", "index", "action", "source", "destination", "ipProtocolScope",
    "connectionStateFilter", "loggingEnabled", "metadata",
))  # fmt: skip
"""Whatever else a policy has may be a condition."""
MOST_POLICIES: Final = 20_000


def read_unifi(*documents: Mapping[str, Any], known: Known | None = None) -> Reading:
    """`documents` have `zones` and `policies`, both as lists. `known.groups` are ids of zones, each with the zone that
    it is; others are left out. Raises UnreadableError.
    """
    together = merged(documents)
    refuse_without(together, "policies")
    zones = {text(one, "id"): text(one, "name") or text(one, "id") for one in objects(together, "zones")}
    policies = [one for one in objects(together, "policies") if one.get("enabled") is not False]
    refuse_beyond(len(zones), MOST_ZONES, "zones")
    refuse_beyond(len(policies), MOST_POLICIES, "policies")
    names = dict(zip(known.groups, known.groups, strict=True)) if known else zones
    doubts: list[NotUnderstood] = []
    rules = [rule for one in policies for rule in _rules(one, names, doubts, is_all=known is None)]
    if known is None:
        return Reading("unifi", Ruleset(tuple(dict.fromkeys(names.values())), tuple(rules)), tuple(doubts))
    return Reading("unifi", between_known(rules, known), tuple(doubts))


def _rules(
    policy: Mapping[str, Any], names: Mapping[str, str], doubts: list[NotUnderstood], *, is_all: bool
) -> Iterator[Rule]:
    """`is_all`: every zone is named, and others are not left out on purpose."""
    id_ = text(policy, "name") or text(policy, "id")
    source, destination = _within(policy, "source"), _within(policy, "destination")
    from_zone, to_zone = names.get(text(source, "zoneId"), ANYWHERE), names.get(text(destination, "zoneId"), ANYWHERE)
    states = texts(policy, "connectionStateFilter")
    if states and "NEW" not in states:
        return
    if ANYWHERE in {from_zone, to_zone}:
        if is_all:
            doubts.append(not_understood(id_, "a zone that is not given", Errs.EITHER))
        return
    unclear = [one for one in policy if one not in _UNDERSTOOD and policy[one]]
    scope = _within(policy, "ipProtocolScope")
    families = _VERSIONS.get(text(scope, "ipVersion"), (4, 6))
    sources, source_ports = _side(source, unclear)
    destinations, ports = _side(destination, unclear)
    protocols = list(_protocols(scope, unclear))
    action = text(_within(policy, "action"), "type")
    unclear += [f"the action {action!r}"] if action not in _ACTIONS else []
    unclear += [f"the version {scope['ipVersion']!r}"] if scope.get("ipVersion", "") not in {"", *_VERSIONS} else []
    allows = action == "ALLOW"
    doubts += [not_understood(id_, one) for one in unclear]
    if unclear and not allows:
        return
    for protocol in protocols:
        for family, one, other in of_one_family(sources, destinations):
            if family in families:
                for box in _boxes(family, one, other, protocol, ports, source_ports):
                    yield Rule(id_, allows, from_zone, to_zone, box)


def _boxes(
    family: int,
    source: Interval,
    destination: Interval,
    protocol: Interval,
    ports: Sequence[Interval],
    source_ports: Sequence[Interval],
) -> Iterator[Box]:
    """Only what has ports is told apart by them; with ports and no protocol, TCP and UDP are meant."""
    has_ports = any(one != ANY_PORT for one in (*ports, *source_ports))
    protocols = [(TCP, TCP), (UDP, UDP)] if has_ports and protocol == ANY_PROTOCOL else [protocol]
    for one in protocols:
        is_ported = one[0] == one[1] and one[0] in WITH_PORTS
        for port in ports if is_ported else [ANY_PORT]:
            for source_port in source_ports if is_ported else [ANY_PORT]:
                yield Box(family, source, destination, one, port, source_port)


def _side(side: Mapping[str, Any], unclear: list[str]) -> tuple[list[tuple[int, Interval]], list[Interval]]:
    """Addresses and ports of one side."""
    every = [(family, (0, last)) for family, last in LAST_ADDRESS.items()]
    said = _within(side, "trafficFilter")
    unclear += [name for name in said if name not in {"type", "ipAddressFilter", "portFilter"} and said[name]]
    addresses, ports = _within(said, "ipAddressFilter"), _within(said, "portFilter")
    unclear += ["matchOpposite" for one in (addresses, ports) if one.get("matchOpposite") is True]
    found, numbers = every, [ANY_PORT]
    try:
        if addresses:
            found = joined(_address(one) for one in objects(addresses, "items")) or every
        if ports:
            numbers = [_port(one) for one in objects(ports, "items")] or [ANY_PORT]
    except ValueError:
        unclear.append("its addresses or ports")
        return every, [ANY_PORT]
    found = every if addresses.get("matchOpposite") is True else found
    numbers = [ANY_PORT] if ports.get("matchOpposite") is True else numbers
    if (addresses and found is every) or (ports and numbers == [ANY_PORT]):
        unclear.append("a list of addresses or ports that stands elsewhere")
    return found, numbers


def _address(item: Mapping[str, Any]) -> tuple[int, Interval]:
    return prefix_interval(text(item, "value"))


def _port(item: Mapping[str, Any]) -> Interval:
    low, high = (item.get("value"),) * 2 if "value" in item else (item.get("start"), item.get("stop"))
    if type(low) is not int or type(high) is not int or not 0 <= low <= high <= ANY_PORT[1]:
        raise ValueError(item)
    return low, high


def _protocols(scope: Mapping[str, Any], unclear: list[str]) -> Iterable[Interval]:
    said = _within(scope, "protocolFilter")
    if not said:
        return [ANY_PROTOCOL]
    name = text(_within(said, "protocol"), "name").upper()
    if said.get("matchOpposite") is True or name not in PROTOCOLS:
        unclear.append(f"protocol {name or text(said, 'type')}")
        return [ANY_PROTOCOL]
    return [(PROTOCOLS[name],) * 2]


def _within(where: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = where.get(name)
    return found if isinstance(found, dict) else {}
