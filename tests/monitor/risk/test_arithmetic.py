"""The arithmetic of risk by example; its laws are in tests/laws/test_risk.py."""

from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR
from limen.monitor.detections.hit import Level
from limen.monitor.risk.arithmetic import CALM, Counted, Step, score
from limen.monitor.risk.rules import RiskRules

NOW = 1_800_000_000_000
RULES = RiskRules()


def finding(number: int = 1, level: Level = Level.HIGH, *, rule: str = "", ago: int = 0, **more: object) -> Counted:
    values: dict[str, object] = {"confidence": 100, **more}
    return Counted(f"h{number}", rule or f"r{number}", "Something", level, NOW - ago, **values)  # type: ignore[arg-type]


def test_without_findings_it_is_calm() -> None:
    assert score((), RULES, NOW) == CALM


@pytest.mark.parametrize(
    ("level", "confidence", "value"),
    [
        (Level.INFORMATIONAL, 100, 2),
        (Level.LOW, 50, 5),
        (Level.MEDIUM, 100, 35),
        (Level.HIGH, 70, 46),
        (Level.CRITICAL, 80, 80),
        (Level.CRITICAL, 0, 1),
        (Level.CRITICAL, 500, 100),
    ],
)
def test_points_are_level_times_confidence(level: Level, confidence: int, value: int) -> None:
    assert score([finding(level=level, confidence=confidence)], RULES, NOW).value == value


def test_half_is_left_after_a_half_life_and_nothing_in_the_end() -> None:
    one = finding(level=Level.CRITICAL)
    assert [score([one], RULES, NOW + days * DAY).value for days in (0, 1, 2, 10)] == [100, 50, 25, 0]
    assert score([one], RiskRules(half_life_ms=HOUR), NOW + HOUR).value == 50


def test_one_rule_counts_one_and_a_half_times_a_day() -> None:
    day = NOW // DAY * DAY
    same = [Counted(f"h{number}", "r", "Again", Level.MEDIUM, day, 40) for number in range(50)]  # 14 points each
    found = score(same, RULES, day)
    assert found.value == 21
    assert [line.step for line in found.lines if line.step is not Step.FINDING] == [Step.DAILY_CAP]
    assert score([*same, finding(99, Level.LOW, rule="other")], RULES, day).value == 31


def test_three_tactics_are_worth_a_quarter_more() -> None:
    tactics = ("attack.initial-access", "attack.persistence", "attack.exfiltration")
    several = [finding(n, Level.LOW, tactics=(tactic, "attack.t1078")) for n, tactic in enumerate(tactics)]
    assert score(several, RULES, NOW).value == 38
    assert score(several[:2], RULES, NOW).value == 20  # techniques are no tactics


def test_what_nobody_proves_stays_below_what_the_baseline_looks_at_and_adds_nothing() -> None:
    forged = [finding(n, Level.CRITICAL, is_proven=False) for n in range(20)]
    found = score(forged, RULES, NOW)
    assert (found.value, found.lines[-1].step) == (RULES.unproven_at_most, Step.UNPROVEN_CAP)
    assert score([*forged, finding(30, Level.MEDIUM)], RULES, NOW).value == RULES.unproven_at_most
    assert score([*forged, finding(31, Level.HIGH)], RULES, NOW).value == 65
    assert score([forged[0], finding(31, Level.HIGH)], RiskRules(unproven_at_most=69), NOW).value == 69


def test_a_passkey_on_the_known_device_leaves_a_quarter() -> None:
    assert score([finding(level=Level.CRITICAL, is_explained=True)], RULES, NOW).value == 25


def test_the_lines_sum_up_to_the_score() -> None:
    several = [finding(n, Level.HIGH, ago=n * HOUR, rule=f"r{n % 3}", is_proven=n % 2 == 0) for n in range(12)]
    found = score(several, RULES, NOW)
    assert found.value == round(sum(line.points for line in found.lines)) == 100
    named = [line.finding.id for line in found.lines if line.finding is not None]
    assert sorted(named) == sorted(one.id for one in several)
