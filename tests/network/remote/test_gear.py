"""A change in rounds, with a firewall in memory; with moto and emulators see the files beside this one."""

from __future__ import annotations

import pytest
from tests.network.remote.small_gear import SmallGear

from limen.errors import LimenError
from limen.network.remote.gear import NotAsMeantError, as_change, put, put_back


async def test_it_goes_on_until_nothing_is_left_to_call_and_back() -> None:
    gear = SmallGear()
    before = await gear.read()
    assert not as_change(gear, before).is_nothing
    assert await put(gear) == {"words": ["new"]}
    await put_back(gear, before)
    assert gear.words == {"old"}


async def test_one_that_keeps_nothing_is_given_up() -> None:
    with pytest.raises(LimenError):
        await put(SmallGear(forgets=True))


async def test_one_that_lets_through_what_was_not_meant_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    gear = SmallGear()
    monkeypatch.setattr(gear, "next_calls", lambda _: [])
    with pytest.raises(NotAsMeantError):
        await put(gear)
