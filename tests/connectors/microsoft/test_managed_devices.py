from __future__ import annotations

import pytest
from tests.emulators.intune import CLIENT, TENANT, intune, managed_device
from tests.emulators.vendor import asking

from limen.connectors.microsoft.managed_devices import FIELDS, managed_devices
from limen.connectors.vendor_client import VendorError


async def test_every_page_is_read() -> None:
    async with intune(*(managed_device(n) for n in range(5))) as vendor, asking(vendor.origin) as asked:
        pages = [page async for page in managed_devices(asked.client, asked.client, TENANT, CLIENT, "s3cret")]
        assert [len(page) for page in pages] == [2, 2, 1]
        assert "$select" in vendor.asked[1] or "%24select" in vendor.asked[1]
        assert set(pages[0][0]) == set(FIELDS)
        assert all("s3cret" not in one for one in vendor.asked)


async def test_who_has_another_secret_is_not_let_in() -> None:
    async with intune(managed_device()) as vendor, asking(vendor.origin) as asked:
        with pytest.raises(VendorError) as error:
            [page async for page in managed_devices(asked.client, asked.client, TENANT, CLIENT, "other")]
    assert error.value.word == "not-allowed"


async def test_a_link_to_elsewhere_ends_it() -> None:
    async with intune(*(managed_device(n) for n in range(5))) as vendor, asking(vendor.origin) as asked:
        async with asking("http://127.0.0.1:1") as elsewhere:
            with pytest.raises(VendorError):
                [page async for page in managed_devices(asked.client, elsewhere.client, TENANT, CLIENT, "s3cret")]
        real, vendor.origin = vendor.origin, "https://evil.example"
        with pytest.raises(VendorError) as error:
            [page async for page in managed_devices(asked.client, asked.client, TENANT, CLIENT, "s3cret")]
        vendor.origin = real
    assert error.value.word == "garbage"
