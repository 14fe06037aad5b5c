"""Laws of the arithmetic of risk: monotone, fading to nothing, bounded, blind to order, capped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import resources

from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.clock import DAY, HOUR
from limen.monitor.detections.hit import Level
from limen.monitor.risk.arithmetic import DAILY_CAP, Counted, Step, score
from limen.monitor.risk.rules import RiskRules

NOW = 1_800_000_000_000
TACTICS = ("attack.initial-access", "attack.impact", "attack.discovery", "attack.execution", "attack.t1078")
FINDINGS = st.builds(
    Counted,
    id=st.uuids().map(str),
    rule=st.sampled_from(("spray", "travel", "download", "cleared")),
    title=st.just("Something"),
    level=st.sampled_from(Level),
    at=st.integers(NOW - 3 * DAY, NOW + HOUR),
    confidence=st.integers(1, 100),
    tactics=st.lists(st.sampled_from(TACTICS), max_size=2).map(tuple),
    is_proven=st.booleans(),
    is_explained=st.booleans(),
)
SEVERAL = st.lists(FINDINGS, max_size=12)
RULES = st.builds(RiskRules, half_life_ms=st.integers(HOUR, 7 * DAY), unproven_at_most=st.integers(0, 69))

_POLICIES = sorted((resources.files("limen.company") / "baseline" / "policies").iterdir(), key=str)
BASELINE = "".join(one.read_text() for one in _POLICIES if one.name.endswith(".cedar"))
BOUNDS = [int(bound) for bound in re.findall(r"context\.risk\.score < (\d+)", BASELINE)]


@settings(max_examples=size(400), deadline=None)
@given(SEVERAL, FINDINGS, RULES)
def test_one_more_finding_never_lowers_it(several: list[Counted], more: Counted, rules: RiskRules) -> None:
    assert score([*several, more], rules, NOW).value >= score(several, rules, NOW).value


@settings(max_examples=size(400), deadline=None)
@given(SEVERAL, RULES, st.integers(0, 20 * DAY))
def test_time_never_raises_it(several: list[Counted], rules: RiskRules, later: int) -> None:
    assert score(several, rules, NOW + later).value <= score(several, rules, NOW).value


@settings(max_examples=size(200), deadline=None)
@given(SEVERAL, RULES)
def test_in_the_end_nothing_is_left(several: list[Counted], rules: RiskRules) -> None:
    assert score(several, rules, NOW + HOUR + 9 * rules.half_life_ms).value == 0


@settings(max_examples=size(200), deadline=None)
@given(SEVERAL, RULES, st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(several: list[Counted], rules: RiskRules, random: object) -> None:
    shuffled = list(several)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score(shuffled, rules, NOW) == score(several, rules, NOW)


@settings(max_examples=size(200), deadline=None)
@given(SEVERAL, RULES)
def test_it_is_a_whole_number_of_0_to_100_and_the_sum_of_its_lines(several: list[Counted], rules: RiskRules) -> None:
    found = score(several, rules, NOW)
    assert 0 <= found.value <= 100
    assert abs(sum(line.points for line in found.lines) - found.value) < 1


@settings(max_examples=size(200), deadline=None)
@given(SEVERAL, RULES)
def test_unproven_findings_alone_stay_below_their_cap(several: list[Counted], rules: RiskRules) -> None:
    unproven = [one for one in several if not one.is_proven]
    assert score(unproven, rules, NOW).value <= rules.unproven_at_most


@settings(max_examples=size(400), deadline=None)
@given(SEVERAL, st.integers(0, 3 * DAY))
def test_no_number_of_unproven_findings_changes_a_decision_of_the_baseline(several: list[Counted], later: int) -> None:
    """Its policies look at whether a score is below a bound; whatever nobody proves leaves it on its side of each."""
    every = score(several, RiskRules(), NOW + later).value
    proven = score([one for one in several if one.is_proven], RiskRules(), NOW + later).value
    assert {bound: every < bound for bound in BOUNDS} == {bound: proven < bound for bound in BOUNDS}


def test_the_baseline_reads_a_risk_in_no_other_way() -> None:
    assert len(BOUNDS) == BASELINE.count("context.risk") > 1


@settings(max_examples=size(200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Level), st.integers(1, 100)), min_size=1, max_size=40))
def test_one_rule_comes_to_no_more_than_its_cap_on_one_day(shapes: Sequence[tuple[Level, int]]) -> None:
    day = NOW // DAY * DAY
    same = [Counted(f"h{n}", "r", "Again", level, day, sure) for n, (level, sure) in enumerate(shapes)]
    found = score(same, RiskRules(), day)
    assert (
        sum(line.points for line in found.lines if line.step is not Step.FULL)
        <= DAILY_CAP * max(one.points for one in same) + 1e-6
    )
