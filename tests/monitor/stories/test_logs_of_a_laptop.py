"""What real programs of a laptop write, read by the agent's own loop, sent over HTTP, mapped and found.

auditd and journald write themselves, Suricata reads a capture. clamd is in test_malware_on_a_laptop.py.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from shutil import which

import pytest
from agent.tests.logs.test_systemd_journal import journald
from tests.devices.laptops import Ida, ida
from tests.devices.signals.test_real import ELSEWHERE, watched
from tests.devices.test_limen_agent import enrolled, harbors_clock, over_http
from tests.interop.real_apps import absent
from tests.interop.unpacked_package import unpacked
from tests.monitor.stories.story import alerted, opened
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.monitor_file import INITIAL
from limen_agent.logs import following, systemd_journal, tail
from limen_agent.logs.following import FILE, Following
from limen_agent.state.folder import StateFolder

__all__ = ["harbors_clock", "ida"]
SOURCES = """
sources:
  audit: {kind: auditd, comes: agent, files: [LOGS/audit.log]}
  network: {kind: suricata, comes: agent, files: [LOGS/eve.json]}
  machine: {kind: syslog_file, comes: agent, journal: true}
"""
GUESSER = "198.51.100.66"


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the agent may read, with the files that it will be told to follow."""
    monkeypatch.setattr(tail, "ALLOWED", tmp_path / "log")
    (tmp_path / "log").mkdir()
    for name in ("audit.log", "eve.json"):
        (tmp_path / "log" / name).touch(mode=0o600)
    return tmp_path / "log"


@pytest.fixture
async def harbor(tmp_path: Path, logs: Path) -> AsyncIterator[House]:
    def write(folder: Path) -> None:
        (folder / "monitor.yaml").write_text(INITIAL + SOURCES.replace("LOGS", str(logs)))

    async with AsyncExitStack() as closing:
        yield await opened(closing, tmp_path / "harbor", write=write)


@pytest.fixture
async def laptop(harbor: House, ida: Ida, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The id of Ida's, whose agent follows what Limen told it to."""
    monkeypatch.setattr(following, "EVERY_S", 0.1)
    stopping, folder = threading.Event(), StateFolder(tmp_path / "state")
    async with over_http(harbor) as connection:
        agent = await enrolled(harbor, ida, folder, connection)
        follows = Following(agent, folder, print)
        answer = await asyncio.to_thread(agent.report, (), "start")
        follows.want(answer.body["logs"])
        thread = threading.Thread(target=follows.run, args=(stopping,))
        thread.start()
        try:
            await until(lambda: folder.has(FILE) and "network" in str(folder.read_json(FILE)))
            yield agent.enrolment.device
        finally:
            stopping.set()
            await asyncio.to_thread(thread.join, 20)


async def test_what_auditd_says_is_found(harbor: House, laptop: str, logs: Path, tmp_path: Path) -> None:
    """It is ended, as somebody does who wants to leave no traces, and says so with its last word."""
    process = auditd(logs, tmp_path)
    try:
        await until(lambda: "DAEMON_START" in (logs / "audit.log").read_text())
    finally:
        process.terminate()
        process.wait(60)
    alert = await alerted(harbor, "linux/audit-off.yml")
    assert (alert.device_id, alert.is_proven) == (laptop, True)


def auditd(logs: Path, tmp_path: Path) -> subprocess.Popen[bytes]:
    """A real one, as Debian sets it up, which changes nothing of what the kernel audits."""
    if os.geteuid() != 0:
        absent("NOT ROOT: auditd was not tested")
    package, library = unpacked("auditd"), unpacked("libauparse0t64")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(next(library.rglob("libauparse.so.0")).parent)}
    status = subprocess.run(
        [package / "usr/sbin/auditctl", "-s"], env=environment, capture_output=True, text=True, check=False
    )
    if status.returncode or "\npid 0\n" not in status.stdout:
        pytest.skip("NO AUDIT IN THIS KERNEL, OR ANOTHER AUDITD HAS IT: auditd was not tested")
    places = {"log_file": logs / "audit.log", "plugin_dir": logs, "log_group": "root"}
    config = (package / "etc/audit/auditd.conf").read_text()
    for name, place in places.items():
        config = re.sub(rf"^{name} = .*$", f"{name} = {place}", config, flags=re.MULTILINE)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "auditd.conf").write_text(config)
    command = [package / "usr/sbin/auditd", "-n", "-s", "nochange", "-c", tmp_path / "audit"]
    return subprocess.Popen(command, env=environment)


async def test_what_journald_has_is_found(
    harbor: House, laptop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guesses at a password over SSH, in the words of sshd, which root on this laptop hands to its journal."""
    with journald(tmp_path, "sshd") as say:
        directory = f"--directory={tmp_path / 'journal'}"
        read_on = systemd_journal.read_on
        monkeypatch.setattr(systemd_journal, "read_on", lambda cursor: read_on(cursor, directory))
        await until(lambda: "machine journal" in str(StateFolder(tmp_path / "state").read_json(FILE)))
        for number in range(9):
            say(f"Failed password for root from {GUESSER} port {40_000 + number} ssh2")
        say(f"Accepted password for deploy from {GUESSER} port 41000 ssh2")
        alert = await alerted(harbor, "linux/ssh-failures-then-success.yml")
    assert (alert.device_id, alert.says["src_ip"], alert.says["user"]) == (laptop, GUESSER, "deploy")


async def test_what_suricata_sees_is_found(harbor: House, laptop: str, logs: Path) -> None:
    if not which("suricata"):
        absent("SURICATA IS NOT INSTALLED: no capture was read (apt-get install suricata)")
    await asyncio.to_thread(partial(watched, logs, harbor.clock.now(), "203.0.113.7"))
    alert = await alerted(harbor, "network/intrusion-detected.yml")
    assert (alert.says["src_ip"], alert.says["dst_ip"]) == ("203.0.113.7", ELSEWHERE)
