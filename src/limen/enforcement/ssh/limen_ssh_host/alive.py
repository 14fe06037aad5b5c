"""That this program runs, and how it tells Limen's time: who logs in is judged by a process of its own."""

from __future__ import annotations

import time

from limen.enforcement.ssh.limen_ssh_host.places import RUN
from limen.following.program.clock import ASTRAY_SECONDS, LimensClock, boottime
from limen.following.program.kept import Wrong, write

_ALIVE_SECONDS = 10.0
"""Nobody is let in with a certificate where nothing would end their session: this program has to run."""


def say_alive(clock: LimensClock) -> None:
    write(RUN.path("alive"), f"{boottime()} {'' if clock.since_boot is None else clock.since_boot}")


def time_agreed() -> float:
    """What time it is, in seconds since 1970: the later one of this host's and Limen's. Raises Wrong where this
    program does not run, or the clocks differ.
    """
    try:
        alive, *agreed = map(float, RUN.path("alive").read_text().split())
    except (FileNotFoundError, ValueError):
        alive, agreed = -_ALIVE_SECONDS, []
    if not 0 <= boottime() - alive < _ALIVE_SECONDS:
        raise Wrong("nobody is let in for now: start limen-ssh-host, and see what its status says")
    by_limen = [boottime() + one for one in agreed]
    if any(abs(time.time() - one) > ASTRAY_SECONDS for one in by_limen):
        raise Wrong("the clock is not Limen's")
    return max([time.time(), *by_limen])
