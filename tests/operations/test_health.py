from __future__ import annotations

from dataclasses import replace

from tests.web.conftest import House

from limen.operations.health import Watched
from limen.storage.space import MEGABYTE, Space


async def test_it_is_ready_while_it_decides(house: House, watched: Watched) -> None:
    health = watched.health()
    assert health.is_ready
    assert health.revision == house.limen.in_force.company.revision


async def test_without_its_database_it_is_not_ready_and_says_why(house: House, watched: Watched) -> None:
    house.limen.known.lease_until = 0.0
    assert watched.health().obstacles == ("Limen has lost touch with its database",)


async def test_what_parts_warn_of_is_no_obstacle(watched: Watched) -> None:
    health = replace(watched, warnings=lambda: ("ClickHouse is away",)).health()
    assert (health.is_ready, health.warnings) == (True, ("ClickHouse is away",))


async def test_a_disk_that_runs_out_is_a_warning_and_no_obstacle(watched: Watched) -> None:
    scarce = replace(watched, space=lambda: Space(1 * MEGABYTE, 10_000 * MEGABYTE, 9, 10, 0, 0))
    health = scarce.health()
    assert health.is_ready
    assert health.warnings == ("1 MB (0 %) free where Limen stores its data.",)
