"""A cloud of which nothing was read yet."""

from __future__ import annotations

from limen.network.clouds.model import CloudReading


def test_before_anything_was_read_it_has_no_instant() -> None:
    one = CloudReading("prod", "aws")
    assert (one.read_at, one.compared_at, one.groups, dict(one.zones)) == (0, 0, (), {})
