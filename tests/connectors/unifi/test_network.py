"""The integration API of UniFi Network, asked of an emulator."""

from __future__ import annotations

from tests.emulators.unifi import API_KEY, unifi
from tests.emulators.vendor import asking

from limen.connectors.unifi.network import PER_PAGE, UnifiNetwork


async def test_lists_of_several_pages_are_read_whole() -> None:
    async with unifi() as emulator, asking(emulator.origin) as asked:
        emulator.zone("a")
        emulator.zone("b")
        for number in range(PER_PAGE + 5):
            emulator.put("a", "b", f"p{number}")
        api = UnifiNetwork(asked.client, API_KEY)
        assert [one["name"] for one in await api.policies()] == [f"p{number}" for number in range(PER_PAGE + 5)]
        assert [one["name"] for one in await api.zones()] == ["a", "b"]


async def test_policies_are_made_ordered_and_removed() -> None:
    async with unifi() as emulator, asking(emulator.origin) as asked:
        emulator.zone("a")
        emulator.zone("b")
        emulator.put("a", "b", "one")
        api = UnifiNetwork(asked.client, API_KEY)
        [one] = await api.policies()
        body = {name: value for name, value in one.items() if name not in {"id", "index", "metadata"}}
        await api.create_policy({**body, "name": "two"})
        ids = [it["id"] for it in await api.policies()]
        await api.order_policies(emulator.zones["a"], emulator.zones["b"], ids[::-1])
        assert [it["name"] for it in await api.policies()] == ["two", "one"]
        await api.delete_policy(ids[0])
        assert [it["name"] for it in await api.policies()] == ["two"]
