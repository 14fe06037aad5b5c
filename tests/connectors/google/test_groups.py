"""Groups of Google Workspace, against an emulator of its contract: it is not Google."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.emulators.google_groups import ADMIN, GROUP, GoogleGroup, google, key_file, person

from limen.access.membership.directories import Clients
from limen.clock import HOUR, from_iso
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.facts.directory import Directory, DirectoryKind

NOW = from_iso("2026-11-27T09:00:00Z")
OSCAR = person(1, "oscar@harbor.example", "o.lind@harbor.example")
WORKSPACE = Directory(DirectoryKind.GOOGLE, client=ADMIN)


@asynccontextmanager
async def groups(vendor: GoogleGroup) -> AsyncIterator[GroupClient]:
    vendor.now, at = NOW, vendor.origin
    made = Clients(lambda origin: VendorClient(origin, Resolver), google_sign_in=at, workspace=at, cloud_identity=at)
    async with made.opened(WORKSPACE, key_file(), NOW) as client:
        yield client


async def test_google_ends_a_membership_by_itself_and_takes_another_end() -> None:
    async with google(OSCAR) as vendor, groups(vendor) as asked:
        oscar = await asked.find("o.lind@harbor.example")
        assert oscar == Account(OSCAR["id"], OSCAR["primaryEmail"], "Person 1")
        assert await asked.add(GROUP, oscar, NOW, NOW + HOUR) is True
        assert vendor.until == {oscar.value: NOW + HOUR}
        assert await asked.add(GROUP, oscar, NOW, NOW + 2 * HOUR) is True
        assert (vendor.until, await asked.has(GROUP, oscar)) == ({oscar.value: NOW + 2 * HOUR}, True)
        vendor.now += 2 * HOUR
        assert (await asked.has(GROUP, oscar), await asked.members(GROUP)) == (False, {})
        await asked.remove(GROUP, oscar)


async def test_an_edition_without_ends_has_members_that_limen_ends() -> None:
    async with google(OSCAR) as vendor, groups(vendor) as asked:
        vendor.has_ends = False
        oscar = await asked.find(OSCAR["primaryEmail"])
        for _ in range(2):
            assert await asked.add(GROUP, oscar, NOW, NOW + HOUR) is False
        assert vendor.until == {oscar.value: 0}
        for _ in range(2):
            await asked.remove(GROUP, oscar)
        assert vendor.members == []


async def test_who_has_another_address_now_is_removed_by_both() -> None:
    async with google(OSCAR) as vendor, groups(vendor) as asked:
        oscar = await asked.find(OSCAR["primaryEmail"])
        await asked.add(GROUP, oscar, NOW, NOW + HOUR)
        vendor.users = [{**OSCAR, "primaryEmail": "lind@harbor.example"}]
        vendor.until["lind@harbor.example"] = 0
        await asked.remove(GROUP, oscar)
        assert vendor.members == []


async def test_who_and_what_is_not_there() -> None:
    gone = person(2, "gone@harbor.example", suspended=True)
    async with google(OSCAR, gone) as vendor, groups(vendor) as asked:
        for address in ("gone@harbor.example", "nobody@harbor.example", "../groups", "a/b?c#d"):
            with pytest.raises(VendorError) as wrong:
                await asked.find(address)
            assert wrong.value.word == "no-account"
        oscar = await asked.find(OSCAR["primaryEmail"])
        for ask in (asked.members("x@harbor.example"), asked.remove("x@harbor.example", oscar)):
            with pytest.raises(VendorError) as wrong:
                await ask
            assert wrong.value.word == "no-group"


async def test_every_page_of_members_is_read() -> None:
    async with google(OSCAR) as vendor, groups(vendor) as asked:
        vendor.until = {f"p{number}@harbor.example": 0 for number in range(5)}
        assert set(await asked.members(GROUP)) == set(vendor.until)
