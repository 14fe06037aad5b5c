from __future__ import annotations

import json

import pytest
from aiohttp import web
from tests.emulators.github_audit import audit, github
from tests.emulators.logs import LogVendor
from tests.emulators.vendor import asking

from limen.clock import MINUTE, from_iso
from limen.connectors.github.audit_log import pages
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")


async def had(vendor: LogVendor, cursor: str = "", now: int = NOW, token: str = "s3cret") -> tuple[list[str], str]:
    async with asking(vendor.origin) as asked:
        found = []
        async for page in pages(asked.client, token, "harbor", cursor, now):
            found += [json.loads(one)["_document_id"][-1] for one in page.records]
            cursor = page.cursor
    return found, cursor


async def test_every_page_is_read_by_its_link_and_then_what_is_new() -> None:
    async with github() as vendor:
        vendor.add("harbor", *(audit(n, f"2026-11-27T08:0{n}:00Z") for n in range(5)))
        found, cursor = await had(vendor)
        assert found == ["0", "1", "2", "3", "4"]
        vendor.add("harbor", audit(7, "2026-11-27T08:55:00Z"))
        assert (await had(vendor, cursor, NOW + MINUTE))[0] == ["7"]
        with pytest.raises(VendorError) as error:
            await had(vendor, token="wrong")
        assert error.value.word == "not-allowed"


async def test_it_waits_until_its_limit_is_new_by_githubs_own_clock() -> None:
    used_up = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795770030", "date": "Fri, 27 Nov 2026 09:00:00 GMT"}
    async with github() as vendor:
        vendor.refusals = [web.Response(status=403, headers=used_up)]
        async with asking(vendor.origin) as asked:
            _ = [page async for page in pages(asked.client, "s3cret", "harbor", "", NOW)]
            assert asked.waits == [1795770030 - NOW // 1_000]
