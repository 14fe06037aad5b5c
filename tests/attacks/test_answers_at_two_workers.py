"""What is taken away at one worker is answered once the other can't go by it any more, however slow that one is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import Browser, House

from limen.clock import DAY
from limen.identity import workloads
from limen.identity.model import Terms
from limen.identity.workloads import Issued, Workloads
from limen.sso.oidc.provider import Provider
from limen.sso.saml.identity_provider import IdentityProvider

HANGS_SECONDS = 0.5


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, f"sqlite:///{tmp_path / 'limen.db'}") as running:
        yield running


@contextmanager
def hanging(house: House) -> Iterator[None]:
    """Its feed can't go on for a moment, in which an answer that waits for nobody would have come long since."""
    goes_on = threading.Event()
    house.limen.core.feed._register_thread.submit(goes_on.wait, 60)
    timer = threading.Timer(HANGS_SECONDS, goes_on.set)
    timer.start()
    try:
        yield
    finally:
        goes_on.set()
        timer.cancel()


def decides(house: House) -> bool:
    return house.limen.core.clock.monotonic() < house.limen.known.lease_until


async def a_program(two: TwoLimens, owner: str) -> Issued:
    now = two.here.clock.now()
    terms = Terms(owner, "Sends the invoices", now + 9 * DAY)
    made = await asyncio.to_thread(
        workloads.add, two.here.limen.database, "batch", ["wiki"], [], 90, now, terms=terms, by="server"
    )
    await two.caught_up()
    return made


async def test_who_ends_their_program_is_told_so_when_no_worker_takes_its_token(two: TwoLimens) -> None:
    ida = two.here.browser()
    made = await a_program(two, await two.here.member(ida, "Ida", "staff"))
    await ida.get("/programs")
    with hanging(two.there):
        said = await ida.post(f"/programs/workloads/{made.workload.id}/end")
        assert said.headers["location"] == "/programs?done=ended"
        held = two.there.limen.core.offers.take(Workloads).holder(made.secret, two.here.clock.now())
        assert held is None or not decides(two.there)


async def administrator(two: TwoLimens) -> Browser:
    ada = two.here.browser()
    await two.here.administrator(ada)
    return ada


async def test_the_new_end_of_a_program_is_known_to_every_worker_when_it_is_saved(two: TwoLimens) -> None:
    ada = await administrator(two)
    (owner,) = two.here.limen.known.people.values()
    made, now = await a_program(two, owner.id), two.here.clock.now()
    ends = workloads.last_day(now, two.here.limen.settings.zone)
    await ada.get("/console/workloads")
    with hanging(two.there):
        saved = await ada.post("/console/workloads/batch/terms", owner=owner.email, purpose="Payslips", ends=ends)
        assert saved.headers["location"] == "/console/workloads?done=described"
        held = two.there.limen.core.offers.take(Workloads).holder(made.secret, now)
        assert (held is not None and held.purpose == "Payslips") or not decides(two.there)


@pytest.mark.parametrize("protocol", ["oidc", "saml"])
async def test_a_discarded_key_signs_and_is_published_at_no_worker(two: TwoLimens, protocol: str) -> None:
    ada = await administrator(two)
    await two.caught_up()
    offer = Provider if protocol == "oidc" else IdentityProvider
    before = set(two.here.limen.core.offers.take(offer).keys.ids)
    assert set(two.there.limen.core.offers.take(offer).keys.ids) == before
    await ada.get("/console/keys")
    with hanging(two.there):
        done = await ada.post(f"/console/keys/{protocol}/discard", sure="yes")
        assert done.headers["location"] == "/console/keys?done=discarded"
        assert not before & set(two.here.limen.core.offers.take(offer).keys.ids)
        assert not before & set(two.there.limen.core.offers.take(offer).keys.ids) or not decides(two.there)
    await two.caught_up()
    kept = two.here.limen.core.offers.take(offer).keys.ids
    assert two.there.limen.core.offers.take(offer).keys.ids == kept
