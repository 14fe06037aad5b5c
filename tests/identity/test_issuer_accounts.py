"""Signing in by an issuer's word, and the links that it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.clock import HOUR, MINUTE
from limen.facts import LIMEN, Factor, Issuer, SessionState, Vouched
from limen.identity.errors import (
    FreshProofNeededError,
    IssuerAccountTakenError,
    IssuerAccountUnknownError,
    NotPermittedError,
    SignInFailedError,
    UnfitError,
    UnknownError,
)
from limen.identity.model import SignedIn, Visitor
from limen.policy.decision import Effect

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


async def test_who_is_linked_is_signed_in_as_strongly_and_as_long_ago_as_is_said(
    house: House, visitor: Visitor
) -> None:
    await linked(house, visitor)
    for strength, factor in (
        (1, Factor.ISSUER),
        (2, Factor.ISSUER_TWO_FACTORS),
        (3, Factor.ISSUER_PHISHING_RESISTANT),
    ):
        at = house.clock.now() - HOUR
        done = await house.parts.issuer_accounts.sign_in(visitor, vouched(house, strength=strength, at=at))
        assert (done.session.auth.strength, done.session.auth.factors, done.session.auth.at) == (
            strength,
            {factor},
            at,
        )
    event = house.events("sign_in.succeeded")[-1]
    assert (event.details["issuer"], event.details["strength"]) == ("there", 3)


async def test_nobody_else_is(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    await linked(house, visitor)
    for other in (vouched(house, subject="tom-there"), vouched(house, replace(THERE, url="https://other.example"))):
        with pytest.raises(IssuerAccountUnknownError):
            await accounts.sign_in(visitor, other)
    await house.parts.people.deactivate(house.known.people and next(iter(house.known.people)), by="")
    with pytest.raises(SignInFailedError):
        await accounts.sign_in(visitor, vouched(house))
    assert house.words("sign_in.failed") == ["issuer-account-unknown"] * 2 + ["person-inactive"]


async def test_policy_is_asked_with_what_was_proved(house: House, visitor: Visitor) -> None:
    await linked(house, visitor)
    house.effect[0] = Effect.DENY
    with pytest.raises(NotPermittedError):
        await house.parts.issuer_accounts.sign_in(visitor, vouched(house))
    facts, action = house.asked[-1]
    assert (facts.auth.strength, facts.app.id, action) == (2, LIMEN, "sign_in")
    assert house.words("sign_in.failed") == ["not-permitted"]


async def test_a_new_account_is_what_the_issuer_may_create(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    done = await accounts.sign_in(visitor, vouched(house, MAKING))
    assert (done.person.name, done.person.email, done.person.groups) == ("Ben There", "ben@harbor.example", {"staff"})
    again = await accounts.sign_in(visitor, vouched(house, MAKING, email="", name=""))
    assert again.person.id == done.person.id
    with pytest.raises(IssuerAccountUnknownError):
        await accounts.sign_in(visitor, vouched(house, MAKING, subject="another"))  # the address is taken
    with pytest.raises(IssuerAccountUnknownError):
        await accounts.sign_in(visitor, vouched(house, MAKING, subject="another", email="not an address"))
    assert house.words("sign_in.failed") == ["address-taken", "issuer-account-unknown"]
    nameless = await accounts.sign_in(
        visitor, vouched(house, MAKING, subject="third", email="cy@harbor.example", name="\u202e")
    )
    assert nameless.person.name == "cy"
    assert {"person.invited", "person.enrolled", "factor.added"} <= {event.kind for event in house.events()}


async def test_who_has_no_factor_here_adds_one_after_two_factors_there(house: House, visitor: Visitor) -> None:
    weak = await house.parts.issuer_accounts.sign_in(visitor, vouched(house, MAKING, strength=1))
    with pytest.raises(FreshProofNeededError):
        await house.parts.factors.passkey_options(weak.session, visitor)
    strong = await house.parts.issuer_accounts.sign_in(visitor, vouched(house, MAKING))
    assert await house.parts.factors.passkey_options(strong.session, visitor)


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
    there = await accounts.sign_in(visitor, vouched(house))
    await accounts.unlink(own.session, THERE.url)
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.REVOKED
    assert house.known.session_state(own.session, "", house.clock.now()) is SessionState.LIVE
    assert await accounts.of_person(own.person.id) == []
    with pytest.raises(UnknownError):
        await accounts.unlink(own.session, THERE.url)
    assert [one.details["issuer"] for one in house.events("factor.removed")] == ["there"]


async def test_the_only_way_in_is_not_unlinked_by_mistake(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    only = await accounts.sign_in(visitor, vouched(house, MAKING))
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


async def test_a_step_up_is_by_the_same_account(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    house.clock.forward(HOUR)
    with pytest.raises(SignInFailedError):
        await accounts.step_up(own.session, visitor, vouched(house, subject="tom-there"))
    done = await accounts.step_up(own.session, visitor, vouched(house, strength=3))
    assert done.session.id == own.session.id
    assert done.session.auth.at == house.clock.now()
    assert house.known.session(own.token.hash) is None
    assert await accounts.sessions_of(own.person.id) == {own.session.id: THERE.url}


async def test_an_issuer_ends_what_it_opened_and_nothing_that_began_later(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    first = await accounts.sign_in(visitor, vouched(house, sid="one"))
    second = await accounts.sign_in(visitor, vouched(house, sid="two"))
    said_at = house.clock.now()
    house.clock.forward(2 * MINUTE)
    third = await accounts.sign_in(visitor, vouched(house, sid="one"))
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
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    there = await accounts.sign_in(visitor, vouched(house))
    await house.parts.keep_up()
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.LIVE
    house.known.issuers = {}
    await house.parts.keep_up()
    assert house.known.session_state(there.session, "", house.clock.now()) is SessionState.REVOKED
    assert house.known.session_state(own.session, "", house.clock.now()) is SessionState.LIVE
    assert "issuer-not-trusted" in house.words("session.revoked")


async def test_who_is_let_go_and_comes_back_has_their_link(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    only = await accounts.sign_in(visitor, vouched(house, MAKING))
    await house.parts.people.deactivate(only.person.id, by="p_admin")
    await house.parts.people.reactivate(only.person.id, by="p_admin")
    assert (await accounts.sign_in(visitor, vouched(house))).person.id == only.person.id
