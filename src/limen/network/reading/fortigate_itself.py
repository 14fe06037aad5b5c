"""By which interfaces a FortiGate lets in to itself: `allowaccess` of each, at the ports of `system global`.

Trusted hosts of its administrators let in fewer, and are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.network.packets import Rule, every_packet
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.reading.fortigate_words import Entry, Section, Sections
from limen.network.reading.intervals import number
from limen.network.reading.named_objects import Kind, kind_of
from limen.network.reading.reading import FIREWALL, NotUnderstood, not_understood

_OF_SETTING: Final = {
    "https": ("admin-sport", 443),
    "http": ("admin-port", 80),
    "ssh": ("admin-ssh-port", 22),
    "telnet": ("admin-telnet-port", 23),
}
"""Ports that `system global` may move (FortiOS CLI Reference, `config system global`)."""
_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "ping": (kind_of(ICMP, (8, 8))._replace(families=(4,)), kind_of(ICMPV6, (128, 128))._replace(families=(6,))),
    "snmp": (kind_of(UDP, (161, 161)),),
    "fgfm": (kind_of(TCP, (541, 541)),),
    "radius-acct": (kind_of(UDP, (1_813, 1_813)),),
    "fabric": (kind_of(TCP, (8_013, 8_013)), kind_of(UDP, (5_246, 5_247))),
}


def to_itself(sections: Sections, doubts: list[NotUnderstood]) -> Iterator[Rule]:
    """From each zone that an interface is in. What an interface offers under a name that is not known is all."""
    zones = {
        interface: name
        for name, one in _entries(sections, "system zone").items()
        for interface in one.get("interface", [])
    }
    if any(
        key.startswith(("trusthost", "ip6-trusthost"))
        for one in _entries(sections, "system admin").values()
        for key in one
    ):
        doubts.append(not_understood("config system admin", "trusted hosts"))
    settings = sections.get("system global", Section()).entries.get("", {})
    for name, said in _entries(sections, "system interface").items():
        for offered in said.get("allowaccess", []) if said.get("status") != ["down"] else []:
            for kind in _kinds(offered, settings, name, doubts):
                for family in kind.families:
                    box = every_packet(family)._replace(protocol=kind.protocol, port=kind.port)
                    yield Rule(f"allowaccess {name}"[:100], True, zones.get(name, name), FIREWALL, box)


def _kinds(offered: str, settings: Entry, interface: str, doubts: list[NotUnderstood]) -> tuple[Kind, ...]:
    if offered in _OF_SETTING:
        setting, usual = _OF_SETTING[offered]
        try:
            port = number(settings[setting][0]) if settings.get(setting) else usual
        except ValueError:
            doubts.append(not_understood("config system global", setting))
            return (kind_of(TCP),)
        return (kind_of(TCP, (port, port)),)
    if offered not in _KINDS:
        doubts.append(not_understood(f"allowaccess {interface}"[:100], offered))
    return _KINDS.get(offered, (Kind(),))


def _entries(sections: Sections, name: str) -> dict[str, Entry]:
    return {key: one for key, one in sections.get(name, Section()).entries.items() if key}
