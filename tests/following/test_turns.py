"""Numbers grow whatever happens, and whoever waits hears of the next state."""

from __future__ import annotations

import asyncio
import json

from limen.clock import DAY, SetClock, from_iso
from limen.following.keys import SigningKey, new_secret
from limen.following.turns import MOST_AHEAD, Turns, signed_state

NOW = from_iso("2026-11-27T09:00:00Z")


async def test_whoever_waits_hears_of_the_next_state() -> None:
    turns = Turns(SetClock(NOW))
    waiting = asyncio.create_task(turns.next(turns.number))
    await asyncio.sleep(0)
    assert not waiting.done()
    before = turns.number
    assert turns.change() > before
    await asyncio.wait_for(waiting, 1)
    await asyncio.wait_for(turns.next(before), 1)  # who is behind does not wait


def test_numbers_grow_over_a_restart_and_over_what_somebody_has_already() -> None:
    turns = Turns(SetClock(NOW))
    first = turns.number
    assert Turns(SetClock(NOW + 1_000)).number > first
    assert turns.outgrow(first + DAY)
    assert turns.number > first + DAY
    assert not turns.outgrow(first)
    assert not Turns(SetClock(NOW + 50)).outgrow(first + 100)  # another worker's
    assert turns.outgrow(NOW + MOST_AHEAD)  # it lies, and stays ahead of all others alone
    assert turns.number < NOW + MOST_AHEAD


def test_a_state_is_its_text_and_a_signature() -> None:
    state = signed_state(7, {"number": 7}, SigningKey("k", NOW, new_secret()), "limen-test")
    assert (state.number, json.loads(state.text)) == (7, {"number": 7})
    assert state.signature.startswith("-----BEGIN SSH SIGNATURE-----")
