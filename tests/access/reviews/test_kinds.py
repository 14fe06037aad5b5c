from __future__ import annotations

from limen.access.reviews.kinds import KINDS


def test_each_is_named_as_a_review_and_acknowledged_but_for_what_is_said_again() -> None:
    assert {one.name.partition(".")[0] for one in KINDS} == {"review"}
    assert {one.name for one in KINDS if not one.acknowledged} == {"review.failed"}
