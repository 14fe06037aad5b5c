"""Beacons in what logs of firewalls and of flows tell, by `limen.beacons`: a machine of the company's that connects out
to one address again and again, at nearly equal intervals.
"""

from __future__ import annotations

from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from limen import beacons
from limen.beacons import Beacon
from limen.clock import DAY, SECOND
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.rule import About
from limen.monitor.normal_form.classes import NETWORK
from limen.monitor.normal_form.event import NormalEvent

ABOUT: Final = About(
    id="3f0c6f8e-6d0a-4c58-9c1b-7b6a52f1e0d4",
    name="limen-beacon",
    title="A machine connects out again and again at equal intervals",
    level=Level.MEDIUM,
    confidence=45,
    tags=("attack.command-and-control", "attack.t1071", "attack.t1029"),
    author="Limen",
    description="At least 24 connections over two hours from one machine to one address outside, at nearly equal "
    "intervals between ten seconds and two hours, where hardly anybody else connects to that address.",
    false_positives=(
        "A program that only this machine has, and that asks its maker for news",
        "A time server of its own",
    ),
    entity="address",
    sentence="{src_ip} connects to {dst_ip}, port {port}, about every {seconds} seconds, {count} times so far.",
    sentence_de="{src_ip} verbindet sich etwa alle {seconds} Sekunden mit {dst_ip}, Port {port}, bisher {count}-mal.",
    next_step="Find out which program on this machine does it. If nobody knows it, cut the machine off and"
    " look into it.",
    next_step_de="Finden Sie heraus, welches Programm auf diesem Gerät das tut. Kennt es niemand, trennen Sie das Gerät"
    " vom Netz, und untersuchen Sie es.",
)


class Beacons:
    """A `Detector`."""

    def __init__(self) -> None:
        self._beacons = beacons.Beacons()

    def feed(self, event: NormalEvent) -> list[Hit]:
        if event.class_uid != NETWORK or not event.dst_port or not _goes_out(event):
            return []
        to, by = f"{event.dst_ip} {event.dst_port}", f"{event.source} {event.kind}"
        found = self._beacons.connected(event.src_ip, to, event.at, port_from=event.src_port, by=by)
        return [_hit(event, found)] if found is not None else []

    def snapshot(self) -> bytes:
        return self._beacons.snapshot()

    def restore(self, snapshot: bytes) -> None:
        self._beacons.restore(snapshot)


def _goes_out(event: NormalEvent) -> bool:
    """From a machine of the company's to an address out there."""
    try:
        source, destination = ip_address(event.src_ip), ip_address(event.dst_ip)
    except ValueError:
        return False
    return destination.is_global and not destination.is_multicast and (source.is_private or bool(event.src_network))


def _hit(event: NormalEvent, beacon: Beacon) -> Hit:
    what = f"{ABOUT.id}\0{event.src_ip}\0{event.dst_ip}\0{event.dst_port}\0{event.at // DAY}"
    says: dict[str, str | int] = {
        "src_ip": event.src_ip,
        "dst_ip": event.dst_ip,
        "port": event.dst_port,
        "seconds": round(beacon.every / SECOND),
        "count": beacon.count,
    }
    return ABOUT.hit(
        sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        event.at,
        f"address:{event.src_ip}",
        says,
        since=beacon.since,
        device_id=event.device_id,
        person_id=event.person_id,
        events=(event.uid,),
        count=beacon.count,
        sources=(event.source,),
    )
