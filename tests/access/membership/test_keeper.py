"""Members of a group of a real slapd, for as long as a grant lasts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.access.at_harbor import AtHarbor
from tests.access.membership.at_slapd import APP, AtSlapd
from tests.slapd import DOMAIN_ADMINS

from limen.access.membership import store
from limen.access.membership.keeper import CLAIMED_FOR, Keeper
from limen.access.membership.store import State
from limen.access.projection import GrantsHeld
from limen.clock import HOUR, MINUTE, SECOND
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.ldap.groups import LdapGroups

pytestmark = pytest.mark.slow


async def test_a_member_while_the_grant_lasts_and_not_a_moment_longer(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.kept()
    assert office.there.members() == []
    grant = await office.granted(oscar)
    await office.kept()
    assert office.there.members() == [account]
    (one,) = office.memberships()
    assert (one.person, one.grant, one.state, one.account.value) == (oscar, grant, State.MEMBER, account)
    office.house.clock.forward(HOUR - MINUTE)
    await office.kept()
    assert office.there.members() == [account]
    office.house.clock.forward(MINUTE)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])
    assert office.said("member_added", "member_removed", "removal_failed", "member_refused") == [
        ("member_added", oscar),
        ("member_removed", oscar),
    ]


async def test_who_asks_and_is_approved_is_a_member_until_it_ends(office: AtSlapd) -> None:
    """The whole way: a request, an approval with a passkey by an owner of the app, the group, and the end."""
    harbor = AtHarbor(office.house)
    oscar = await harbor.colleague("Oscar", "staff", "sales")
    farid = await harbor.colleague("Farid", "staff", "engineering")
    account = office.there.add_person("oscar", "Oscar Lind", office.house.limen.known.people[oscar.id].email)
    request = await oscar.asks(APP, "elevate", lasts=HOUR)
    await office.kept()
    assert office.there.members() == []
    grant = await farid.approves(request)
    await office.kept()
    assert grant is not None
    assert (office.there.members(), office.memberships()[0].grant) == ([account], grant.id)
    await oscar.access.give_back(oscar.session, grant.id)
    await office.kept()
    assert office.there.members() == []


async def test_what_is_revoked_is_over_at_once_and_what_is_longer_goes_on(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    short = await office.granted(oscar, MINUTE)
    await office.kept()
    long = await office.granted(oscar, HOUR)
    await office.kept()
    assert [one.grant for one in office.memberships()] == [long]
    office.house.clock.forward(2 * MINUTE)
    await office.kept()
    assert office.there.members() == [account]
    await office.revoked(oscar, short)
    await office.revoked(oscar, long)
    await office.kept()
    assert office.there.members() == []
    assert len(office.said("member_added")) == 1


@pytest.mark.parametrize("late", [50 * SECOND, SECOND])
async def test_an_end_that_limen_missed_is_made_good_first_and_said_once(office: AtSlapd, late: int) -> None:
    oscar, account = await office.person("Oscar")
    await office.granted(oscar, HOUR)
    await office.kept()
    office.house.clock.forward(HOUR + late)  # nothing of Limen's ran meanwhile
    assert office.there.members() == [account]
    await office.kept()
    await office.kept()
    assert office.there.members() == []
    told = office.house.events("directory.member_overstayed")
    assert [one.details["minutes"] for one in told] == ([1] if late > SECOND else [])
    assert office.said("removal_failed") == []


async def test_what_is_revoked_in_time_has_not_overstayed(office: AtSlapd) -> None:
    oscar, _ = await office.person("Oscar")
    grant = await office.granted(oscar, HOUR)
    await office.kept()
    office.house.clock.forward(10 * MINUTE)
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.said("member_removed", "member_overstayed") == [("member_removed", oscar)]


async def test_who_was_in_before_stays_in_and_is_said_so(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    office.there.change(DOMAIN_ADMINS, "MODIFY_ADD", account)
    grant = await office.granted(oscar)
    await office.kept()
    assert [one.state for one in office.memberships()] == [State.STANDING]
    await office.revoked(oscar, grant)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([account], [])
    assert office.said("member_already", "member_added", "member_removed") == [("member_already", oscar)]


async def test_the_same_person_is_put_in_again_by_the_next_grant(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    for _ in range(2):
        grant = await office.granted(oscar)
        await office.kept()
        assert office.there.members() == [account]
        await office.revoked(oscar, grant)
        await office.kept()
        assert office.there.members() == []
    assert len(office.said("member_removed")) == 2


async def test_a_directory_that_is_away_at_the_end_is_an_alarm_and_done_when_it_is_back(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    office.there.stop()
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.said("removal_failed") == [("removal_failed", oscar)]
    for _ in range(3):
        office.house.clock.forward(10 * SECOND)
        await office.kept()
    assert len(office.said("removal_failed")) == 1
    (one,) = office.memberships()
    assert (one.state, one.failures) == (State.REMOVING, 4)
    office.there.start()
    assert office.there.members() == [account]
    office.house.clock.forward(MINUTE)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


@pytest.mark.parametrize("state", [State.ADDING, State.MEMBER, State.REMOVING])
@pytest.mark.parametrize("is_in", [True, False])
async def test_what_was_cut_short_is_done_again(office: AtSlapd, state: State, *, is_in: bool) -> None:
    """Whichever step was the last that was written down, and whether the directory had done the next."""
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()
    (one,) = office.memberships()
    if not is_in:
        office.there.change(DOMAIN_ADMINS, "MODIFY_DELETE", account)
    due = office.house.clock.now() + CLAIMED_FOR
    cut = store.Membership(
        **{name: getattr(one, name) for name in one.__slots__} | {"state": state, "due_at": due}  # type: ignore[arg-type]
    )
    await office.house.limen.core.write(lambda t: store.keep(t.connection, cut))
    if state is not State.MEMBER:
        await office.kept()
        assert office.memberships() == [cut]  # somebody else may be at it
        office.house.clock.forward(CLAIMED_FOR)
        await office.kept()
        assert office.there.members() == [account]
    await office.revoked(oscar, grant)
    office.house.clock.forward(CLAIMED_FOR)
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


async def test_who_has_no_account_there_is_refused_and_found_later(office: AtSlapd) -> None:
    house = office.house
    ida = await house.member(house.browser(), "Ida", "staff")
    await office.granted(ida)
    await office.kept()
    assert office.said("member_refused") == [("member_refused", ida)]
    assert [(one.state, bool(one.error)) for one in office.memberships()] == [(State.WAITING, True)]
    account = office.there.add_person("ida", "Ida Holm", house.limen.known.people[ida].email)
    house.clock.forward(MINUTE)
    await office.kept()
    assert office.there.members() == [account]


async def test_without_a_secret_nothing_is_asked_and_nothing_forgotten(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.house.limen.core.write(lambda t: store.ASKED.forget(t.connection, "office"))
    await office.granted(oscar)
    await office.kept()
    assert office.there.members() == []
    (one,) = office.memberships()
    assert (one.state, one.failures, account != "") == (State.WAITING, 1, True)


async def test_of_two_workers_one_is_at_it(office: AtSlapd) -> None:
    core = office.house.limen.core
    other = Keeper(core, core.offers.take(GrantsHeld), office.directories)
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    for one in (office.keeper, other):
        await one.keep()
    for one in (office.keeper, other):
        await one.settled()
    assert office.there.members() == [account]
    await office.revoked(oscar, grant)
    for one in (office.keeper, other):
        await one.keep()
    for one in (office.keeper, other):
        await one.settled()
    assert office.there.members() == []
    said = ("member_added", "member_removed", "member_already", "removal_failed", "member_refused")
    assert office.said(*said) == [("member_added", oscar), ("member_removed", oscar)]


async def test_an_app_that_is_removed_takes_its_members_out(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.granted(oscar)
    await office.kept()
    assert office.there.members() == [account]
    office.house.limen.known.apps.pop("domain-admins")
    await office.kept()
    assert (office.there.members(), office.memberships()) == ([], [])


async def test_who_is_erased_is_taken_out(office: AtSlapd) -> None:
    oscar, account = await office.person("Oscar")
    await office.granted(oscar)
    await office.kept()
    office.house.limen.known.people.drop(oscar)
    await office.kept()
    assert (office.there.members(), account != "") == ([], True)


async def test_what_was_planned_is_done_only_while_it_is_so(office: AtSlapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grant ends after a worker began, and before it comes to it."""
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    opened = office.directories.opened

    @asynccontextmanager
    async def slowly(name: str) -> AsyncIterator[GroupClient]:
        await office.revoked(oscar, grant)
        async with opened(name) as client:
            yield client

    monkeypatch.setattr(office.directories, "opened", slowly)
    await office.kept()
    assert (office.there.members(), office.said("member_added"), account != "") == ([], [], True)
    await office.kept()
    assert office.memberships() == []


