"""How long nobody is signed in at a vendor after it refused the secret."""

from __future__ import annotations

from dataclasses import replace

from tests.enforcement.brokered.test_at_vendor import APP

from limen.clock import SetClock
from limen.enforcement.brokered.pauses import PAUSE, Pauses
from limen.enforcement.brokered.store import Secret
from limen.storage.kept_briefly import KeptBriefly


async def test_it_holds_for_one_secret_of_one_app_and_for_a_while() -> None:
    clock, old = SetClock(1_000_000), Secret("old", 1)
    pauses = Pauses(KeptBriefly.in_memory(clock))
    await pauses.begin(APP, old)
    other = replace(APP, id="other")
    held = [await pauses.is_paused(*one) for one in ((APP, old), (APP, Secret("new", 2)), (other, old))]
    assert held == [True, False, False]
    clock.forward(PAUSE + 1)
    assert not await pauses.is_paused(APP, old)
