"""kill -9 under load, again and again: what was acknowledged is there, once; what may be lost is announced."""

from __future__ import annotations

import multiprocessing
import random
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from tests.dial import size
from tests.storage.under_load import KEYS, main

from limen.storage import Database
from limen.storage.journal import Journal, verify
from limen.storage.journal.chain import parse
from limen.storage.journal.recovery import LOSS_WINDOW_MS

KILLS = size(50)
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.storage.under_load"])  # imported once, not fifty times
SLACK_MS = 300
"""How much later than it should a loaded test machine may wake the writer's thread. Not part of the promise."""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_in_fifty_kills_and_nothing_is_kept_twice(tmp_path: Path) -> None:
    said: list[str] = []
    surely_decided: list[str] = []
    for _ in range(KILLS):
        lines = killed_run(tmp_path)
        said += [line.split()[1] for line in lines if line.startswith("said")]
        surely_decided += decisions_older_than_the_window(lines)

        database = Database.open(tmp_path / "limen.db")
        journal = Journal.open(tmp_path / "journal", KEYS, database=database)
        journal.flush()
        recovered = journal.recent(1, where=lambda event: event.kind == "journal.recovered")[0]
        assert recovered.details["window_ms"] == LOSS_WINDOW_MS
        assert not database.read(lambda snapshot: snapshot.connection.exec_driver_sql("select * from outbox").all())
        journal.close()
        database.close()
        assert verify(tmp_path / "journal", KEYS).problems == ()

    kept = ids_on_disk(tmp_path / "journal")
    assert len(said) > KILLS
    assert set(said) <= kept.keys()
    assert {event_id for event_id, times in kept.items() if times > 1} == set()
    assert len(surely_decided) > KILLS
    assert {each.split("-")[0] for each in surely_decided} <= kept.keys()


def killed_run(folder: Path) -> list[str]:
    """What the process said before it was killed, at some moment within the first 0.7 s of its work."""
    hears, tells = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=main, args=(folder, tells))
    child.start()
    tells.close()
    assert hears.recv_bytes() == b"open"
    killer = threading.Timer(random.uniform(0.0, 0.7), child.kill)
    killer.start()
    lines = list(everything(hears))
    killer.join()
    child.join()
    hears.close()
    return lines


def everything(hears: Connection) -> Iterator[str]:
    """All whole lines until the other end is gone, be it in the middle of one."""
    with suppress(EOFError, OSError):
        while True:
            yield hears.recv_bytes().decode()


def decisions_older_than_the_window(lines: list[str]) -> list[str]:
    made = [(parts[1], int(parts[2])) for line in lines if (parts := line.split())[0] == "decided"]
    if not made:
        return []
    ended = made[-1][1]
    return [decision_id for decision_id, at in made if at < ended - LOSS_WINDOW_MS - SLACK_MS]


def ids_on_disk(journal: Path) -> dict[str, int]:
    counted: dict[str, int] = {}
    for segment in sorted(journal.glob("main/*.jsonl")):
        for raw in segment.read_bytes().splitlines(keepends=True):
            line = parse(raw)
            assert line is not None
            if found := re.search(rb'"metadata":\{"uid":"([0-9a-f]{24})"', line.body):
                event_id = found[1].decode()
                counted[event_id] = counted.get(event_id, 0) + 1
    return counted
