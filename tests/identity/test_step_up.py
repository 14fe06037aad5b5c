"""Proving again in a session that lives."""

from __future__ import annotations

import asyncio

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.facts import Factor
from limen.identity.errors import NotLiveError, SignInFailedError
from limen.identity.model import SignedIn, Visitor


async def weak(house: House, visitor: Visitor) -> tuple[SignedIn, str]:
    """Somebody with a password and a code who came in with the password alone."""
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    house.clock.forward(60_000)
    return await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD), seed


async def test_a_code_makes_a_password_strength_two_and_changes_the_token(house: House, visitor: Visitor) -> None:
    before, seed = await weak(house, visitor)
    after = await house.parts.step_up.with_code(before.session, visitor, house.code(seed))
    assert after.session.id == before.session.id
    assert after.session.auth.strength == 2
    assert house.known.session(after.token.hash) == after.session
    assert house.known.session(before.token.hash) is None


async def test_two_factors_are_fresh_only_together(house: House, visitor: Visitor) -> None:
    before, seed = await weak(house, visitor)
    given = house.clock.now()
    house.clock.forward(3_600_000)
    code_only = await house.parts.step_up.with_code(before.session, visitor, house.code(seed))
    assert code_only.session.auth.at == given
    house.clock.forward(60_000)
    both = await house.parts.step_up.with_password(code_only.session, visitor, PASSWORD, house.code(seed))
    assert both.session.auth.at == house.clock.now()


async def test_a_passkey_is_strength_three_at_once(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    first = await house.administrator(passkey, visitor)
    house.clock.forward(3_600_000)
    options = await house.parts.step_up.passkey_options(first.session, visitor)
    again = await house.parts.step_up.with_passkey(first.session, visitor, passkey.get(options))
    assert (again.session.auth.strength, again.session.auth.at) == (3, house.clock.now())
    assert house.events("step_up.succeeded")[0].details == {"strength": 3, "factors": "passkey"}


async def test_all_app_sessions_see_the_new_proof(house: House, visitor: Visitor) -> None:
    before, seed = await weak(house, visitor)
    await house.parts.sessions.open_app_session(before.session.id, "payroll", "", "")
    child = next(s for s in house.known.sessions.values() if s.app == "payroll")
    payroll = house.known.apps["payroll"]
    assert house.known.facts(child, payroll, "").auth.strength == 1
    await house.parts.step_up.with_code(before.session, visitor, house.code(seed))
    assert house.known.facts(child, payroll, "").auth.strength == 2


async def test_somebody_elses_passkey_proves_nothing_here(house: House, visitor: Visitor) -> None:
    adas, bens = house.passkey(), house.passkey()
    ada = await house.administrator(adas, visitor)
    await house.enrol(await house.invited(), bens, visitor)
    options = await house.parts.step_up.passkey_options(ada.session, visitor)
    options["allowCredentials"] = []
    with pytest.raises(SignInFailedError):
        await house.parts.step_up.with_passkey(ada.session, visitor, bens.get(options))
    assert house.words("sign_in.failed") == ["passkey-unknown"]


async def test_a_sign_in_challenge_does_not_step_up_another_session(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    ada = await house.administrator(passkey, visitor)
    options = await house.parts.sign_in.passkey_options(visitor)
    with pytest.raises(SignInFailedError):
        await house.parts.step_up.with_passkey(ada.session, visitor, passkey.get(options))
    assert house.words("sign_in.failed") == ["challenge"]


async def test_a_wrong_code_adds_nothing(house: House, visitor: Visitor) -> None:
    before, _ = await weak(house, visitor)
    with pytest.raises(SignInFailedError):
        await house.parts.step_up.with_code(before.session, visitor, "000000")
    assert house.known.session(before.token.hash).auth.factors == {Factor.PASSWORD}


async def test_a_dead_session_can_prove_nothing(house: House, visitor: Visitor) -> None:
    before, seed = await weak(house, visitor)
    await house.parts.sessions.sign_out(before.session)
    with pytest.raises(NotLiveError):
        await house.parts.step_up.with_code(before.session, visitor, house.code(seed))
    with pytest.raises(NotLiveError):
        await house.parts.step_up.passkey_options(before.session, visitor)


async def test_of_two_uses_of_one_code_at_once_one_wins(house: House, visitor: Visitor) -> None:
    before, seed = await weak(house, visitor)
    code = house.code(seed)
    ended = await asyncio.gather(
        *(house.parts.step_up.with_code(before.session, visitor, code) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(each, SignedIn) for each in ended) == 1
