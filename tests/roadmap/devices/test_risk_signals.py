"""D8: each source of devices.yaml has to have ended an open session, tried lately and soon enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import EDR, harbor, misses
from tests.roadmap.probes import run_of

from limen.facts.device_rules import DeviceRules
from limen.probes.model import Try
from limen.roadmap.devices.risk_signals import CONTROL, LATELY, WITHIN
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

RULES = DeviceRules(signals={"defender": EDR, "falcon": replace(EDR, name="falcon")})
SOON = Try("falcon", held=True, took=7)


def tried(*tries: Try, age: int = 0) -> Evidence:
    return replace(harbor(rules=RULES, signals=()), probes=run_of("edr", harbor().at - age, *tries))


def test_it_is_met_where_each_source_had_the_session_refused_in_time() -> None:
    found = CONTROL.measured(tried(SOON, Try("defender", held=True, took=WITHIN)))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.PROBED, 2)


@pytest.mark.parametrize(
    "other",
    [
        (),
        (Try("defender", held=False, why="it still opened"),),
        (Try("defender", held=None, why="no app let it in"),),
        (Try("defender", held=True, took=WITHIN + 1),),
        (Try("defender", held=True),),
    ],
)
def test_one_source_that_took_nothing_away_in_time_misses_it(other: tuple[Try, ...]) -> None:
    found = CONTROL.measured(tried(SOON, *other))
    assert (found.is_met, misses(found), found.missing) == (False, ["defender"], ())


def test_it_is_unknown_without_a_source_or_without_a_run_of_lately() -> None:
    nobody = replace(tried(SOON), devices=replace(tried(SOON).devices, rules=DeviceRules()))
    old = tried(SOON, Try("defender", held=True, took=1), age=LATELY + 1)
    for evidence in (nobody, old, replace(old, probes=None), harbor(rules=RULES), Evidence(at=NOW)):
        found = CONTROL.measured(evidence)
        assert (found.is_met, found.grade, len(found.missing)) == (False, Grade.UNKNOWN, 1)
