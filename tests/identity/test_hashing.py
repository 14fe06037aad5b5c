"""Passwords are hashed by a process that has what time is left, and are checked all the same where none is left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limen.identity import hashing as hashing_module
from limen.identity.argon2id import NO, YES, hashed_or_verified
from limen.identity.hashing import PACE_SECONDS, Hashing

GOOD = "tidal marble lantern fox"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc and SCHED_IDLE are Linux's")


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hashing]:
    """One with all the patience that a loaded machine may need."""
    monkeypatch.setattr(hashing_module, "PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr(hashing_module, "START_SECONDS", 60.0)
    hashing = Hashing()
    yield hashing
    hashing.close()


@pytest.fixture
def done_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed in the server after all."""
    done: list[str] = []

    def noted(stored: str, password: str) -> str:
        done.append(password)
        return hashed_or_verified(stored, password)

    monkeypatch.setattr(hashing_module, "_here", noted)
    return done


def test_a_process_hashes_and_verifies(hashing: Hashing, done_here: list[str]) -> None:
    stored = hashing.do("", GOOD)
    assert hashed_or_verified(stored, GOOD) == YES
    assert [hashing.do(stored, GOOD), hashing.do(stored, GOOD + " "), hashing.do(stored, "")] == [YES, NO, NO]
    assert hashing.do(hashing.do("", "日本の港は朝が早いですよね"), "日本の港は朝が早いですよね") == YES
    assert hashing.pid != 0
    assert done_here == []


@on_linux
def test_it_has_the_time_that_nobody_else_wants(hashing: Hashing) -> None:
    hashing.do("", GOOD)
    assert os.sched_getscheduler(hashing.pid) == os.SCHED_IDLE
    assert os.getpriority(os.PRIO_PROCESS, hashing.pid) == 19
    assert os.sched_getscheduler(0) != os.SCHED_IDLE


@on_linux
def test_it_gives_its_memory_back(hashing: Hashing) -> None:
    for _ in range(4):
        stored = hashing.do("", GOOD)
    assert hashing.do(stored, GOOD) == YES
    resident = next(line for line in Path(f"/proc/{hashing.pid}/status").read_text().splitlines() if "RssAnon" in line)
    assert int(resident.split()[1]) < 19 * 1024


def test_one_that_has_ended_is_started_anew(hashing: Hashing, done_here: list[str]) -> None:
    hashing.do("", GOOD)
    first = hashing.pid
    os.kill(first, signal.SIGKILL)
    assert hashing._child is not None
    hashing._child.wait()
    assert hashing.do(hashed_or_verified("", GOOD), GOOD) == YES
    assert hashing.pid not in {0, first}
    assert done_here == []


def test_what_it_has_no_time_for_is_done_here_soon_and_so_is_the_next(
    hashing: Hashing, done_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = hashing.do("", GOOD)
    os.kill(hashing.pid, signal.SIGSTOP)
    monkeypatch.setattr(hashing_module, "PATIENCE_SECONDS", 0.2)
    assert hashing.do(stored, GOOD) == YES
    assert hashing.do(stored, "wrong") == NO
    assert done_here == [GOOD, "wrong"]
    assert hashing.pid == 0, "the stopped one has ended"
    monkeypatch.setattr(hashing, "_here_until", 0.0)
    assert hashing.do(stored, GOOD) == YES
    assert len(done_here) == 2


@pytest.mark.parametrize("typed", ["\ud800", "\x00", "", "\udfff" * 512])
def test_nothing_that_is_typed_ends_it(hashing: Hashing, done_here: list[str], typed: str) -> None:
    stored = hashing.do("", GOOD)
    before = hashing.pid
    assert hashing.do(stored, typed) == NO
    assert hashing.do(hashing.do("", typed), typed) == YES
    assert hashing.pid == before
    assert done_here == []


def test_where_no_process_can_be_started_passwords_are_checked_all_the_same(
    hashing: Hashing, done_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing_module, "_COMMAND", ("/nonexistent/python",))
    assert hashing.do(hashed_or_verified("", GOOD), GOOD) == YES
    assert done_here == [GOOD]


def test_people_take_their_turns(hashing: Hashing) -> None:
    stored = hashing.do("", GOOD)
    began = time.monotonic()
    for _ in range(4):
        hashing.do(stored, GOOD)
    assert time.monotonic() - began >= 3 * PACE_SECONDS


def test_one_that_had_nothing_to_do_for_long_ends(hashing: Hashing, monkeypatch: pytest.MonkeyPatch) -> None:
    hashing.do("", GOOD)
    hashing.rest()
    resting = hashing.pid
    assert resting
    monkeypatch.setattr(hashing_module, "REST_SECONDS", 0.0)
    hashing.rest()
    assert hashing.pid == 0
    assert within(30, lambda: is_gone(resting))


@on_linux
def test_nobody_waits_for_one_that_ends_and_none_is_left_over(
    hashing: Hashing, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashing.do("", GOOD)
    was = hashing._child
    assert was is not None
    monkeypatch.setattr(was, "wait", lambda *_: pytest.fail("it was waited for"))
    monkeypatch.setattr(hashing_module, "REST_SECONDS", 0.0)
    hashing.rest()
    assert within(30, lambda: hashing.rest() is None and not Path(f"/proc/{was.pid}").exists())


def test_a_closed_one_leaves_no_process_and_starts_none(hashing: Hashing) -> None:
    hashing.do("", GOOD)
    was = hashing.pid
    hashing.close()
    assert within(30, lambda: is_gone(was))
    assert hashing.do(hashed_or_verified("", GOOD), GOOD) == YES
    assert hashing.pid == 0


def test_it_ends_with_a_server_that_is_killed() -> None:
    code = (
        "import sys, time; from limen.identity.hashing import Hashing; from limen.identity import hashing\n"
        "hashing.START_SECONDS = 60; one = Hashing(); one.do('', 'tidal marble lantern fox')\n"
        "print(one.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        child = int(server.stdout.readline())
        assert child
        server.kill()
    assert within(30, lambda: is_gone(child))


@on_linux
def test_neither_a_password_nor_a_secret_of_the_server_can_be_read_off_it(
    hashing: Hashing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMEN_MASTER_KEY", "a-secret-of-the-server")
    stored = hashing.do("", GOOD)
    hashing.do(stored, GOOD)
    of_it = Path(f"/proc/{hashing.pid}")
    shown = (of_it / "cmdline").read_bytes() + (of_it / "environ").read_bytes()
    assert b"a-secret-of-the-server" not in shown
    assert not any(part.encode() in shown for part in (*GOOD.split(), stored))
    assert (of_it / "fd" / "2").resolve() == Path(os.devnull)
    assert resource.prlimit(hashing.pid, resource.RLIMIT_CORE) == (0, 0)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(") ")[2].startswith("Z")


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return holds()
