"""Beacons: a machine of the company's that connects out to one address again and again, at nearly equal intervals.

Malware that waits for orders does, however long it sleeps; people don't, and their programs mostly hold a connection or
vary. The median absolute deviation says how equal intervals are, and neither a pause nor a few strays bend it. It is
taken of 24 connections at a time, so that a beacon every ten seconds takes no more memory than one every hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from ipaddress import ip_address
from statistics import median
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, SECOND, Instant, Milliseconds
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
AT_A_TIME: Final = 23
"""Intervals of which it is asked whether they are equal: of 24 connections."""
LEAST_SPAN: Final[Milliseconds] = 2 * HOUR
SHORTEST: Final[Milliseconds] = 10 * SECOND
LONGEST: Final[Milliseconds] = 2 * HOUR
"""Between connections; what is longer is a pause, as of a laptop that sleeps."""
TOGETHER: Final[Milliseconds] = 2 * SECOND
"""Connections so close are one: a browser opens several, and two logs tell of the same."""
MOST_DEVIATION: Final = 0.1
ALIKE: Final = 0.25
"""By how much medians of one beacon differ at most."""
MANY: Final = 5
"""Machines that connect to the same address: then it is updates, the time, or monitoring."""
MOST_MACHINES: Final = 1_000
MOST_OF_ONE: Final = 256
"""Addresses of one machine. Those with the fewest connections go first, so that browsing hides no beacon."""
MOST_SHARED: Final = 50_000


class _Pair(msgspec.Struct, array_like=True):
    """A machine and an address outside. `since`: from when on intervals were equal; `missed`: how many times in a row
    they were not. `port_from`: of the machine, which is the same while a connection lasts.
    """

    last_at: Instant
    port_from: int = 0
    intervals: list[int] = []
    since: Instant = 0
    every: float = 0
    count: int = 0
    missed: int = 0
    told_at: Instant = 0
    begun_at: Instant = 0


class _Memory(msgspec.Struct):
    """Pairs by machine and by what tells of them and where they lead; who leads to each address."""

    machines: dict[str, dict[str, _Pair]] = {}
    shared: dict[str, list[str]] = {}


class Beacons:
    """A `Detector`."""

    def __init__(self) -> None:
        self._memory = _Memory()

    def feed(self, event: NormalEvent) -> list[Hit]:
        if event.class_uid != NETWORK or not event.dst_port or not _goes_out(event):
            return []
        to = f"{event.dst_ip} {event.dst_port}"
        is_common = self._is_common(event.src_ip, to)
        pair = self._pair(event.src_ip, f"{to} {event.source} {event.kind}", event)
        if not _connected(pair, event) or is_common:
            return []
        if 0 <= event.at - pair.told_at < DAY:
            return []
        pair.told_at = event.at
        return [_hit(event, pair)]

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(self._memory)

    def restore(self, snapshot: bytes) -> None:
        try:
            self._memory = msgspec.msgpack.decode(snapshot, type=_Memory)
        except msgspec.MsgspecError:
            raise ValueError("the snapshot can't be read") from None

    # Inside

    def _is_common(self, source: str, to: str) -> bool:
        """Whether many machines connect to it. Who was connected to longest ago is forgotten first."""
        shared = self._memory.shared
        sources = shared.pop(to, [])
        while len(shared) >= MOST_SHARED:
            del shared[next(iter(shared))]
        if len(sources) < MANY and source not in sources:
            sources = [*sources, source]
        shared[to] = sources
        return len(sources) >= MANY

    def _pair(self, source: str, to: str, event: NormalEvent) -> _Pair:
        machines = self._memory.machines
        pairs = machines.pop(source, {})
        while len(machines) >= MOST_MACHINES:
            del machines[next(iter(machines))]
        machines[source] = pairs
        if to not in pairs:
            if len(pairs) >= MOST_OF_ONE:
                del pairs[min(pairs, key=lambda one: (pairs[one].count, pairs[one].last_at))]
            pairs[to] = _Pair(event.at, event.src_port, [], begun_at=event.at, count=1)
        return pairs[to]


def are_equal(intervals: Sequence[float]) -> bool:
    """Whether their median absolute deviation is small beside their median, which is neither too short nor too long."""
    middle = median(intervals)
    if not SHORTEST <= middle <= LONGEST:
        return False
    return median([abs(one - middle) for one in intervals]) < MOST_DEVIATION * middle


def _connected(pair: _Pair, event: NormalEvent) -> bool:
    """Take note of a connection; whether it makes the pair a beacon. What comes late, or again, is not counted."""
    apart = event.at - pair.last_at
    if apart < TOGETHER or (event.src_port and event.src_port == pair.port_from):
        return False
    pair.last_at, pair.port_from = event.at, event.src_port
    pair.count += 1
    if apart > LONGEST * (1 + MOST_DEVIATION):
        return False
    pair.intervals.append(apart)
    if len(pair.intervals) < AT_A_TIME:
        return False
    intervals, pair.intervals = pair.intervals, []
    begun_at, pair.begun_at = pair.begun_at, event.at
    every = median(intervals)
    if not are_equal(intervals) or (pair.since and abs(every - pair.every) > ALIKE * pair.every):
        pair.missed += 1
        if pair.missed > 1:
            pair.since = 0
        return False
    pair.missed = 0
    if not pair.since:
        pair.since, pair.every = begun_at, every
    return event.at - pair.since >= LEAST_SPAN


def _goes_out(event: NormalEvent) -> bool:
    """From a machine of the company's to an address out there."""
    try:
        source, destination = ip_address(event.src_ip), ip_address(event.dst_ip)
    except ValueError:
        return False
    return destination.is_global and not destination.is_multicast and (source.is_private or bool(event.src_network))


def _hit(event: NormalEvent, pair: _Pair) -> Hit:
    what = f"{ABOUT.id}\0{event.src_ip}\0{event.dst_ip}\0{event.dst_port}\0{event.at // DAY}"
    says: dict[str, str | int] = {
        "src_ip": event.src_ip,
        "dst_ip": event.dst_ip,
        "port": event.dst_port,
        "seconds": round(pair.every / SECOND),
        "count": pair.count,
    }
    return ABOUT.hit(
        sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        event.at,
        f"address:{event.src_ip}",
        says,
        since=pair.since,
        device_id=event.device_id,
        person_id=event.person_id,
        events=(event.uid,),
        count=pair.count,
        sources=(event.source,),
    )
