"""What the controls of access have in common."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.data.houses import ADA, ROBOT, access, evidence

from limen.facts import LIMEN
from limen.identity.model import PersonStatus
from limen.roadmap.data.access import ANYBODY, holders, is_sensitive, names


def test_whoever_left_and_services_that_ended_hold_nothing() -> None:
    left = evidence(members=(replace(ADA, status=PersonStatus.INACTIVE),))
    assert [one.id for one in holders(left, access(workloads=(replace(ROBOT, active=False),)))] == []
    assert [one.id for one in holders(evidence(members=(ADA,)), access())] == [ADA.person.id, ROBOT.id]


def test_everybody_has_a_name_even_who_left() -> None:
    left = evidence(members=(replace(ADA, status=PersonStatus.INACTIVE),))
    assert names(left, access()) == {"": ANYBODY, ADA.person.id: ADA.person.name, ROBOT.id: ROBOT.name}


def test_administration_what_is_restricted_and_what_nobody_knows_is_sensitive() -> None:
    found = evidence()
    wanted = {("wiki", "view"): False, ("wiki", "administer"): True, ("payroll", "view"): True, (LIMEN, "view"): True}
    assert {key: is_sensitive(found, key[0], (key[1],)) for key in wanted} == wanted
    assert is_sensitive(found, "no-such-app", ("view",))
