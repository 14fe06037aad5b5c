"""What links add to Limen's lists."""

from __future__ import annotations

from limen.data.links import declared
from limen.data.pillar import PILLAR


def test_it_is_part_of_the_whole() -> None:
    whole = PILLAR.declarations()
    for mine, all_of_it in (
        (declared.KINDS, whole.events),
        (declared.TABLES, whole.tables),
        (declared.CREDENTIALS, whole.credentials),
    ):
        assert set(map(id, mine)) <= set(map(id, all_of_it))
