"""rsyslog and syslog-ng send over TLS by exactly what the page of a source says to paste: kept, and found by a rule."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.interop.real_apps import absent
from tests.interop.unpacked_package import unpacked
from tests.monitor.detections.texts import rule
from tests.monitor.watched import Watching, in_force, source, watching
from tests.waiting import until

from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources.wizard import Reached, recipes

HOW_MANY = 200
READY = rule({"kind": "ready"}, logsource={"product": "harbor"})
FAILED = rule(["Failed password for ida"], logsource={"product": "linux"})


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watching]:
    """With one sender, whose three files are in `sender`."""
    async with watching(tmp_path / "data", tls=True) as made:
        _, fingerprint = made.client(tmp_path / "sender")
        await made.set_sources(
            source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=()),
            source("plain", "tcp"),
            source("app", "http", "json"),
        )
        await in_force(made, READY, FAILED)
        yield made


async def sent(watched: Watching, number: int, seconds: float = 40) -> list[dict[str, Any]]:
    """What came by syslog, once it is so much."""

    def events() -> list[dict[str, Any]]:
        return [one for one in watched.stored() if one["source"] != "app"]

    await until(lambda: len(events()) >= number, seconds)
    return events()


async def found(watched: Watching, source_name: str) -> None:
    """Return when the rule has found something of this source."""
    await until(lambda: any(one.rule == FAILED["id"] and source_name in one.sources for one in watched.hits))


def pasted(product: str, way: Way, watched: Watching, folder: Path) -> str:
    """What the page says for this product, with the folder of the three files."""
    reached = Reached("https://limen.harbor.example", "localhost", dict(watched.supervision.listening.ports))
    (text,) = [one.text for one in recipes(LogSource("syslog", way), reached) if one.product == product]
    return text.replace("/etc/limen-logs", str(folder))


@contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **environment})
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def write_lines(path: Path, begin: int, end: int) -> None:
    with path.open("a") as file:
        for number in range(begin, end):
            file.write(f"<86>Nov 27 09:00:00 wren sshd[7]: Failed password for ida from 192.0.2.7 port {number} ssh2\n")


def rsyslog(folder: Path, text: str) -> list[str]:
    program = shutil.which("rsyslogd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        absent("RSYSLOG IS NOT INSTALLED: it was not tested (apt-get install rsyslog rsyslog-openssl)")
    (folder / "work").mkdir()
    config = folder / "rsyslog.conf"
    config.write_text(
        f'global(workDirectory="{folder / "work"}")\n'
        'module(load="imfile" mode="inotify")\n'
        f'input(type="imfile" file="{folder / "input"}" tag="limen:" reopenOnTruncate="on")\n' + text
    )
    return [program, "-n", "-f", str(config), "-i", str(folder / "pid")]


@pytest.mark.gate("syslog")
@pytest.mark.parametrize("way", [Way.TLS, Way.TCP])
async def test_rsyslog_sends_all_it_has(watched: Watching, tmp_path: Path, way: Way) -> None:
    (tmp_path / "input").touch()
    command = rsyslog(tmp_path, pasted("rsyslog", way, watched, tmp_path / "sender"))
    with running(command, tmp_path / "log"):
        write_lines(tmp_path / "input", 0, HOW_MANY)
        events = await sent(watched, HOW_MANY)
        name = "servers" if way is Way.TLS else "plain"
        await found(watched, name)
    assert len(events) == HOW_MANY, (tmp_path / "log").read_text()
    assert {one["source"] for one in events} == {name}


async def test_rsyslog_goes_on_after_the_process_was_killed(watched: Watching, tmp_path: Path) -> None:
    """What it had handed to the connection just then is lost: syslog has no answers (see the pages of sources)."""
    (tmp_path / "input").touch()
    command = rsyslog(tmp_path, pasted("rsyslog", Way.TLS, watched, tmp_path / "sender"))
    with running(command, tmp_path / "log"):
        write_lines(tmp_path / "input", 0, HOW_MANY)
        await sent(watched, HOW_MANY)
        await watched.kill()
        write_lines(tmp_path / "input", HOW_MANY, 2 * HOW_MANY)
        await until(lambda: f"port {2 * HOW_MANY - 1} " in str(watched.stored()[-1]))


async def test_syslog_ng_sends_all_it_has(watched: Watching, tmp_path: Path) -> None:
    package = await asyncio.to_thread(unpacked, "syslog-ng-core")
    libraries = package / "usr" / "lib" / "syslog-ng"
    modules = next(one for one in libraries.iterdir() if one.is_dir())
    config = tmp_path / "syslog-ng.conf"
    config.write_text(
        "@version: current\noptions { dns-cache(no); use-dns(no); };\n"
        f'source s_src {{ file("{tmp_path / "input"}" follow-freq(0.1)); }};\n'
        + pasted("syslog-ng", Way.TLS, watched, tmp_path / "sender")
    )
    (tmp_path / "input").touch()
    (tmp_path / "buffers").mkdir()
    command = [
        str(package / "usr" / "sbin" / "syslog-ng"),
        *("-F", "-f", str(config), "--module-path", str(modules), "--no-caps", "-e"),
        *("--persist-file", str(tmp_path / "persist"), "--pidfile", str(tmp_path / "pid")),
        *("--control", str(tmp_path / "control")),
    ]
    with running(command, tmp_path / "log", LD_LIBRARY_PATH=str(libraries)) as process:
        write_lines(tmp_path / "input", 0, HOW_MANY)
        try:
            events = await sent(watched, HOW_MANY)
        except TimeoutError:
            pytest.fail(f"{process.poll()}: {(tmp_path / 'log').read_text()}")
        await found(watched, "servers")
    assert len(events) == HOW_MANY
    assert {one["source"] for one in events} == {"servers"}
