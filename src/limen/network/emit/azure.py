"""Network security groups of Azure: a group for each zone in the cloud, which its subnets have.

A group there tells no types of ICMP apart, and nothing of ICMPv6 (Microsoft Learn, "Network security groups" and
"IPv6 for Azure Virtual Network"). Behind the flows everything is denied, also what every group lets through otherwise:
the rest of the virtual network, the way out, and probes of load balancers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.network.emit.guarded import Guarded
from limen.network.emit.ordered import Ordered, OrderedRule, Speech, ordered
from limen.network.emit.quotas import AZURE_ADDRESSES_PER_GROUP, AZURE_GROUPS, AZURE_RULES_PER_GROUP
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Ruleset
from limen.network.packets.box import ICMP, WITH_PORTS
from limen.network.reading.azure import read_azure
from limen.network.reading.stages import Known

_PROTOCOLS: Final = {6: "Tcp", 17: "Udp", ICMP: "Icmp", 50: "Esp", 51: "Ah"}
_FIRST_PRIORITY: Final = 100
_LAST_PRIORITY: Final = 4_096
_LONGEST: Final = 140


def azure_rules(wanted: Guarded) -> Ordered:
    return ordered(wanted, _SPEECH)


def group_of(wanted: Guarded, zone: str) -> str:
    """The name of a zone's network security group: its tag `azure`, or one of Limen's own."""
    return dict(wanted.network.zone_of[zone].tags).get("azure", f"limen-{zone}")


def document(
    wanted: Guarded, inward: Mapping[str, list[OrderedRule]], outward: Mapping[str, list[OrderedRule]]
) -> list[dict[str, Any]]:
    """As the API takes network security groups (`Microsoft.Network/networkSecurityGroups`), without where they are."""
    return [
        {
            "name": group_of(wanted, zone),
            "properties": {
                "securityRules": [*_rules(inward[zone], "Inbound"), *_rules(outward[zone], "Outbound")],
            },
        }
        for zone in wanted.zones
    ]


def terraform(said: Ordered, wanted: Guarded, resource_group: str, location: str) -> dict[str, Any]:
    """A file `*.tf.json` for the provider `azurerm`. Subnets are given their groups by whoever makes them."""
    groups: dict[str, Any] = {}
    for group in document(wanted, said.inward, said.outward):
        rules = [_as_terraform(one) for one in group["properties"]["securityRules"]]
        groups[group["name"].replace("-", "_")] = {
            "name": group["name"],
            "location": location,
            "resource_group_name": resource_group,
            "security_rule": rules,
        }
    return {"resource": {"azurerm_network_security_group": groups}}


def _rules(lines: list[OrderedRule], direction: str) -> list[dict[str, Any]]:
    numbers: dict[str, int] = {}
    rules = []
    for at, one in enumerate(lines):
        numbers[one.id] = numbers.get(one.id, 0) + 1
        said = {
            "access": "Allow" if one.allows else "Deny",
            "protocol": "*" if one.protocol == ANY_PROTOCOL else _PROTOCOLS[one.protocol[0]],
            "sourceAddressPrefixes": list(one.sources),
            "destinationAddressPrefixes": list(one.destinations),
            "sourcePortRange": _range(one.source_ports),
            "destinationPortRange": _range(one.ports),
            "description": one.id[:_LONGEST],
        }
        rules.append(_rule(f"{one.id}-{numbers[one.id]}", direction, _FIRST_PRIORITY + at, said))
    rest = {"access": "Deny", "protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*"}
    rest |= {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "description": "what no flow lets through"}
    return [*rules, _rule("limen-deny", direction, _LAST_PRIORITY, rest)]


def _rule(name: str, direction: str, priority: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """Names are told apart within a group, so each says its direction."""
    return {"name": f"{name}-{direction.lower()}", "properties": {"direction": direction, "priority": priority, **said}}


def _range(ports: Interval) -> str:
    if ports == ANY_PORT:
        return "*"
    return str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"


def _as_terraform(rule: Mapping[str, Any]) -> dict[str, Any]:
    said = {"name": rule["name"], **{_snake(key): value for key, value in rule["properties"].items()}}
    return {**dict.fromkeys(_TERRAFORM, None), **said}


_TERRAFORM: Final = (
    *("source_address_prefix", "source_address_prefixes", "destination_address_prefix", "destination_address_prefixes"),
    *("source_port_range", "source_port_ranges", "destination_port_range", "destination_port_ranges", "description"),
    *("source_application_security_group_ids", "destination_application_security_group_ids"),
)
"""In JSON a block that stands as an attribute names all of its arguments."""


def _snake(name: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name)


def _can_say(box: Box) -> bool:
    if box.protocol == ANY_PROTOCOL:
        return box.port == box.source_port == ANY_PORT
    if box.protocol[0] != box.protocol[1] or box.protocol[0] not in _PROTOCOLS:
        return False
    if box.protocol[0] in WITH_PORTS:
        return True
    return box.port == ANY_PORT and not (box.protocol[0] == ICMP and box.family == 6)


def _read_back(
    wanted: Guarded, inward: dict[str, list[OrderedRule]], outward: dict[str, list[OrderedRule]], known: Known
) -> Ruleset:
    return read_azure({"value": document(wanted, inward, outward)}, known=known).ruleset


_SPEECH: Final = Speech(
    _can_say,
    "a network security group tells no types of ICMP apart, and knows TCP, UDP, ICMP, ESP and AH",
    AZURE_RULES_PER_GROUP,
    AZURE_ADDRESSES_PER_GROUP,
    AZURE_GROUPS * AZURE_RULES_PER_GROUP,
    group_of,
    _read_back,
)
