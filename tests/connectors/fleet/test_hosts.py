from __future__ import annotations

import pytest
from tests.emulators.fleet import fleet, host
from tests.emulators.vendor import asking

from limen.connectors.fleet.hosts import PER_PAGE, hosts
from limen.connectors.vendor_client import VendorError


async def test_every_page_is_read() -> None:
    async with fleet(*(host(n) for n in range(PER_PAGE + 3))) as vendor, asking(vendor.origin) as asked:
        assert [len(page) async for page in hosts(asked.client, "s3cret")] == [PER_PAGE, 3]
        with pytest.raises(VendorError):
            [page async for page in hosts(asked.client, "other")]
