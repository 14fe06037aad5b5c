"""The configuration of a FortiGate, as `show` or a backup has it, as a Ruleset.

Interfaces, and zones of FortiOS, are the zones. The first policy that fits decides, and what none fits is denied
(FortiOS Administration Guide, "Firewall policy"). A policy that calls a virtual address lets through to what that
leads to; translation of sources changes nothing here. What comes to the FortiGate itself is let in by what its
interfaces offer; policies for that (`local-in-policy`) are not read, and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import chain
from typing import Final

from limen.network.model import Prefix
from limen.network.packets import ANYWHERE, Rule, Ruleset, every_packet
from limen.network.reading.fortigate_itself import to_itself
from limen.network.reading.fortigate_objects import Objects, objects_of
from limen.network.reading.fortigate_words import Entry, Section, Sections, sections_of
from limen.network.reading.named_objects import Addresses, Asked, Kind, addresses_named, without
from limen.network.reading.reading import (
    FIREWALL,
    MOST_ZONES,
    OTHER,
    Errs,
    NotUnderstood,
    Reading,
    UnreadableError,
    bounded,
    not_understood,
    refuse_beyond,
)
from limen.network.reading.stages import Known, between_known, unknown_groups

_MOST_POLICIES: Final = 100_000
_UNREAD: Final = {
    "firewall local-in-policy": Errs.EITHER,
    "firewall local-in-policy6": Errs.EITHER,
    "firewall security-policy": Errs.EITHER,
    "firewall policy46": Errs.TOO_CLOSED,
    "firewall policy64": Errs.TOO_CLOSED,
    "firewall proxy-policy": Errs.EITHER,
    "firewall multicast-policy": Errs.TOO_CLOSED,
    "firewall acl": Errs.TOO_OPEN,
    "firewall acl6": Errs.TOO_OPEN,
    "firewall DoS-policy": Errs.TOO_OPEN,
    "firewall DoS-policy6": Errs.TOO_OPEN,
    "firewall interface-policy": Errs.TOO_OPEN,
    "firewall interface-policy6": Errs.TOO_OPEN,
}
"""Sections that let through or deny by another way."""
_WITHOUT_EFFECT: Final = frozenset(
    {
        *("name", "uuid", "action", "status", "schedule", "service", "service-negate", "srcintf", "dstintf"),
        *("srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "srcaddr-negate", "dstaddr-negate", "srcaddr6-negate"),
        *("dstaddr6-negate", "logtraffic", "logtraffic-start", "comments", "label", "global-label", "nat", "ippool"),
        *("poolname", "poolname6", "fixedport", "send-deny-packet", "traffic-shaper", "traffic-shaper-reverse"),
        *("per-ip-shaper", "session-ttl", "auto-asic-offload", "match-vip", "tcp-mss-sender", "tcp-mss-receiver"),
        *("inspection-mode", "capture-packet", "diffserv-forward", "diffserv-reverse", "permit-any-host"),
    }
)
"""Settings of a policy that are read, or say nothing of which packets it is for."""
_HARMLESS: Final = {("utm-status", "disable"), ("internet-service", "disable"), ("ztna-status", "disable")}


@dataclass(slots=True)
class _Policy:
    """`family`: 6 in the section of old versions that is for it alone, else both."""

    id: str
    said: Entry
    families: tuple[int, ...]
    unclear: list[str] = field(default_factory=list)


def read_fortigate(text: str, name: str = "config", known: Known | None = None) -> Reading:
    """`known.groups` are interfaces or zones of the FortiGate, each with the zone that it is. Raises
    UnreadableError.
    """
    sections = _one_domain(sections_of(text), name)
    objects = objects_of(sections)
    doubts = [
        not_understood(f"{name}: config {section}", "not read", errs)
        for section, errs in _UNREAD.items()
        if _entries(sections, section)
    ]
    policies = list(_policies(sections))
    refuse_beyond(len(policies), _MOST_POLICIES, "policies")
    zones = _zones(policies, sections)
    refuse_beyond(len(zones), MOST_ZONES, "interfaces")
    rules = bounded(chain(_within_zones(sections), *(_rules(one, objects, doubts) for one in policies)))
    if known is not None:
        doubts += unknown_groups([zone for zone in zones if zone != OTHER], known)
        return Reading("fortigate", between_known(rules, known), tuple(doubts))
    itself = list(to_itself(sections, doubts))
    every = dict.fromkeys((*zones[:-1], *(one.from_zone for one in itself), OTHER, *((FIREWALL,) if itself else ())))
    refuse_beyond(len(every), MOST_ZONES, "interfaces")
    return Reading("fortigate", Ruleset(tuple(every), (*rules, *itself)), tuple(doubts), _places(sections, every))


def policies_there(text: str) -> dict[str, frozenset[str]]:
    """All policies, also those that are off, by their number: between which interfaces. Raises UnreadableError."""
    policies = _entries(_one_domain(sections_of(text), "config"), "firewall policy")
    return {key: frozenset((*one.get("srcintf", []), *one.get("dstintf", []))) for key, one in policies.items()}


def _one_domain(domains: Mapping[str, dict[str, Section]], name: str) -> dict[str, Section]:
    """The virtual domain that has policies, with what is said outside of any."""
    with_policies = [key for key, one in domains.items() if _entries(one, "firewall policy")]
    if len(with_policies) > 1:
        raise UnreadableError(f"{name} holds {len(with_policies)} virtual domains with policies", "give one of them")
    own = with_policies[0] if with_policies else ""
    together = dict(domains[""])
    for section, one in domains.get(own, {}).items():
        together[section] = Section({**together.get(section, Section()).entries, **one.entries})
    if not any(section.startswith("firewall ") for section in together):
        raise UnreadableError(f"{name} has no section `config firewall policy`", "give it whole, as `show` prints it")
    return together


def _entries(sections: Sections, name: str) -> dict[str, Entry]:
    return {key: one for key, one in sections.get(name, Section()).entries.items() if key}


def _policies(sections: Sections) -> Iterator[_Policy]:
    for section, families in (("firewall policy", (4, 6)), ("firewall policy6", (6,))):
        for number, said in _entries(sections, section).items():
            if said.get("status") != ["disable"]:
                yield _Policy(" ".join(said.get("name", []))[:100] or number, said, families)


def _zones(policies: Sequence[_Policy], sections: Sections) -> tuple[str, ...]:
    named = dict.fromkeys(zone for one in policies for key in ("srcintf", "dstintf") for zone in one.said.get(key, []))
    named |= dict.fromkeys(_entries(sections, "system zone"))
    return (*(one for one in named if one != "any"), OTHER)


def _within_zones(sections: Sections) -> Iterator[Rule]:
    """Zones whose interfaces may talk to each other without a policy."""
    for name, one in _entries(sections, "system zone").items():
        if one.get("intrazone") == ["allow"]:
            yield from (Rule(f"intrazone-{name}"[:100], True, name, name, every_packet(family)) for family in (4, 6))


def _rules(policy: _Policy, objects: Objects, doubts: list[NotUnderstood]) -> Iterator[Rule]:
    said = policy.said
    allows = said.get("action", ["deny"]) != ["deny"]
    asked = [_asked(policy, objects, family) for family in policy.families if _has_addresses(policy, family)]
    unclear = [*policy.unclear, *_conditions(said)]
    unclear += [one for each in asked for one in each.unclear]
    doubts += [not_understood(policy.id, one) for one in dict.fromkeys(unclear)]
    if unclear and not allows:
        return
    if not allows and objects.mapped and said.get("match-vip") != ["enable"]:
        doubts.append(not_understood(policy.id, "denies nothing to virtual addresses (match-vip)", Errs.TOO_CLOSED))
    froms, tos = (_interfaces(said.get(key, [])) for key in ("srcintf", "dstintf"))
    for each in asked:
        for box in each.boxes():
            for from_zone in froms:
                for to_zone in tos:
                    yield Rule(policy.id, allows, from_zone, to_zone, box)


def _conditions(said: Entry) -> Iterator[str]:
    if said.get("schedule", ["always"]) != ["always"]:
        yield f"schedule {' '.join(said['schedule'])}"
    if said.get("action", ["deny"])[0] not in {"accept", "deny"}:
        yield f"action {said['action'][0]}"
    for key, values in said.items():
        if key not in _WITHOUT_EFFECT and (key, " ".join(values)) not in _HARMLESS:
            yield f"{key} {' '.join(values)}"


def _interfaces(names: Sequence[str]) -> Sequence[str]:
    return (ANYWHERE,) if "any" in names else names


def _has_addresses(policy: _Policy, family: int) -> bool:
    """In the section for both a policy is for a family where it names addresses of it on both sides."""
    return all(_names(policy, key) for key in _keys(policy, family))


def _names(policy: _Policy, key: str) -> list[str]:
    """A service of the internet stands in place of addresses that are not known here, so it counts as all of them."""
    end = "6" if key.endswith("6") else ""
    kept_by_fortinet = f"internet-service{end}-src" if key.startswith("src") else f"internet-service{end}"
    if not policy.said.get(key) and policy.said.get(kept_by_fortinet) == ["enable"]:
        return ["all"]
    return policy.said.get(key, [])


def _keys(policy: _Policy, family: int) -> tuple[str, str]:
    return ("srcaddr6", "dstaddr6") if family == 6 and policy.families == (4, 6) else ("srcaddr", "dstaddr")


def _asked(policy: _Policy, objects: Objects, family: int) -> Asked:
    unclear: list[str] = []
    source, destination = _keys(policy, family)
    sources, destinations = (_side(policy, objects, family, key, unclear) for key in (source, destination))
    return Asked(sources, destinations, _kinds(policy, objects, unclear), unclear)


def _side(policy: _Policy, objects: Objects, family: int, key: str, unclear: list[str]) -> Addresses:
    names = _names(policy, key)
    before = len(unclear)
    found = addresses_named(names, objects.addresses[family], unclear)
    if policy.said.get(f"{key}-negate") == ["enable"] and len(unclear) == before:
        found = without(found, [family])
    unclear += [f"the virtual address {one[:80]}" for one in names if one in objects.mapped]
    return tuple(one for one in found if one[0] == family)


def _kinds(policy: _Policy, objects: Objects, unclear: list[str]) -> list[Kind]:
    """Every kind of packets where a service is not known."""
    if policy.said.get("service-negate") == ["enable"]:
        unclear.append("service-negate enable")
        return [Kind()]
    found: dict[Kind, None] = {}
    for name in policy.said.get("service", ["ALL"]):
        some = objects.services.of(name)
        if some is None:
            unclear.append(f"the service {name[:80]}")
            return [Kind()]
        found.update(dict.fromkeys(some))
    return list(found)


def _places(sections: Sections, zones: Iterable[str]) -> dict[str, tuple[Prefix, ...]]:
    """The networks that interfaces are in, and zones by theirs."""
    own: dict[str, tuple[Prefix, ...]] = {}
    for name, one in _entries(sections, "system interface").items():
        try:
            network = ip_network("/".join(one.get("ip", [])), strict=False)
        except ValueError:
            continue
        if network.prefixlen < network.max_prefixlen:
            own[name] = (network,)
    for name, one in _entries(sections, "system zone").items():
        own[name] = tuple(prefix for each in one.get("interface", []) for prefix in own.get(each, ()))
    return {zone: own[zone] for zone in zones if own.get(zone)}
