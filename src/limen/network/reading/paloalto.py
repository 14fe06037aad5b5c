"""The configuration of a Palo Alto firewall, as PAN-OS exports it in XML, as a Ruleset.

Zones are those of PAN-OS. The first rule that fits decides; behind them all, what stays within a zone is let through,
and what goes from zone to zone is denied, unless the file says otherwise (PAN-OS Administrator's Guide, "Security
Policy"). What an application is recognised by is not known here, so a rule for one lets through all that its service
does, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from limen.network.packets import ANYWHERE, Interval, Rule, Ruleset, every_packet
from limen.network.reading.named_objects import EVERY_ADDRESS, Addresses, Asked, Kind, Named, without
from limen.network.reading.paloalto_objects import (
    APPLICATION_DEFAULT,
    PROTOCOL_OF,
    Objects,
    address_literal,
    entries,
    members,
    objects_of,
    text_of,
    tree_of,
)
from limen.network.reading.reading import (
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

_MOST_RULES: Final = 100_000
_CONDITIONS: Final = ("source-user", "category", "source-hip", "destination-hip", "hip-profiles")
"""Of which a rule may ask more than `any`."""
_SIDES: Final = ("from", "to")
_TYPES: Final = ("interzone", "intrazone")
_READ: Final = frozenset(
    {
        *("from", "to", "source", "destination", "service", "application", "action", "disabled", "rule-type"),
        *("negate-source", "negate-destination", "schedule", "description", "tag", "log-start", "log-end"),
        *("log-setting", "group-tag", "icmp-unreachable", "qos", "profile-setting", "uuid", "target", *_CONDITIONS),
    }
)
_WITHOUT_EFFECT: Final = frozenset({"security", "default-security-rules", "nat", "qos", "pbf", "decryption", "sdwan"})
"""Rulebases that are read, or deny nothing."""


@dataclass(slots=True)
class _Rulebase:
    objects: Objects
    zones: tuple[str, ...]
    doubts: list[NotUnderstood]


def read_paloalto(text: str, known: Known | None = None) -> Reading:
    """`known.groups` are zones of PAN-OS, each with the zone that it is. Raises UnreadableError."""
    root = tree_of(text)
    system = _one_system(root)
    stated = [one for _, one in entries(system, "rulebase/security/rules")]
    refuse_beyond(len(stated), _MOST_RULES, "rules")
    enabled = [one for one in stated if text_of(one, "disabled") != "yes"]
    zones = _zones(system, enabled)
    refuse_beyond(len(zones), MOST_ZONES, "zones")
    shared = root.find("shared")
    base = _Rulebase(
        objects_of([*([shared] if shared is not None else []), system]), zones, list(_unread(root, system))
    )
    rules = bounded(chain(chain.from_iterable(_rules(one, base) for one in enabled), _defaults(system, zones)))
    if known is not None:
        base.doubts += unknown_groups([one for one in zones if one != OTHER], known)
        return Reading("paloalto", between_known(rules, known), tuple(base.doubts))
    return Reading("paloalto", Ruleset(zones, tuple(rules)), tuple(base.doubts))


def rules_there(text: str) -> dict[str, frozenset[str]]:
    """All rules, also those that are off, by their name: between which zones. Raises UnreadableError."""
    system = _one_system(tree_of(text))
    rules = entries(system, "rulebase/security/rules")
    return {name: frozenset(zone for side in _SIDES for zone in members(one, side) or ["any"]) for name, one in rules}


def _one_system(root: Any) -> Any:
    """The virtual system that has rules. Panorama's device groups are none."""
    systems = [one for _, one in entries(root, "devices/entry/vsys")]
    with_rules = [one for one in systems if one.find("rulebase/security/rules/entry") is not None]
    if len(with_rules) > 1:
        raise UnreadableError(f"this file holds {len(with_rules)} virtual systems with rules", "give one of them")
    if not systems:
        raise UnreadableError("this file holds no virtual system", "give the running configuration of one firewall")
    return (with_rules or systems)[0]


def _zones(system: Any, rules: Sequence[Any]) -> tuple[str, ...]:
    named = dict.fromkeys(name for name, _ in entries(system, "zone"))
    for one in rules:
        named |= dict.fromkeys(zone for side in ("from", "to") for zone in members(one, side))
    return (*(one for one in named if one != "any"), OTHER)


def _unread(root: Any, system: Any) -> Iterator[NotUnderstood]:
    for place, name in (
        (root.find("panorama"), "panorama"),
        *((system, one) for one in ("pre-rulebase", "post-rulebase")),
    ):
        found = place if name == "panorama" else place.find(name)
        if found is not None and found.find(".//security/rules/entry") is not None:
            yield not_understood(name, "rules of Panorama, which come before or behind these", Errs.EITHER)
    for one in system.findall("rulebase/*"):
        if one.tag not in _WITHOUT_EFFECT and one.find("rules/entry") is not None:
            yield not_understood(f"rulebase {one.tag}", "not read", Errs.EITHER)
    for name, one in entries(system, "rulebase/nat/rules"):
        is_moving = (
            one.find("destination-translation") is not None or one.find("dynamic-destination-translation") is not None
        )
        if is_moving and text_of(one, "disabled") != "yes":
            yield not_understood(f"nat {name}", "leads to another address than rules name", Errs.EITHER)


