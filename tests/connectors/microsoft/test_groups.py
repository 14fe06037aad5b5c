"""Groups of Entra, against an emulator of Graph's contract: it is not Graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from tests.emulators.entra_groups import CLIENT, GROUP, TENANT, EntraTenant, entra, person

from limen.access.membership.directories import Clients
from limen.clock import HOUR, MINUTE, from_iso
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.facts.directory import Directory, DirectoryKind

NOW = from_iso("2026-11-27T09:00:00Z")
OSCAR = person(1, "oscar@harbor.example")
MICROSOFT = Directory(DirectoryKind.ENTRA, tenant=TENANT, client=CLIENT)


@asynccontextmanager
async def groups(vendor: EntraTenant, secret: str = "s3cret") -> AsyncIterator[GroupClient]:
    vendor.now = NOW
    made = Clients(lambda origin: VendorClient(origin, Resolver), vendor.origin, vendor.origin)
    async with made.opened(MICROSOFT, secret, NOW) as client:
        yield client


async def test_pim_ends_a_membership_by_itself_and_takes_another_end() -> None:
    async with entra(OSCAR) as vendor, groups(vendor) as asked:
        oscar = await asked.find("Oscar@harbor.example")
        assert oscar == Account(OSCAR["id"], OSCAR["id"], "Person 1")
        assert await asked.add(GROUP, oscar, NOW, NOW + HOUR) is True
        assert vendor.until == {oscar.id: NOW + HOUR}
        assert await asked.add(GROUP, oscar, NOW, NOW + 2 * HOUR) is True
        assert (vendor.until, await asked.has(GROUP, oscar)) == ({oscar.id: NOW + 2 * HOUR}, True)
        vendor.now += 2 * HOUR
        assert (await asked.has(GROUP, oscar), await asked.members(GROUP)) == (False, {})
        await asked.remove(GROUP, oscar)


async def test_what_pim_does_not_do_is_done_without_an_end() -> None:
    for has_pim, lasts in ((False, HOUR), (True, 2 * MINUTE)):
        async with entra(OSCAR) as vendor, groups(vendor) as asked:
            vendor.has_pim = has_pim
            oscar = await asked.find(OSCAR["mail"])
            for _ in range(2):
                assert await asked.add(GROUP, oscar, NOW, NOW + lasts) is False
            assert (vendor.members, vendor.until) == ([oscar.id], {})
            for _ in range(2):
                await asked.remove(GROUP, oscar)
            assert vendor.members == []


async def test_what_ends_early_is_over_in_pim_and_in_the_group() -> None:
    async with entra(OSCAR) as vendor, groups(vendor) as asked:
        oscar = await asked.find(OSCAR["mail"])
        await asked.add(GROUP, oscar, NOW, NOW + HOUR)
        await asked.remove(GROUP, Account("", oscar.value))
        assert (vendor.members, vendor.until) == ([], {})


async def test_who_is_found_is_one_person_and_able_to_sign_in() -> None:
    twin, gone = person(2, OSCAR["mail"]), person(3, "gone@harbor.example", accountEnabled=False)
    quoted = person(4, "o'neill@harbor.example")
    async with entra(OSCAR, twin, gone, quoted) as vendor, groups(vendor) as asked:
        assert (await asked.find("o'neill@harbor.example")).id == quoted["id"]
        for address, word in (
            (OSCAR["mail"], "several-accounts"),
            ("gone@harbor.example", "no-account"),
            ("x' or mail ne '", "no-account"),
        ):
            with pytest.raises(VendorError) as wrong:
                await asked.find(address)
            assert wrong.value.word == word
        assert await asked.current(OSCAR["id"]) is not None
        assert await asked.current(person(9, "")["id"]) is None


async def test_every_page_of_members_is_read() -> None:
    several = [person(number, f"p{number}@harbor.example") for number in range(5)]
    async with entra(*several) as vendor, groups(vendor) as asked:
        vendor.added = dict.fromkeys(one["id"] for one in several)
        assert set(await asked.members(GROUP)) == {one["id"] for one in several}


async def test_a_group_that_is_not_there() -> None:
    nowhere = "aaaaaaaa-0000-0000-0000-00000000000f"
    async with entra(OSCAR) as vendor, groups(vendor) as asked:
        oscar = await asked.find(OSCAR["mail"])
        for group in (nowhere, "../users", ""):
            for ask in (asked.members(group), asked.remove(group, oscar), asked.add(group, oscar, NOW, NOW + HOUR)):
                with pytest.raises(VendorError) as wrong:
                    await ask
                assert wrong.value.word == "no-group"


async def test_who_has_another_secret_is_not_let_in_and_an_outage_is_said() -> None:
    async with entra(OSCAR) as vendor:
        with pytest.raises(VendorError) as wrong:
            async with groups(vendor, "another"):
                pass
        assert wrong.value.word == "not-allowed"
        async with groups(vendor) as asked:
            vendor.refusals = [web.Response(status=500)]
            with pytest.raises(VendorError) as wrong:
                await asked.members(GROUP)
            assert wrong.value.word == "refused"
