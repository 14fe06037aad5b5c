"""Links to accounts at issuers, and what rests on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.clock import MINUTE
from limen.facts import Issuer, SessionState, Vouched
from limen.identity.errors import (
    FreshProofNeededError,
    IssuerAccountTakenError,
    UnfitError,
    UnknownError,
)
from limen.identity.model import SignedIn, Visitor

THERE = Issuer("there", "There", "https://idp.example", "limen")
MAKING = replace(THERE, creates_accounts=True, groups=("staff",), domains=("harbor.example",))


def vouched(house: House, issuer: Issuer = THERE, **more: object) -> Vouched:
    house.known.issuers = {issuer.id: issuer}
    said = Vouched(issuer, "ben-there", 2, house.clock.now(), "sid", "ben@harbor.example", "Ben There")
    return replace(said, **more)  # type: ignore[arg-type]


async def ben(house: House, visitor: Visitor) -> SignedIn:
    """Somebody with a passkey, signed in with it."""
    return await house.enrol(await house.invited(), house.passkey(), visitor)


async def linked(house: House, visitor: Visitor) -> SignedIn:
    signed_in = await ben(house, visitor)
    await house.parts.issuer_accounts.link(signed_in.session, vouched(house))
    return signed_in


async def signed_in_there(house: House, visitor: Visitor, said: Vouched | None = None) -> SignedIn:
    return await house.parts.issuer_sign_in.sign_in(visitor, said or vouched(house))


async def test_a_link_needs_a_fresh_proof_and_is_told_of(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    signed_in = await ben(house, visitor)
    house.clock.forward(11 * MINUTE)
    with pytest.raises(FreshProofNeededError):
        await accounts.link(signed_in.session, vouched(house))
    ada = await house.administrator(house.passkey(), visitor)
    await accounts.link(ada.session, vouched(house))
    await accounts.link(ada.session, vouched(house))  # again is nothing new
    (event,) = [one for one in house.events("factor.added") if one.details["factor"] == "issuer"]
    assert (event.actor, event.details["issuer"]) == (ada.person.id, "there")
    other = await house.enrol(await house.invited("Cy", "cy@harbor.example"), house.passkey(), visitor)
    with pytest.raises(IssuerAccountTakenError):
        await accounts.link(other.session, vouched(house))


async def test_unlinking_ends_what_it_opened(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    there = await signed_in_there(house, visitor)
    await accounts.unlink(own.session, THERE.url)
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.REVOKED
    assert house.known.session_state(own.session, "", house.clock.now()) is SessionState.LIVE
    assert await accounts.of_person(own.person.id) == []
    with pytest.raises(UnknownError):
        await accounts.unlink(own.session, THERE.url)
    assert [one.details["issuer"] for one in house.events("factor.removed")] == ["there"]


async def test_the_only_way_in_is_not_unlinked_by_mistake(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    only = await signed_in_there(house, visitor, vouched(house, MAKING))
    with pytest.raises(UnfitError):
        await accounts.unlink(only.session, THERE.url)
    await accounts.unlink_of(only.person.id, THERE.url, by="p_admin", why="left")
    assert house.known.session_state(only.session, "", house.clock.now()) is SessionState.REVOKED


async def test_a_passkey_is_not_removed_for_a_link_alone(house: House, visitor: Visitor) -> None:
    """The way in of Limen's own stays: an issuer may be down."""
    own = await linked(house, visitor)
    (passkey,) = (await house.parts.factors.of_person(own.person.id)).passkeys
    with pytest.raises(Exception, match="only remaining way"):
        await house.parts.factors.remove_passkey(own.session, passkey.id)


async def test_an_issuer_ends_what_it_opened_and_nothing_that_began_later(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    first = await signed_in_there(house, visitor, vouched(house, sid="one"))
    second = await signed_in_there(house, visitor, vouched(house, sid="two"))
    said_at = house.clock.now()
    house.clock.forward(2 * MINUTE)
    third = await signed_in_there(house, visitor, vouched(house, sid="one"))
    assert await accounts.end(THERE, "ben-there", "one", said_at) == 1
    assert await accounts.end(replace(THERE, url="https://other.example"), "ben-there", "", said_at) == 0

    def live() -> list[bool]:
        now = house.clock.now()
        every = (own, first, second, third)
        return [house.known.session_state(one.session, "", now) is SessionState.LIVE for one in every]

    assert live() == [True, False, True, True]
    assert await accounts.end(THERE, "ben-there", "", house.clock.now()) == 2
    assert live() == [True, False, False, False]


async def test_what_rests_on_an_issuer_ends_when_it_is_trusted_no_more(house: House, visitor: Visitor) -> None:
    own = await linked(house, visitor)
    there = await signed_in_there(house, visitor)
    await house.parts.keep_up()
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.LIVE
    house.known.issuers = {}
    await house.parts.keep_up()
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.REVOKED
    assert house.known.session_state(own.session, "", house.clock.now()) is SessionState.LIVE
    assert "issuer-not-trusted" in house.words("session.revoked")


async def test_who_is_let_go_and_comes_back_has_their_link(house: House, visitor: Visitor) -> None:
    only = await signed_in_there(house, visitor, vouched(house, MAKING))
    await house.parts.people.deactivate(only.person.id, by="p_admin")
    await house.parts.people.reactivate(only.person.id, by="p_admin")
    assert (await signed_in_there(house, visitor)).person.id == only.person.id
