from __future__ import annotations

from limen.access.reviews.kinds import KINDS


def test_each_is_acknowledged_and_named_as_a_review() -> None:
    assert {one.name.partition(".")[0] for one in KINDS} == {"review"}
    assert {one.name for one in KINDS if not one.acknowledged} == {"review.failed"}, "it is tried, and said, again"
