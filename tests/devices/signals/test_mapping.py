"""Reading messages by a table: paths, words, times, and what is too much."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from limen.clock import from_iso
from limen.devices.signals.mappers import MAPPERS, WEBHOOK
from limen.devices.signals.mapping import MOST_ITEMS, AtLeast, Is, IsThere, TooManyError, at_path, plain
from limen.devices.signals.model import Level

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def one(**more: Any) -> Any:
    (told,) = WEBHOOK.read({"signals": [{"ref": "1", "level": "high", "device": {"name": "wren"}, **more}]}).told
    return told


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-24T08:57:18.0389195Z", from_iso("2026-11-24T08:57:18Z") + 38),
        ("2026-11-24T08:58:00.123+0000", from_iso("2026-11-24T08:58:00Z") + 123),
        ("2026-11-24T09:58:00+01:00", from_iso("2026-11-24T08:58:00Z")),
        ("2026-11-24T08:58:00", from_iso("2026-11-24T08:58:00Z")),
        (1_795_000_000, 1_795_000_000_000),
        (1_795_000_000_123, 1_795_000_000_123),
        ("yesterday", 0),
        (True, 0),
        (-5, 0),
        (float("inf"), 0),
        ("9" * 50, 0),
        (None, 0),
    ],
)
def test_when_it_was(written: object, at: int) -> None:
    assert one(at=written).at == at


def test_where_things_stand() -> None:
    body = {"a": {"b": [{"c": 1}]}}
    assert (at_path(body, "a.b.0.c"), at_path(body, "a.b.7.c"), at_path(body, "a.x"), at_path(3, "a")) == (
        1,
        None,
        None,
        None,
    )


def test_what_values_are() -> None:
    assert (Is(("high",)).holds("HIGH"), Is(("true",)).holds(True), Is(("",)).holds([])) == (True, True, True)
    assert (AtLeast(3).holds(3), AtLeast(3).holds("3"), AtLeast(0).holds(True)) == (True, False, False)
    assert (IsThere().holds(False), IsThere().holds(None)) == (True, False)


def test_a_level_that_is_not_known_is_high() -> None:
    assert (one(level="catastrophic").level, one(level="none").level) == (Level.HIGH, Level.NONE)


def test_what_is_kept_can_be_shown() -> None:
    told = one(title="x\x1b[31m\u202e" + "y" * 500, ref="a\nb")
    assert (told.title.isprintable(), len(told.title) <= 200, len(told.ref)) == (True, True, 64)
    assert plain("\ud800", 5) == ""


def test_a_message_that_says_too_much_is_refused() -> None:
    with pytest.raises(TooManyError):
        WEBHOOK.read([{}] * (MOST_ITEMS + 1))


@given(st.sampled_from(sorted(MAPPERS)), JSON)
def test_no_message_breaks_a_table(kind: str, body: object) -> None:
    message = MAPPERS[kind].read(body)
    for told in message.told:
        assert told.ref.isprintable()
        assert len(told.ref) <= 120
