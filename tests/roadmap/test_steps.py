"""Which step comes first, and what it would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from tests.roadmap.identity.test_two_factors import ADA
from tests.roadmap.people import member

from limen.clock import DAY
from limen.facts import Factor
from limen.roadmap.evidence import Evidence
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.identity.two_factors import CONTROL
from limen.roadmap.model import Control, Grade, Part, Row
from limen.roadmap.roadmap import Kept, roadmap
from limen.roadmap.steps import Step, next_steps
from limen.storage.journal.usage import Use

NOW = 100 * DAY
BEN = member("Ben", Factor.PASSWORD)


def part(*missed: str, met: int = 0, missing: str = "") -> Part:
    rows = (Row(str(number), "", is_met=True) for number in range(met))
    return Part("p", (*rows, *(Row(one, one, is_met=False) for one in missed)), grade=Grade.MEASURED, missing=missing)


def control(name: str, *parts: Part, **more: object) -> Control:
    return replace(CONTROL, id=name, measure=lambda _evidence: parts, **more)  # type: ignore[arg-type]


def steps(*controls: Control, exceptions: Iterable[RoadmapException] = (), uses: tuple[Use, ...] = ()) -> list[Step]:
    evidence = Evidence(at=NOW, members=(ADA, BEN), uses=uses, recorded_since=NOW - 14 * DAY)
    found = roadmap(evidence, Kept({}, {}, {}, tuple(exceptions)), date(2026, 12, 2), controls)
    return list(next_steps(found.shown, evidence))


def names(found: Iterable[Step]) -> list[str]:
    return [one.control.id for one in found]


def test_what_is_met_or_left_out_on_purpose_is_no_step() -> None:
    left_out = RoadmapException("rx_1", "I3", "", "not this year", "a paper list", NOW + DAY, "p_ada", 1)
    found = steps(control("I1", part(met=2)), control("I2", part("a")), control("I3", part("a")), exceptions=[left_out])
    assert names(found) == ["I2"]


def test_more_risk_in_less_time_comes_first_and_what_a_phase_needs_before_what_it_does_not() -> None:
    quick, slow = control("I1", part("a"), minutes=30), control("I2", part("a"), minutes=300)
    assert names(steps(slow, quick)) == ["I1", "I2"]
    grave, slight = control("I3", part("a"), weight=5), control("I4", part("a"), weight=1)
    assert names(steps(slight, grave)) == ["I3", "I4"]
    needed, other = control("I5", part("a")), control("I6", part("a"), is_must=False)
    assert names(steps(other, needed)) == ["I5", "I6"]
    nearly = control("I7", part("a", met=9))
    assert names(steps(nearly, control("I8", part("a")))) == ["I8", "I7"]


def test_whom_it_would_refuse_is_said_with_their_requests_a_week() -> None:
    uses = (
        Use("p_ben", "wiki", "view", "permit", (), "r", 18, NOW),
        Use("p_ben", "wiki", "view", "deny", (), "r", 50, NOW),
        Use("p_ada", "wiki", "view", "permit", (), "r", 70, NOW),
    )
    (found,) = steps(control("I2", part("p_ben", "p_gone", met=3)), uses=uses)
    assert (found.people, found.requests, found.missed, found.of) == (("p_ben",), 9, 2, 5)
    (more,) = steps(control("I2", part("p_ben", "p_ada")), uses=uses)
    assert more.score < steps(control("I2", part("x", "y")), uses=uses)[0].score


def test_without_a_source_the_step_is_to_connect_it_and_no_effect_is_promised() -> None:
    (found,) = steps(control("D1", part("p_ben", missing="connect management")))
    assert (found.connect, found.people, found.requests) == ("connect management", (), 0)
