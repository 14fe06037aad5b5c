"""What somebody changes by hand where tunnels end is found, named and put back, as the rules are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.network.firewalls.world import hurry
from tests.network.tunnels.far import Far, far
from tests.network.tunnels.laptop import laptop, needs_tunnels, said
from tests.waiting import until

pytestmark = needs_tunnels
FOUND_S = 10
"""It is looked for every five seconds (here each half), and would do in a minute."""


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[Far]:
    async with far(tmp_path) as one:
        await asyncio.to_thread(hurry, one.world.router, "TUNNELS_LOOK_SECONDS", 0.5)
        yield one


class Router:
    """The end of the tunnels, and what Limen was told of it."""

    def __init__(self, harbor: Far) -> None:
        self._harbor, self.interface = harbor, harbor.world.router.run("wg", "show", "interfaces").strip()

    def wg(self, *words: str, given: str = "") -> str:
        return self._harbor.world.router.run("wg", *words, given=given)

    def ip(self, *words: str) -> str:
        return self._harbor.world.router.run("ip", *words)

    def dump(self) -> list[tuple[str, ...]]:
        """Without what changes by itself."""
        own, *peers = [line.split("\t") for line in self.wg("show", self.interface, "dump").splitlines()]
        return [(own[1], own[2]), *sorted((one[0], one[1], one[3]) for one in peers)]

    async def tells(self, number: int) -> list[dict[str, object]]:
        """What it has told, once there is so much of it: the last first."""
        found = self._harbor.world.limen.house
        await until(lambda: len(found.events("network.drift")) >= number, FOUND_S)
        return [dict(event.details) for event in found.events("network.drift")]


async def test_each_change_by_hand_is_named_and_put_back(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        router, stranger = Router(harbor), said("wg", "pubkey", given=said("wg", "genkey"))
        before, at = router.dump(), f"tunnels {router.interface}"
        changes = (
            (f"peer {stranger}", ("peer", stranger, "allowed-ips", "10.99.0.77/32")),
            (f"peer {ida.key}", ("peer", ida.key, "allowed-ips", "10.99.0.77/32,10.20.0.0/24")),
            (f"peer {ida.key}", ("peer", ida.key, "remove")),
            (f"peer {ida.key}", ("peer", ida.key, "preshared-key", "/dev/stdin")),
            ("key", ("private-key", "/dev/stdin")),
            ("port", ("listen-port", "51999")),
        )
        for number, (where, words) in enumerate(changes, 1):
            secret = said("wg", "genkey") + "\n"
            router.wg("set", router.interface, *words, given=secret)
            assert router.dump() != before
            told = await router.tells(number)
            assert (told[0]["where"], told[0]["repaired"], told[0]["differences"]) == (f"{at}: {where}", True, 1)
            assert secret.strip() not in str(told[0])
            await until(lambda: router.dump() == before)
        assert len(harbor.world.limen.house.events("network.drift")) == len(changes)


async def test_a_laptop_goes_on_after_the_interface_was_deleted_or_taken_down(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        await harbor.open()
        await harbor.becomes(reachable=True)
        router = Router(harbor)
        for number, words in enumerate((("link", "set", router.interface, "down"), ("address", "flush", "dev")), 1):
            router.ip(*words, *([] if router.interface in words else [router.interface]))
            told = await router.tells(number)
            assert told[0]["repaired"] is True
            await harbor.becomes(reachable=True, seconds=20)
        begun = time.monotonic()
        router.ip("link", "delete", router.interface)
        (first, *_) = await router.tells(3)
        assert (first["where"], first["is"]) == (f"tunnels {router.interface}", "")
        await harbor.becomes(reachable=True, seconds=30)
        assert time.monotonic() - begun < 60


async def test_where_nothing_is_put_back_it_is_told_once(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        followers = harbor.world.firewalls.followers
        followers.repairs = False
        followers.change()
        router, stranger = Router(harbor), said("wg", "pubkey", given=said("wg", "genkey"))
        await asyncio.sleep(1)
        router.wg("set", router.interface, "peer", stranger, "allowed-ips", "10.99.0.77/32")
        (told,) = await router.tells(1)
        assert (told["where"], told["repaired"]) == (f"tunnels {router.interface}: peer {stranger}", False)
        await asyncio.sleep(1.5)
        assert len(await router.tells(1)) == 1
        assert stranger in router.wg("show", router.interface, "peers")
