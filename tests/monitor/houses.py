"""Harbor with a `monitor.yaml`, so that the process that watches runs beside it; and senders of logs."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from tests.waiting import until
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.clock import SystemClock
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.sources.service import LogSources
from limen.monitor.stored import COLUMNS
from limen.monitor.watch import Watch
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.following import follow_from

MONITOR = """watch: true
sources:
  app: {kind: json, comes: http, heartbeat: 15m}
  imported: {kind: evtx, comes: http}
  office: {kind: syslog, comes: http, addresses: [203.0.113.0/24]}
  servers: {kind: syslog, comes: tls}
  firewall: {kind: syslog, comes: udp, addresses: [127.0.0.0/16]}
"""
LISTEN = """
[monitor]
syslog_tls = "127.0.0.1:0"
syslog_udp = "127.0.0.1:0"
syslog_name = "localhost"
"""


def write_monitor(folder: Path) -> None:
    (folder / "monitor.yaml").write_text(MONITOR)
    settings = folder / "limen.toml"
    settings.write_text(settings.read_text() + LISTEN)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    """At this very time, and listening."""
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", write_monitor)
        house.clock.forward(SystemClock().now() - house.clock.now())
        async with asyncio.timeout(60):
            await watch_of(house).supervision.ready()
        await until(lambda: sources_of(house).is_taking)
        yield house


@pytest.fixture
async def ada(harbor: House) -> Browser:
    browser = harbor.browser(address="203.0.113.8")
    await harbor.administrator(browser)
    return browser


def watch_of(house: House) -> Watch:
    return house.limen.core.offers.take(Watch)


def sources_of(house: House) -> LogSources:
    return house.limen.core.offers.take(LogSources)


def stored(house: House, *, with_tests: bool = False) -> list[dict[str, Any]]:
    """Every event that is durable, and `with_tests` those by which Limen tries itself."""
    columns = Columns.of(COLUMNS)
    folder = house.limen.core.root / "data" / "events"
    every = (msgspec.json.decode(line) for _, line in follow_from(folder, columns))
    return [one for one in every if with_tests or one["source"] != CANARY]


async def send(
    house: House, token: str, body: bytes, path: str = "/logs", address: str = "203.0.113.9", **headers: str
) -> httpx2.Response:
    """What a program sends, under this token."""
    transport = httpx2.ASGITransport(app=house.limen.asgi, client=(address, 50_000))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    authorized = {"authorization": f"Splunk {token}"} if token else {}
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        return await client.post(path, content=body, headers={**authorized, **named})


def packed(text: bytes) -> bytes:
    return gzip.compress(text)
