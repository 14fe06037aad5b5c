"""kill -9 under load, again and again: what was acknowledged is there, once; what may be lost is announced."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.storage.under_load import KEYS

from limen.storage import Database
from limen.storage.journal import Journal, verify
from limen.storage.journal.chain import parse
from limen.storage.journal.recovery import LOSS_WINDOW_MS

KILLS = 50
ROOT = Path(__file__).parents[2]
SLACK_MS = 300
"""How much later than it should a loaded test machine may wake the writer's thread. Not part of the promise."""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_in_fifty_kills_and_nothing_is_kept_twice(tmp_path: Path) -> None:
    said: list[str] = []
    surely_decided: list[str] = []
    ready = started(tmp_path)
    for _ in range(KILLS):
        child, ready = ready, started(tmp_path)  # the next one imports while this one works
        lines = killed_run(child)
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

    ready.kill()
    ready.communicate()
    kept = ids_on_disk(tmp_path / "journal")
    assert len(said) > KILLS
    assert set(said) <= kept.keys()
    assert {event_id for event_id, times in kept.items() if times > 1} == set()
    assert len(surely_decided) > KILLS
    assert {each.split("-")[0] for each in surely_decided} <= kept.keys()


def started(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.under_load", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def killed_run(child: subprocess.Popen[str]) -> list[str]:
    """What the process said before it was killed, at some moment within the first 0.7 s of its work."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    assert child.stdout.readline() == "open\n"
    killer = threading.Timer(random.uniform(0.0, 0.7), child.send_signal, [signal.SIGKILL])
    killer.start()
    out = child.stdout.read()
    killer.join()
    child.stdin.close()
    child.stdout.close()
    child.wait()
    return out[: out.rfind("\n") + 1].splitlines()


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
