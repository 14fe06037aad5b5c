"""What sensors say of checks: joined with what the agent saw, the worse counts, and who knows before who does not."""

from __future__ import annotations

import pytest
from tests.devices.seen import NOW

from limen.clock import DAY
from limen.devices.model import Posture
from limen.devices.signals import sensors
from limen.devices.verdicts import Found, Verdict
from limen.facts.signal_sources import SignalSource

EDR = SignalSource("edr", "webhook", heartbeat_ms=DAY, platforms=("linux",))
PASS, FAIL, UNKNOWN, NONE = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("seen", "told", "comes_to"),
    [
        (PASS, PASS, PASS),
        (PASS, FAIL, FAIL),
        (FAIL, PASS, FAIL),
        (UNKNOWN, PASS, PASS),
        (UNKNOWN, FAIL, FAIL),
        (UNKNOWN, UNKNOWN, UNKNOWN),
        (PASS, UNKNOWN, UNKNOWN),
        (FAIL, UNKNOWN, FAIL),
        (NONE, PASS, NONE),
        (NONE, FAIL, FAIL),
        (PASS, None, PASS),
    ],
)
def test_two_witnesses(seen: Verdict, told: Verdict | None, comes_to: Verdict) -> None:
    joined = sensors.joined(Found(seen, ""), None if told is None else Found(told, ""))
    assert joined.verdict is comes_to


@pytest.mark.parametrize(
    ("heard", "verdict", "until"),
    [
        ({}, UNKNOWN, 0),
        ({"edr": NOW}, PASS, NOW + DAY),
        ({"edr": NOW - DAY + 1}, PASS, NOW + 1),
        ({"edr": NOW - DAY}, FAIL, 0),
        ({"edr": -NOW}, FAIL, 0),
        ({"another": NOW}, UNKNOWN, 0),
    ],
)
def test_a_heartbeat(heard: dict[str, int], verdict: Verdict, until: int) -> None:
    said = sensors.said([EDR], "linux", Posture(sensors=heard), NOW)
    assert (said.of["edr"].verdict, said.until) == (verdict, until)


def test_the_most_silent_of_several_counts_and_only_where_one_is_promised() -> None:
    other = SignalSource("other", "webhook", heartbeat_ms=2 * DAY)
    heard = Posture(sensors={"edr": NOW, "other": NOW - 3 * DAY})
    assert sensors.said([EDR, other], "linux", heard, NOW).of["edr"].verdict is FAIL
    assert "edr" not in sensors.said([EDR], "macos", heard, NOW).of
    assert sensors.said([SignalSource("quiet", "webhook")], "linux", heard, NOW).of == {}


@pytest.mark.parametrize(("risk", "is_high"), [(0, False), (2, False), (3, True)])
def test_a_high_risk_is_malware_found(risk: int, is_high: bool) -> None:
    said = sensors.said([], "linux", Posture(risk=risk), NOW)
    assert (said.is_high, "threats" in said.failing) == (is_high, is_high)
