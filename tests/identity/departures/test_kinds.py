"""Events of departures name no surface by what people wrote, and the alert is one of them."""

from __future__ import annotations

from limen.events.kind import Owner, Severity
from limen.identity.departures.kinds import KINDS


def test_they_are_the_offices_and_one_is_severe() -> None:
    assert {kind.topic.owner for kind in KINDS} == {Owner.OFFICE}
    assert [kind.name for kind in KINDS if kind.severity is Severity.HIGH] == ["departure.outstanding"]
    assert all(kind.acknowledged for kind in KINDS)
