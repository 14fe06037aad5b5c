from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from limen.admission import Admission
from limen.errors import LimenError
from limen.front import admin, pressure
from limen.front.caddy import MOST_REQUESTS
from limen.front.pressure import ENOUGH_GOROUTINES, MOST_GOROUTINES, OF_A_CONNECTION, Pressure
from limen.front.tcp_proxy import MANY_OF_A_PERSON, Connection, TcpProxy


class Proxy(TcpProxy):
    """Has so many connections to end; what they free is taken from what Caddy tells."""

    def __init__(self, connections: int, goroutines: int, each: int) -> None:
        super().__init__(Admission())
        self.left, self.goroutines, self.each, self.asked = connections, goroutines, each, 0

    def make_way(self, number: int) -> int:
        ended = min(number, self.left)
        self.left -= ended
        self.goroutines -= ended * self.each
        return ended

    async def tell(self, socket: Path) -> int:
        self.asked += 1
        return self.goroutines


async def relieved(proxy: Proxy, monkeypatch) -> Proxy:
    monkeypatch.setattr(pressure, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(admin, "goroutines", proxy.tell)
    await Pressure(proxy, Path("/nowhere")).relieve()
    return proxy


def test_connections_end_before_others_wait_for_room_at_limen() -> None:
    assert MOST_GOROUTINES / 3 < MOST_REQUESTS - 500


def test_one_person_alone_does_not_make_strangers_give_way() -> None:
    assert MANY_OF_A_PERSON * OF_A_CONNECTION < ENOUGH_GOROUTINES


async def test_below_the_mark_nobody_goes(monkeypatch) -> None:
    assert (await relieved(Proxy(9, MOST_GOROUTINES, 250), monkeypatch)).left == 9


async def test_as_many_go_as_it_takes_and_no_more(monkeypatch) -> None:
    full = await relieved(Proxy(90, MOST_GOROUTINES + 1, OF_A_CONNECTION), monkeypatch)
    assert full.goroutines == pytest.approx(ENOUGH_GOROUTINES, abs=OF_A_CONNECTION)
    light = await relieved(Proxy(90, 2 * MOST_GOROUTINES, 250), monkeypatch)
    assert ENOUGH_GOROUTINES < light.goroutines <= MOST_GOROUTINES


async def test_where_nobody_is_left_it_ends(monkeypatch) -> None:
    assert (await relieved(Proxy(2, 2 * MOST_GOROUTINES, 1), monkeypatch)).left == 0


async def test_a_caddy_that_does_not_answer_holds_nothing(monkeypatch) -> None:
    async def silent(socket: Path) -> int:
        raise LimenError("silent", "wait")

    monkeypatch.setattr(admin, "goroutines", silent)
    proxy = Proxy(9, 0, 0)
    await Pressure(proxy, Path("/nowhere")).relieve()
    assert proxy.left == 9


async def test_it_is_looked_all_the_time_while_bytes_come_and_now_and_then_while_connections_are_open(
    monkeypatch,
) -> None:
    proxy = Proxy(9, 0, 0)
    monkeypatch.setattr(pressure, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(pressure, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(admin, "goroutines", proxy.tell)
    watching = asyncio.create_task(Pressure(proxy, Path("/nowhere")).watch())
    await asyncio.sleep(0.3)
    assert proxy.asked == 0
    proxy.bytes_from_browsers += 1
    await asyncio.sleep(0.1)
    assert proxy.asked == 1
    proxy.connections["192.0.2.1:7"] = Connection(proxy, Path("/nowhere"))
    async with asyncio.timeout(60):
        while proxy.asked < 3:  # noqa: ASYNC110 -- what is waited for tells nobody
            await asyncio.sleep(0.01)
    watching.cancel()
