from __future__ import annotations

import pytest
from aiohttp import web
from tests.emulators.jamf import computer, jamf, mobile_device
from tests.emulators.vendor import asking

from limen.connectors.jamf.inventory import PER_PAGE, computers, mobile_devices
from limen.connectors.vendor_client import VendorError


async def test_every_page_is_read() -> None:
    many = [computer(n) for n in range(PER_PAGE + 1)]
    async with jamf(many, [mobile_device()]) as vendor, asking(vendor.origin) as asked:
        assert [len(page) async for page in computers(asked.client, "limen", "s3cret")] == [PER_PAGE, 1]
        assert [len(page) async for page in mobile_devices(asked.client, "limen", "s3cret")] == [1]
        assert "section=DISK_ENCRYPTION" in vendor.asked[1]


@pytest.mark.parametrize(
    "answer", [{"results": []}, {"totalCount": 5, "results": []}, {"totalCount": "1", "results": []}]
)
async def test_a_list_that_ends_too_soon_is_no_list(answer: dict[str, object]) -> None:
    async with jamf([computer()], []) as vendor, asking(vendor.origin) as asked:
        vendor.refusals = [web.json_response({"access_token": "token-1"}), web.json_response(answer)]
        with pytest.raises(VendorError):
            [page async for page in computers(asked.client, "limen", "s3cret")]
