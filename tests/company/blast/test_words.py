from __future__ import annotations

import pytest
from tests.company.blast.small import ANA, APPS, OF_ANA, surroundings

from limen.company.blast.radius import Entry
from limen.company.blast.shrinking import By, Shrinking
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.words import (
    TITLES,
    WHAT_IT_MEANS,
    change_said,
    counted_here,
    entry_said,
    permitted_said,
    sensitive,
    spared_said,
    whose,
)


@pytest.mark.parametrize("by", list(By))
def test_each_change_names_what_it_changes(by: By) -> None:
    change = Shrinking(by, "this", ("wiki",), (), 1, person=ANA.id)
    assert "this" in change_said(change, {ANA.id: ANA})
    assert spared_said(change, APPS) == "Wiki"
    if by is By.GROUP:
        assert "Ana" in change_said(change, {ANA.id: ANA})


def test_a_flow_in_part_names_the_zone_too() -> None:
    assert "backup" in change_said(Shrinking(By.FLOW, "all", (), (), 1, "backup"), {})


def test_what_is_taken_is_named_with_whose_it_is() -> None:
    found = surroundings().blast(OF_ANA, Taken.COOKIE)
    assert ANA.email in whose(found)
    assert sensitive(found) == 1
    assert "finance" in permitted_said(next(one for one in found.apps if one.app.id == "payroll"))
    place = surroundings().blast(Holder(Kind.HOST, "erp", "erp"), Taken.PLACE)
    assert whose(place) == "erp"
    assert set(TITLES) == set(WHAT_IT_MEANS) == set(Taken)


def test_why_somebody_begins_somewhere_names_the_app() -> None:
    assert "Wi-Fi" in entry_said(Entry("guests", "wifi"), APPS)
    assert entry_said(Entry("office", "seen"), APPS)


def test_of_a_place_no_human_step_is_spoken_of() -> None:
    place = surroundings().blast(Holder(Kind.HOST, "erp", "erp"), Taken.PLACE)
    assert WHAT_IT_MEANS[Taken.PLACE] in counted_here(place)
    assert len(counted_here(place)) < len(counted_here(surroundings().blast(OF_ANA, Taken.COOKIE)))
