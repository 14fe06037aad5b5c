"""A process that floods an event store until it is killed, and tells which batches were acknowledged."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.storage.event_store.conftest import COLUMNS, KEYS, lines

from limen.storage.event_store import EventStore, upkeep


def main(folder: Path, tells: Connection) -> None:
    upkeep.EVERY_SECONDS = 0.05
    store = EventStore.open(folder, columns=COLUMNS, keys=KEYS)
    at = store.end.n
    tells.send_bytes(b"open")
    for count in range(1_000_000):
        batch = lines(at, at + 20 + count % 50, raw="x" * 300)
        position = store.append(batch)
        tells.send_bytes(b"%d %d" % (at, position.n))
        at = position.n
        time.sleep(0.002)  # or a disk in memory would take thousands
        if count % 200 == 99:
            with store._writing:
                store._begin_next(0)  # so that segments are sealed while it is killed
