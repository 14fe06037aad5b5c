"""What answers to alerts do to people: suspended is inactive with all factors kept, and resumed is as before."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.facts import SessionState
from limen.identity.errors import LinkRefusedError
from limen.identity.membership import Membership
from limen.identity.model import ADMINISTRATORS, PersonStatus, Visitor
from limen.identity.responses import PERSON_RESPONSES, group_memberships
from limen.identity.store import factors, people
from limen.pillar import NobodyLeftError


async def test_suspended_and_resumed(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    now, who = house.clock.now(), ben.person.id
    held = house.database.read(lambda s: factors.held_by(s.connection, who))
    assert await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "alert r1"))
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "alert r1"))
    assert (house.known.people[who].active, house.known.session_state(ben.session, "", now)) == (
        False,
        SessionState.REVOKED,
    )
    assert house.database.read(lambda s: factors.held_by(s.connection, who)) == held
    assert house.database.read(lambda s: people.status_of(s.connection, who)) is PersonStatus.SUSPENDED
    assert await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
    assert house.known.people[who].active


async def test_who_is_suspended_by_several_is_active_again_when_each_has_let_go(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    now, who = house.clock.now(), ben.person.id
    for mark in ("alert r1", "alert r2", "signal okta"):
        assert await house.ports.write(lambda t, mark=mark: PERSON_RESPONSES.suspend(t, who, now, "", mark))
    held = await house.parts.people.suspensions_of(who)
    assert [(one.kind, one.whose) for one in held] == [("alert", "r1"), ("alert", "r2"), ("signal", "okta")]
    for mark in ("alert r2", "signal okta", "alert r3"):
        assert not await house.ports.write(lambda t, mark=mark: PERSON_RESPONSES.resume(t, who, now, "", mark))
    assert not house.known.people[who].active
    assert await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
    assert house.known.people[who].active


async def test_whoever_lets_somebody_in_again_lets_go_what_held_them(house: House, visitor: Visitor) -> None:
    own = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    now, who = house.clock.now(), ben.person.id
    await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "alert r1"))
    await house.parts.people.reactivate(who, by=own.person.id)
    assert house.known.people[who].active
    assert await house.parts.people.suspensions_of(who) == []
    await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "signal okta"))
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
    await house.parts.people.deactivate(who, by=own.person.id)
    assert await house.parts.people.suspensions_of(who) == []


async def test_whoever_is_suspended_while_they_are_out_is_not_let_in_by_their_source(
    house: House, visitor: Visitor
) -> None:
    own = await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    now, who = house.clock.now(), ben.person.id

    def of_source(does: str) -> None:
        house.database.write(lambda t: getattr(Membership(t, now, "", source="people"), does)(who))

    def status() -> PersonStatus | None:
        return house.database.read(lambda snapshot: people.status_of(snapshot.connection, who))

    await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "alert r1"))
    of_source("deactivate")
    assert await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "signal okta"))
    assert status() is PersonStatus.INACTIVE
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
    of_source("reactivate")
    assert status() is PersonStatus.SUSPENDED
    assert [one.mark for one in await house.parts.people.suspensions_of(who)] == ["signal okta"]
    await house.parts.people.reactivate(who, by=own.person.id)
    assert status() is PersonStatus.ACTIVE


async def test_an_invitation_of_somebody_who_is_suspended_is_no_way_in(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    invited, now = await house.invited(), house.clock.now()
    who = invited.link.person_id
    assert await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "signal okta"))
    with pytest.raises(LinkRefusedError):
        await house.enrol(invited, house.passkey(), visitor)
    assert await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "signal okta"))
    assert house.database.read(lambda snapshot: people.status_of(snapshot.connection, who)) is PersonStatus.INVITED


async def test_sessions_end_one_or_all(house: House, visitor: Visitor) -> None:
    signed_in = await house.administrator(house.passkey(), visitor)
    now, session = house.clock.now(), signed_in.session
    assert await house.ports.write(lambda t: PERSON_RESPONSES.end_session(t, session.id, now, ""))
    assert house.known.session_state(session, "", now) is SessionState.REVOKED
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.end_session(t, "s_none", now, ""))
    await house.ports.write(lambda t: PERSON_RESPONSES.end_all(t, signed_in.person.id, now, ""))
    assert {event.reason for event in house.events("session.revoked")} == {"alert"}


async def test_somebody_is_taken_out_of_a_group_and_put_back(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person.id
    ben = (await house.enrol(await house.invited(), house.passkey(), visitor)).person.id
    now, groups = house.clock.now(), house.known.people[ben].groups
    members = group_memberships(house.parts.sources.ownership)
    assert await house.ports.write(lambda t: members.put_back(t, ben, "choir", now, ada)) == groups | {"choir"}
    assert house.known.people[ben].groups == groups | {"choir"}
    assert await house.ports.write(lambda t: members.take_out(t, ben, "choir", now, ada)) == groups
    assert house.known.people[ben].groups == groups
    with pytest.raises(NobodyLeftError):
        await house.ports.write(lambda t: members.take_out(t, ada, ADMINISTRATORS, now, ""))
    assert ADMINISTRATORS in house.known.people[ada].groups
