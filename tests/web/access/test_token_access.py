"""What tokens would open now is what a program that sends them is answered."""

from __future__ import annotations

from tests.web.conftest import House, ports_of

from limen.facts import Person
from limen.web.access.token_access import token_access
from limen.web.build import declared
from limen.web.site import Site


async def test_a_token_is_decided_as_its_request_would_be(house: House) -> None:
    tom = house.browser()
    who = await house.member(tom, "Tom", "staff", "engineering")
    session = next(one for one in house.limen.known.sessions.values() if one.person_id == who and not one.app)
    tokens = house.limen.identity.tokens
    made = await tokens.make(session, 2, app="git", actions=["view"], days=30, name="laptop")
    site = Site(ports_of(house), declared())
    person: Person = house.limen.known.people[who]
    (one,) = await token_access(site, person, house.clock.now())
    assert (one.row.token.id, one.app.id) == (made.token.id, "git")
    assert bool(one.opens) is not bool(one.why)
    await house.limen.identity.people.set_groups(who, ["contractors"], by="")
    for each in await token_access(site, person, house.clock.now()):
        assert each.opens == ()
        assert each.why
