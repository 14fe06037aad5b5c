"""What receivers ask on the sign-in host, as they ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.signal_receiver import Receiver
from tests.sso.shared_signals.at_receivers import AtReceivers, write
from tests.web.conftest import ORIGIN, move_in

from limen.web import ssf


@pytest.fixture
async def signals(tmp_path: Path) -> AsyncIterator[AtReceivers]:
    async with AsyncExitStack() as closing:
        yield AtReceivers(
            await move_in(closing, tmp_path / "harbor", lambda folder: write(folder, 1)), Receiver("", "")
        )


async def test_what_the_api_answers_is_what_it_declares(signals: AtReceivers) -> None:
    watch = await signals.caller("watch")
    stream = await watch.stream()
    for route in ssf.PAGES:
        path = route.path.format(stream_id=stream["stream_id"])
        refused = await watch.ask("OPTIONS", path)
        assert (refused.status_code, route.method in refused.headers["allow"]) == (405, True)
        assert (await watch.ask(route.method, f"/ssf{path}x")).status_code == 404
        if route.method == "POST":
            assert (await watch.ask("POST", path, [])).status_code == 400
            assert (
                await watch.client.post(path, data={"a": "b"}, headers={"authorization": f"Bearer {watch.token}"})
            ).status_code == 415
    for path in ("/ssf/streams?stream_id=a&stream_id=b", "/ssf/streams?" + "a" * 2_000):
        assert (await watch.ask("GET", path)).status_code == 400


async def test_receivers_find_everything_from_one_address(signals: AtReceivers) -> None:
    client = signals.caller_with("").client
    told = (await client.get("/.well-known/ssf-configuration")).json()
    assert told["issuer"] == ORIGIN
    keys = await client.get(told["jwks_uri"].removeprefix(ORIGIN))
    assert {one["alg"] for one in keys.json()["keys"]} >= {"RS256"}
    for name, url in told.items():
        if name.endswith("_endpoint"):
            assert (await client.post(url.removeprefix(ORIGIN), json={})).status_code == 401


async def test_a_request_that_is_too_large_is_not_read(signals: AtReceivers) -> None:
    watch = await signals.caller("watch")
    assert (await watch.ask("POST", "/ssf/streams", {"description": "x" * 70_000})).status_code == 413
