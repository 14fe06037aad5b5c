from __future__ import annotations

from limen.clock import DAY
from limen.facts.signal_sources import Proves, SignalSource, WhenHigh


def test_a_source_of_which_nothing_is_said_signs_and_ends_sessions_for_a_week_at_most() -> None:
    one = SignalSource("edr", "webhook")
    assert (one.proves, one.when_high, one.at_most, one.lasts_ms) == (
        Proves.SIGNATURE,
        WhenHigh.END_SESSIONS,
        3,
        7 * DAY,
    )
    assert (one.heartbeat_ms, one.platforms) == (0, ())
