from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.doctor.scene import answering, app, dated, outside, serving, setup

from limen.doctor.clock import clock
from limen.finding import Finding, State

ELSEWHERE = frozenset({"10.0.0.5"})
"""A machine whose own addresses the apps' servers are not among, though this test's servers are on loopback."""


async def looked(tmp_path: Path, kept: bool | None, *hours: float, own: frozenset[str] = ELSEWHERE) -> list[Finding]:
    async with AsyncExitStack() as closing:
        apps = []
        for number, one in enumerate(hours):
            port = await closing.enter_async_context(serving(answering(Date=dated(one))))
            apps.append(app(f"http://127.0.0.1:{port}", f"app{number}"))
        return await clock(
            setup(tmp_path, *apps, outside_=outside(is_clock_kept=lambda: kept, own_addresses=lambda: own))
        )


async def test_two_apps_that_agree_speak_against_this_machine(tmp_path: Path) -> None:
    (found,) = await looked(tmp_path, True, 1, 1)
    assert found.state is State.WRONG
    assert "this machine's clock is 60 minutes behind" in found.what
    assert "timedatectl set-ntp true" in found.fix


async def test_one_app_alone_is_doubted_itself_where_the_clock_is_kept(tmp_path: Path) -> None:
    doubted, kept = await looked(tmp_path, True, -3)
    assert (doubted.state, kept.state) == (State.WARNING, State.OK)
    assert doubted.what == "the clock of app0 is 3 hours behind this machine's"
    (found,) = await looked(tmp_path, False, -3)
    assert found.state is State.WRONG
    assert "3 hours ahead" in found.what


async def test_apps_on_this_machine_have_its_clock_and_prove_nothing(tmp_path: Path) -> None:
    (found,) = await looked(tmp_path, None, 0, 0, own=frozenset({"127.0.0.1"}))
    assert found.state is State.SKIPPED
    assert "no other machine's time was available" in found.what


@pytest.mark.parametrize(
    ("kept", "hours", "state"),
    [
        (True, (), State.OK),
        (True, (0,), State.OK),
        (None, (0,), State.OK),
        (None, (), State.SKIPPED),
        (False, (), State.WARNING),
    ],
)
async def test_a_clock_that_is_right_alarms_nobody(
    tmp_path: Path, kept: bool | None, hours: tuple[float, ...], state: State
) -> None:
    (found,) = await looked(tmp_path, kept, *hours)
    assert found.state is state
