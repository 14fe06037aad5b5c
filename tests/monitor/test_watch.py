"""Watching as `monitor.yaml` says it, and the process told at once who may send."""

from __future__ import annotations

import os
from pathlib import Path

from tests.monitor.detections.texts import rule, text_of
from tests.monitor.houses import harbor, sources_of, watch_of
from tests.waiting import until
from tests.web.conftest import House

from limen.monitor.detections.section import DetectionRules
from limen.monitor.link import Health
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.sources import store

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


async def test_a_file_that_changes_in_a_folder_of_rules_is_read_without_being_asked(
    harbor: House, tmp_path: Path
) -> None:
    folder = tmp_path / "sigma"
    folder.mkdir()
    watch, known = watch_of(harbor), harbor.limen.known
    known.set_rules(MonitorRules, MonitorRules(detections=DetectionRules(folders=(str(folder),))))
    await watch.agree()

    def read() -> int:
        health = watch.supervision.health
        return health.rules.of_folders.get(str(folder), -1) if health is not None else -1

    await until(lambda: read() == 0)
    (folder / "own.yml").write_text(text_of(rule({"Image": "a"})))
    await watch.agree()
    await until(lambda: read() == 1)


async def test_what_came_in_the_last_seconds_is_written_down_at_the_end(harbor: House) -> None:
    """Else a source that was heard would have been heard never after a start anew."""
    sources, watch = sources_of(harbor), watch_of(harbor)
    token = await sources.add_token("app", "wren", by="server")
    await sources.take(sources.sender(token, "127.0.0.1"), [b'{"message": "hello"}'], "127.0.0.1")
    await until(lambda: any(one.events for one in (watch.supervision.health or Health(at=0)).sources))
    await watch.close()
    watch._stop_following = lambda: None  # the house closes it once more
    totals = await harbor.limen.core.database.reading(lambda snapshot: store.totals(snapshot.connection))
    assert totals["app"].events == 1
