"""Signing in: a proof, a decision, a session."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.facts import Factor, SessionState
from limen.identity.errors import NotPermittedError, SignInFailedError
from limen.identity.model import Visitor
from limen.policy.decision import Effect


async def test_a_passkey_signs_in_with_strength_three(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    enrolled = await house.administrator(passkey, visitor)
    signed_in = await house.sign_in(passkey, visitor)
    assert signed_in.person.id == enrolled.person.id
    assert signed_in.session.auth.strength == 3
    assert signed_in.session.auth.at == house.clock.now()
    assert house.known.session(signed_in.token.hash) == signed_in.session
    assert house.known.session_state(signed_in.session, "", house.clock.now()) is SessionState.LIVE


async def test_a_password_and_a_code_are_strength_two(house: House, visitor: Visitor) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    house.clock.forward(60_000)
    again = await house.parts.sign_in.with_password(visitor, "Ben@Harbor.example", PASSWORD, house.code(seed))
    assert again.session.auth.strength == 2
    assert again.session.auth.factors == {Factor.PASSWORD, Factor.CODE}


async def test_a_password_alone_is_strength_one(house: House, visitor: Visitor) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    alone = await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD)
    assert alone.session.auth.strength == 1


async def test_each_sign_in_is_a_decision_and_its_refusal_opens_nothing(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    sessions = len(house.known.sessions)
    for effect in (Effect.DENY, Effect.CHALLENGE):
        house.effect[0] = effect
        with pytest.raises(NotPermittedError) as refused:
            await house.sign_in(passkey, visitor)
        assert refused.value.decision.effect is effect
    assert len(house.known.sessions) == sessions
    assert house.words("sign_in.failed") == ["not-permitted", "not-permitted"]


async def test_policy_sees_the_strength_that_this_proof_has(house: House, visitor: Visitor) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD)
    facts, action = house.asked[-1]
    assert (action, facts.auth.strength, facts.person.email) == ("sign_in", 1, "ben@harbor.example")


async def test_every_refusal_looks_the_same_and_is_journaled_with_its_cause(house: House, visitor: Visitor) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    used = house.code(seed)
    said = set()
    for email, password, code in (
        ("ben@harbor.example", "wrong", ""),
        ("ben@harbor.example", "wrong", used),
        ("ben@harbor.example", PASSWORD, "000000"),
        ("ben@harbor.example", PASSWORD, used),
        ("nobody@harbor.example", PASSWORD, ""),
        ("not an address", PASSWORD, ""),
    ):
        with pytest.raises(SignInFailedError) as failed:
            await house.parts.sign_in.with_password(visitor, email, password, code)
        said.add(str(failed.value))
    assert len(said) == 1
    assert house.words("sign_in.failed") == ["password-wrong"] * 2 + ["code-wrong", "code-used"] + ["nobody"] * 2


async def test_who_was_let_go_can_no_longer_sign_in(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    passkey = house.passkey()
    ben = await house.enrol(await house.invited(), passkey, visitor)
    await house.parts.people.deactivate(ben.person.id, by="")
    with pytest.raises(SignInFailedError):
        await house.sign_in(passkey, visitor)
    assert house.words("sign_in.failed") == ["person-inactive"]


async def test_a_browser_without_its_cookie_is_given_no_challenge(house: House, visitor: Visitor) -> None:
    from limen.identity.errors import CeremonyRefusedError

    with pytest.raises(CeremonyRefusedError):
        await house.parts.sign_in.passkey_options(replace(visitor, browser=""))


async def test_a_sign_in_is_said_with_its_strength_and_without_its_token(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    signed_in = await house.sign_in(passkey, visitor)
    event = house.events("sign_in.succeeded")[-1]
    assert (event.actor, event.session) == (signed_in.person.id, signed_in.session.id)
    assert event.details == {"strength": 3, "factors": "passkey", "browser": "Firefox"}
    assert signed_in.token.reveal() not in repr(house.events())
