"""What other parts keep open is decided again when a fact changes, and left alone when Limen stops."""

from __future__ import annotations

import asyncio

from tests.network.doors.at_harbor import ADDRESS, Somebody, harbor, ida
from tests.web.conftest import House

from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.kept_open import kept_open
from limen.facts import Session
from limen.policy.decision import Effect

__all__ = ["harbor", "ida"]


def session_of(house: House, person_id: str) -> Session:
    return house.limen.known.issued_to(("person", person_id))[0]


async def test_a_decision_that_turns_is_told_once_and_one_that_is_left_is_not(harbor: House, ida: Somebody) -> None:
    core = harbor.limen.core
    kept, streams = kept_open(core, core.offers.take(DecisionPoint))
    app, session = core.known.apps["erp-desktop"], session_of(harbor, ida.id)
    answer = kept.decide("network", app, session, "connect", ADDRESS, 0)
    assert answer.effect is Effect.PERMIT
    latest = core.clock.now() + 60_000
    assert kept.end(answer, latest) == latest
    ended: list[str] = []
    left: list[str] = []
    kept.watch(answer, "network", ADDRESS, 0, ended.append)
    kept.watch(answer, "network", ADDRESS, 0, left.append)()
    core.known.set_not_before(("person", ida.id), core.clock.now() + 1)
    await asyncio.sleep(0.1)
    assert (len(ended), left) == (1, [])
    refused = kept.decide("network", app, session, "connect", ADDRESS, 0)
    assert (refused.session, kept.end(refused, latest)) == (None, 0)
    streams.close()


async def test_a_stop_ends_nothing(harbor: House, ida: Somebody) -> None:
    core = harbor.limen.core
    kept, streams = kept_open(core, core.offers.take(DecisionPoint))
    answer = kept.decide("network", core.known.apps["erp-desktop"], session_of(harbor, ida.id), "connect", ADDRESS, 0)
    ended: list[str] = []
    kept.watch(answer, "network", ADDRESS, 0, ended.append)
    streams.close()
    await asyncio.sleep(0)
    assert ended == []
