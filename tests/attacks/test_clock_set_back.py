"""A clock that jumps an hour ahead and back, or a node that is an hour ahead: what was spent or ended stays so, since
whatever tidies up meanwhile takes out nothing that counts at others.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.attacks.test_ssh_at_two_workers import becomes
from tests.enforcement.ssh.hosts import Somebody, door_of, harbor, ida
from tests.two_limens import two_limens
from tests.web.conftest import House

from limen.clock import HOUR, MINUTE, SetClock, SystemClock
from limen.devices.signals import store as device_signals
from limen.devices.signals.service import Signals
from limen.identity.store import ended_elsewhere, upkeep
from limen.sso.oidc import workload_store
from limen.sso.oidc.provider import Provider
from limen.sso.seen_once import SeenOnce
from limen.sso.shared_signals.receiving import store as received
from limen.sso.shared_signals.receiving.receiver import Receiver
from limen.storage import Database
from limen.storage.kept_briefly import KeptBriefly

__all__ = ["harbor", "ida"]

AHEAD = HOUR
DIGEST = b"d" * 32
HERS = ("https://there.example", ended_elsewhere.ACCOUNT, "mia")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(SystemClock().now())


@pytest.fixture
def kept(where: str, clock: SetClock) -> Iterator[KeptBriefly]:
    database = Database.open(where, clock=clock)
    yield database.kept_briefly
    database.close()


async def test_a_proof_that_came_does_not_come_first_again(kept: KeptBriefly, clock: SetClock) -> None:
    proofs, now = SeenOnce(kept, "proofs"), clock.now()
    assert await proofs.is_first("jti", now + MINUTE)
    clock.set_to(now + AHEAD)
    await kept.forget_what_is_over()
    clock.set_to(now)
    assert not await proofs.is_first("jti", now + MINUTE)


async def test_what_was_spent_or_came_in_the_last_minute_still_has(harbor: House) -> None:
    house, now = harbor, harbor.clock.now()
    offers = house.limen.core.offers

    def first() -> list[bool]:
        return house.limen.database.write(
            lambda t: [
                upkeep.spend_challenge(t.connection, DIGEST, now + MINUTE),
                workload_store.use(t.connection, "w_batch", DIGEST, now + MINUTE, now) is workload_store.Use.FIRST,
                device_signals.is_first(t.connection, DIGEST, now + MINUTE),
                received.is_first(t.connection, DIGEST, "okta", now, now + MINUTE),
            ]
        )

    house.limen.database.write(lambda t: ended_elsewhere.keep(t.connection, HERS, now, now))
    assert first() == [True] * 4
    house.clock.forward(AHEAD)
    for tidies in (offers.take(Provider).keep_up, offers.take(Signals).forget, offers.take(Receiver).forget):
        await tidies()
    house.limen.database.write(lambda t: upkeep.purge(t.connection, house.clock.now()))
    house.clock.forward(-AHEAD)
    assert first() == [False] * 4
    assert house.limen.database.read(lambda s: ended_elsewhere.said_until(s.connection, [HERS])) == now


async def test_a_certificate_that_was_revoked_stays_on_the_list(harbor: House, ida: Somebody) -> None:
    serial = (await ida.certificate()).serial
    (one,) = door_of(harbor).live()
    await harbor.limen.identity.sessions.revoke(one.session_id, by="")
    await becomes(lambda: door_of(harbor).followers.has_ended(serial))
    by = one.until + AHEAD - harbor.clock.now()
    harbor.clock.forward(by)
    await door_of(harbor).keep_up()
    harbor.clock.forward(-by)
    assert door_of(harbor).followers.has_ended(serial)


async def test_a_certificate_is_watched_over_though_a_clock_said_that_it_was_over(harbor: House, ida: Somebody) -> None:
    serial = (await ida.certificate()).serial
    (one,) = door_of(harbor).live()
    by = one.until + AHEAD - harbor.clock.now()
    harbor.clock.forward(by)
    await door_of(harbor).keep_up()
    assert door_of(harbor).live() == []
    harbor.clock.forward(-by)
    await harbor.limen.identity.sessions.revoke(one.session_id, by="")
    await becomes(lambda: door_of(harbor).followers.has_ended(serial))


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_what_ends_at_one_worker_ends_at_one_whose_clock_is_an_hour_off(
    tmp_path: Path, where: str, by: int
) -> None:
    async with two_limens(tmp_path, where, apart=by) as two:
        for name, ends_at, at in (("Mia", two.here, two.there), ("Ida", two.there, two.here)):
            browser = two.here.browser()
            person = await two.here.member(browser, name, "staff")
            await two.caught_up()
            other = two.at(at, browser)
            assert (await other.get("/")).status_code == 200
            await ends_at.limen.identity.sessions.revoke_person(person, by="")
            assert (await other.get("/")).status_code == 303