async def test_what_another_worker_took_over_is_left_to_it(office: AtSlapd, monkeypatch: pytest.MonkeyPatch) -> None:
    oscar, _ = await office.person("Oscar")
    await office.granted(oscar)
    opened = office.directories.opened

    @asynccontextmanager
    async def too_slowly(name: str) -> AsyncIterator[GroupClient]:
        (one,) = office.memberships()
        await office.house.limen.core.write(lambda t: store.drop(t.connection, one))
        async with opened(name) as client:
            yield client

    monkeypatch.setattr(office.directories, "opened", too_slowly)
    await office.kept()
    assert office.there.members() == []


async def test_a_strange_answer_about_one_is_an_alarm_and_keeps_nobody_else_in(
    office: AtSlapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An accomplice in the directory makes its answers about Oscar unreadable, so that Ida's removal never comes."""
    (oscar, his), (ida, hers) = await office.person("Oscar"), await office.person("Ida")
    grants = [(one, await office.granted(one)) for one in (oscar, ida)]
    await office.kept()
    assert set(office.there.members()) == {his, hers}
    remove = LdapGroups.remove

    async def strange(self: LdapGroups, group: str, account: Account) -> None:
        if account.value == his:
            raise IndexError
        await remove(self, group, account)

    monkeypatch.setattr(LdapGroups, "remove", strange)
    for person, grant in grants:
        await office.revoked(person, grant)
    await office.kept()
    assert office.there.members() == [his]
    assert office.said("removal_failed") == [("removal_failed", oscar)]
    assert [(one.person, one.failures) for one in office.memberships()] == [(oscar, 1)]


async def test_a_directory_that_breaks_off_strangely_fails_loudly(
    office: AtSlapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    oscar, account = await office.person("Oscar")
    grant = await office.granted(oscar)
    await office.kept()

    @asynccontextmanager
    async def broken(_name: str) -> AsyncIterator[GroupClient]:
        if account:
            raise ValueError(account)
        yield  # type: ignore[misc]

    monkeypatch.setattr(office.directories, "opened", broken)
    await office.revoked(oscar, grant)
    await office.kept()
    assert office.said("removal_failed") == [("removal_failed", oscar)]
    assert account not in office.memberships()[0].error
