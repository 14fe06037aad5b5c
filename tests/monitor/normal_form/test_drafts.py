"""Whose clock is believed, and by what events are known."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED, only

from limen.clock import DAY, HOUR, MINUTE
from limen.monitor.normal_form.drafts import CLOCK, SAID_AT, believed, uid_of
from limen.monitor.normal_form.frame import LIMEN


@pytest.mark.parametrize(
    ("said", "at", "doubt"),
    [
        (RECEIVED - HOUR, RECEIVED - HOUR, ""),
        (RECEIVED + 5 * MINUTE, RECEIVED + 5 * MINUTE, ""),
        (RECEIVED + 5 * MINUTE + 1, RECEIVED, "ahead"),
        (RECEIVED - 401 * DAY, RECEIVED, "ancient"),
        (0, RECEIVED, "none"),
    ],
)
def test_a_clock_is_believed_within_bounds(said: int, at: int, doubt: str) -> None:
    assert believed(said, RECEIVED) == (at, doubt)


def test_what_is_not_believed_is_said() -> None:
    found = only("json", '{"time":"2026-11-27T11:00:00Z"}')
    assert (found.at, found.fields[CLOCK], found.fields[SAID_AT]) == (RECEIVED, "ahead", "2026-11-27T11:00:00.000Z")
    assert CLOCK not in only("json", '{"time":"2026-11-27T09:00:00Z"}').fields


def test_no_source_can_make_the_id_of_anothers_event() -> None:
    assert len({uid_of("a", "1"), uid_of("b", "1"), uid_of("a1", ""), uid_of("a", "\x001")}) == 4
    assert uid_of(LIMEN, "journal-id") == "journal-id"
