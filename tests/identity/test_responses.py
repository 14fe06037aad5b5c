"""What answers to alerts do to people: suspended is inactive with all factors kept, and resumed is as before."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.facts import SessionState
from limen.identity.model import ADMINISTRATORS, PersonStatus, Visitor
from limen.identity.responses import GROUP_MEMBERSHIPS, PERSON_RESPONSES
from limen.identity.store import factors, people
from limen.pillar import NobodyLeftError


async def test_suspended_and_resumed(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    now, who = house.clock.now(), ben.person.id
    held = house.database.read(lambda s: factors.held_by(s.connection, who))
    assert await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, ""))
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, ""))
    assert (house.known.people[who].active, house.known.session_state(ben.session, "", now)) == (
        False,
        SessionState.REVOKED,
    )
    assert house.database.read(lambda s: factors.held_by(s.connection, who)) == held
    assert house.database.read(lambda s: people.status_of(s.connection, who)) is PersonStatus.SUSPENDED
    assert await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, ""))
    assert not await house.ports.write(lambda t: PERSON_RESPONSES.resume(t, who, now, ""))
    assert house.known.people[who].active


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
    assert await house.ports.write(lambda t: GROUP_MEMBERSHIPS.put_back(t, ben, "choir", now, ada)) == groups | {
        "choir"
    }
    assert house.known.people[ben].groups == groups | {"choir"}
    assert await house.ports.write(lambda t: GROUP_MEMBERSHIPS.take_out(t, ben, "choir", now, ada)) == groups
    assert house.known.people[ben].groups == groups
    with pytest.raises(NobodyLeftError):
        await house.ports.write(lambda t: GROUP_MEMBERSHIPS.take_out(t, ada, ADMINISTRATORS, now, ""))
    assert ADMINISTRATORS in house.known.people[ada].groups
