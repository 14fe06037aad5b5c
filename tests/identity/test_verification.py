"""Whether a proof holds, at the pace that guessing is held to."""

from __future__ import annotations

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.identity.errors import BusyError, SignInFailedError, SlowedError
from limen.identity.guesses import PACES
from limen.identity.model import Visitor


async def guess(house: House, visitor: Visitor, email: str = "ben@harbor.example", code: str = "") -> None:
    with pytest.raises(SignInFailedError):
        await house.parts.sign_in.with_password(visitor, email, "a wrong password", code)


async def test_a_browser_that_the_person_knows_counts_for_itself(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    for _ in range(PACES["person"].free + 1):
        await guess(house, stranger)
    with pytest.raises(SlowedError):
        await house.parts.sign_in.with_password(stranger, "ben@harbor.example", PASSWORD)
    await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD)


async def test_a_slowed_try_is_not_even_looked_at(house: House, visitor: Visitor) -> None:
    for _ in range(PACES["person"].free + 1):
        await guess(house, visitor, "nobody@harbor.example")
    checks = house.parts.passwords.checks
    with pytest.raises(SlowedError):
        await house.parts.sign_in.with_password(visitor, "nobody@harbor.example", "x")
    assert house.parts.passwords.checks == checks


async def test_being_busy_costs_nobody_a_guess(house: House, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object) -> bool:
        raise BusyError

    with monkeypatch.context() as patched:
        patched.setattr(house.parts.passwords, "holds", busy)
        for _ in range(50):
            with pytest.raises(BusyError):
                await house.parts.sign_in.with_password(visitor, "ben@harbor.example", "x")
    await guess(house, visitor)


async def test_codes_are_slowed_for_who_knows_the_password_and_it_is_not_said(house: House, visitor: Visitor) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    house.clock.forward(60_000)
    for _ in range(PACES["code"].free + 1):
        with pytest.raises(SignInFailedError):
            await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, "000000")
    with pytest.raises(SignInFailedError):
        await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))
    assert house.words("sign_in.failed")[-1] == "codes-too-fast"
    house.clock.forward(60_000)
    await house.parts.sign_in.with_password(visitor, "ben@harbor.example", PASSWORD, house.code(seed))


async def test_slowing_is_journaled_without_flooding_the_journal(house: House, visitor: Visitor) -> None:
    for _ in range(PACES["person"].free + 1):
        await guess(house, visitor)
    for _ in range(20):
        with pytest.raises(SlowedError):
            await house.parts.sign_in.with_password(visitor, "ben@harbor.example", "x")
    assert house.words("sign_in.slowed") == ["too-many-guesses"]


async def test_passkeys_are_never_slowed_by_what_is_guessed_about_a_person(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    passkey = house.passkey()
    await house.administrator(passkey, visitor)
    for _ in range(PACES["person"].free + 1):
        await guess(house, stranger, "ada@harbor.example")
    new_browser = Visitor("198.51.100.9", "Firefox", "a browser never seen")
    assert (await house.sign_in(passkey, new_browser)).session.auth.strength == 3
