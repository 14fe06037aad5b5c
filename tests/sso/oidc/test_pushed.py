"""Pushed requests are their app's, for a while, once."""

from __future__ import annotations

from limen.clock import SECOND, SetClock
from limen.sso.oidc.protocol import ProtocolRequest
from limen.sso.oidc.pushed import LIVES_SECONDS, PushedRequests
from limen.storage.kept_briefly import KeptBriefly

WIRE = ProtocolRequest("GET", "/oidc/authorize", {"client_id": ["a"], "state": ["s"]})


async def test_it_is_looked_at_by_its_app_and_used_once() -> None:
    clock = SetClock(10)
    pushed = PushedRequests(KeptBriefly.in_memory(clock))
    uri, seconds = await pushed.keep(WIRE, "a")
    assert seconds == LIVES_SECONDS
    kept = await pushed.look(uri, "a")
    assert kept is not None
    assert (kept.one("state"), kept.one("request_uri")) == ("s", uri)
    assert await pushed.look(uri, "b") is None
    assert [await pushed.take(uri), await pushed.take(uri)] == [True, False]
    assert await pushed.look(uri, "a") is None


async def test_it_ends() -> None:
    clock = SetClock(10)
    pushed = PushedRequests(KeptBriefly.in_memory(clock))
    uri, seconds = await pushed.keep(WIRE, "a")
    clock.forward(seconds * SECOND)
    assert await pushed.look(uri, "a") is None
