"""However many processes read, what is kept is what one would have read alone: the same bytes in the same order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import msgspec
import pytest
from tests.dial import size
from tests.monitor.normal_form.frames import RECEIVED, frame
from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.identities import Identities
from limen.monitor.normal_form.reading import events_in
from limen.monitor.places.rules import PlaceRules
from limen.monitor.process import pipeline, readers
from limen.monitor.process.batch import read_batch
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.readers import Readers
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven, Understanding

EXAMPLES = Path(__file__).parents[1] / "monitor" / "normal_form" / "examples"
FILES = [path for path in sorted(EXAMPLES.glob("*/*")) if path.parent.name != LIMEN]
SENDERS = ("crane", "wren", "harbor")


def frames_of(chance: random.Random) -> list[Frame]:
    """What one sender says at once: records of a kind, whole, damaged and of no form at all."""
    path, source = chance.choice(FILES), chance.choice(SENDERS)
    found = []
    for _ in range(chance.choice((1, 1, 5, 50))):
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice((0, 0, 1, 4))):
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.choice((0, 1, 9))] = chance.choice(
                (b"\0", b"\xff", b'"', b"{", b"\xe2\x80\xae", b"jane")
            )
        found.append(frame(path.parent.name, bytes(data), source, received_at=RECEIVED + chance.randrange(1_000)))
    return found


def understanding(folder: Path) -> Understanding:
    made = Understanding(events_in)
    names = Identities.of([("p_jane", ["jane", "jane@harbor.example"])], [("d_wren", ["wren"])], ["harbor.example"])
    places = PlacesGiven(rules=PlaceRules(()), root=str(folder), room=str(folder), networks=(("shop", "10.0.0.0/8"),))
    made.take(NAMES, msgspec.msgpack.encode(names))
    made.take(PLACES, msgspec.msgpack.encode(places))
    return made


@pytest.mark.parametrize("kills", [False, True], ids=["as it goes", "while readers are killed"])
async def test_reading_in_parallel_is_reading_alone(
    kills: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in (
        (readers, "LOOK_SECONDS", 0.02),
        (readers, "BUSY", 0.0),
        (readers, "WORTH_BYTES", 10_000),
        (pipeline, "AHEAD_BYTES", 10_000),
        (pipeline, "BATCH_BYTES", 100_000),
    ):
        monkeypatch.setattr(module, name, value)
    chance = random.Random(13)
    said = [frames_of(chance) for _ in range(size(3_000, 600))]
    alone = read_batch(understanding(tmp_path).events, [one for frames in said for one in frames])
    store, counts, used = KeptInMemory(), Counts(), set[int]()
    reading = Readers(understanding(tmp_path), most=2)
    taking = Pipeline(reading, store.append, counts, lambda: used.update(reading.pids))
    reading.start()
    taking.start()
    answered = []
    for number, frames in enumerate(said):
        if number % 3:
            taking.put(frames)
        else:
            answered.append(asyncio.create_task(taking.keep(frames)))
            await asyncio.sleep(0)  # it is put before what comes next
        await taking.room()
        if number % 50 == 0:
            async with asyncio.timeout(60):
                while not reading.pids:  # noqa: ASYNC110 -- what is waited for tells nobody
                    await asyncio.sleep(0.01)
            if kills:
                os.kill(chance.choice(reading.pids), signal.SIGKILL)
    await asyncio.gather(*answered)
    await taking.close()
    await reading.close()
    assert used
    assert store.lines == alone.lines
    figures, _ = counts.figures()
    counted = {one.name: (one.events, one.unreadable, one.lag_ms) for one in figures}
    assert counted == {one.source: (one.events, one.unreadable, one.lag_ms) for one in alone.tallies}
