"""One question of each is open, the same is not told again and again, and guesses are slowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from limen.clock import SetClock, from_iso
from limen.following.questions import FollowerRefusedError, Questions, whose
from limen.following.turns import Turns
from limen.opaque import hash_of

NOW = from_iso("2026-11-27T09:00:00Z")


@dataclass(frozen=True)
class One:
    id: str
    token_hash: bytes


def test_a_secret_is_found_among_the_hashes() -> None:
    all_of_them = [One("a", hash_of("first")), One("b", hash_of("second"))]
    found = whose("second", all_of_them)
    assert found is not None
    assert found.id == "b"
    assert whose("", all_of_them) is None
    assert whose("x" * 1_000_000, all_of_them) is None


async def test_who_asks_again_ends_its_question_before() -> None:
    turns = Turns(SetClock(NOW))
    questions = Questions(turns)
    first = asyncio.create_task(questions.waited("a", turns.number))
    other = asyncio.create_task(questions.waited("b", turns.number))
    await asyncio.sleep(0)
    second = asyncio.create_task(questions.waited("a", turns.number))
    assert await asyncio.wait_for(first, 60) is False
    assert not other.done()
    turns.change()
    assert await asyncio.wait_for(second, 60)
    assert await asyncio.wait_for(other, 60)


def test_the_same_state_is_told_a_few_times_and_the_next_at_once() -> None:
    turns = Turns(SetClock(NOW))
    questions = Questions(turns)
    questions.tell("a")
    assert sum(questions.may_be_told("a") for _ in range(50)) == 10
    turns.change()
    assert questions.may_be_told("a")


def test_guesses_from_one_network_are_slowed() -> None:
    questions = Questions(Turns(SetClock(NOW)))
    for _ in range(20):
        questions.refuse_flood("203.0.113.5")
    with pytest.raises(FollowerRefusedError):
        questions.refuse_flood("203.0.113.5")
    questions.refuse_flood("198.51.100.5")
