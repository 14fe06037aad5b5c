"""VPC firewall rules of Google Cloud: each for the instances with the network tag of a zone.

A rule there tells no types of ICMP apart and no source ports, and has addresses of one family (Google Cloud
documentation, "VPC firewall rules"). Behind the flows everything is denied, also the way out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered, OrderedRule, Speech, ordered
from limen.network.emit.quotas import GCP_RANGES_PER_RULE, GCP_RULES
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Ruleset
from limen.network.packets.box import WITH_PORTS
from limen.network.reading.gcp import read_gcp
from limen.network.reading.stages import Known

_NAMES: Final = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 51: "ah", 132: "sctp"}
_PORTED: Final = {6, 17, 132}
_FIRST_PRIORITY: Final = 1_000
_LAST_PRIORITY: Final = 65_000
_LONGEST_NAME: Final = 63


def gcp_rules(wanted: Guarded) -> Ordered:
    return ordered(wanted, _SPEECH)


def tag_of(wanted: Guarded, zone: str) -> str:
    """The network tag of a zone's instances: its tag `gcp`, or one of Limen's own."""
    return dict(wanted.network.zone_of[zone].tags).get("gcp", f"limen-{zone}")


def document(
    wanted: Guarded, inward: Mapping[str, list[OrderedRule]], outward: Mapping[str, list[OrderedRule]], network: str
) -> list[dict[str, Any]]:
    """As the API takes firewall rules (`compute.firewalls`)."""
    rules = []
    for zone in wanted.zones:
        for direction, lines in (("INGRESS", inward[zone]), ("EGRESS", outward[zone])):
            rules += [_rule(one, zone, tag_of(wanted, zone), direction, at, network) for at, one in enumerate(lines)]
            rules += [_rest(zone, tag_of(wanted, zone), direction, prefix, network) for prefix in ("0.0.0.0/0", "::/0")]
    return rules


def terraform(said: Ordered, wanted: Guarded, network: str) -> dict[str, Any]:
    """A file `*.tf.json` for the provider `google`."""
    described = document(wanted, said.inward, said.outward, network)
    return {
        "resource": {
            "google_compute_firewall": {one["name"].replace("-", "_"): _as_terraform(one) for one in described}
        }
    }


def _rule(line: OrderedRule, zone: str, tag: str, direction: str, at: int, network: str) -> dict[str, Any]:
    service: dict[str, Any] = {"IPProtocol": "all" if line.protocol == ANY_PROTOCOL else _protocol(line.protocol[0])}
    if line.protocol[0] in _PORTED and line.protocol != ANY_PROTOCOL and line.ports != ANY_PORT:
        low, high = line.ports
        service["ports"] = [str(low) if low == high else f"{low}-{high}"]
    return {
        **_head(f"{zone}-{direction.lower()}-{at}", tag, direction, _FIRST_PRIORITY + at, network),
        "description": line.id,
        "sourceRanges": list(line.sources),
        "destinationRanges": list(line.destinations),
        "allowed" if line.allows else "denied": [service],
    }


def _protocol(number: int) -> str:
    return _NAMES.get(number, str(number))


def _rest(zone: str, tag: str, direction: str, prefix: str, network: str) -> dict[str, Any]:
    name = f"{zone}-{direction.lower()}-deny-{'4' if '.' in prefix else '6'}"
    return {
        **_head(name, tag, direction, _LAST_PRIORITY, network),
        "description": "what no flow lets through",
        "sourceRanges" if direction == "INGRESS" else "destinationRanges": [prefix],
        "denied": [{"IPProtocol": "all"}],
    }


def _head(name: str, tag: str, direction: str, priority: int, network: str) -> dict[str, Any]:
    said = {"name": f"limen-{name}"[:_LONGEST_NAME], "network": network, "direction": direction, "priority": priority}
    return {**said, "targetTags": [tag]}


def _as_terraform(rule: Mapping[str, Any]) -> dict[str, Any]:
    names = {"sourceRanges": "source_ranges", "destinationRanges": "destination_ranges", "targetTags": "target_tags"}
    said = {names.get(key, key): value for key, value in rule.items() if key not in {"allowed", "denied"}}
    for key, name in (("allowed", "allow"), ("denied", "deny")):
        if key in rule:
            [service] = rule[key]
            ports = {"ports": service["ports"]} if "ports" in service else {}
            said[name] = [{"protocol": service["IPProtocol"], **ports}]
    return said


def _can_say(box: Box) -> bool:
    if box.source_port != ANY_PORT:
        return False
    if box.protocol == ANY_PROTOCOL:
        return box.port == ANY_PORT
    is_one = box.protocol[0] == box.protocol[1]
    return is_one and (box.port == ANY_PORT or box.protocol[0] in _PORTED & WITH_PORTS)


def _read_back(
    wanted: Guarded, inward: dict[str, list[OrderedRule]], outward: dict[str, list[OrderedRule]], known: Known
) -> Ruleset:
    return read_gcp({"items": document(wanted, inward, outward, "")}, known=known).ruleset


_SPEECH: Final = Speech(
    _can_say,
    "a rule of Google Cloud tells no types of ICMP and no source ports apart",
    GCP_RULES,
    GCP_RANGES_PER_RULE,
    GCP_RULES,
    tag_of,
    _read_back,
)
