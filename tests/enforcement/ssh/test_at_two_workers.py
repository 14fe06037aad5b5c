"""SSH at two workers: each watches all certificates, and only one hears that somebody is at work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.enforcement.ssh.hosts import Somebody, door_of, write
from tests.two_limens import TwoLimens, two_limens

from limen.clock import MINUTE


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, f"sqlite:///{tmp_path / 'limen.db'}", write) as running:
        yield running


async def test_who_is_at_work_is_not_ended_by_a_worker_that_does_not_hear_of_it(two: TwoLimens) -> None:
    browser = two.here.browser()
    ida = Somebody(browser, await two.here.member(browser, "Ida", "staff"))
    await two.caught_up()
    serial = (await ida.certificate()).serial
    (one,) = door_of(two.here).live()
    for _ in range(int(two.here.limen.settings.sessions.idle_hours * 3) + 2):
        two.here.clock.forward(20 * MINUTE)
        door_of(two.here).seen_active(one.app, frozenset({serial}))
        await two.here.limen.identity.keep_up()
        await two.there.limen.identity.keep_up()
    (there,) = door_of(two.there)._streams.open()
    assert two.there.limen.doors.why_ended(there.answer) == ""
    door_of(two.there)._streams._time_is_up(there)
    await two.caught_up()
    assert [one.serial for one in door_of(two.here).live()] == [serial]
