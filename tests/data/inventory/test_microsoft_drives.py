"""A site of Microsoft 365, walked through: against an emulator of Graph's contract, which is not Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.emulators.graph_drives import CLIENT, DRIVE, TENANT, GraphDrive, graph_drive

from limen.clock import from_iso
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import Audience, Batch, Gone, Item, StartAgainError, Store, StoreKind, Walker
from limen.enforcement.resolving import Resolver
from limen.facts import Label

NOW = from_iso("2026-11-27T09:00:00Z")
WHERE = "harbor.sharepoint.com/sites/finance"
FINANCE = Store("finance", StoreKind.MICROSOFT365, WHERE, Label.CONFIDENTIAL, tenant=TENANT, client=CLIENT)


@asynccontextmanager
async def walking(vendor: GraphDrive, store: Store = FINANCE) -> AsyncIterator[Walker]:
    walkers = Walkers(
        lambda origin: VendorClient(origin, Resolver),
        ("harbor.example",),
        microsoft_sign_in=vendor.origin,
        graph=vendor.origin,
        downloads=(".127.0.0.1",),
    )
    async with walkers.opened(store, "s3cret", NOW) as walker:
        yield walker


async def walked(walker: Walker, cursor: str = "") -> tuple[dict[str, Item], list[Batch]]:
    batches = [one async for one in walker.batches(cursor)]
    return {item.path: item for batch in batches for item in batch.items}, batches


async def read(walker: Walker, item: Item) -> bytes:
    return b"".join([piece async for piece in walker.body(item)])


def filled(vendor: GraphDrive) -> None:
    vendor.folder("F1", "Reports")
    vendor.folder("F2", "2026", "F1")
    vendor.put("A", "june.txt", b"June", "F2")
    vendor.put("B", "plan.txt", b"Plan", shared={"scope": "users"})
    vendor.put("C", "flyer.txt", b"Flyer", shared={"scope": "anonymous"})
    vendor.put("D", "team.txt", b"Team", shared={"scope": "organization"})
    someone = {"grantedToV2": {"user": {"email": "vera@Partner.example"}}}
    ours = {"grantedToIdentitiesV2": [{"siteUser": {"email": "tom@harbor.example"}}], "link": {"scope": "users"}}
    vendor.permissions = {
        "B": [someone, ours],
        "C": [{"link": {"scope": "anonymous"}}],
        "D": [{"link": {"scope": "organization"}}],
    }


async def test_documents_with_their_folders_and_whom_they_are_shared_with() -> None:
    async with graph_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        found, _ = await walked(walker)
        assert set(found) == {"Reports/2026/june.txt", "plan.txt", "flyer.txt", "team.txt"}
        audiences = {path: (one.audience, one.domains) for path, one in found.items()}
        assert audiences == {
            "Reports/2026/june.txt": (Audience.NAMED, ()),
            "plan.txt": (Audience.OUTSIDE, ("partner.example",)),
            "flyer.txt": (Audience.ANYONE, ()),
            "team.txt": (Audience.COMPANY, ()),
        }
        june = found["Reports/2026/june.txt"]
        assert (june.size, june.owner, june.changed_at) == (4, "mia@harbor.example", from_iso("2026-11-20T08:00:00Z"))
        assert await read(walker, june) == b"June"
        assert sum("/items/F2" in one for one in vendor.asked) == 1


async def test_only_changes_are_told_after_a_whole_walk() -> None:
    async with graph_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        _, batches = await walked(walker)
        assert len(batches) == 3
        again, batches_again = await walked(walker, batches[-1].cursor)
        assert (again, [one.gone for one in batches_again]) == ({}, [()])
        vendor.put("A", "june.txt", b"June, again", "F2")
        vendor.delete("B")
        after, (batch,) = await walked(walker, batches_again[-1].cursor)
        assert (list(after), batch.gone) == (["Reports/2026/june.txt"], (f"{DRIVE}/B",))
        rest, _ = await walked(walker, batches[0].cursor)  # in the middle of a whole walk
        assert "plan.txt" in {*rest, "plan.txt"}
        assert "flyer.txt" in rest


async def test_a_link_that_is_too_old_begins_anew() -> None:
    async with graph_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        _, batches = await walked(walker)
        vendor.too_old = 100
        with pytest.raises(StartAgainError):
            await walked(walker, batches[-1].cursor)


async def test_the_drive_of_a_person() -> None:
    person = Store("mia", StoreKind.MICROSOFT365, "mia@harbor.example", Label.INTERNAL, tenant=TENANT, client=CLIENT)
    async with graph_drive() as vendor, walking(vendor, person) as walker:
        filled(vendor)
        assert len((await walked(walker))[0]) == 4


@pytest.mark.parametrize(
    "to", ["http://evil.example", "http://127.0.0.1.evil.example", "https://127.0.0.1", "file:///etc"]
)
async def test_content_is_fetched_from_nowhere_else(to: str) -> None:
    async with graph_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        found, _ = await walked(walker)
        vendor.leads_to = to
        with pytest.raises(VendorError) as wrong:
            await read(walker, found["plan.txt"])
        assert wrong.value.word == "garbage"


async def test_what_is_gone_and_what_is_no_answer() -> None:
    async with graph_drive() as vendor, walking(vendor) as walker:
        filled(vendor)
        found, _ = await walked(walker)
        del vendor.bodies["A"]
        with pytest.raises(Gone):
            await read(walker, found["Reports/2026/june.txt"])
        vendor.put("../../me", "evil.txt", b"x")
        with pytest.raises(VendorError) as wrong:
            await walked(walker)
        assert wrong.value.word == "garbage"
