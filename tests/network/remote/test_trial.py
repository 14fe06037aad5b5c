"""A change on trial, with a firewall in memory; by the command see tests/cli/test_firewall_gear.py."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.network.remote.small_gear import SmallGear

from limen.errors import LimenError
from limen.network.model import Firewall
from limen.network.remote.kept import CONFIRMED, TRIAL, UNDONE, kept
from limen.network.remote.trial import decide, tried, undone

EDGE = Firewall("edge", "opnsense", (), "", "https://edge.harbor.example")


def state(folder: Path) -> str:
    now = kept(folder, "edge")
    return "" if now is None else now.state


async def test_it_goes_back_unless_somebody_confirms_it(tmp_path: Path) -> None:
    gear = SmallGear()
    assert not await tried(gear, EDGE, tmp_path, is_sure=False, on_trial=lambda: None, seconds=0.1)
    assert (gear.words, state(tmp_path)) == ({"old"}, UNDONE)
    confirm = lambda: decide(tmp_path, EDGE, CONFIRMED)  # noqa: E731 -- said once
    assert await tried(gear, EDGE, tmp_path, is_sure=False, on_trial=confirm, seconds=5)
    assert (gear.words, state(tmp_path)) == ({"new"}, CONFIRMED)
    await undone(gear, EDGE, tmp_path)
    assert (gear.words, state(tmp_path)) == ({"old"}, UNDONE)


async def test_whoever_breaks_it_off_goes_back(tmp_path: Path) -> None:
    gear = SmallGear()
    begun = asyncio.Event()
    trial = asyncio.create_task(tried(gear, EDGE, tmp_path, is_sure=False, on_trial=begun.set))
    await begun.wait()
    assert (gear.words, state(tmp_path)) == ({"new"}, TRIAL)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    assert (gear.words, state(tmp_path)) == ({"old"}, UNDONE)


async def test_another_firewall_of_the_name_is_not_undone(tmp_path: Path) -> None:
    gear = SmallGear()
    assert await tried(gear, EDGE, tmp_path, is_sure=True, on_trial=lambda: None)
    with pytest.raises(LimenError):
        await undone(gear, Firewall("edge", "opnsense", (), "", "https://other.harbor.example"), tmp_path)
    assert gear.words == {"new"}
