"""Passwords of a server are guessed over SSH: a real rsyslog sends what sshd says, and the alert names the host."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.interop.test_syslog_senders import rsyslog, running
from tests.monitor.houses import stored, watch_of
from tests.monitor.over_harbor import alerts_of
from tests.monitor.stories.story import alerted, case_of, harbor
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources.wizard import Reached, recipes

__all__ = ["harbor"]
GUESSES = 12
GUESSER = "198.51.100.66"


def lines() -> str:
    """What sshd says."""
    failed = "".join(
        f"Failed password for root from {GUESSER} port {40_000 + number} ssh2\n" for number in range(GUESSES)
    )
    return f"{failed}Accepted password for deploy from {GUESSER} port 41000 ssh2\n"


def as_sshd(folder: Path, command: list[str]) -> list[str]:
    """rsyslog, sending the lines of its file as those of sshd."""
    config = folder / "rsyslog.conf"
    config.write_text(config.read_text().replace('tag="limen:"', 'tag="sshd[7]:"'))
    return command


async def test_guesses_that_succeed_are_an_alert_on_the_host(harbor: House, tmp_path: Path) -> None:
    reached = Reached("https://limen.harbor.example", "localhost", dict(watch_of(harbor).supervision.listening.ports))
    (pasted,) = [one.text for one in recipes(LogSource("syslog", Way.TCP), reached) if one.product == "rsyslog"]
    (tmp_path / "input").touch()
    with running(as_sshd(tmp_path, rsyslog(tmp_path, pasted)), tmp_path / "log"):
        with (tmp_path / "input").open("a") as written:
            written.write(lines())
        await until(lambda: len(stored(harbor)) > GUESSES)
        alert = await alerted(harbor, "linux/ssh-failures-then-success.yml")
    assert (alert.entity, alert.level.value, alert.is_proven) == (f"host:{socket.gethostname()}", "critical", False)
    assert (alert.says["src_ip"], alert.says["user"]) == (GUESSER, "deploy")
    assert (await case_of(harbor, alert)).responses == ()  # whoever sends plain syslog proves nothing
    assert len(await alerts_of(harbor).cases()) == 1
