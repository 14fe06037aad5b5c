"""Whoever waits for a typed code: bounded in number and time, and not to be guessed or kept out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from tests import kept as looked_at

from limen import user_codes
from limen.clock import MINUTE, Instant, SetClock
from limen.storage.kept_briefly import KeptBriefly
from limen.user_codes import LENGTH, LETTERS, UserCodes, shown

NOW = 1_700_000_000_000
ADDRESS = "198.51.100.9"


@dataclass(frozen=True)
class One:
    user_code: str
    address: str
    at: Instant = NOW
    is_answered: bool = False

    def waits(self, now: Instant) -> bool:
        return not self.is_answered and now < self.at + 10


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def kept(clock: SetClock) -> KeptBriefly:
    return KeptBriefly.in_memory(clock)


@pytest.fixture
def codes(kept: KeptBriefly, clock: SetClock) -> UserCodes[One]:
    return UserCodes(kept, clock, "ones", One, kept_for=20)


async def begun(codes: UserCodes[One], name: str, address: str = ADDRESS) -> One:
    return await codes.begin(name, lambda code: One(code, address))


async def test_a_code_is_found_however_it_is_typed_while_it_waits(codes: UserCodes[One], kept: KeptBriefly) -> None:
    one = await begun(codes, "a")
    assert (len(one.user_code), set(one.user_code) <= set(LETTERS)) == (LENGTH, True)
    for typed in (one.user_code, one.user_code.lower(), shown(one.user_code), f" {shown(one.user_code)} "):
        assert await codes.typed(typed, "mia") == ("a", one)
    answered = await codes.change("a", lambda one: replace(one, is_answered=True))
    assert answered == replace(one, is_answered=True)
    assert (await codes.typed(one.user_code, "mia"), await codes.get("a")) == (None, answered)
    assert [await codes.drop("a"), await codes.drop("a"), await codes.get("a")] == [True, False, None]
    assert one.user_code not in looked_at.written(kept)


async def test_what_is_over_is_gone(codes: UserCodes[One], clock: SetClock) -> None:
    one = await begun(codes, "a")
    clock.forward(20)
    assert (await codes.get("a"), await codes.typed(one.user_code, "mia")) == (None, None)
    assert await codes.change("a", lambda one: one) is None


async def test_what_is_made_nothing_of_stays_as_it_was(codes: UserCodes[One]) -> None:
    one = await begun(codes, "a")
    assert await codes.change("a", lambda _: None) is None
    assert await codes.get("a") == one


async def test_nobody_guesses_on_and_on_at_any_worker(kept: KeptBriefly, clock: SetClock) -> None:
    here, elsewhere = (UserCodes(kept, clock, "ones", One, kept_for=30 * MINUTE) for _ in range(2))
    one = await here.begin("a", lambda code: One(code, ADDRESS, at=NOW + 20 * MINUTE))
    assert [await codes.typed("BBBB-BBBB", "eve") for codes in (here, elsewhere) * 5] == [None] * 10
    assert [await elsewhere.typed(one.user_code, who) for who in ("eve", "mia")] == [None, ("a", one)]
    clock.forward(MINUTE)
    assert [await here.typed(one.user_code, "eve") for _ in range(2)] == [("a", one), None]


async def test_a_full_room_keeps_nobody_out(
    codes: UserCodes[One], kept: KeptBriefly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_codes, "MOST", 10)
    for number in range(9):
        await begun(codes, f"{number}", f"198.51.100.{number % 2 + 1}")
    one = await begun(codes, "television", "203.0.113.7")
    for number in range(9, 20):
        await begun(codes, f"{number}", f"198.51.100.{number % 2 + 1}")
    assert (await codes.get("television"), await codes.get("0")) == (one, None)
    assert sum([await codes.get(f"{number}") is not None for number in range(20)]) == 9


async def test_one_network_can_not_begin_without_end(codes: UserCodes[One]) -> None:
    assert [codes.admits("198.51.100.9") for _ in range(21)] == [True] * 20 + [False]
    assert codes.admits("203.0.113.7")
