"""The probe round the gateway: real sockets on this machine, and what canaries said of zones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.network.probes.canaries import DB, VAULT, network
from tests.ports import free_port
from tests.web.conftest import House, move_in

from limen.events import Event
from limen.facts import App
from limen.network.model import Network
from limen.network.probes.model import Outcome, Probe, Result
from limen.network.probes.records import KIND, record_of
from limen.probes import upstreams
from limen.probes.model import Try

OTHER = "127.0.0.2"
"""Stands for an address of this machine that others reach; Linux has all of 127/8."""


@asynccontextmanager
async def listening(host: str, port: int) -> AsyncIterator[None]:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), host, port)
    async with server:
        yield


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(upstreams, "own_addresses", lambda: (OTHER,))
    monkeypatch.setattr(upstreams, "SECONDS", 0.5)
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def only(house: House, url: str) -> App:
    """One app alone is behind the gateway."""
    known = house.limen.known
    wiki = next(one for one in known.apps.values() if one.host and one.upstream.url)
    moved = replace(wiki, upstream=replace(wiki.upstream, url=url))
    limen = next(one for one in known.apps.values() if one.id == "limen")
    known.set_company([moved, limen], known.groups.values(), known.networks)
    return moved


async def tries(house: House) -> dict[str, Try]:
    return {one.name: one for one in await upstreams.run(house.limen.core)}


@pytest.mark.parametrize(("host", "held"), [("127.0.0.1", True), ("0.0.0.0", False)])
async def test_an_upstream_on_this_machine_is_at_no_other_address_of_it(house: House, host: str, held: bool) -> None:
    port = free_port()
    app = only(house, f"http://127.0.0.1:{port}")
    async with listening(host, port):
        assert [(one.name, one.held) for one in (await tries(house)).values()] == [
            (upstreams.name_of(app.id, upstreams.HERE), held)
        ]
    (silent,) = (await tries(house)).values()
    assert silent.held is None, "what is switched off shows nothing"


@pytest.mark.parametrize(
    ("outcome", "held"), [("refused", True), ("silent", True), ("through", False), ("untried", None), (None, None)]
)
async def test_each_zone_that_a_canary_tried_it_from_is_a_row(
    house: House, monkeypatch: pytest.MonkeyPatch, outcome: Outcome | None, held: bool | None
) -> None:
    async def answers(_host: str, _port: int) -> bool:
        return True

    monkeypatch.setattr(upstreams, "_answers", answers)
    monkeypatch.setattr(upstreams, "own_addresses", lambda: ("10.50.0.1",))
    app = only(house, f"http://{VAULT}:8443")
    house.limen.known.set_rules(Network, network())
    if outcome is not None:
        probe = Probe("servers", "vaults", "vault", DB, VAULT, 8443, must_pass=False)
        details = record_of([Result("gw1", probe, outcome, house.clock.now())])
        house.limen.journal.record(Event(at=house.clock.now(), kind=KIND, details={"firewall": "gw1", **details}))
        house.limen.journal.flush()
    found = await tries(house)
    assert {name: one.held for name, one in found.items()} == {upstreams.name_of(app.id, "servers"): held}


async def test_a_refusal_of_what_is_not_there_shows_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answers(_host: str, _port: int) -> bool:
        return False

    monkeypatch.setattr(upstreams, "_answers", answers)
    only(house, f"http://{VAULT}:8443")
    house.limen.known.set_rules(Network, network())
    assert {one.held for one in (await tries(house)).values()} == {None}


async def test_a_host_that_nobody_stated_is_no_row_that_holds(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    only(house, "http://192.0.2.77:8443")
    house.limen.known.set_rules(Network, network())
    assert [one.held for one in (await tries(house)).values()] == [None]


async def test_nothing_is_sent_where_a_cloud_tells_its_secrets(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    async def never(*where: object) -> None:
        asked.append(where)
        raise OSError

    monkeypatch.setattr(asyncio, "open_connection", never)
    for host in ("169.254.169.254", "metadata.google.internal"):
        only(house, f"http://{host}:80")
        await tries(house)
    assert asked == []
