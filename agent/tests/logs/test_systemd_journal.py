"""The systemd journal, of a real journald in a mount namespace of its own, read on from its cursor."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from limen_agent.logs import systemd_journal
from limen_agent.logs.systemd_journal import read_on

JOURNALD = "/usr/lib/systemd/systemd-journald"
WITHIN = """mount -t tmpfs none /run && mkdir -p /run/systemd/journal /run/log/journal
mount --bind {0} /run/log/journal
{1} & echo $! > {2}
while read -r line; do echo "$line" | systemd-cat -t {3}; done
"""


@contextmanager
def journald(place: Path, program: str = "limen-test") -> Iterator[Callable[[str], None]]:
    """Say something as this program to the journal in `place/journal`."""
    if os.geteuid() != 0 or not Path(JOURNALD).exists() or shutil.which("unshare") is None:
        pytest.skip("JOURNALD IS NOT HERE, OR NOT ROOT: it was not tested (apt-get install systemd)")
    folder, pid = place / "journal", place / "pid"
    folder.mkdir()
    script = WITHIN.format(folder, JOURNALD, pid, program)
    with subprocess.Popen(["unshare", "-m", "bash", "-c", script], stdin=subprocess.PIPE) as running:
        assert running.stdin is not None

        def say(text: str) -> None:
            assert running.stdin is not None
            running.stdin.write(f"{text}\n".encode())
            running.stdin.flush()

        for _ in range(500):
            if pid.exists() and pid.read_text().strip() and read_on("", f"--directory={folder}")[1]:
                break
            time.sleep(0.02)
        yield say
        running.stdin.close()
        running.wait(10)
        os.kill(int(pid.read_text()), 15)


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with journald(tmp_path) as say:
        yield say


def until(folder: Path, cursor: str, number: int) -> tuple[list[str], str]:
    found: list[str] = []
    for _ in range(300):
        lines, cursor = read_on(cursor, f"--directory={folder}")
        found += [line for line in lines if "limen-test" in line]
        if len(found) >= number:
            return found, cursor
        time.sleep(0.05)
    raise AssertionError(found)


def test_it_is_read_on_from_its_cursor(said: Callable[[str], None], tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    lines, cursor = read_on("", f"--directory={folder}")
    assert (lines, bool(cursor)) == ([], True)
    for word in ("one", "two", "three"):
        said(word)
        time.sleep(0.1)
    found, cursor = until(folder, cursor, 3)
    assert [json.loads(line)["MESSAGE"] for line in found] == ["one", "two", "three"]
    said("four")
    found, _ = until(folder, cursor, 1)
    assert [json.loads(line)["MESSAGE"] for line in found] == ["four"]


def test_where_there_is_no_journal_there_is_nothing(tmp_path: Path) -> None:
    if not Path(systemd_journal.PROGRAM).exists():
        pytest.skip("JOURNALCTL IS NOT HERE: it was not tested (apt-get install systemd)")
    assert read_on("", f"--directory={tmp_path}") == ([], "")
    assert read_on("s=none", f"--directory={tmp_path}") == ([], "s=none")


def test_where_there_is_no_program_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd_journal, "PROGRAM", "/nowhere/journalctl")
    with pytest.raises(OSError, match="journalctl"):
        read_on("")


def test_whoever_writes_much_is_seen_all_the_same(said: Callable[[str], None], tmp_path: Path) -> None:
    """A record is cut to what can be sent, and not passed over: else a long argument hides a whole program."""
    folder = tmp_path / "journal"
    said("first")
    time.sleep(0.1)
    _, cursor = read_on("", f"--directory={folder}")
    said("sudo: eve : COMMAND=/bin/sh " + '"' * 30_000)
    found, _ = until(folder, cursor, 1)
    (record,) = map(json.loads, found)
    assert len(found[0]) <= systemd_journal.LONGEST_RECORD
    assert record["MESSAGE"].startswith("sudo: eve : COMMAND=/bin/sh")
    assert record["_UID"]
    assert record["__CURSOR"]
