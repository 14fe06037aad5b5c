"""Watching as `monitor.yaml` says it, and the process told at once who may send."""

from __future__ import annotations

import os
from pathlib import Path

from tests.monitor.houses import harbor, sources_of, until, watch_of
from tests.web.conftest import House

from limen.monitor.monitor_rules import MonitorRules

__all__ = ["harbor"]


async def test_the_process_is_told_of_changes_and_set_up_where_the_data_is(harbor: House) -> None:
    supervision = watch_of(harbor).supervision
    assert {"tls", "udp"} == set(supervision.listening.ports)
    data = harbor.limen.core.root / "data"
    assert (data / "events").is_dir()
    assert (data / "monitor").stat().st_mode & 0o077 == 0
    before = watch_of(harbor)._told
    await sources_of(harbor).add_certificate("servers", "wren", by="server")
    await until(lambda: watch_of(harbor)._told != before)


def names_in(pid: int) -> set[bytes]:
    """Of the variables in the environment of a process."""
    return {one.partition(b"=")[0] for one in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if one}


async def test_it_gets_no_secret_from_the_environment(harbor: House) -> None:
    pid = watch_of(harbor).supervision.pid
    assert names_in(pid) <= {b"PATH", b"PYTHONPATH", b"LANG", b"TZ", b"LC_CTYPE"}
    assert os.getpid() != pid


async def test_it_ends_and_begins_with_the_file(harbor: House) -> None:
    watch = watch_of(harbor)
    harbor.limen.known.set_rules(MonitorRules, MonitorRules(watch=False))
    await until(lambda: not watch.supervision.is_running)
    await watch.agree()
    assert not watch.supervision.is_running
    harbor.limen.known.set_rules(MonitorRules, MonitorRules())
    await until(lambda: watch.supervision.health)
