"""Rules in the language of other makers' firewalls, by the library Aerleon, which is an extra.

A rule becomes a term of Aerleon's policy; prefixes and ports get names there. Nothing is trusted: whoever asks for a
text reads it back and proves it equal (`emit/makers.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from limen.errors import LimenError
from limen.extras import how_to_install
from limen.network.compiling import Places
from limen.network.emit.aws_rules import prefixes
from limen.network.emit.ordered import OrderedRule
from limen.network.model import Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Interval
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.shapes import LEG

INET: Final = {4: "inet", 6: "inet6"}
"""What Aerleon calls the families."""
EXTRA: Final = "aerleon"
MOST_TERMS: Final = 20_000
PROTOCOLS: Final = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6", 47: "gre", 50: "esp", 51: "ah"}
_NO_LEGS: Final = frozenset({"any", "all", "none", "global", "multicast", "local-in-policy"})
"""Words that a firewall, or Aerleon, reads as something else than one interface or zone."""
_LONGEST_NAME: Final = 27
"""Of a rule in the name of its policies: FortiOS takes 35 letters in all."""


class Filter(NamedTuple):
    """What stands together in a text: the options of Aerleon's target, and the lines in their order."""

    options: str
    lines: tuple[OrderedRule, ...]


@dataclass
class _Policy:
    """`sets` are names of prefixes: those that they have in the network, else numbered."""

    sets: dict[tuple[str, ...], str]
    icmp: Mapping[int, Mapping[int, str]]
    networks: dict[str, Any] = field(default_factory=dict)
    services: dict[str, Any] = field(default_factory=dict)
    denied: Mapping[str, Any] = field(default_factory=dict)
    """What terms say that deny: how it is logged."""
    written: int = 0

    def term(self, line: OrderedRule) -> dict[str, Any]:
        self.written += 1
        if self.written > MOST_TERMS:
            raise LimenError(f"this would take more than {MOST_TERMS:,} rules there", "say it with fewer flows")
        term: dict[str, Any] = {
            "name": f"{line.id[:_LONGEST_NAME]}-{self.written}",
            "action": "accept" if line.allows else "deny",
        }
        if not line.allows:
            term |= self.denied
        for side, held in (("source", line.sources), ("destination", line.destinations)):
            if held:
                term[f"{side}-address"] = self._set(line.family, held)
        if line.protocol != ANY_PROTOCOL:
            term |= self._service(line)
        return term

    def _set(self, family: int, held: tuple[str, ...]) -> str:
        name = self.sets.setdefault(held, f"set{len(self.sets) + 1}-v{family}")
        self.networks[name] = {"values": [{"address": one} for one in held]}
        return name

    def _service(self, line: OrderedRule) -> dict[str, Any]:
        name = PROTOCOLS[line.protocol[0]]
        said: dict[str, Any] = {"protocol": name}
        if line.protocol[0] in {ICMP, ICMPV6}:
            if line.ports[0] == line.ports[1]:
                said["icmp-type"] = self.icmp[line.family][line.ports[0]]
            return said
        for side, ports in (("source", line.source_ports), ("destination", line.ports)):
            if ports != ANY_PORT and line.protocol[0] in {TCP, UDP}:
                said[f"{side}-port"] = self._ports(name, ports)
        return said

    def _ports(self, protocol: str, ports: Interval) -> str:
        written = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"
        name = f"{protocol}-{written}"
        self.services[name] = [{"protocol": protocol, "port": written}]
        return name


def written(kind: str, filters: Iterable[Filter], sets: Mapping[tuple[str, ...], str]) -> str:
    """The text for a firewall of this kind; "" without any line, which Aerleon fails on. `sets`: what prefixes are
    called in the network. Raises LimenError.
    """
    generators = _generators()
    policy = _Policy(dict(sets), generators.ICMP_NAMES, denied=_DENIED[kind])
    stated = [(one.options, [policy.term(line) for line in one.lines]) for one in filters if one.lines]
    if not stated:
        return ""
    try:
        return str(generators.generated(kind, stated, {"networks": policy.networks, "services": policy.services}))
    except Exception as error:
        raise LimenError(f"Aerleon writes nothing for {kind}: {str(error).strip()[:200]}") from error


def set_names(network: Network) -> dict[tuple[str, ...], str]:
    """What prefixes are called: as the zone or the host that they are all of."""
    places = Places(network)
    names: dict[tuple[str, ...], str] = {}
    for name in (*network.zone_names, *network.host_of):
        for family in INET:
            own = [
                prefix for _, one, interval in places.of(name) if one == family for prefix in prefixes(family, interval)
            ]
            if own:
                names.setdefault(tuple(dict.fromkeys(own)), f"{name}-v{family}")
    return names


def icmp_types(family: int) -> Mapping[int, str]:
    """The types that Aerleon has names for. Raises LimenError where it is not installed."""
    found: Mapping[int, Mapping[int, str]] = _generators().ICMP_NAMES
    return found[family]


def leg_name(zone: str, name: str) -> str:
    """What a firewall calls its leg to a zone, if that can be written. Raises LimenError."""
    if not LEG.fullmatch(name) or name.lower() in _NO_LEGS:
        raise LimenError(
            f"{name[:60]!r} can't be what the firewall calls {zone}",
            "write what the firewall calls it, with letters, digits and . _ / : - alone, 31 at most",
        )
    return name


def split(line: OrderedRule, most: int) -> Sequence[OrderedRule]:
    """The same as lines with no more than so many sources each."""
    return [replace(line, sources=line.sources[at : at + most]) for at in range(0, len(line.sources), most)]


_DENIED: Final[Mapping[str, Mapping[str, Any]]] = {
    "fortigate": {"logging": "true", "option": "log_traffic_mode_all"},
    "paloalto": {"logging": "true"},
    "cisco": {"logging": "true"},
    "windows": {},
}


def _generators() -> Any:
    try:
        from limen.network.emit import aerleon_generators  # noqa: PLC0415 -- an extra, and a quarter of a second
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"aerleon", "absl", "yaml", "typing_extensions"}:
            raise
        raise LimenError(
            "firewalls of this maker need Aerleon, which is not installed", how_to_install(EXTRA)
        ) from None
    return aerleon_generators
