"""Surfaces of every part are asked by whoever proves an end."""

from __future__ import annotations

from tests.web.conftest import House, house

from limen.pillar import AccessSurfaces, Standing

__all__ = ["house"]


async def test_each_is_named_once_and_says_of_a_stranger_that_nothing_is_left(house: House) -> None:
    surfaces = house.limen.core.offers.take(AccessSurfaces).all
    names = [one.name for one in surfaces]
    assert len(set(names)) == len(names)
    assert set(names) >= {
        "in_memory",
        "open_streams",
        "ssh_on_hosts",
        "network_sessions",
        "sessions_of_apps",
        "groups_of_directories",
        "ways_through_the_network",
    }
    assert all(one.title for one in surfaces)
    assert [await one.ask("p_nobody", 0) for one in surfaces] == [Standing()] * len(surfaces)
