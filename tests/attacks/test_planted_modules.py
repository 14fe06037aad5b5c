"""Files with the names of modules, put where Limen is started: none of its processes may run them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ports import free_port
from tests.storage.journal.conftest import NOW
from tests.storage.journal.test_sealing import SIGNER, a_segment

from limen.clock import SetClock
from limen.front.listener import Listener
from limen.front.places import open_places
from limen.settings import Settings
from limen.storage.journal.sealing import Sealing
from limen.storage.segments.link import start_of

NAMES = ("uvloop.py", "msgspec.py", "pyarrow.py")


@pytest.fixture
def has_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Has one of them run?"""
    here, ran = tmp_path / "here", tmp_path / "ran"
    here.mkdir()
    for name in NAMES:
        (here / name).write_text(f"import pathlib\npathlib.Path({str(ran)!r}).touch()\nraise SystemExit(3)\n")
    monkeypatch.chdir(here)
    return ran.exists


async def test_the_listener_runs_none(tmp_path: Path, has_run: Callable[[], bool]) -> None:
    places, port = open_places(tmp_path / "data"), free_port()

    async def caddy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hello")
        writer.write(b"welcome")
        writer.close()

    https = {"mode": "internal", "listen": ["127.0.0.1"], "port": port, "http_port": 0}
    settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})
    async with await asyncio.start_unix_server(caddy, str(places.browsers_socket)):
        running = asyncio.create_task(Listener(settings, places).run())
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            async with asyncio.timeout(60):
                while not has_run():
                    try:
                        said = await asyncio.wait_for(reader.read(), 0.1)
                        break
                    except TimeoutError:
                        continue
            writer.close()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert not has_run()
    assert said == b"welcome"


def test_sealing_the_journal_runs_none(tmp_path: Path, has_run: Callable[[], bool]) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    segment = a_segment(folder, 1, start_of("main"))
    sealing = Sealing(folder, SIGNER, SetClock(NOW), keep_days=90, may_seal=lambda: True, record=lambda _: None)
    sealing.prepare()
    sealing._seal(segment.name)
    assert not has_run()
    assert not segment.path.exists()
