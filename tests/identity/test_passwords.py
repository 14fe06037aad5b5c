"""Which passwords may be used, and that hashing them never piles up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from limen.identity import passwords as passwords_module
from limen.identity.errors import BusyError, UnfitError
from limen.identity.passwords import Passwords, judge_password

GOOD = "tidal marble lantern fox"


@pytest.mark.parametrize("password", [GOOD, "Schiffsjungen-Kaffee?", "x9#Lq2!vTz7w", "日本の港は朝が早いですよね"])
def test_long_and_unusual_is_enough(password: str) -> None:
    assert judge_password(password, ("Ada Harbor", "ada@harbor.example")) == password


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "a" * 129,
        "x" * 100_000,
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "123456789012345",
        "password12345",
        "P@ssw0rd2026!",
        "passwordpassword",
        "Welcome123456",
        "harbor-ada-2026",
        "ADAHARBORADA1",
        "qwertyuiop123",
    ],
)
def test_what_anybody_would_guess_first_is_refused(password: str) -> None:
    with pytest.raises(UnfitError) as refused:
        judge_password(password, ("Ada Harbor", "ada@harbor.example", "Harbor"))
    assert refused.value.field == "password"
    assert password not in str(refused.value)


def test_one_password_typed_on_two_systems_is_one_password() -> None:
    assert judge_password("Mu\u0308hle am Wasserfall") == judge_password("M\u00fchle am Wasserfall")


async def test_a_password_holds_against_its_own_hash_only() -> None:
    passwords = Passwords(threads=1)
    hashed = await passwords.hash(GOOD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.holds(hashed, GOOD)
    assert not await passwords.holds(hashed, GOOD + " ")
    passwords.close()


async def test_nobodys_password_never_holds_and_costs_a_whole_check() -> None:
    passwords = Passwords(threads=1)
    assert not await passwords.holds(None, "")
    assert not await passwords.holds(None, GOOD)
    assert passwords.checks == 2
    hashed = await passwords.hash(GOOD)
    assert passwords._nobodys.rsplit("$", 2)[0] == hashed.rsplit("$", 2)[0]  # the same work, parameter by parameter
    assert len(passwords._nobodys) == len(hashed)
    passwords.close()


@pytest.fixture
def may_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, no check of a password ends, however slowly the loop has its turns."""
    may_end, verify = threading.Event(), passwords_module._verify

    def held(*arguments: str) -> str:
        may_end.wait(30)
        return verify(*arguments)

    monkeypatch.setattr(passwords_module, "_verify", held)
    yield may_end
    may_end.set()


async def test_more_than_may_wait_are_told_that_it_is_busy(may_end: threading.Event) -> None:
    passwords = Passwords(threads=1, max_waiting=2)
    asking = [asyncio.create_task(passwords.holds(None, "x")) for _ in range(10)]
    await asyncio.sleep(0)
    may_end.set()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(each, BusyError) for each in ended) == 7
    assert [each for each in ended if not isinstance(each, BusyError)] == [False, False, False]
    assert not await passwords.holds(None, "x")  # and afterwards there is room again
    passwords.close()


async def test_a_caller_who_goes_away_frees_no_room_before_the_work_has_ended(may_end: threading.Event) -> None:
    passwords = Passwords(threads=1, max_waiting=0)
    waiting = asyncio.create_task(passwords.holds(None, "x"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    with pytest.raises(BusyError):
        await passwords.holds(None, "x")
    may_end.set()
    await asyncio.wrap_future(passwords._pool.submit(int))  # there is one thread, and this comes after
    assert not await passwords.holds(None, "x")
    passwords.close()
