"""Who is in a group of a real slapd behind Limen's back: an alarm, once, and never put right unseen."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.access.membership.at_slapd import AtSlapd, opened
from tests.slapd import DOMAIN_ADMINS, KEEPER, PEOPLE, Slapd

from limen.access.membership.store import State
from limen.clock import HOUR, MINUTE
from limen.connectors.ldap.groups import LdapGroups

pytestmark = pytest.mark.slow


async def test_who_adds_themself_is_an_alarm_once_and_stays(office: AtSlapd) -> None:
    _, mallory = await office.person("Mallory")
    await office.reconciled()
    assert office.strangers() == []
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
    await office.reconciled()
    await office.reconciled()
    assert [one.value for one in office.strangers()] == [mallory]
    (event,) = office.house.events("directory.stranger_found")
    assert (event.details["members"], event.details["number"]) == (mallory, 1)
    assert office.there.members() == [mallory]
    office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", mallory)
    await office.reconciled()
    assert office.strangers() == []
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
    await office.reconciled()
    assert len(office.house.events("directory.stranger_found")) == 2


async def test_a_group_of_the_grants_alone_has_nobody_else(there: Slapd, tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        office = await opened(closing, there, tmp_path / "harbor", exclusive=True)
        oscar, account = await office.person("Oscar")
        _, mallory = await office.person("Mallory")
        await office.granted(oscar)
        await office.kept()
        there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
        await office.reconciled()
        assert there.members() == [account]
        assert office.strangers() == []
        assert [event.details["members"] for event in office.house.events("directory.stranger_removed")] == [mallory]
        with there.as_root() as root:
            root.search(DOMAIN_ADMINS, "(objectClass=*)", "BASE", attributes=["member"])
            assert KEEPER in root.response[0]["attributes"]["member"]


async def test_members_by_a_grant_are_no_strangers_by_any_name(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    renamed = office.there.rename(account, "oscar.lind")
    office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", account)
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", renamed)
    await office.reconciled()
    assert office.strangers() == []
    assert [(one.state, one.account.value) for one in office.memberships()] == [(State.MEMBER, renamed)]
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.there.members() == []


async def test_who_was_taken_out_is_said_and_not_put_back(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", account)
    await office.reconciled()
    await office.reconciled()
    await office.kept()
    assert office.said("member_taken") == [("member_taken", oscar)]
    assert office.there.members() == []
    await office.granted(oscar, 2 * HOUR)  # somebody approved it anew
    await office.kept()
    assert office.there.members() == [account]
    office.house.clock.forward(2 * HOUR)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


async def test_it_is_asked_each_minute_and_less_often_while_it_is_away(office: AtSlapd) -> None:
    from limen.access.membership.reconciling import Reconciling

    turns = office.house.limen.core.offers.take(Reconciling)
    office.there.stop()
    await turns.reconcile_due()
    office.house.clock.forward(MINUTE)
    await turns.reconcile_due()
    await turns.reconcile_due()
    assert [event.details["source"] for event in office.house.events("directory.failed")] == ["office"]
    office.there.start()
    office.house.clock.forward(2 * MINUTE)
    await turns.reconcile_due()
    assert len(office.house.events("directory.back")) == 1


async def test_ten_thousand_strangers_are_one_alarm(office: AtSlapd) -> None:
    names = [f"uid=p{number},{PEOPLE}" for number in range(10_000)]
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", *names)
    await office.reconciled()
    (event,) = office.house.events("directory.stranger_found")
    assert event.details["number"] == 10_000
    assert len(str(event.details["members"])) < 500
    assert len(office.strangers()) == 10_000


async def test_strangers_of_a_group_that_is_no_app_any_more_are_forgotten(office: AtSlapd) -> None:
    _, mallory = await office.person("Mallory")
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", mallory)
    await office.reconciled()
    assert len(office.strangers()) == 1
    office.house.limen.known.apps.pop("domain-admins")
    await office.reconciled()
    assert office.strangers() == []


async def test_who_was_taken_out_and_put_back_is_removed_at_the_end(office: AtSlapd) -> None:
    """He takes himself out for a moment, and is put back by an accomplice: it is still the grant that he has it by."""
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", account)
    await office.reconciled()
    assert office.said("member_taken") == [("member_taken", oscar)]
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", account)
    await office.revoked(oscar, grant)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


async def test_who_was_put_back_is_no_standing_member_by_the_next_grant(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.granted(oscar)
    await office.kept()
    office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", account)
    await office.reconciled()
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", account)
    await office.granted(oscar, 2 * HOUR)
    await office.kept()
    assert [one.state for one in office.memberships()] == [State.MEMBER]
    office.house.clock.forward(2 * HOUR)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


async def test_a_reading_that_lacks_a_member_is_asked_about_again(
    office: AtSlapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    (oscar, his), (ida, _) = await office.person("Oscar"), await office.person("Ida")
    for one in (oscar, ida):
        await office.granted(one)
    await office.kept()
    members = LdapGroups.members

    async def without(self: LdapGroups, group: str) -> dict[str, str]:
        return {value: name for value, name in (await members(self, group)).items() if value != his}

    async def empty(_self: LdapGroups, _group: str) -> dict[str, str]:
        return {}

    for reading in (without, empty):
        monkeypatch.setattr(LdapGroups, "members", reading)
        await office.reconciled()
    assert office.said("member_taken") == []
    assert {one.state for one in office.memberships()} == {State.MEMBER}
    assert len(office.house.events("directory.failed")) == 1
