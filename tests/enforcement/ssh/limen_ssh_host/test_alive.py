"""Nobody is let in where nothing would end their session."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World

from limen.enforcement.ssh.limen_ssh_host.alive import say_alive, time_agreed
from limen.enforcement.ssh.limen_ssh_host.places import RUN
from limen.following.program.clock import LimensClock, boottime
from limen.following.program.kept import Wrong, write


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RUN, "folder", tmp_path)


@pytest.mark.parametrize("ahead", [0, 29])
def test_the_later_one_of_both_clocks_counts(ahead: float) -> None:
    clock = LimensClock()
    clock.hear(time.time() + ahead)
    say_alive(clock)
    assert time_agreed() == pytest.approx(time.time() + ahead, abs=1)


def test_before_limen_was_heard_the_hosts_own_clock_counts() -> None:
    say_alive(LimensClock())
    assert time_agreed() == pytest.approx(time.time(), abs=1)


@pytest.mark.parametrize("said", ["", "x", "0 ", 3_600, -11])
def test_where_the_program_does_not_run_nobody_is_let_in(said: str | int) -> None:
    """A number: so many seconds from now on."""
    write(RUN.path("alive"), said if isinstance(said, str) else f"{boottime() + said} ")
    with pytest.raises(Wrong):
        time_agreed()


@needs_a_host
async def test_nobody_is_let_in_where_nothing_would_end_their_session(world: World) -> None:
    issued = await world.ask()
    world.host.run("pkill", "-KILL", "-f", "limen-ssh-host follow")  # in the host's own PID namespace
    world.host.run("sh", "-c", "echo 1 > /run/limen-ssh/alive")
    assert "refused" in await world.log_in(issued, "true", check=False)
    world.host.follow()
    assert await world.log_in(issued, "echo", "in") == "in\n"
