"""NATS and ClickHouse away, slow, full, with the wrong password or the wrong certificate, under a whole Limen: deciding
goes on as if nothing was, pages say what is missing, and once they are back everything comes after.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.clickhouse_stand_in import PASSWORD, USER, StandIn
from tests.monitor.houses import MONITOR, send, sources_of, until, watch_of
from tests.nats_server import NatsServer, nats_server
from tests.web.conftest import Browser, House, move_in

from limen.clock import SystemClock

pytestmark = pytest.mark.slow
NOTICE = 'class="notice" role="status"'


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    with nats_server(tmp_path / "nats") as started:
        yield started


async def living_in(closing: AsyncExitStack, folder: Path, monitor: str) -> House:
    def write(root: Path) -> None:
        (root / "monitor.yaml").write_text(MONITOR)
        settings = root / "limen.toml"
        settings.write_text(f"{settings.read_text()}\n[monitor]\n{monitor}")

    house = await move_in(closing, folder / "harbor", write)
    house.clock.forward(SystemClock().now() - house.clock.now())
    await watch_of(house).supervision.ready()
    await until(lambda: watch_of(house).supervision.health)
    return house


@pytest.fixture
async def closing() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def decides(browser: Browser) -> bool:
    """Whether somebody who is signed in gets to a page that a decision opens."""
    return (await browser.get("/console/sources")).status_code == 200


def elsewhere(house: House) -> object:
    health = watch_of(house).supervision.health
    return health and health.elsewhere


async def test_clickhouse_away_and_back(
    tmp_path: Path, clickhouse_engine: StandIn, closing: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    clickhouse_engine.drop()
    monkeypatch.setenv("LIMEN_CLICKHOUSE_PASSWORD", PASSWORD)
    clickhouse_engine.kill()
    try:
        toml = f'clickhouse = "{clickhouse_engine.server.url}"\nclickhouse_user = "{USER}"\n'
        house = await living_in(closing, tmp_path, toml)
        ada = house.browser(address="203.0.113.8")
        await house.administrator(ada)
        token = await sources_of(house).add_token("app", "wren", by="server")
        assert (await send(house, token, b'{"message": "meanwhile"}')).status_code == 200
        await until(lambda: (its := elsewhere(house)) and its.wrong and its.behind)
        assert await decides(ada)
        assert "ClickHouse" in (await ada.get("/console/sources")).text
        found = await ada.get("/console/search?q=source:app")
        assert "meanwhile" in found.text
        assert NOTICE in found.text
    finally:
        clickhouse_engine.start()
    await until(lambda: (its := elsewhere(house)) and not its.wrong and not its.behind, 90)
    assert [source for (source,) in clickhouse_engine.events("source") if source == "app"] == ["app"]
    found = await ada.get("/console/search?q=source:app")
    assert "meanwhile" in found.text
    assert NOTICE not in found.text


@pytest.mark.parametrize("wrong", ["password", "certificate", "full", "slow"])
async def test_clickhouse_that_refuses(
    tmp_path: Path,
    clickhouse: StandIn,
    closing: AsyncExitStack,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str,
) -> None:
    monkeypatch.setenv("LIMEN_CLICKHOUSE_PASSWORD", "another" if wrong == "password" else PASSWORD)
    url = clickhouse.server.url
    if wrong == "certificate":  # it speaks no TLS that anybody could trust
        url = url.replace("http://127.0.0.1", "https://localhost")
    with clickhouse.fault({"full": "full", "slow": "slow 6"}.get(wrong, "none")):
        house = await living_in(closing, tmp_path, f'clickhouse = "{url}"\nclickhouse_user = "{USER}"\n')
        ada = house.browser(address="203.0.113.8")
        await house.administrator(ada)
        token = await sources_of(house).add_token("app", "wren", by="server")
        assert (await send(house, token, b'{"message": "a"}')).status_code == 200
        await until(lambda: (its := elsewhere(house)) and its.behind and (its.wrong or wrong == "slow"))
        assert await decides(ada)
        assert sources_of(house).is_taking


async def test_nats_away_and_back(tmp_path: Path, nats: NatsServer, closing: AsyncExitStack) -> None:
    nats.kill()
    house = await living_in(closing, tmp_path, f'nats = "{nats.server().url}"\n')
    ada = house.browser(address="203.0.113.8")
    await house.administrator(ada)
    token = await sources_of(house).add_token("app", "wren", by="server")
    said = await send(house, token, b'{"message": "meanwhile"}')
    assert said.status_code == 503  # whoever sends keeps it
    assert await decides(ada)
    await until(lambda: (its := watch_of(house).supervision.health) and (its.wrong or its.streamed.wrong))
    assert "NATS" in (await ada.get("/console/sources")).text
    nats.start()

    async with asyncio.timeout(90):
        while (await send(house, token, b'{"message": "after"}')).status_code != 200:  # noqa: ASYNC110 -- it is asked
            await asyncio.sleep(0.2)
        while "after" not in (await ada.get("/console/search?q=source:app")).text:  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.2)
    health = watch_of(house).supervision.health
    assert health is not None
    assert health.streamed is not None
    assert health.streamed.takes
