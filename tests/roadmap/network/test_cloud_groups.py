"""N8: groups closed and zones as declared, each met, missed by one, and unknown where nobody read them lately."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.network.clouds.test_comparing import FLOWS, VPC, network
from tests.network.learning.seen import contact, tally
from tests.network.networks import flow, way
from tests.roadmap.harbor import company_of
from tests.roadmap.network.houses import NOW, SILENT, TODAY, evidence, known, measured, misses
from tests.roadmap.stated import statement

from limen.clock import DAY, HOUR
from limen.network.clouds.comparing import digest_now
from limen.network.clouds.model import CloudGroup, CloudReading
from limen.network.model import INTERNET
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade
from limen.roadmap.network.cloud_groups import CONTROL

OF = network()
GROUPS = (CloudGroup("sg-1"), CloudGroup("sg-2"))
READ = CloudReading("vpc", "aws", NOW - HOUR, GROUPS, (), NOW - HOUR, digest_now(OF, VPC, TODAY), {"web": "", "db": ""})


def house(*readings: CloudReading, **otherwise: Any) -> Evidence:
    return evidence(OF, firewalls=(), clouds=readings, **otherwise)


def without_cloud(**otherwise: Any) -> Evidence:
    return replace(evidence(clouds=()), company=company_of(), **otherwise)


def test_it_is_met_where_all_is_closed_and_as_declared() -> None:
    found = measured(CONTROL, house(READ))
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.IMPORTED, [2, 2])


def test_each_part_misses_by_one() -> None:
    opened = replace(READ, groups=(GROUPS[0], CloudGroup("sg-2", ("22 by sg-2:ingress:1",))))
    assert misses(CONTROL, house(opened)) == ["group:vpc sg-2"]
    assert misses(CONTROL, house(replace(READ, doubts=("sg-9",)))) == ["doubt:vpc 1"]
    differs = replace(READ, zones={"web": "", "db": "open"})
    assert misses(CONTROL, house(differs), 1) == ["zone:db"]
    assert misses(CONTROL, house(replace(READ, zones={"web": ""})), 1) == ["zone:db"]


@pytest.mark.parametrize("reading", [(), (replace(READ, read_at=NOW - 7 * DAY, compared_at=NOW - 7 * DAY),)])
def test_what_nobody_read_lately_is_unknown(reading: tuple[CloudReading, ...]) -> None:
    assert known(CONTROL, house(*reading)) == [False, False]


def test_a_clock_that_jumped_makes_no_reading_of_tomorrow_count() -> None:
    assert known(CONTROL, house(replace(READ, read_at=NOW + DAY, compared_at=NOW + DAY))) == [False, False]


def test_one_cloud_of_two_that_is_not_read_makes_it_unknown() -> None:
    other = CloudReading("second", "gcp", NOW - 8 * DAY, GROUPS)
    assert known(CONTROL, house(READ, other)) == [False, True]


def test_a_comparison_with_rules_that_changed_since_is_none() -> None:
    changed = network(*FLOWS, flow("more", way(INTERNET, "db")))
    assert known(CONTROL, evidence(changed, firewalls=(), clouds=(READ,))) == [True, False]


def test_a_reading_that_lies_is_contradicted_by_who_came_in() -> None:
    came_in = {contact("198.51.100.7", "10.80.0.5", 22)._replace(source=0): tally()}
    assert misses(CONTROL, house(READ, seen=came_in)) == ["through:web"]
    refused = {contact("198.51.100.7", "10.80.0.5", 22)._replace(source=0): tally(5, 5)}
    assert misses(CONTROL, house(READ, seen=refused)) == []


@pytest.mark.parametrize("of", [SILENT, without_cloud()])
def test_without_a_cloud_it_is_unknown(of: Evidence) -> None:
    found = measured(CONTROL, of)
    assert (found.is_met, found.parts[0].rows, len(found.missing)) == (False, (), 1)


def test_somebody_may_state_that_there_is_none_until_a_source_sees_one() -> None:
    stated = (statement("cloud", at=NOW),)
    found = measured(CONTROL, without_cloud(statements=stated))
    assert (found.is_met, found.grade) == (True, Grade.ATTESTED)
    assert all(one.is_in_place for one in found.parts)
    seen = replace(house(READ), company=company_of(), statements=stated)
    assert misses(CONTROL, seen) == ["stated:cloud"]
    silent = without_cloud(statements=stated)
    assert known(CONTROL, replace(silent, network=replace(silent.network, clouds=None))) == [False, False]