# One rule


def _rules(one: Any, base: _Rulebase) -> Iterator[Rule]:
    name = one.get("name")[:100]
    asked = _asked(one, base.objects)
    asked.unclear += _conditions(one)
    base.doubts += [not_understood(name, said) for said in dict.fromkeys(asked.unclear)]
    allows = text_of(one, "action") == "allow"
    if text_of(one, "action") not in {"allow", "deny", "drop", "reset-client", "reset-server", "reset-both"}:
        base.doubts.append(not_understood(name, f"action {text_of(one, 'action')}", Errs.EITHER))
        return
    if asked.unclear and not allows:
        return
    ways = list(_ways(one, base.zones))
    for box in asked.boxes():
        for from_zone, to_zone in ways:
            yield Rule(name, allows, from_zone, to_zone, box)


def _ways(one: Any, zones: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What is not said is any, as it is with addresses and services; so is a type that is not known, which is named."""
    froms, tos = ((ANYWHERE,) if "any" in said else said for said in (members(one, side) or ["any"] for side in _SIDES))
    kind = text_of(one, "rule-type")
    if kind not in _TYPES:
        yield from ((from_zone, to_zone) for from_zone in froms for to_zone in tos)
        return
    for from_zone in zones if ANYWHERE in froms else froms:
        for to_zone in zones if ANYWHERE in tos else tos:
            if (from_zone == to_zone) is (kind == "intrazone"):
                yield from_zone, to_zone


def _conditions(one: Any) -> Iterator[str]:
    for name in _CONDITIONS:
        said = members(one, name)
        if said and set(said) - {"any"}:
            yield f"{name} {', '.join(said)}"
    if text_of(one, "rule-type") not in {"", "universal", *_TYPES}:
        yield f"rule-type {text_of(one, 'rule-type')}"
    if schedule := text_of(one, "schedule"):
        yield f"schedule {schedule}"
    if one.find("target/devices/entry") is not None:
        yield "for some devices only"
    yield from (f"{each.tag} {(each.text or '').strip()}" for each in one if each.tag not in _READ)


def _asked(one: Any, objects: Objects) -> Asked:
    unclear: list[str] = []
    sources, destinations = (_addresses(one, side, objects.addresses, unclear) for side in ("source", "destination"))
    return Asked(sources, destinations, _kinds(one, objects, unclear), unclear)


def _addresses(one: Any, side: str, known: Named[tuple[int, Interval]], unclear: list[str]) -> Addresses:
    found: list[tuple[int, Interval]] = []
    is_known = True
    for name in members(one, side) or ["any"]:
        some = known.of(name)
        try:
            found += address_literal(name) if some is None else some
        except ValueError:
            unclear.append(f"the addresses {name[:80]}")
            is_known = False
    if not is_known:
        return EVERY_ADDRESS
    return without(tuple(found)) if text_of(one, f"negate-{side}") == "yes" else tuple(dict.fromkeys(found))


def _kinds(one: Any, objects: Objects, unclear: list[str]) -> Sequence[Kind]:
    """What both its service and its applications let through."""
    applications = [each for each in members(one, "application") if each != "any"]
    services = members(one, "service") or ["any"]
    by_application = _of_all(applications, objects.applications, PROTOCOL_OF, "the application", unclear)
    if services == [APPLICATION_DEFAULT]:
        return by_application
    by_service = _of_all(services, objects.services, {}, "the service", unclear)
    if not applications or by_application == [Kind()]:
        return by_service
    both = [shared for some in by_service for other in by_application if (shared := _both(some, other))]
    return list(dict.fromkeys(both))


def _of_all(
    names: Sequence[str], known: Named[Kind], doubtful: Mapping[str, tuple[Kind, ...]], what: str, unclear: list[str]
) -> list[Kind]:
    """Every kind of packets where no name is given, or one is not known."""
    found: dict[Kind, None] = {}
    is_known = bool(names)
    for name in names:
        some = known.of(name)
        if some is None:
            unclear.append(f"{what} {name[:80]}")
            some = doubtful.get(name)
            is_known = is_known and some is not None
        found.update(dict.fromkeys(some or ()))
    return list(found) if is_known else [Kind()]


def _both(some: Kind, other: Kind) -> Kind | None:
    protocol, port, source_port = (
        (max(one[0], two[0]), min(one[1], two[1])) for one, two in zip(some[:3], other[:3], strict=True)
    )
    families = tuple(one for one in some.families if one in other.families)
    if protocol[0] > protocol[1] or port[0] > port[1] or source_port[0] > source_port[1] or not families:
        return None
    return Kind(protocol, port, source_port, families)


def _defaults(system: Any, zones: tuple[str, ...]) -> Iterator[Rule]:
    """What becomes of packets that no rule fits."""
    said = {name: text_of(one, "action") for name, one in entries(system, "rulebase/default-security-rules/rules")}
    for family in (4, 6):
        allows = said.get("intrazone-default", "allow") == "allow"
        yield from (
            Rule("intrazone-default", allows, zone, zone, every_packet(family)) for zone in zones if zone != OTHER
        )
        if said.get("interzone-default") == "allow":
            yield Rule("interzone-default", True, ANYWHERE, ANYWHERE, every_packet(family))
