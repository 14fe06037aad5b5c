from __future__ import annotations

import pytest
from tests.devices.seen import NOW

from limen.devices.signals.model import Level, Signal, Topic, risk_of


def signal(level: Level, until: int = NOW + 10, ended_at: int = 0) -> Signal:
    return Signal("sg", "d", "edr", "1", level, Topic.OTHER, "", NOW, until, NOW, NOW, ended_at=ended_at)


@pytest.mark.parametrize(
    ("signals", "risk"),
    [
        ((), Level.NONE),
        ((signal(Level.LOW), signal(Level.HIGH), signal(Level.MEDIUM)), Level.HIGH),
        ((signal(Level.HIGH, until=NOW), signal(Level.LOW)), Level.LOW),
        ((signal(Level.HIGH, ended_at=NOW - 1),), Level.NONE),
    ],
)
def test_the_risk_is_the_worst_of_what_counts_now(signals: tuple[Signal, ...], risk: Level) -> None:
    assert risk_of(signals, NOW) is risk
