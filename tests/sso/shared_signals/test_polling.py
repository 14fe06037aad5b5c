"""A receiver that we did not write fetches its events (RFC 8936)."""

from __future__ import annotations

import asyncio

import pytest
from tests.signal_receiver import Receiver
from tests.sso.shared_signals.at_receivers import POLLED, RISC, AtReceivers
from tests.web.conftest import ORIGIN

from limen.sso.shared_signals import polling

DISABLED = f"{RISC}account-disabled"


async def test_events_come_again_until_they_are_acknowledged(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    receiver = Receiver(POLLED, ORIGIN, keys=(await watch.client.get("/oidc/keys")).json())
    for name in ("oscar", "ida", "nora"):
        await signals.let_go(await signals.person(name))
    await signals.told()
    first = await watch.poll(stream, maxEvents=2)
    assert (len(first["sets"]), first["moreAvailable"]) == (2, True)
    assert await watch.poll(stream, maxEvents=2) == first
    claims = [receiver.verified(token) for token in first["sets"].values()]
    assert [one["sub_id"]["email"] for one in claims] == ["oscar@harbor.example", "ida@harbor.example"]
    assert [one["jti"] for one in claims] == list(first["sets"])
    last = await watch.poll(stream, ack=[*first["sets"], "unknown"])
    assert (len(last["sets"]), "moreAvailable" in last) == (1, False)
    (jti,) = last["sets"]
    refused = {jti: {"err": "invalid_audience", "description": "not ours"}}
    assert await watch.poll(stream, setErrs=refused, maxEvents=0) == {"sets": {}}
    assert await watch.poll(stream) == {"sets": {}}
    assert signals.said()[-1] == "refused"
    held = signals.streams()["watch"]
    assert held.heard_at
    assert held.polled_at


async def test_who_waits_is_answered_when_something_happens(signals: AtReceivers) -> None:
    watch, stream = await signals.polled(events_requested=[DISABLED])
    waiting = asyncio.create_task(watch.poll(stream, returnImmediately=False))
    oscar = await signals.person("oscar")
    assert not waiting.done()
    await signals.let_go(oscar)
    await signals.told()
    assert len((await waiting)["sets"]) == 1


async def test_nobody_waits_for_ever_and_of_one_receiver_only_so_many(
    signals: AtReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "LONGEST_WAIT_SECONDS", 1.0)
    watch, stream = await signals.polled()
    several = await asyncio.gather(
        *(watch.poll(stream, returnImmediately=False) for _ in range(polling.MOST_OF_ONE + 2))
    )
    assert all(one == {"sets": {}} for one in several)
    assert signals.transmitter.polling._waiting == {}
