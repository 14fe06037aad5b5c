from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup
from tests.enforcement.ssh.hosts import HOST, OTHER, harbor, hosts_of
from tests.enforcement.ssh.test_hosts import NOTHING, enrolled
from tests.web.conftest import House

from limen.clock import DAY, HOUR, Instant, SystemClock
from limen.doctor import ssh_hosts as looking
from limen.doctor.setup import Setup
from limen.doctor.ssh_hosts import ssh_hosts
from limen.enforcement.ssh.hosts import Asks
from limen.finding import State

__all__ = ["harbor"]
BUILD = "build.harbor.example"


def of(house: House) -> Setup:
    core = house.limen.core
    return Setup(core.root, core.settings, tuple(core.known.apps.values()), outside())


async def told(of_it: Setup) -> dict[str, State]:
    return {one.where: one.state for one in await ssh_hosts(of_it) if one.state is not State.OK}


@pytest.fixture
def at_that_time(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Then(SystemClock):
        def now(self) -> Instant:
            return harbor.clock.now()

    monkeypatch.setattr(looking, "SystemClock", Then)


async def test_without_hosts_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert [one.state for one in await ssh_hosts(setup(tmp_path))] == [State.SKIPPED]


@pytest.mark.usefixtures("at_that_time")
async def test_hosts_that_have_not_enrolled_are_not_heard_or_are_named_no_more(harbor: House) -> None:
    assert await told(of(harbor)) == dict.fromkeys((HOST, OTHER, BUILD), State.WARNING)
    await enrolled(harbor)
    assert await told(of(harbor)) == dict.fromkeys((OTHER, BUILD), State.WARNING)
    harbor.clock.forward(2 * DAY + HOUR)
    assert await told(of(harbor)) == dict.fromkeys((HOST, OTHER, BUILD), State.WARNING)
    assert await told(replace(of(harbor), apps=())) == {HOST: State.WARNING}


@pytest.mark.usefixtures("at_that_time")
@pytest.mark.parametrize("said", [(True, 31), (False, 0)], ids=["clock", "others"])
async def test_a_host_that_does_not_hold_to_what_limen_says_is_wrong_for_a_day(
    harbor: House, said: tuple[bool, int]
) -> None:
    secret, _ = await enrolled(harbor)
    await hosts_of(harbor).ask(secret, Asks(0, NOTHING, NOTHING, True), "203.0.113.50")
    assert HOST not in await told(of(harbor))
    await hosts_of(harbor).ask(secret, Asks(0, NOTHING, NOTHING, *said), "203.0.113.50")
    harbor.limen.journal.flush()
    assert (await told(of(harbor)))[HOST] is State.WRONG
    harbor.clock.forward(DAY + HOUR)
    assert (await told(of(harbor))).get(HOST) is not State.WRONG
