"""Guessing passwords, codes and addresses: slowed, journaled, and never at the cost of the person guessed about."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.identity.conftest import PASSWORD, House

from limen.clock import DAY, HOUR, MINUTE
from limen.identity.errors import IdentityError, SignInFailedError, SlowedError
from limen.identity.guesses import PACES
from limen.identity.model import Visitor


async def attempt(house: House, visitor: Visitor, email: str, password: str = "wrong", code: str = "") -> str:
    """What a guesser is told."""
    try:
        await house.parts.sign_in.with_password(visitor, email, password, code)
    except IdentityError as error:
        return f"{type(error).__name__}: {error}"
    return "in"


class QuickPasswords:
    """Stands in for the hashing where thousands of guesses are counted, not checked."""

    def __init__(self) -> None:
        self.looked_at = 0

    async def holds(self, _stored: str | None, _password: str) -> bool:
        self.looked_at += 1
        return False


@pytest.fixture
def quick(house: House) -> QuickPasswords:
    passwords = QuickPasswords()
    house.parts.sign_in._verification._passwords = passwords  # type: ignore[assignment]
    return passwords


async def persistent(house: House, visitors: Any, email: str, hours: int) -> int:
    """Guess as fast as one is let, for so many hours. Returns how many guesses there were to make."""
    end = house.clock.now() + hours * HOUR
    tries = 0
    while house.clock.now() < end:
        try:
            await house.parts.sign_in.with_password(next(visitors), email, "wrong")
        except SlowedError as slowed:
            house.clock.forward(slowed.retry_after_ms)
        except SignInFailedError:
            tries += 1
            house.clock.forward(1)
    return tries


async def test_a_day_of_guessing_at_one_person_from_one_address_is_a_few_hundred_tries(
    house: House, stranger: Visitor, quick: QuickPasswords
) -> None:
    def same() -> Any:
        while True:
            yield stranger

    tries = await persistent(house, same(), "ben@harbor.example", 24)
    assert tries == quick.looked_at
    assert tries < 24 * HOUR / PACES["address"].cap + 40
    assert house.words("sign_in.slowed")


async def test_guessing_from_many_addresses_gains_nothing_at_one_person(house: House, quick: QuickPasswords) -> None:
    def many() -> Any:
        for number in range(10**9):
            yield Visitor(f"2001:db8:{number & 0xFFFF:x}:{number >> 16:x}::1", "bot", f"browser {number}")

    tries = await persistent(house, many(), "ben@harbor.example", 24)
    assert tries < 24 * HOUR / PACES["person"].cap + 40
    assert quick.looked_at == tries


async def test_spraying_one_password_at_everybody_from_everywhere_is_slowed_company_wide(
    house: House, quick: QuickPasswords
) -> None:
    started = house.clock.now()
    tries = 0
    for number in range(2_000):
        who = Visitor(f"2001:db8:{number:x}::1", "bot", "")
        try:
            await house.parts.sign_in.with_password(who, f"person{number}@harbor.example", "Summer2026!!")
        except SlowedError as slowed:
            house.clock.forward(slowed.retry_after_ms)
        except SignInFailedError:
            tries += 1
    elapsed = house.clock.now() - started
    assert tries < PACES["company"].free + 1 + elapsed / 100
    assert elapsed > 10 * MINUTE
    assert quick.looked_at == tries


async def test_addresses_within_one_64_count_as_one(house: House, quick: QuickPasswords) -> None:
    told = [
        await attempt(house, Visitor(f"2001:db8:1:2::{number:x}", "bot"), f"p{number}@harbor.example")
        for number in range(1, 30)
    ]
    assert told[PACES["address"].free + 1].startswith("SlowedError")
    assert quick.looked_at == PACES["address"].free + 1


async def test_a_stranger_locks_nobody_out(house: House, visitor: Visitor, stranger: Visitor) -> None:
    _, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    for _ in range(200):
        if (await attempt(house, stranger, "ben@harbor.example")).startswith("SlowedError"):
            house.clock.forward(MINUTE)
    house.clock.forward(MINUTE)
    assert await attempt(house, visitor, "ben@harbor.example", PASSWORD, house.code(seed)) == "in"


async def test_a_stranger_in_the_same_office_locks_nobody_out(house: House, visitor: Visitor) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    neighbour = Visitor(visitor.address, "bot", "another browser")
    for _ in range(40):
        await attempt(house, neighbour, "ben@harbor.example")
    assert (await attempt(house, neighbour, "ben@harbor.example")).startswith("SlowedError")
    assert await attempt(house, visitor, "ben@harbor.example", PASSWORD) == "in"


async def test_even_in_a_new_browser_the_person_waits_minutes_at_most(
    house: House, visitor: Visitor, quick: QuickPasswords
) -> None:
    def many() -> Any:
        for number in range(10**9):
            yield Visitor(f"198.51.{number % 250}.{number // 250 % 250}", "bot")

    await persistent(house, many(), "ben@harbor.example", 12)
    told = ""
    while not told.startswith("SlowedError"):
        told = await attempt(house, visitor, "ben@harbor.example")
    wait = await house.parts.guesses.admit((("person", _digest(house, "ben@harbor.example")),))
    assert 0 < wait <= PACES["person"].cap


async def test_a_hundred_guesses_at_once_are_not_one(house: House, stranger: Visitor, quick: QuickPasswords) -> None:
    told = await asyncio.gather(*(attempt(house, stranger, "ben@harbor.example") for _ in range(100)))
    assert sum(answer.startswith("SignInFailedError") for answer in told) == PACES["person"].free + 1
    assert quick.looked_at == PACES["person"].free + 1


async def test_the_same_answers_in_the_same_order_whether_or_not_somebody_has_the_address(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    await house.administrator(house.passkey(), visitor)  # has a passkey and no password
    await house.parts.people.invite("Cem", "cem@harbor.example", by="")  # invited, not enrolled

    stories = []
    for number, email in enumerate(("ben", "ada", "cem", "nobody")):
        guesser = Visitor(f"192.0.2.{number}", "bot", "")
        checks = house.parts.passwords.checks
        told = [await attempt(house, guesser, f"{email}@harbor.example", "x", "123456") for _ in range(8)]
        stories.append((told, house.parts.passwords.checks - checks))
        house.clock.forward(DAY)
    assert all(story == stories[0] for story in stories)
    assert stories[0][1] == PACES["person"].free + 1


async def test_right_password_and_wrong_code_looks_like_a_wrong_password(
    house: House, visitor: Visitor, stranger: Visitor
) -> None:
    await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    wrong = await attempt(house, stranger, "ben@harbor.example", "wrong", "000000")
    right = await attempt(house, stranger, "ben@harbor.example", PASSWORD, "000000")
    assert wrong == right


async def test_with_the_password_known_a_day_of_codes_is_a_hundred_tries(house: House, visitor: Visitor) -> None:
    signed_in, seed = await house.enrol_with_password(await house.invited(), visitor, PASSWORD)
    proving = house.parts.sign_in._verification
    sealed = house.database.read(lambda s: _sealed(s, signed_in.person.id))
    house.said.clear()
    for _ in range(24 * 60):
        house.clock.forward(MINUTE)
        for _ in range(3):
            with pytest.raises(SignInFailedError):
                await proving.code(signed_in.person.id, sealed, "000000", "sign_in.failed", visitor)
    looked_at = [event.reason for event in house.said].count("code-wrong")
    assert looked_at < 150
    assert seed


def _digest(house: House, email: str) -> str:
    """Under which name guesses at an address are counted."""
    from limen.identity.store.factors import WayIn

    return house.parts.sign_in._verification.keys_of(email, WayIn(), Visitor(""))[0][1]


def _sealed(snapshot: Any, person_id: str) -> bytes | None:
    from limen.identity.store import factors

    return factors.sealed_seed_of(snapshot.connection, person_id)


async def test_every_guess_that_was_looked_at_is_in_the_journal_with_its_address(
    house: House, stranger: Visitor
) -> None:
    for _ in range(3):
        await attempt(house, stranger, "nobody@harbor.example")
    failed = house.events("sign_in.failed")
    assert [event.address for event in failed] == [stranger.address] * 3
    assert "nobody@" not in repr(failed)
