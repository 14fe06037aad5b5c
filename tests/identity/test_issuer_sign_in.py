"""Signing in by an issuer's word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import House
from tests.identity.test_issuer_accounts import MAKING, THERE, linked, signed_in_there, vouched

from limen.clock import HOUR
from limen.facts import LIMEN, Factor
from limen.identity.errors import (
    FreshProofNeededError,
    IssuerAccountUnknownError,
    NotPermittedError,
    SignInFailedError,
)
from limen.identity.model import Visitor
from limen.policy.decision import Effect


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
        done = await signed_in_there(house, visitor, vouched(house, strength=strength, at=at))
        assert (done.session.auth.strength, done.session.auth.factors, done.session.auth.at) == (
            strength,
            {factor},
            at,
        )
    event = house.events("sign_in.succeeded")[-1]
    assert (event.details["issuer"], event.details["strength"]) == ("there", 3)


async def test_nobody_else_is(house: House, visitor: Visitor) -> None:
    await linked(house, visitor)
    for other in (vouched(house, subject="tom-there"), vouched(house, replace(THERE, url="https://other.example"))):
        with pytest.raises(IssuerAccountUnknownError):
            await signed_in_there(house, visitor, other)
    await house.parts.people.deactivate(house.known.people and next(iter(house.known.people)), by="")
    with pytest.raises(SignInFailedError):
        await signed_in_there(house, visitor)
    assert house.words("sign_in.failed") == ["issuer-account-unknown"] * 2 + ["person-inactive"]


async def test_policy_is_asked_with_what_was_proved(house: House, visitor: Visitor) -> None:
    await linked(house, visitor)
    house.effect[0] = Effect.DENY
    with pytest.raises(NotPermittedError):
        await signed_in_there(house, visitor)
    facts, action = house.asked[-1]
    assert (facts.auth.strength, facts.app.id, action) == (2, LIMEN, "sign_in")
    assert house.words("sign_in.failed") == ["not-permitted"]


async def test_a_new_account_is_what_the_issuer_may_create(house: House, visitor: Visitor) -> None:
    done = await signed_in_there(house, visitor, vouched(house, MAKING))
    assert (done.person.name, done.person.email, done.person.groups) == ("Ben There", "ben@harbor.example", {"staff"})
    again = await signed_in_there(house, visitor, vouched(house, MAKING, email="", name=""))
    assert again.person.id == done.person.id
    with pytest.raises(IssuerAccountUnknownError):
        await house.parts.issuer_sign_in.sign_in(
            visitor, vouched(house, MAKING, subject="another")
        )  # the address is taken
    with pytest.raises(IssuerAccountUnknownError):
        await house.parts.issuer_sign_in.sign_in(
            visitor, vouched(house, MAKING, subject="another", email="not an address")
        )
    assert house.words("sign_in.failed") == ["address-taken", "issuer-account-unknown"]
    nameless = await signed_in_there(
        house, visitor, vouched(house, MAKING, subject="third", email="cy@harbor.example", name="\u202e")
    )
    assert nameless.person.name == "cy"
    assert {"person.invited", "person.enrolled", "factor.added"} <= {event.kind for event in house.events()}


async def test_who_has_no_factor_here_adds_one_after_two_factors_there(house: House, visitor: Visitor) -> None:
    weak = await signed_in_there(house, visitor, vouched(house, MAKING, strength=1))
    with pytest.raises(FreshProofNeededError):
        await house.parts.factors.passkey_options(weak.session, visitor)
    strong = await signed_in_there(house, visitor, vouched(house, MAKING))
    assert await house.parts.factors.passkey_options(strong.session, visitor)


async def test_a_step_up_is_by_the_same_account(house: House, visitor: Visitor) -> None:
    accounts = house.parts.issuer_accounts
    own = await linked(house, visitor)
    house.clock.forward(HOUR)
    with pytest.raises(SignInFailedError):
        await house.parts.issuer_sign_in.step_up(own.session, visitor, vouched(house, subject="tom-there"))
    done = await house.parts.issuer_sign_in.step_up(own.session, visitor, vouched(house, strength=3))
    assert done.session.id == own.session.id
    assert done.session.auth.at == house.clock.now()
    assert house.known.session(own.token.hash) is None
    assert await accounts.sessions_of(own.person.id) == {own.session.id: THERE.url}
