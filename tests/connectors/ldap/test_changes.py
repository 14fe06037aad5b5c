"""What changed, as a real slapd and a real domain controller tell it."""

from __future__ import annotations

import pytest
from tests.samba_dc import LIMEN as AT_SAMBA, PEOPLE as UNIT, SECRET as SAMBAS, SambaDc
from tests.slapd import LIMEN, PEOPLE, SECRET, Slapd

from limen.clock import HOUR
from limen.connectors.ldap.changes import Position, have_groups_changed, position
from limen.connectors.ldap.connection import Asked, LdapServer, opened
from limen.connectors.ldap.entries import Entry
from limen.connectors.ldap.filters import both
from limen.connectors.ldap.root_entry import RootEntry, root_entry
from limen.connectors.ldap.searching import everything


async def read(asked: Asked, base: str, query: str) -> list[Entry]:
    return await everything(asked, base, query, ["cn", "modifyTimestamp"], 100)


@pytest.mark.slow
async def test_slapd_tells_by_time(there: Slapd) -> None:
    vera = there.add_person("vera", "Vera", "vera@harbor.example")
    group = there.add_group("staff", vera)
    everybody = "(objectClass=inetOrgPerson)"
    async with opened(LdapServer(there.url, LIMEN, SECRET, there.trust)) as asked:
        root = await root_entry(asked)
        was = await position(asked, root, await read(asked, PEOPLE, everybody))
        assert was.can_tell(root)
        assert not Position().can_tell(root)
        assert [one.text("cn") for one in await read(asked, PEOPLE, both(everybody, was.query))] == ["Vera"]
        later = Position(at=was.at + HOUR)
        assert await read(asked, PEOPLE, both(everybody, later.query)) == []
        assert await have_groups_changed(asked, root, was)
        assert not await have_groups_changed(asked, root, later)
        there.set(group, description="Everybody")
        assert await have_groups_changed(asked, root, was)


@pytest.mark.slow
async def test_a_domain_controller_counts(controller: SambaDc) -> None:
    ada = controller.add_person("ch-ada", "Ada Changes", "ch-ada@harbor.example")
    group = controller.add_group("ch-staff", ada)
    async with opened(LdapServer(controller.url, AT_SAMBA, SAMBAS, controller.trust)) as asked:
        root = await root_entry(asked)
        was = await position(asked, root, [])
        query = both("(objectClass=user)", was.query)
        assert await read(asked, UNIT, query) == []
        assert not await have_groups_changed(asked, root, was)
        controller.set(ada, title="Lead")
        assert [one.text("cn") for one in await read(asked, UNIT, query)] == ["Ada Changes"]
        assert not await have_groups_changed(asked, root, was)
        controller.set(group, member=None)
        assert await have_groups_changed(asked, root, was)


def test_another_controller_and_one_set_back_can_not_tell() -> None:
    was = Position("dc1", 10)
    assert was.can_tell(RootEntry(is_active_directory=True, server="dc1", highest_change=10))
    assert not was.can_tell(RootEntry(is_active_directory=True, server="dc1", highest_change=9))
    assert not was.can_tell(RootEntry(is_active_directory=True, server="dc2", highest_change=99))
    assert not Position(at=1).can_tell(RootEntry(is_active_directory=True, server="dc1"))
