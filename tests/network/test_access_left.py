"""A way through the network is gone when every firewall has said that the state without it is in force."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from limen.clock import SetClock
from limen.network.access_left import WaysLeft
from limen.network.firewalls.followers import Followers, Heard
from limen.network.firewalls.store import EnrolledFirewall
from limen.pillar import DeviceResponses, Offers, Standing

NOW = 1_000
OWNERS = {"dv_ben": "p_ben", "dv_mia": "p_mia"}


class Ways:
    """Doors and tunnels of which a test says which are open."""

    def __init__(self) -> None:
        self.people: list[str] = []
        self.devices: list[str] = []
        self.told: list[Any] = []
        self.followers = Followers(SetClock(NOW), ())
        self.followers.firewalls = {
            one: EnrolledFirewall(one, name, b"", NOW) for one, name in (("fw_1", "router"), ("fw_2", "edge"))
        }
        offers = Offers()
        no = cast("Any", lambda *_: False)
        offers.give(DeviceResponses(no, no, no, lambda _snapshot, device: OWNERS.get(device, "")))
        core = SimpleNamespace(offers=offers, database=SimpleNamespace(reading=self._reading))
        doors = SimpleNamespace(
            watch=self.told.append,
            all_open=lambda: [SimpleNamespace(person_id=one) for one in self.people],
            open_of=lambda person: [one for one in self.people if one == person],
        )
        tunnels = SimpleNamespace(
            watch=self.told.append, all=lambda: [SimpleNamespace(device_id=one) for one in self.devices]
        )
        self.left = WaysLeft(cast("Any", core), cast("Any", doors), cast("Any", tunnels), self.followers)

    async def _reading(self, work: Any) -> Any:
        return work(None)

    def are(self, people: tuple[str, ...] = (), devices: tuple[str, ...] = ()) -> None:
        self.people, self.devices = list(people), list(devices)
        self.followers.change()
        for told in self.told:
            told()

    def hears(self, *firewalls: str) -> None:
        for one in firewalls:
            self.followers.heard[one] = Heard(NOW, self.followers.number)

    async def of(self, person: str) -> Standing:
        return await self.left.surface.ask(person, NOW)


async def test_doors_and_tunnels_are_open_and_then_each_firewall_confirms() -> None:
    ways = Ways()
    ways.are(("p_ben", "p_mia"), ("dv_ben", "dv_mia"))
    assert await ways.of("p_ben") == Standing(open=2)
    ways.hears("fw_1", "fw_2")
    ways.are(("p_mia",), ("dv_mia",))
    assert await ways.of("p_ben") == Standing(away=("edge", "router"), ended=2)
    ways.hears("fw_1")
    assert (await ways.of("p_ben")).away == ("edge",)
    ways.hears("fw_2")
    assert await ways.of("p_ben") == Standing(ended=2)
    assert await ways.of("p_mia") == Standing(open=2)


async def test_somebody_who_had_no_way_waits_for_no_firewall() -> None:
    ways = Ways()
    ways.are(("p_mia",))
    ways.are()
    assert await ways.of("p_ben") == Standing()
    assert (await ways.of("p_mia")).away == ("edge", "router")


async def test_what_every_firewall_confirmed_is_forgotten() -> None:
    ways = Ways()
    ways.are(("p_mia",))
    ways.are()
    await ways.left.forget_confirmed()
    assert (await ways.of("p_mia")).ended == 1
    ways.hears("fw_1", "fw_2")
    await ways.left.forget_confirmed()
    assert await ways.of("p_mia") == Standing()
