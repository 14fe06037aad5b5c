"""N1, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.learning.seen import contact, tally
from tests.roadmap.network.houses import SEEN, SILENT, evidence, figures, known, misses, network

from limen.roadmap.model import Grade
from limen.roadmap.network.zones_used import CONTROL


def test_it_is_met_where_all_that_was_seen_is_in_a_zone() -> None:
    found = CONTROL.measured(evidence(signed_in_from=frozenset({"10.21.0.9", "9.9.9.9", "::1", "x"})))
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.IMPORTED, [4, 5])


@pytest.mark.parametrize("seen", [{contact("10.77.0.1", "10.20.0.10"): tally()}])
def test_it_misses_by_one_address_in_no_zone(seen: dict[object, object]) -> None:
    of = evidence(seen={**SEEN, **seen})
    assert (CONTROL.measured(of).is_met, misses(CONTROL, of)) == (False, ["address:10.77.0.1"])
    assert all(one.is_personal for one in CONTROL.measured(of).parts[0].misses)


def test_a_sign_in_from_an_address_in_no_zone_is_seen_as_well() -> None:
    assert misses(CONTROL, evidence(signed_in_from=frozenset({"192.168.7.7"}))) == ["address:192.168.7.7"]


def test_nobody_answers_at_what_was_refused_so_it_is_not_counted() -> None:
    of = evidence(seen={**SEEN, contact("10.10.0.7", "10.77.0.9"): tally(5, refused=5)})
    assert figures(CONTROL, of) == figures(CONTROL, evidence())


def test_it_misses_where_no_zone_is_for_guests() -> None:
    of = network()
    of = replace(of, zones=tuple(one for one in of.zones if one.kind != "guest"), nevers=())
    assert misses(CONTROL, evidence(of, firewalls=()), 1) == ["kind:guests"]


def test_it_is_unknown_where_nothing_was_seen_or_stated() -> None:
    assert known(CONTROL, evidence(seen=None)) == [False, True]
    assert known(CONTROL, SILENT) == [False, False]
