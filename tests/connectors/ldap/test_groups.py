"""Groups of a real slapd: who is found, who is in, and that nothing of what people are called is read as a question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.slapd import BASE, DATABASE_ADMINS, DOMAIN_ADMINS, KEEPER, LIMEN, PEOPLE, SECRET, Slapd

from limen.clock import HOUR
from limen.connectors.ldap.connection import LdapServer, opened
from limen.connectors.ldap.groups import LdapGroups, with_end
from limen.connectors.vendor_client import VendorError

pytestmark = pytest.mark.slow


@asynccontextmanager
async def groups(there: Slapd, member: str = "member") -> AsyncIterator[LdapGroups]:
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        yield LdapGroups(asked, BASE, "mail", member)


@pytest.mark.gate("LDAP")
async def test_a_member_by_name_comes_and_goes(there: Slapd) -> None:
    dn = there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    async with groups(there) as asked:
        oscar = await asked.find("oscar@harbor.example")
        assert (oscar.value, oscar.name, oscar.id.split(":")[0]) == (dn, "Oscar Lind", "entryUUID")
        assert not await asked.has(DOMAIN_ADMINS, oscar)
        assert await asked.add(DOMAIN_ADMINS, oscar, 0, HOUR) is False
        assert await asked.add(DOMAIN_ADMINS, oscar, 0, HOUR) is False
        assert await asked.has(DOMAIN_ADMINS, oscar)
        assert there.members() == [dn]
        assert set(await asked.members(DOMAIN_ADMINS)) == {dn, KEEPER}
        await asked.remove(DOMAIN_ADMINS, oscar)
        await asked.remove(DOMAIN_ADMINS, oscar)
        assert there.members() == []


async def test_a_member_by_user_name_comes_and_goes(there: Slapd) -> None:
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    async with groups(there, "memberUid") as asked:
        oscar = await asked.find("oscar@harbor.example")
        await asked.add(DATABASE_ADMINS, oscar, 0, HOUR)
        assert there.members(DATABASE_ADMINS, "memberUid") == ["oscar"]
        await asked.remove(DATABASE_ADMINS, oscar)
        assert await asked.members(DATABASE_ADMINS) == {}


async def test_who_was_renamed_meanwhile_is_removed_all_the_same(there: Slapd) -> None:
    dn = there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    async with groups(there) as asked:
        oscar = await asked.find("oscar@harbor.example")
        await asked.add(DOMAIN_ADMINS, oscar, 0, HOUR)
        renamed = there.rename(dn, "oscar.lind")
        there.change(DOMAIN_ADMINS, "MODIFY_ADD", renamed)  # as an overlay that follows names does
        assert (await asked.current(oscar.id)) is not None
        await asked.remove(DOMAIN_ADMINS, oscar)
        assert there.members() == []


async def test_two_accounts_with_one_address_are_nobodys(there: Slapd) -> None:
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    there.add_person("oscar2", "Oscar Lind", "oscar@harbor.example")
    async with groups(there) as asked:
        with pytest.raises(VendorError) as wrong:
            await asked.find("oscar@harbor.example")
        assert wrong.value.word == "several-accounts"


@pytest.mark.parametrize(
    "address", ["*", "*@harbor.example", "x)(mail=*", "oscar@harbor.example)(|(uid=*", "\\2a", "a\x00b", "(", "\\"]
)
async def test_an_address_is_never_read_as_a_question(there: Slapd, address: str) -> None:
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    async with groups(there) as asked:
        with pytest.raises(VendorError) as wrong:
            await asked.find(address)
        assert wrong.value.word == "no-account"


async def test_a_name_with_every_special_character_is_one_member(there: Slapd) -> None:
    dn = there.add_person("o\\,\\+\\=\\22x\\#", "Oscar #1, the + of = all", "oscar@harbor.example")
    async with groups(there) as asked:
        oscar = await asked.find("oscar@harbor.example")
        await asked.add(DOMAIN_ADMINS, oscar, 0, HOUR)
        assert [asked.key(one) for one in await asked.members(DOMAIN_ADMINS) if one != KEEPER] == [
            asked.key(oscar.value)
        ]
        await asked.remove(DOMAIN_ADMINS, oscar)
        assert (there.members(), dn != "") == ([], True)


async def test_two_ways_of_writing_one_name_are_one() -> None:
    asked = LdapGroups(None, BASE)  # type: ignore[arg-type]
    assert asked.key("UID=Oscar, OU=People,dc=harbor,dc=example") == asked.key(f"uid=oscar,{PEOPLE}")
    assert LdapGroups(None, BASE, "mail", "memberUid").key("Oscar") == "Oscar"  # type: ignore[arg-type]
    assert asked.key("no-name") == "no-name"


async def test_a_group_that_is_not_there_and_one_that_may_not_be_empty(there: Slapd) -> None:
    there.add_person("oscar", "Oscar Lind", "oscar@harbor.example")
    async with groups(there) as asked:
        oscar = await asked.find("oscar@harbor.example")
        for ask in (asked.members(f"cn=gone,{BASE}"), asked.has(f"cn=gone,{BASE}", oscar)):
            with pytest.raises(VendorError) as wrong:
                await ask
            assert wrong.value.word == "no-group"
        await asked.add(DOMAIN_ADMINS, oscar, 0, HOUR)
        there.change(DOMAIN_ADMINS, "MODIFY_DELETE", KEEPER)
        with pytest.raises(VendorError) as wrong:
            await asked.remove(DOMAIN_ADMINS, oscar)
        assert wrong.value.word == "last-member"


async def test_a_group_with_ten_thousand_members_is_read(there: Slapd) -> None:
    names = [f"uid=p{number},{PEOPLE}" for number in range(10_000)]
    there.change(DOMAIN_ADMINS, "MODIFY_ADD", *names)
    async with groups(there) as asked:
        assert set(await asked.members(DOMAIN_ADMINS)) == {*names, KEEPER}


def test_an_end_is_written_as_active_directory_reads_it() -> None:
    assert with_end(f"uid=oscar,{PEOPLE}", 3_600) == f"<TTL=3600,uid=oscar,{PEOPLE}>"
