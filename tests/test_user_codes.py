"""Whoever waits for a typed code: bounded in number and time, and not to be guessed or kept out."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from limen import user_codes
from limen.clock import Instant, SetClock
from limen.user_codes import LENGTH, LETTERS, UserCodes, shown

NOW = 1_700_000_000_000


@dataclass
class One:
    user_code: str
    address: str
    at: Instant = NOW
    is_answered: bool = False

    def waits(self, now: Instant) -> bool:
        return not self.is_answered and now < self.at + 10


@pytest.fixture
def codes() -> UserCodes[str, One]:
    return UserCodes(SetClock(NOW), kept_for=20)


def test_a_code_is_found_however_it_is_typed_while_it_waits(codes: UserCodes[str, One]) -> None:
    one = One(codes.new_code(), "198.51.100.9")
    codes.put("a", one)
    assert (len(one.user_code), set(one.user_code) <= set(LETTERS)) == (LENGTH, True)
    for typed in (one.user_code, one.user_code.lower(), shown(one.user_code), f" {shown(one.user_code)} "):
        assert codes.typed(typed, "mia") is one
    one.is_answered = True
    assert (codes.typed(one.user_code, "mia"), codes.get("a")) == (None, one)
    codes.drop("a")
    assert (codes.get("a"), len(codes)) == (None, 0)


def test_what_is_over_is_forgotten_when_another_comes() -> None:
    codes: UserCodes[str, One] = UserCodes(clock := SetClock(NOW), kept_for=20)
    codes.put("a", One("A", "198.51.100.9"))
    clock.forward(20)
    codes.put("b", One("B", "198.51.100.9", clock.now()))
    assert (codes.get("a"), len(codes)) == (None, 1)


def test_what_has_changed_takes_its_own_place(codes: UserCodes[str, One], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_codes, "MOST", 1)
    codes.put("a", One("A", "198.51.100.9"))
    codes.put("a", changed := One("A", "198.51.100.9", is_answered=True))
    assert (codes.get("a"), len(codes)) == (changed, 1)


def test_nobody_guesses_on_and_on(codes: UserCodes[str, One]) -> None:
    codes.put("a", one := One("BCDFGHJK", "198.51.100.9"))
    assert [codes.typed("BBBB-BBBB", "eve") for _ in range(10)] == [None] * 10
    assert [codes.typed("BCDFGHJK", who) for who in ("eve", "mia")] == [None, one]


def test_a_full_room_keeps_nobody_out(codes: UserCodes[str, One], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_codes, "MOST", 10)
    for number in range(9):
        codes.put(f"{number}", One(f"{number}", f"198.51.100.{number % 2 + 1}"))
    codes.put("television", one := One("T", "203.0.113.7"))
    for number in range(9, 20):
        codes.put(f"{number}", One(f"{number}", f"198.51.100.{number % 2 + 1}"))
    assert (codes.get("television"), codes.get("0"), len(codes)) == (one, None, 10)


def test_one_network_can_not_begin_without_end(codes: UserCodes[str, One]) -> None:
    assert [codes.admits("198.51.100.9") for _ in range(21)] == [True] * 20 + [False]
    assert codes.admits("203.0.113.7")
