"""What was looked into, as far as it was read."""

from __future__ import annotations

from limen.data.documents import Inspected, WhyNot


def test_what_could_not_be_read_is_told_beside_what_could() -> None:
    assert Inspected("zip").why_not == frozenset()
    assert str(WhyNot.TOO_DEEP) == "too-deep"
