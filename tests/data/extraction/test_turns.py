"""Whose turn it is."""

from __future__ import annotations

from limen.data.extraction.turns import Turns


def test_owners_take_turns_and_nobody_has_all_places() -> None:
    turns: Turns[str] = Turns(at_once=1, most=10, most_of_one=4)
    assert [turns.join("ann", f"a{number}") for number in range(5)] == [True] * 4 + [False]
    assert turns.join("bob", "b0")
    assert turns.next() == ("ann", "a0")
    assert turns.next() == ("bob", "b0")
    assert turns.next() is None  # ann has her share
    turns.ended("ann")
    turns.leave("ann", "a0")
    turns.leave("ann", "a1")  # whoever asked gave up
    assert turns.next() == ("ann", "a2")
    assert turns.join("ann", "a5")
    turns.ended("bob")
    assert turns.next() is None


def test_there_is_an_end_to_what_waits() -> None:
    turns: Turns[int] = Turns(at_once=2, most=3, most_of_one=2)
    assert [turns.join("", number) for number in range(4)] == [True, True, True, False]
    assert not turns.join("ann", 9)
    assert [turns.next(), turns.next(), turns.next()] == [("", 0), ("", 1), None]
