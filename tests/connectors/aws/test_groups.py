"""Groups of IAM Identity Center, against moto's identity store: it is not AWS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tests.emulators.identity_store import ACCESS_KEY, REGION, SECRET, STORE, IdentityStore, identity_store

from limen.access.membership.directories import Clients
from limen.clock import HOUR
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.facts.directory import Directory, DirectoryKind

pytestmark = pytest.mark.slow
CLOUD = Directory(DirectoryKind.AWS, f"https://identitystore.{REGION}.amazonaws.com", tenant=STORE, client=ACCESS_KEY)


@pytest.fixture
def there() -> Iterator[IdentityStore]:
    with identity_store() as running:
        yield running


@asynccontextmanager
async def groups(there: IdentityStore) -> AsyncIterator[GroupClient]:
    made = Clients(lambda origin: VendorClient(origin, Resolver), aws=there.origin)
    async with made.opened(CLOUD, SECRET, 0) as client:
        yield client


async def test_a_member_comes_and_goes(there: IdentityStore) -> None:
    oscar_id = there.person("oscar")
    async with groups(there) as asked:
        oscar = await asked.find("oscar@harbor.example")
        assert oscar == Account(oscar_id, oscar_id, "Oscar")
        assert not await asked.has(there.group, oscar)
        for _ in range(2):
            assert await asked.add(there.group, oscar, 0, HOUR) is False
        assert await asked.has(there.group, oscar)
        assert await asked.members(there.group) == {oscar_id: ""}
        for _ in range(2):
            await asked.remove(there.group, oscar)
        assert await asked.members(there.group) == {}


async def test_who_and_what_is_not_there(there: IdentityStore) -> None:
    oscar_id = there.person("oscar")
    oscar = Account(oscar_id, oscar_id)
    nowhere = "00000000-0000-0000-0000-000000000000"
    async with groups(there) as asked:
        with pytest.raises(VendorError) as wrong:
            await asked.find("nobody@harbor.example")
        assert wrong.value.word == "no-account"
        assert await asked.current(nowhere) is None
        for ask in (asked.members(nowhere), asked.remove(nowhere, oscar)):
            with pytest.raises(VendorError) as wrong:
                await ask
            assert wrong.value.word == "no-group"


async def test_every_page_of_members_is_read(there: IdentityStore) -> None:
    several = {there.person(f"p{number}") for number in range(205)}
    for one in several:
        there.put(one)
    async with groups(there) as asked:
        assert set(await asked.members(there.group)) == several
