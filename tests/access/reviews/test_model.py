from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.reviews.made import REVIEW, row
from tests.access.rows import NOW

from limen.access.reviews.model import Effect, Held, Verdict, Way
from limen.clock import DAY


def test_a_review_is_open_until_its_time_is_over_or_it_is_closed() -> None:
    assert [REVIEW.is_open(NOW + after) for after in (0, 14 * DAY - 1, 14 * DAY)] == [True, True, False]
    assert not replace(REVIEW, closed_at=NOW + 1).is_open(NOW + 2)


def test_nobody_decides_their_own_and_others_only_from_the_escalation_on() -> None:
    assert row().may_be_decided_by(REVIEW, NOW) == {"farid"}
    assert row().may_be_decided_by(REVIEW, NOW + 7 * DAY) == {"farid", "ines"}
    assert row().may_be_decided_by(replace(REVIEW, escalates_at=0), NOW + 9 * DAY) == {"farid"}


@pytest.mark.parametrize(
    ("more", "is_decided"),
    [
        ({}, False),
        ({"verdict": Verdict.ASK}, False),
        ({"verdict": Verdict.KEEP}, True),
        ({"verdict": Verdict.NARROW}, True),
        ({"verdict": Verdict.REMOVE}, True),
        ({"effect": Effect.GONE}, True),
        ({"effect": Effect.BLOCKED}, True),
    ],
)
def test_a_question_leaves_a_row_open(more: dict[str, object], *, is_decided: bool) -> None:
    assert row(**more).is_decided is is_decided


def test_how_it_is_held() -> None:
    assert row().held == Held(Way.GROUP, "sales", ("view", "edit"))
