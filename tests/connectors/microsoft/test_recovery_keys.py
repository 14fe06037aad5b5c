"""That there is a key, and never the key; and what may not be read is not known."""

from __future__ import annotations

import pytest
from tests.emulators.intune import CLIENT, TENANT, intune, managed_device, recovery_key
from tests.emulators.vendor import Vendor, asking

from limen.connectors.microsoft.recovery_keys import recovery_keys
from limen.connectors.vendor_client import VendorError


async def asked_of(vendor: Vendor) -> dict[str, str] | None:
    async with asking(vendor.origin) as asked:
        found = await recovery_keys(asked.client, asked.client, TENANT, CLIENT, "s3cret")
    return None if found is None else dict(found)


async def test_every_page_is_read_and_the_newest_key_counts() -> None:
    older = recovery_key(2, createdDateTime="2025-01-01T00:00:00Z")
    keys = [recovery_key(1), recovery_key(2), older, recovery_key(3, volumeType=1), recovery_key(4, volumeType=2)]
    async with intune(keys=[*keys, {"deviceId": 7}, recovery_key(5, volumeType=None)]) as vendor:
        found = await asked_of(vendor)
        assert not [one for one in vendor.asked if "select" in one or "s3cret" in one]
    assert found == {recovery_key(number)["deviceId"]: "2026-06-15T13:45:30Z" for number in (1, 2, 3)}


async def test_without_the_permission_it_is_not_known() -> None:
    async with intune(managed_device()) as vendor:
        assert await asked_of(vendor) is None
    async with intune(keys=[]) as vendor:
        assert await asked_of(vendor) == {}


async def test_a_link_to_elsewhere_ends_it() -> None:
    async with intune(keys=[recovery_key(number) for number in range(5)]) as vendor, asking(vendor.origin) as asked:
        vendor.origin = "https://evil.example"
        with pytest.raises(VendorError) as error:
            await recovery_keys(asked.client, asked.client, TENANT, CLIENT, "s3cret")
    assert error.value.word == "garbage"
