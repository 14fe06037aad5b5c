"""Days are the company's, and an invitation lasts from when it can be used first."""

from __future__ import annotations

from datetime import date

import pytest

from limen.clock import DAY, HOUR, from_iso
from limen.identity.days import begins_at, invitation_lasts, read_day, refuse_too_early, today
from limen.identity.errors import NotYetError, UnfitError
from limen.identity.model import GOOD_FOR, LinkPurpose
from limen.settings import Settings

AUCKLAND = Settings(
    name="Harbor", domain="harbor.example", url="https://limen.harbor.example", time_zone="Pacific/Auckland"
)
FIRST = date(2026, 12, 1)
BEGINS = from_iso("2026-11-30T11:00:00Z")
"""Midnight there."""


def test_a_day_begins_at_midnight_of_the_company() -> None:
    assert begins_at(AUCKLAND, FIRST) == BEGINS
    assert [today(AUCKLAND, at) for at in (BEGINS - 1, BEGINS)] == [date(2026, 11, 30), FIRST]


def test_whoever_starts_may_set_up_from_the_day_before() -> None:
    with pytest.raises(NotYetError) as early:
        refuse_too_early(AUCKLAND, FIRST, BEGINS - DAY - 1)
    assert early.value.begins_at == BEGINS - DAY
    refuse_too_early(AUCKLAND, FIRST, BEGINS - DAY)
    refuse_too_early(AUCKLAND, None, 0)


def test_an_invitation_does_not_run_out_before_it_can_be_used() -> None:
    usual = GOOD_FOR[LinkPurpose.INVITATION]
    assert invitation_lasts(AUCKLAND, None, BEGINS) == usual
    assert invitation_lasts(AUCKLAND, FIRST, BEGINS) == usual
    assert invitation_lasts(AUCKLAND, FIRST, BEGINS - 30 * DAY) == usual + 29 * DAY
    assert invitation_lasts(AUCKLAND, FIRST, BEGINS - DAY - HOUR) == usual + HOUR


@pytest.mark.parametrize("text", ["01.12.2026", "2026-12-32", "20261201", "2026-W49", "x" * 10])
def test_what_is_no_day_names_its_field(text: str) -> None:
    with pytest.raises(UnfitError) as wrong:
        read_day("first_day", text)
    assert wrong.value.field == "first_day"
    assert read_day("first_day", "") is None
