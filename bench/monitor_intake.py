"""The way of events in, of `monitor.py`: from frames to acknowledged, as the process that watches takes them.

All of it is what runs there: the pipeline, the processes that read for it, the normal form, names and networks of a
company of 300, counts, and the store with its chain and its fsync. What is outside are the sockets by which senders
bring frames, and detections, which follow the store in a thread of their own (`monitor_loop.py` has both). As many
senders as `SENDERS` each wait for the answer to a frame of 1,000 records before they send the next.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.normal_form.reading import events_in
from limen.monitor.places.rules import PlaceRules
from limen.monitor.process.assembly import KeptEvents
from limen.monitor.process.batch import read_batch
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.readers import Readers, most_readers
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven, Understanding
from limen.storage.event_store import EventStore
from monitor_store import COLUMNS, KEYS, frames

SENDERS: Final = 16
PEOPLE: Final = 300
WARM: Final = 50_000
WARM_SECONDS: Final = 30.0
_TICK: Final = os.sysconf("SC_CLK_TCK")


class Round(NamedTuple):
    """Seconds of the clock, of the processor that this process had, and of the processors that its readers had."""

    wall: float
    writer: float
    readers: float


def intake(folder: Path, count: int, rounds: int) -> dict[str, float]:
    """`ingest_…` with as many readers as this machine may have, `ingest_alone_…` with none; each the median."""
    found: dict[str, float] = {"readers": most_readers(), "read_us": round(_read_us(), 1)}
    for name, most in (("ingest", most_readers()), ("ingest_alone", 0)):
        at = folder / name
        at.mkdir()
        taken, resident = asyncio.run(_rounds(at, count, rounds, most))
        found[f"{name}_per_s"] = round(count / statistics.median(one.wall for one in taken))
        found[f"{name}_best_per_s"] = round(count / min(one.wall for one in taken))
        found[f"{name}_writer_cpu_us"] = _us(statistics.median(one.writer for one in taken), count)
        if most:
            found["reader_cpu_us"] = _us(statistics.median(one.readers for one in taken), count)
            found["reader_mb"] = round(resident / (1 << 20), 1)
    return found


async def _rounds(folder: Path, count: int, rounds: int, most: int) -> tuple[list[Round], int]:
    """What each round took, and the most that a reader held. It begins when all readers have been started."""
    store = KeptEvents(EventStore.open(folder, columns=COLUMNS, keys=KEYS), 0)
    readers = Readers(_understanding(folder), most=most)
    pipeline = Pipeline(readers, store.append, Counts(), lambda: None)
    readers.start()
    pipeline.start()
    taken, at = [], 0
    until = time.monotonic() + WARM_SECONDS
    while len(readers.pids) < most and time.monotonic() < until:
        await _sent(pipeline, frames(WARM, at))
        at += WARM
    for number in range(rounds):
        said = frames(count, at + number * count)
        wall, cpu, theirs = time.perf_counter(), time.process_time(), _cpu(readers.pids)
        await _sent(pipeline, said)
        taken.append(Round(time.perf_counter() - wall, time.process_time() - cpu, _cpu(readers.pids) - theirs))
    resident = max((_resident(pid) for pid in readers.pids), default=0)
    await pipeline.close()
    await readers.close()
    store.close()
    return taken, resident


async def _sent(pipeline: Pipeline, said: Sequence[Frame]) -> None:
    waiting = iter(said)

    async def send() -> None:
        for frame in waiting:
            await pipeline.keep([frame])

    await asyncio.gather(*(send() for _ in range(SENDERS)))


def _understanding(folder: Path) -> Understanding:
    people = [(f"p_{number}", (f"user{number}", f"user{number}@harbor.example")) for number in range(PEOPLE)]
    devices = [(f"d_{number}", (f"wren{number}",)) for number in range(PEOPLE)]
    places = PlacesGiven(rules=PlaceRules(()), root=str(folder), room=str(folder), networks=(("shop", "192.0.2.0/28"),))
    understanding = Understanding(events_in)
    understanding.take(NAMES, msgspec.msgpack.encode(Identities.of(people, devices, ("harbor.example", "harbor"))))
    understanding.take(PLACES, msgspec.msgpack.encode(places))
    return understanding


def _read_us() -> float:
    """Reading alone, to lines of the store."""
    understanding, said, taken = _understanding(Path("/")), frames(10_000), []
    for _ in range(5):
        began = time.process_time()
        for frame in said:
            read_batch(understanding.events, [frame])
        taken.append(time.process_time() - began)
    return _us(min(taken), 10_000)


def _us(seconds: float, count: int) -> float:
    return round(seconds / count * 1e6, 1)


def _cpu(pids: Sequence[int]) -> float:
    said = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in said) / _TICK


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
