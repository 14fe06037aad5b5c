"""N8: no administrative or database port of a cloud is open to the internet, and what guards it is what was declared.

A reading is a few days old at most: groups change in seconds, and nobody asks the cloud meanwhile. What was seen of
connections contradicts one that says all is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError
from limen.network.clouds.comparing import digest_now
from limen.network.clouds.groups import PORTS
from limen.network.clouds.model import CloudReading
from limen.network.learning.counting import ELSEWHERE
from limen.network.model import Firewall, Network, Zone
from limen.network.packets.box import TCP
from limen.network.zones_by_address import ZonesByAddress
from limen.roadmap.areas import CLOUD_KINDS, or_stated
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

FRESH: Final[Milliseconds] = 7 * DAY
AT_LEAST: Final = 0.9
_PAGE: Final = "/console/network/file"
_READ_IT: Final = (
    "Read the groups of {names}: `limen network cloud NAME FILE`, with what the cloud's own tool prints, once a week"
)
_COMPARE: Final = "Compare {names} with network.yaml: `limen firewall plan NAME --key FILE`, once a week"
_NO_CLOUD: Final = "Read the groups of each cloud (`limen network cloud NAME FILE`), or state that the company has none"


def measure(evidence: Evidence) -> Iterator[Part]:
    yield or_stated(evidence, "cloud", _closed(evidence))
    yield or_stated(evidence, "cloud", _as_declared(evidence))


# Closed to the internet


def _closed(evidence: Evidence) -> Part:
    readings = {one.name: one for one in evidence.network.clouds or ()}
    names = sorted({*readings, *(one.name for one in _firewalls(evidence))})
    fresh = [readings[name] for name in names if name in readings and _is_fresh(readings[name].read_at, evidence.at)]
    unread = sorted({*names} - {one.name for one in fresh})
    rows = [row for one in fresh for row in (*_groups(one), *_doubts(one))]
    missing = _NO_CLOUD if not names else _READ_IT.format(names=", ".join(unread)) if unread else ""
    return Part(
        "cloud groups whose administrative and database ports are closed to the internet",
        (*rows, *_came_through(evidence)),
        grade=Grade.IMPORTED,
        missing=missing,
    )


def _groups(reading: CloudReading) -> Iterator[Row]:
    for one in reading.groups:
        why = f"open to the internet: port {'; port '.join(one.opened)}" if one.opened else ""
        yield Row(f"group:{reading.name} {one.name}"[:200], f"{reading.name}: {one.name}", not why, why, _PAGE)


def _doubts(reading: CloudReading) -> Iterator[Row]:
    """What may hide something that is open counts as open."""
    for number, one in enumerate(reading.doubts, 1):
        yield Row(f"doubt:{reading.name} {number}", f"{reading.name}: not read whole", False, one, _PAGE)


def _came_through(evidence: Evidence) -> Iterator[Row]:
    """Zones of clouds in which somebody from the internet was let in to such a port, whatever the groups say."""
    network, since = evidence.network.network, (evidence.at - FRESH) // DAY
    if network is None:
        return
    places, clouds = ZonesByAddress(network), {one.name for one in network.zones if _is_of_cloud(one)}
    found: dict[str, int] = {}
    for contact, tally in (evidence.network.seen or {}).items():
        if contact.source == ELSEWHERE != contact.destination and contact.day >= since and contact.protocol == TCP:
            zone = places.zone_at(contact.family, contact.destination)
            if zone in clouds and contact.port in PORTS and tally.count > tally.refused:
                found[zone] = contact.port
    for zone, port in sorted(found.items()):
        why = f"somebody came in from the internet at port {port}, whatever its groups say"
        yield Row(f"through:{zone}", zone, False, why, f"/console/network/zones/{zone}")


# As declared


def _as_declared(evidence: Evidence) -> Part:
    """By zone, since that is what a declaration is about. A comparison with other rules than today's is none."""
    network, readings = evidence.network.network, {one.name: one for one in evidence.network.clouds or ()}
    rows: list[Row] = []
    stale: list[str] = []
    for one in _firewalls(evidence):
        kept = readings.get(one.name, CloudReading(one.name, one.kind))
        if network is None or not _is_compared(kept, network, one, evidence):
            stale.append(one.name)
            continue
        for zone in one.zones:
            why = kept.zones.get(zone, "it was not compared")
            rows.append(Row(f"zone:{zone}", zone, not why, why, f"/console/network/zones/{zone}"))
    return Part(
        "zones in clouds whose inbound is what network.yaml declares",
        tuple(rows),
        AT_LEAST,
        grade=Grade.IMPORTED,
        missing=_COMPARE.format(names=", ".join(stale)) if stale else "" if rows else _declare(readings),
    )


def _declare(readings: object) -> str:
    if not readings:
        return _NO_CLOUD
    return "State the cloud's zones and its firewall in network.yaml: nothing says what its workloads should accept"


def _is_compared(kept: CloudReading, network: Network, firewall: Firewall, evidence: Evidence) -> bool:
    if not _is_fresh(kept.compared_at, evidence.at):
        return False
    try:
        return kept.meant == digest_now(network, firewall, evidence.network.today)
    except (LimenError, KeyError):
        return False


def _is_fresh(at: Instant, now: Instant) -> bool:
    return now - FRESH < at <= now


def _firewalls(evidence: Evidence) -> tuple[Firewall, ...]:
    network = evidence.network.network
    return () if network is None else tuple(one for one in network.firewalls if one.kind in CLOUD_KINDS)


def _is_of_cloud(zone: Zone) -> bool:
    return zone.kind == "cloud" or bool(CLOUD_KINDS & {name for name, _ in zone.tags})


CONTROL: Final = Control(
    id="N8",
    phase=Phase.NETWORK,
    title="Cloud security groups are closed",
    demands="No security group, NSG or VPC rule opens an administrative or database port to the internet.",
    figure="cloud groups that open no administrative or database port to the internet, as they were read in 7 days",
    closes="It is all of them, and 90 % of the zones in clouds accept only what is declared.",
    why="A database that is open to the internet is found within minutes.",
    how="Close what is listed, state the cloud's zones in network.yaml, and apply its rules to the cloud.",
    page=_PAGE,
    minutes=90,
    weight=4,
    measure=measure,
)
