"""What data causes as events."""

from __future__ import annotations

from limen.data.kinds import FOUND, KINDS


def test_what_was_found_shows_what_was_done_and_no_value() -> None:
    assert FOUND in KINDS
    assert set(FOUND.shown) == {"step", "channel", "kinds"}
