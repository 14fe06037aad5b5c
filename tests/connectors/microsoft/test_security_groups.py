"""Groups one by one; whole changes are in tests/network/remote/test_azure.py."""

from __future__ import annotations

import pytest
from aiohttp import web
from tests.emulators.azure import LOCATION, NETWORK, azure
from tests.emulators.vendor import Vendor, asking, served

from limen.connectors.microsoft.security_groups import SecurityGroups
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError

EMPTY = {"location": LOCATION, "properties": {"securityRules": []}}


async def test_groups_are_made_changed_and_taken_away_page_by_page() -> None:
    async with azure() as vendor, asking(vendor.origin) as asked:
        groups, vendor.tokens = SecurityGroups(asked.client, NETWORK, "token-1"), 1
        for number in range(5):
            await groups.put(f"limen-{number}", EMPTY, "")
        assert [one["name"] for one in await groups.every()] == [f"limen-{number}" for number in range(5)]
        first = await groups.one("limen-0") or {}
        await groups.put("limen-0", {**EMPTY, "tags": {"owner": "it"}}, first["etag"])
        with pytest.raises(VendorError) as error:
            await groups.delete("limen-0", first["etag"])
        assert error.value.word == "changed"
        await groups.delete("limen-0", ((await groups.one("limen-0")) or {})["etag"])
        assert await groups.one("limen-0") is None


async def test_a_group_that_is_there_already_is_not_made() -> None:
    async with azure() as vendor, asking(vendor.origin) as asked:
        groups, vendor.tokens = SecurityGroups(asked.client, NETWORK, "token-1"), 1
        vendor.has("limen-web")
        with pytest.raises(VendorError) as error:
            await groups.put("limen-web", EMPTY, "")
        assert (error.value.word, vendor.writes) == ("changed", 0)


@pytest.mark.parametrize("name", ["../../virtualMachines", "", "a/b", "-a", "x" * 81, "a?b"])
async def test_a_name_that_leads_elsewhere_is_not_asked_for(name: str) -> None:
    async with azure() as vendor, asking(vendor.origin) as asked:
        groups = SecurityGroups(asked.client, NETWORK, "token-1")
        for asks in (groups.one(name), groups.delete(name, ""), groups.put(name, EMPTY, "")):
            with pytest.raises(VendorError):
                await asks
        with pytest.raises(LimenError):
            SecurityGroups(asked.client, f"{NETWORK}/{name}")
        assert vendor.asked == []


async def test_an_operation_at_another_origin_is_not_followed_with_the_token() -> None:
    other, vendor = Vendor(), Vendor()

    async def put(_: web.Request) -> web.Response:
        return web.json_response({}, status=201, headers={"azure-asyncoperation": f"{other.origin}/steal"})

    async def nothing(_: web.Request) -> web.Response:
        return web.json_response({}, status=404)

    routes = {"PUT /{path:.*}": put, "GET /{path:.*}": nothing}
    async with served(other, {"GET /steal": nothing}), served(vendor, routes), asking(vendor.origin) as asked:
        with pytest.raises(VendorError) as error:
            await SecurityGroups(asked.client, NETWORK, "token-1").put("limen-web", EMPTY, "")
        assert (error.value.word, other.asked) == ("garbage", [])
