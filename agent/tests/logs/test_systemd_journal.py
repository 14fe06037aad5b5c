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
from limen_agent.logs.systemd_journal import HangsError, read_on

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
        lines, cursor, _ = read_on(cursor, f"--directory={folder}")
        found += [line for line in lines if '"limen-test"' in line]
        if len(found) >= number:
            return found, cursor
        time.sleep(0.05)
    raise AssertionError(found)


def test_it_is_read_on_from_its_cursor(said: Callable[[str], None], tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    lines, cursor, _ = read_on("", f"--directory={folder}")
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
    assert read_on("", f"--directory={tmp_path}") == ([], "", 0)
    assert read_on("s=none", f"--directory={tmp_path}") == ([], "s=none", 0)


def test_where_there_is_no_program_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd_journal, "PROGRAM", "/nowhere/journalctl")
    with pytest.raises(OSError, match="journalctl"):
        read_on("")


def test_whoever_writes_much_is_seen_all_the_same(said: Callable[[str], None], tmp_path: Path) -> None:
    """A record is cut to what can be sent, and not passed over: else a long argument hides a whole program."""
    folder = tmp_path / "journal"
    _, cursor, _ = read_on("", f"--directory={folder}")
    said("first")
    _, cursor = until(folder, cursor, 1)
    said("sudo: eve : COMMAND=/bin/sh " + '"' * 30_000)
    found, _ = until(folder, cursor, 1)
    (record,) = map(json.loads, found)
    assert len(found[0]) <= systemd_journal.LONGEST_RECORD
    assert record["MESSAGE"].startswith("sudo: eve : COMMAND=/bin/sh")
    assert record["_UID"]
    assert record["__CURSOR"]


# A program in the place of journalctl, since the real one can't be made to hang, or to write what it does not


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have this shell script run in its place."""

    def write(script: str) -> None:
        path = tmp_path / "journalctl"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(systemd_journal, "PROGRAM", str(path))

    monkeypatch.setattr(systemd_journal, "PATIENCE_S", 0.5)
    return write


def test_one_that_hangs_is_ended_and_started_again_the_next_time(instead: Callable[[str], None]) -> None:
    instead("exec sleep 60")
    began = time.monotonic()
    with pytest.raises(HangsError):
        read_on("s=1")
    assert time.monotonic() - began < 5
    instead('echo \'{"__CURSOR":"s=2","MESSAGE":"x"}\'')
    assert read_on("s=1")[1:] == ("s=2", 0)


def test_what_came_before_it_hung_is_not_lost(instead: Callable[[str], None]) -> None:
    instead('echo \'{"__CURSOR":"s=2","MESSAGE":"x"}\'; exec sleep 60')
    (line,), cursor, _ = read_on("s=1")
    assert (json.loads(line)["MESSAGE"], cursor) == ("x", "s=2")


def test_a_line_without_an_end_holds_nobody_up(instead: Callable[[str], None]) -> None:
    instead("exec cat /dev/zero")
    with pytest.raises(HangsError):
        read_on("s=1")


@pytest.mark.parametrize("padding", [0, 3 << 20])
def test_a_line_that_is_too_long_is_counted_and_says_whose_it_is(
    instead: Callable[[str], None], padding: int, tmp_path: Path
) -> None:
    """Wherever in it that stands; and what it says itself is not believed."""
    forged = json.dumps('","__CURSOR":"s=9","_COMM":"sshd","')[1:-1]
    text = (
        '{"A":"' + "a" * padding + '","__CURSOR":"s=2","_COMM":"eve","_UID":"1000","MESSAGE":"'
        f'{forged}{"x" * (2 << 20)}"}}\n{{"__CURSOR":"s=3","MESSAGE":"after"}}\n'
    )
    (tmp_path / "said").write_text(text)
    instead(f"exec cat {tmp_path}/said")
    lines, cursor, too_long = read_on("s=1")
    first, second = map(json.loads, lines)
    assert (first["__CURSOR"], first["_COMM"], first["_UID"], first["SYSLOG_IDENTIFIER"]) == (
        "s=2",
        "eve",
        "1000",
        "eve",
    )
    assert (second["MESSAGE"], cursor, too_long) == ("after", "s=3", 1)
    assert str(len(text.splitlines()[0])) in first["MESSAGE"]
