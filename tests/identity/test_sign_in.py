"""Signing in: a proof, a decision, a session."""

from __future__ import annotations

from limen.identity.model import Visitor
from tests.identity.conftest import House

PASSWORD = "tidal marble lantern fox"


async def test_a_passkey_signs_in_with_strength_three(house: House, visitor: Visitor) -> None:
    passkey = house.passkey()
    enrolled = await house.administrator(passkey, visitor)
    signed_in = await house.sign_in(passkey, visitor)
    assert signed_in.person.id == enrolled.person.id
    assert signed_in.session.auth.strength == 3
    assert house.known.session(signed_in.token.hash) == signed_in.session


async def test_a_password_and_a_code_are_strength_two(house: House, visitor: Visitor) -> None:
    signed_in, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    assert signed_in.session.auth.strength == 2
    house.clock.forward(60_000)
    again = await house.parts.sign_in.with_password(visitor, "Ben@Harbor.example", PASSWORD, house.code(seed))
    assert again.session.auth.strength == 2
