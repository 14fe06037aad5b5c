"""What signals of other services do to people. Who may say so is tried where they are received."""

from __future__ import annotations

from tests.identity.conftest import House
from tests.identity.test_issuer_accounts import THERE, linked, signed_in_there, vouched

from limen.clock import HOUR, MINUTE
from limen.facts import SessionState
from limen.identity.model import SignedIn, Visitor
from limen.identity.signalled import REASON, SKEW, signalled_people
from limen.policy.roles import Guarding

PEOPLE = signalled_people(lambda: Guarding((), None))


def is_live(house: House, one: SignedIn) -> bool:
    return house.known.session_state(house.known.sessions[one.session.id], "", house.clock.now()) is SessionState.LIVE


async def ends(house: House, who: str, by: int, **named: str) -> int:
    now = house.clock.now()
    return await house.ports.write(lambda t: PEOPLE.end_sign_ins(t, who, now, by, "okta: why", said_by=by, **named))


async def test_who_is_meant_by_an_account_and_by_an_address(house: House, visitor: Visitor) -> None:
    own = await linked(house, visitor)
    assert house.database.read(lambda s: PEOPLE.linked(s, THERE.url, "ben-there")) == own.person.id
    assert house.database.read(lambda s: PEOPLE.linked(s, THERE.url, "nobody")) == ""
    assert house.database.read(lambda s: PEOPLE.with_address(s, " BEN@harbor.example")) == own.person.id
    assert house.database.read(lambda s: PEOPLE.with_address(s, "no address")) == ""
    assert house.database.read(lambda s: PEOPLE.linked_to(s, THERE.url)) == {own.person.id}


async def test_what_rests_on_an_issuer_ends_and_what_began_later_stays(house: House, visitor: Visitor) -> None:
    own = await linked(house, visitor)
    first = await signed_in_there(house, visitor)
    house.clock.forward(HOUR)
    second = await signed_in_there(house, visitor, vouched(house, sid="other"))
    at = second.session.started_at
    assert await ends(house, own.person.id, at - SKEW - 1, issuer=THERE.url) == 1
    assert [is_live(house, one) for one in (own, first, second)] == [True, False, True]
    assert await ends(house, own.person.id, at, issuer=THERE.url, sid="nobodys") == 0
    assert await ends(house, "", at, issuer=THERE.url, sid="other") == 1
    assert await ends(house, own.person.id, at) == 1  # all, and what is dead does not end again
    assert [is_live(house, one) for one in (own, first, second)] == [False] * 3
    said = house.events("session.revoked")
    assert {(one.reason, one.details["why"]) for one in said} == {(REASON, "okta: why")}


async def test_what_an_issuer_proved_counts_as_one_factor_and_only_that(house: House, visitor: Visitor) -> None:
    own = await linked(house, visitor)
    there = await signed_in_there(house, visitor)
    now = house.clock.now()
    for number in (1, 0):
        assert await house.ports.write(lambda t: PEOPLE.weaken(t, own.person.id, THERE.url, now, now)) == number
    strengths = [house.known.sessions[one.session.id].auth.strength for one in (own, there)]
    assert strengths == [3, 1]


async def test_nobody_is_suspended_of_whom_it_is_not_known_that_they_have_no_role(
    house: House, visitor: Visitor
) -> None:
    """Where Limen's own policies can't be read, everybody is guarded."""
    own = await linked(house, visitor)
    assert PEOPLE.is_guarded(own.person)
    now = house.clock.now() + MINUTE
    assert not await house.ports.write(lambda t: PEOPLE.suspend(t, own.person.id, "okta", now))
    assert not await house.ports.write(lambda t: PEOPLE.suspend(t, "p_nobody", "okta", now))
    assert house.known.people[own.person.id].active


async def test_whoever_comes_from_no_directory_is_read_from_none(house: House, visitor: Visitor) -> None:
    own = await linked(house, visitor)
    assert await house.ports.write(lambda t: PEOPLE.read_again(t, own.person.id)) == 0
