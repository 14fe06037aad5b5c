"""VPC firewall rules of Google Cloud, as `gcloud compute firewall-rules list --format=json` prints them, as a Ruleset.

Each network tag is a zone, and `other` what has none. Rules go by priority, of two with the same the one that denies;
behind them everything may leave and nothing come in (Google Cloud documentation, "VPC firewall rules").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from limen.network.model import INTERNET
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, ANYWHERE, Box, Interval, Rule, every_packet
from limen.network.packets.box import ICMP, LAST_ADDRESS, WITH_PORTS
from limen.network.reading.intervals import number, port_interval, prefix_interval
from limen.network.reading.json_documents import merged, objects, refuse_without, text, texts, whole
from limen.network.reading.reading import MOST_ZONES, OTHER, Errs, NotUnderstood, Reading, not_understood, refuse_beyond
from limen.network.reading.stages import Guards, Known, Passing, held_rules

_PROTOCOLS: Final = {"tcp": 6, "udp": 17, "icmp": ICMP, "esp": 50, "ah": 51, "sctp": 132, "ipip": 94}
_USUAL_PRIORITY: Final = 1_000
_UNDERSTOOD: Final = frozenset((
    "name", "direction", "priority", "disabled", "allowed", "denied", "sourceRanges", "destinationRanges", "sourceTags",
    "targetTags", "description", "network", "id", "kind", "selfLink", "selfLinkWithId", "creationTimestamp",
    "logConfig", "enableLogging",
))  # fmt: skip
"""Whatever else a rule has may be a condition, as service accounts and secure tags are."""


def read_gcp(*documents: Mapping[str, Any], known: Known | None = None) -> Reading:
    """`documents` are lists of firewall rules. Raises UnreadableError."""
    together = merged(documents)
    refuse_without(together, "", "items")
    stated = [one for key in ("", "items") for one in objects(together, key) if one.get("disabled") is not True]
    tags = dict.fromkeys(tag for one in stated for tag in texts(one, "targetTags", "sourceTags"))
    refuse_beyond(len(tags), MOST_ZONES, "network tags")
    doubts: list[NotUnderstood] = []
    if known is None and tags:
        doubts.append(
            not_understood("instances", "one with several tags is open as far as any of them", Errs.TOO_CLOSED)
        )
    in_order = sorted(stated, key=lambda one: (_priority(one), not objects(one, "denied")))
    read = [(one, list(_rules(one, known, doubts))) for one in in_order]
    guards = {}
    for tag in known.groups if known else (*tags, OTHER):
        lists = {way: [rule for one, rules in read if _is_for(one, tag, way) for rule in rules] for way in _WAYS}
        lists["EGRESS"] += [Rule("egress:65535", True, ANYWHERE, ANYWHERE, every_packet(family)) for family in (4, 6)]
        if known is None:
            guards[tag] = Guards((lists["EGRESS"],), (lists["INGRESS"],))
            continue
        for zone in dict.fromkeys(zone for zone, _, _ in known.groups[tag]):
            held = [one for one in known.groups[tag] if one[0] == zone]
            outward = list(held_rules(lists["EGRESS"], held, is_source=True))
            guards[zone] = Guards((outward,), (list(held_rules(lists["INGRESS"], held, is_source=False)),))
    zones = tuple(known.places) if known else (*tags, OTHER, INTERNET)
    return Reading("gcp", Passing(zones, guards, known.places if known else None).ruleset(), tuple(doubts))


_WAYS: Final = ("INGRESS", "EGRESS")


def _priority(one: Mapping[str, Any]) -> int:
    said = whole(one, "priority")
    return _USUAL_PRIORITY if said is None else said


def _direction(one: Mapping[str, Any]) -> str:
    return text(one, "direction").upper() or "INGRESS"


def _is_for(one: Mapping[str, Any], tag: str, way: str) -> bool:
    """Rules that name no tag are for all."""
    targets = texts(one, "targetTags")
    return _direction(one) == way and (not targets or tag in targets)


def _rules(one: Mapping[str, Any], known: Known | None, doubts: list[NotUnderstood]) -> Iterator[Rule]:
    name = text(one, "name")
    is_inward = _direction(one) == "INGRESS"
    if _direction(one) not in _WAYS:
        doubts.append(not_understood(name, f"the direction {_direction(one)}", Errs.EITHER))
    unclear = [key for key in one if key not in _UNDERSTOOD and one[key]]
    allows = not objects(one, "denied")
    services = list(_services(objects(one, "allowed" if allows else "denied"), unclear))
    sources = _addresses(texts(one, "sourceRanges"), unclear)
    destinations = _addresses(texts(one, "destinationRanges"), unclear)
    tags = texts(one, "sourceTags") if is_inward else []
    froms = [(ANYWHERE, *source) for source in sources] if texts(one, "sourceRanges") or not tags else []
    froms += [held for tag in tags for held in _members(tag, known)]
    doubts += [not_understood(name, said) for said in unclear]
    if unclear and not allows:
        return
    for protocol, port in services:
        for zone, family, source in froms:
            for other, destination in destinations:
                if family == other:
                    yield Rule(name, allows, zone, ANYWHERE, Box(family, source, destination, protocol, port))


def _members(tag: str, known: Known | None) -> Sequence[tuple[str, int, Interval]]:
    return known.groups.get(tag, ()) if known else [(tag, family, (0, last)) for family, last in LAST_ADDRESS.items()]


def _addresses(said: list[str], unclear: list[str]) -> list[tuple[int, Interval]]:
    found = []
    for one in said:
        try:
            found.append(prefix_interval(one))
        except ValueError:
            unclear.append(f"the addresses {one}")
            found = []
            break
    return found or [(family, (0, last)) for family, last in LAST_ADDRESS.items()]


def _services(said: list[dict[str, Any]], unclear: list[str]) -> Iterator[tuple[Interval, Interval]]:
    for one in said:
        name = text(one, "IPProtocol").lower()
        try:
            value = _PROTOCOLS[name] if name in _PROTOCOLS else number(name)
        except ValueError:
            value = -1
        if name != "all" and not 0 <= value <= ANY_PROTOCOL[1]:
            unclear.append(f"protocol {name!r}")
        protocol = ANY_PROTOCOL if name == "all" or not 0 <= value <= ANY_PROTOCOL[1] else (value, value)
        ports = texts(one, "ports") if value in WITH_PORTS else []
        for port in ports or ["*"]:
            try:
                yield protocol, ANY_PORT if port == "*" else port_interval(port, "-")
            except ValueError:
                unclear.append(f"the ports {port}")
                yield protocol, ANY_PORT
