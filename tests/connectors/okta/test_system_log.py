from __future__ import annotations

import json

import pytest
from tests.emulators.keys import private_key
from tests.emulators.okta import CLIENT, Okta, log_event, okta
from tests.emulators.vendor import asking

from limen.clock import MINUTE, from_iso
from limen.connectors.okta.sign_in import authorization
from limen.connectors.okta.system_log import pages
from limen.connectors.vendor_client import VendorError

NOW = from_iso("2026-11-27T09:00:00Z")


async def had(
    vendor: Okta, cursor: str = "", now: int = NOW, client: str = "", secret: str = "s3cret"
) -> tuple[list[str], str]:
    async with asking(vendor.origin) as asked:
        headers = await authorization(asked.client, client, secret, now)
        found = []
        async for page in pages(asked.client, headers, cursor, now):
            found += [json.loads(one)["uuid"][-1] for one in page.records]
            cursor = page.cursor
    return found, cursor


async def test_what_is_new_comes_in_the_order_in_which_okta_kept_it() -> None:
    async with okta() as vendor:
        vendor.add("logs", *(log_event(n, f"2026-11-27T08:0{n}:00.000Z") for n in range(5)))
        found, cursor = await had(vendor)
        assert found == ["0", "1", "2", "3", "4"]
        assert (await had(vendor, cursor, NOW + MINUTE))[0] == []
        vendor.add("logs", log_event(6, "2026-11-27T07:00:00.000Z"))  # kept late
        assert (await had(vendor, cursor, NOW + MINUTE))[0] == ["6"]


async def test_it_signs_in_by_a_key_too() -> None:
    async with okta() as vendor:
        vendor.add("logs", log_event(1, "2026-11-27T08:00:00.000Z"))
        assert (await had(vendor, client=CLIENT, secret=private_key()))[0] == ["1"]
        for client, secret, word in (
            (CLIENT, private_key(2), "not-allowed"),
            (CLIENT, "no key", "wrong-secret"),
            ("", "wrong", "not-allowed"),
            ("", "two words", "wrong-secret"),
        ):
            with pytest.raises(VendorError) as error:
                await had(vendor, client=client, secret=secret)
            assert error.value.word == word


async def test_where_the_link_is_forgotten_it_begins_some_time_before() -> None:
    async with okta() as vendor:
        vendor.add("logs", log_event(1, "2026-11-27T08:30:00.000Z"))
        _, cursor = await had(vendor)
        vendor.add("logs", log_event(2, "2026-11-27T09:00:30.000Z"))
        vendor.forgets_links, vendor.per_page = True, 10
        with pytest.raises(VendorError):  # what follows the first page is asked for by a link again
            await had(vendor, cursor, NOW + MINUTE)
        assert vendor.asked[-2].startswith("/api/v1/logs?since=2026-11-27T08:00:00")
        vendor.forgets_links = False
        assert (await had(vendor, cursor, NOW + MINUTE))[0] == ["2"]


async def test_a_link_to_elsewhere_is_no_cursor() -> None:
    async with okta() as vendor:
        vendor.add("logs", log_event(1, "2026-11-27T08:30:00.000Z"))
        async with asking(vendor.origin) as asked:
            vendor.origin = "https://evil.example"
            walking = pages(asked.client, {"authorization": "SSWS s3cret"}, "", NOW)
            with pytest.raises(VendorError):
                await anext(walking)
