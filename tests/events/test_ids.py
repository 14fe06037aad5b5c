from __future__ import annotations

import secrets

import pytest
from hypothesis import given, strategies as st

from limen.clock import MINUTE
from limen.events.ids import EventIds, decision_id, first_id_at, instant_of, split_decision_id

NOW = 1_800_000_000_000


def test_an_id_carries_its_instant() -> None:
    assert instant_of(EventIds(secrets.token_bytes).new(NOW)) == NOW


@given(st.lists(st.integers(0, MINUTE), min_size=2, max_size=30))
def test_ids_always_grow_even_when_the_clock_steps_back(instants: list[int]) -> None:
    ids = EventIds(secrets.token_bytes)
    made = [ids.new(NOW + instant) for instant in instants]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=30))
def test_an_id_is_of_its_instant_however_far_the_clock_was_set(instants: list[int]) -> None:
    ids = EventIds(secrets.token_bytes)
    made = [ids.new(instant) for instant in instants]
    assert all(0 <= instant_of(one) - at <= MINUTE for one, at in zip(made, instants, strict=True))
    assert len(set(made)) == len(made)


def test_ids_grow_within_a_millisecond_whatever_chance_gives() -> None:
    ids = EventIds(lambda n: b"\x00" * n)
    assert ids.new(NOW) < ids.new(NOW) < ids.new(NOW)


def test_the_first_id_of_an_instant_is_not_after_any_of_it() -> None:
    assert first_id_at(NOW) <= EventIds(secrets.token_bytes).new(NOW) < first_id_at(NOW + 1)


def test_a_decision_id_is_the_events_and_a_number() -> None:
    event_id = EventIds(secrets.token_bytes).new(NOW)
    assert split_decision_id(decision_id(event_id, 17)) == (event_id, 17)
    assert split_decision_id(event_id) == (event_id, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "-1",
        f"{'g' * 24}-1",
        f"{'a' * 24}-",
        f"{'a' * 24}-0",
        f"{'a' * 24}-1x",
        f"{'a' * 24}-١",
        f"{'a' * 25}-1",
        f"{'a' * 24}-{'9' * 10}",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        split_decision_id(text)


def test_an_id_with_signs_or_blanks_is_refused() -> None:
    for odd in (" " + "a" * 23, "+" + "a" * 23, "0x" + "a" * 22, "a_" * 12):
        with pytest.raises(ValueError):
            instant_of(odd)
