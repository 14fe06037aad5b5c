"""A review and its rows, for tests of single files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.access.rows import NOW

from limen.access.reviews.model import Review, ReviewRow, Way
from limen.clock import DAY

REVIEW = Review(
    id="rv_1", name="customers", slot=NOW, started_at=NOW, closes_at=NOW + 14 * DAY, escalates_at=NOW + 7 * DAY
)


def row(**more: Any) -> ReviewRow:
    made = ReviewRow(
        id="rr_1",
        review_id="rv_1",
        person_id="oscar",
        app="crm",
        way=Way.GROUP,
        by="sales",
        actions=("view", "edit"),
        used=3,
        last_used=NOW - DAY,
        used_actions=("view",),
        reviewers=("farid", "oscar"),
        escalates_to=("ines",),
    )
    return replace(made, **more)
