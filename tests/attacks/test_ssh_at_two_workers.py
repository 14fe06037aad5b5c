"""Hosts and people come to any worker: what ends at one is not open at a host that follows the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.enforcement.ssh.hosts import HOST, Somebody, door_of, hosts_of, write
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import House

from limen.enforcement.ssh.hosts import Asks, Enrolled
from limen.following.questions import FollowerRefusedError
from limen.following.wire import line_of

FROM = "203.0.113.50"
NOTHING = Asks(0, frozenset(), frozenset())


@pytest.fixture
async def two(tmp_path: Path, where: str) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, where, write) as running:
        yield running


@pytest.fixture
async def ida(two: TwoLimens) -> Somebody:
    browser = two.here.browser()
    somebody = Somebody(browser, await two.here.member(browser, "Ida", "staff"))
    await two.caught_up()
    return somebody


async def enrolled(house: House) -> Enrolled:
    hosts = hosts_of(house)
    return await hosts.enrol(await hosts.token(HOST, by=""), line_of(Ed25519PrivateKey.generate().public_key()), FROM)


async def ended(house: House, secret: str) -> list[int]:
    """What a host is told by this worker that nothing may be open of."""
    state = await hosts_of(house).ask(secret, NOTHING, FROM)
    assert state is not None
    return list(json.loads(state.text)["ended"])


async def becomes(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 -- facts in memory tell nobody when they change
            await asyncio.sleep(0.01)


async def test_what_is_revoked_at_one_worker_is_closed_at_a_host_that_follows_the_other(
    two: TwoLimens, ida: Somebody
) -> None:
    host = await enrolled(two.here)
    issued = (await ida.certificate()).serial
    assert [one.serial for one in door_of(two.there).live()] == [issued]
    assert (await ended(two.here, host.secret), await ended(two.there, host.secret)) == ([], [])
    (session,) = {one.session_id for one in door_of(two.here).live()}
    await two.there.limen.identity.sessions.revoke(session, by="")
    for house in (two.here, two.there):
        assert await ended(house, host.secret) == [issued]
        assert door_of(house).live() == []
    await becomes(lambda: bool(two.here.events("ssh.certificate_ended") or two.there.events("ssh.certificate_ended")))
    await two.caught_up()
    told = {one.id for house in (two.here, two.there) for one in house.events("ssh.certificate_ended")}
    assert len(told) == 1


async def test_a_host_that_was_removed_at_one_worker_is_told_nothing_by_the_other(two: TwoLimens) -> None:
    host = await enrolled(two.here)
    assert await hosts_of(two.there).ask(host.secret, NOTHING, FROM) is not None
    await hosts_of(two.here).remove(host.host.id, by="")
    for house in (two.here, two.there):
        with pytest.raises(FollowerRefusedError):
            await hosts_of(house).ask(host.secret, NOTHING, FROM)


async def test_the_newer_host_of_a_name_is_known_to_every_worker_and_the_older_to_none(two: TwoLimens) -> None:
    older, newer = await enrolled(two.here), await enrolled(two.there)
    for house in (two.here, two.there):
        assert await hosts_of(house).ask(newer.secret, NOTHING, FROM) is not None
        with pytest.raises(FollowerRefusedError):
            await hosts_of(house).ask(older.secret, NOTHING, FROM)
