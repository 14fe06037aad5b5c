"""kill -9 under load, again and again: what was acknowledged is there, once, and the chain holds.

The process around it is killed in tests/attacks/test_killed_while_watching.py; together they come to a hundred.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from tests.dial import size
from tests.storage.event_store.conftest import COLUMNS, KEYS
from tests.storage.under_flood import main

from limen.storage.event_store import EventStore
from limen.storage.event_store.verify import verify

KILLS = size(80)
SEALED_EVERY = 20
"""Whole seals are seldom: each segment is sealed by a process of its own, which is what this would wait for."""
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.storage.under_flood"])  # imported once, not for each


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_however_often_it_is_killed(tmp_path: Path) -> None:
    acknowledged = batches = 0
    for run in range(KILLS):
        for first, last in killed_run(tmp_path / "events"):
            assert first == acknowledged
            acknowledged, batches = last, batches + 1
        store = EventStore.open(tmp_path / "events", columns=COLUMNS, keys=KEYS)
        assert store.end.n >= acknowledged
        acknowledged = store.end.n  # a batch that was written and not acknowledged may be there, whole
        if run % SEALED_EVERY == 4:
            store.seal()
        store.close()
    report = verify(tmp_path / "events", KEYS)
    assert report.problems == ()
    assert report.lines == acknowledged
    store = EventStore.open(tmp_path / "events", columns=COLUMNS, keys=KEYS)
    read = [position.n for position, _ in store.read_from()]
    assert read == list(range(1, acknowledged + 1))
    assert store.ask("select count(*), count(distinct uid) from events").rows == [(acknowledged, acknowledged)]
    store.close()
    assert batches > KILLS
    assert len(list((tmp_path / "events").glob("*.parquet"))) >= KILLS // SEALED_EVERY


def killed_run(folder: Path) -> list[tuple[int, int]]:
    """Of each batch that was acknowledged: after which event it began, and with which it ended."""
    hears, tells = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=main, args=(folder, tells))
    child.start()
    tells.close()
    assert hears.recv_bytes() == b"open"
    killer = threading.Timer(random.uniform(0.0, 0.3), child.kill)
    killer.start()
    told: list[tuple[int, int]] = []
    with suppress(EOFError, OSError):
        while True:
            first, last = hears.recv_bytes().split()
            told.append((int(first), int(last)))
    killer.join()
    child.join()
    hears.close()
    return told
