"""All accounts of a real slapd and of a real domain controller, and what changed since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.samba_dc import LIMEN as AT_SAMBA, PEOPLE as UNIT, SECRET as SAMBAS, SambaDc
from tests.slapd import BASE, DATABASE_ADMINS, DOMAIN_ADMINS, GROUPS, PEOPLE, READER, SECRET, Slapd

from limen.clock import HOUR
from limen.connectors.ldap.accounts import Accounts, GroupError, Wanted, read_all, read_changes
from limen.connectors.ldap.connection import Asked, LdapServer, opened
from limen.connectors.ldap.entries import dn_key
from limen.connectors.vendor_client import VendorError

pytestmark = pytest.mark.slow


@asynccontextmanager
async def asking(there: Slapd) -> AsyncIterator[Asked]:
    async with opened(LdapServer(there.url, READER, SECRET, there.trust)) as asked:
        yield asked


def wanted(*groups: str, base: str = PEOPLE) -> Wanted:
    return Wanted((base,), ("mail", "cn"), groups=groups)


def groups_of(read: Accounts, dn: str) -> frozenset[str]:
    return read.groups.get(read.names[dn_key(dn)], frozenset())


async def test_everybody_is_read_with_their_groups(there: Slapd) -> None:
    vera, oscar = (there.add_person(name, name, f"{name}@harbor.example") for name in ("vera", "oscar"))
    ops = f"cn=ops,{GROUPS}"
    with there.as_root() as root:
        assert root.add(ops, ["posixGroup"], {"gidNumber": "7", "memberUid": ["oscar", "nobody"]}), root.result
    staff = there.add_group("staff", vera, ops)
    told: list[int] = []

    async def went_on(read: int) -> None:
        told.append(read)

    async with asking(there) as asked:
        read = await read_all(asked, wanted(staff, ops), went_on)
        assert {entry.text("cn") for entry in read.entries.values()} == {"vera", "oscar"}
        assert groups_of(read, vera) == {staff}
        assert groups_of(read, oscar) == {staff, ops}
        assert (read.nameless, read.referrals, read.is_active_directory, told) == (0, 0, False, [2])


async def test_a_renamed_and_moved_account_stays_itself(there: Slapd) -> None:
    vera = there.add_person("vera", "Vera", "vera@harbor.example")
    unit = f"ou=sales,{PEOPLE}"
    async with asking(there) as asked:
        before = await read_all(asked, wanted())
        with there.as_root() as root:
            assert root.add(unit, ["organizationalUnit"], {"ou": "sales"})
            assert root.modify_dn(vera, "uid=vera.lind", new_superior=unit), root.result
        after = await read_all(asked, wanted())
    assert list(before.entries) == list(after.entries)
    assert [one.dn for one in after.entries.values()] == [f"uid=vera.lind,{unit}"]


async def test_a_group_that_is_gone_is_named_in_the_error(there: Slapd) -> None:
    gone = f"cn=gone,{GROUPS}"
    async with asking(there) as asked:
        with pytest.raises(GroupError) as wrong:
            await read_all(asked, wanted(gone))
    assert (wrong.value.word, wrong.value.group) == ("no-group", gone)
    assert gone in wrong.value.what


async def test_one_base_of_two_that_is_gone_is_no_answer(there: Slapd) -> None:
    there.add_person("vera", "Vera", "vera@harbor.example")
    async with asking(there) as asked:
        with pytest.raises(VendorError) as wrong:
            await read_all(asked, replace(wanted(), bases=(PEOPLE, f"ou=gone,{BASE}")))
    assert wrong.value.word == "no-base"


async def test_what_changed_is_read_alone(there: Slapd) -> None:
    vera = there.add_person("vera", "Vera", "vera@harbor.example")
    there.add_person("oscar", "Oscar", "oscar@harbor.example")
    staff = there.add_group("staff", vera)
    async with asking(there) as asked:
        read = await read_all(asked, wanted(staff))
        assert await read_changes(asked, wanted(staff), read) is None  # a group is new
        later = replace(read, position=replace(read.position, at=read.position.at + HOUR))
        none = await read_changes(asked, wanted(staff), later)
        assert none is not None
        assert (none.entries, none.position) == ({}, later.position)
        for group in (staff, DOMAIN_ADMINS, DATABASE_ADMINS):
            there.delete(group)
        there.set(vera, title="Lead")
        some = await read_changes(asked, wanted(), read)
    assert some is not None
    assert groups_of(some, vera) == {staff}
    assert some.position.at >= read.position.at


async def test_a_domain_is_read_with_groups_in_groups(controller: SambaDc) -> None:
    ada = controller.add_person("ac-ada", "Ada Accounts", "ac-ada@harbor.example")
    ben = controller.add_person("ac-ben", "Ben Accounts", "ac-ben@harbor.example")
    inner = controller.add_group("ac-inner", ada)
    outer = controller.add_group("ac-outer", inner)
    want = Wanted((UNIT,), ("mail", "title"), "(sAMAccountName=ac-*)", (outer,), "sAMAccountName")
    async with opened(LdapServer(controller.url, AT_SAMBA, SAMBAS, controller.trust)) as asked:
        read = await read_all(asked, want)
        assert read.is_active_directory
        assert groups_of(read, ada) == {outer}
        assert groups_of(read, ben) == frozenset()
        controller.set(ben, title="Lead")
        changed = await read_changes(asked, want, read)
        assert changed is not None
        assert [entry.text("title") for entry in changed.entries.values()] == ["Lead"]
        again = await read_changes(asked, want, changed)
        assert again is not None
        assert again.entries == {}
        controller.set(inner, member=ben)
        assert await read_changes(asked, want, again) is None
        moved = await read_all(asked, want)
    assert groups_of(moved, ben) == {outer}
    assert groups_of(moved, ada) == frozenset()
