from __future__ import annotations

import msgspec
from tests.identity.conftest import House
from tests.identity.sources.conftest import AtWork, said

from limen.identity.sources.foreseeing import named
from limen.identity.sources.model import Did


async def test_what_a_run_would_do_is_what_it_does(at_work: AtWork, house: House) -> None:
    await house.invited("Max", "max@harbor.example")
    await house.invited("Tom", "tom@elsewhere.example")
    everybody = [said(f"P{number}") for number in range(6)]
    await at_work.run(*everybody, said("Leo"))
    new = [
        *(msgspec.structs.replace(everybody[0], name="Other"), *everybody[1:]),
        *(said("Eve"), said("Max"), said("Tom", email="tom@elsewhere.example"), said("No", email="-")),
        said("Off", is_active=False),
    ]
    seen = await at_work.sources.foresee("hr", new)
    assert seen.is_too_much is False
    assert [one.said.name for one in named(seen.people, Did.ENDED)] == ["Leo"]
    assert (await at_work.run(*new)).counts == seen.counts
    assert set(seen.counts) == {"changed", "unchanged", "added", "adopted", "waits", "nothing", "ended"}


async def test_too_much_is_foreseen(at_work: AtWork) -> None:
    everybody = [said(f"P{number}") for number in range(8)]
    await at_work.run(*everybody)
    seen = await at_work.sources.foresee("hr", [])
    assert (seen.is_too_much, seen.counts) == (True, {"held": 8})
    assert (await at_work.sources.foresee("hr", everybody[:4])).counts == {"unchanged": 4, "ended": 4}


async def test_while_it_is_stopped_nobody_else_is_foreseen_to_go(at_work: AtWork) -> None:
    everybody = [said(f"P{number}") for number in range(12)]
    await at_work.run(*everybody)
    await at_work.run(*everybody[6:])
    seen = await at_work.sources.foresee("hr", everybody[7:])
    assert (seen.is_too_much, seen.counts) == (False, {"unchanged": 5, "held": 7})
    assert (await at_work.run(*everybody[7:])).counts == seen.counts
