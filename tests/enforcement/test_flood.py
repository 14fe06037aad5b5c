"""So many of a kind in a second, and how many were left out."""

from __future__ import annotations

from limen.enforcement.flood import Flood

NOW = 1_795_000_000_000


def test_of_a_flood_so_many_are_kept_in_each_second_and_the_rest_is_counted() -> None:
    flood = Flood(at_most=3)
    assert [flood.has_room("refused", NOW + at) for at in (0, 1, 2, 3, 4)] == [True, True, True, False, False]
    assert flood.has_room("refused", NOW + 1_000)
    assert flood.left_out("refused") == 2
    assert flood.left_out("refused") == 0


def test_a_flood_of_one_kind_drowns_no_other() -> None:
    flood = Flood(at_most=1)
    assert flood.has_room("refused", NOW)
    assert not flood.has_room("refused", NOW)
    assert flood.has_room("hand-over", NOW)
