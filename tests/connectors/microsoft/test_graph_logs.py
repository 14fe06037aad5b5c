from __future__ import annotations

import json

import pytest
from tests.emulators.graph_logs import CLIENT, TENANT, graph_logs, sign_in
from tests.emulators.logs import LogVendor
from tests.emulators.vendor import asking

from limen.clock import MINUTE, from_iso
from limen.connectors.microsoft.graph_logs import ALERTS, DIRECTORY_AUDITS, SIGN_INS, GraphLog, pages
from limen.connectors.microsoft.sign_in import GRAPH, app_token
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")


async def had(vendor: LogVendor, log: GraphLog = SIGN_INS, cursor: str = "", now: int = NOW) -> tuple[list[str], str]:
    async with asking(vendor.origin) as asked:
        token = await app_token(asked.client, TENANT, CLIENT, "s3cret", GRAPH)
        found = []
        async for page in pages(asked.client, token, log, cursor, now):
            found += [json.loads(one)["id"] for one in page.records]
            cursor = page.cursor
    return found, cursor


async def test_every_page_of_each_log_is_read_and_the_next_turn_brings_what_is_new() -> None:
    async with graph_logs() as vendor:
        for log in (SIGN_INS, DIRECTORY_AUDITS, ALERTS):
            records = [{**sign_in(n, "2026-11-27T08:00:00Z"), log.instant: f"2026-11-27T08:0{n}:00Z"} for n in range(5)]
            vendor.add(log.path, *records)
            found, cursor = await had(vendor, log)
            assert found == [one["id"] for one in records]
            assert (await had(vendor, log, cursor, NOW + MINUTE))[0] == []
            late = {**sign_in(9, ""), log.instant: "2026-11-27T08:59:30.123Z"}
            vendor.add(log.path, late)
            assert (await had(vendor, log, cursor, NOW + MINUTE))[0] == [late["id"]]
        assert all("s3cret" not in one for one in vendor.asked)


async def test_a_link_to_elsewhere_ends_it_before_the_cursor_follows() -> None:
    async with graph_logs() as vendor:
        vendor.add(SIGN_INS.path, *(sign_in(n, "2026-11-27T08:00:00Z") for n in range(5)))
        real = vendor.origin
        async with asking(real) as asked:
            token = await app_token(asked.client, TENANT, CLIENT, "s3cret", GRAPH)
            vendor.origin = "https://evil.example"
            walking = pages(asked.client, token, SIGN_INS, "", NOW)
            with pytest.raises(VendorError) as error:
                await anext(walking)
        vendor.origin = real
    assert error.value.word == "garbage"


async def test_a_link_that_is_forgotten_is_no_end() -> None:
    async with graph_logs() as vendor:
        vendor.add(SIGN_INS.path, *(sign_in(n, "2026-11-27T08:00:00Z") for n in range(5)))
        async with asking(vendor.origin) as asked:
            token = await app_token(asked.client, TENANT, CLIENT, "s3cret", GRAPH)
            walking = pages(asked.client, token, SIGN_INS, "", NOW)
            cursor = (await anext(walking)).cursor
            await walking.aclose()
        vendor.forgets_links, vendor.per_page = True, 10
        found, _ = await had(vendor, SIGN_INS, cursor, NOW + MINUTE)
        assert len(found) == 5
