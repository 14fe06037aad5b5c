from __future__ import annotations

import pytest
from tests.emulators.fleet import fleet, host
from tests.emulators.intune import CLIENT, TENANT, intune, managed_device
from tests.emulators.jamf import computer, jamf, mobile_device

from limen.connectors.vendor_client import VendorClient
from limen.devices.sources.vendors import Vendors
from limen.enforcement.resolving import Resolver
from limen.facts.device_rules import DeviceSource, SourceKind


async def ids(vendors: Vendors, source: DeviceSource) -> list[str]:
    return [record.id async for page in vendors.records(source, "s3cret") for record in page]


def client(origin: str) -> VendorClient:
    return VendorClient(origin, Resolver)


async def test_each_kind_is_asked_in_its_own_way() -> None:
    async with intune(managed_device(), {"id": None}) as vendor:
        source = DeviceSource(SourceKind.INTUNE, tenant=TENANT, client=CLIENT)
        found = await ids(Vendors(client, vendor.origin, vendor.origin), source)
        assert found == ["705c034c-034c-705c-4c03-000000000001"]
    async with fleet(host(1), host(2)) as vendor:
        assert await ids(Vendors(client), DeviceSource(SourceKind.FLEET, url=vendor.origin)) == ["1", "2"]
    async with jamf([computer()], [mobile_device()]) as vendor:
        found = await ids(Vendors(client), DeviceSource(SourceKind.JAMF, url=vendor.origin, client="limen"))
        assert found == ["computer 1", "mobile 1"]


async def test_what_sends_by_itself_is_not_asked() -> None:
    with pytest.raises(ValueError, match="push"):
        await ids(Vendors(client), DeviceSource(SourceKind.PUSH))
