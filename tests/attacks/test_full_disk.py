"""A disk that is all but full: everybody is refused with the reason, except who can make room and take access away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.storage.small_disk import small_disk
from tests.web import conftest as web


@pytest.fixture
def full_soon(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, 16, "Limen on a full disk") as disk:
        yield disk


def fill(disk: Path, leave: int) -> Path:
    junk = disk / "junk"
    with junk.open("ab", buffering=0) as file:
        while os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize > leave:
            file.write(bytes(16_384))
    return junk


async def until_writable_is(house: web.House, wanted: bool) -> None:
    async with asyncio.timeout(60):
        while house.limen.journal.writable is not wanted:  # noqa: ASYNC110 -- the journal's thread sets it
            await asyncio.sleep(0.02)


async def test_on_a_full_disk_only_administrators_get_in_revoke_and_make_room(full_soon: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await web.move_in(closing, full_soon / "harbor")
        ada, bea = house.browser(), house.browser()
        await house.administrator(ada)
        bea_id = await house.member(bea, "Bea", "staff")
        wiki = await house.into(bea, "wiki")
        junk = fill(full_soon, leave=1 << 20)
        house.limen.journal.record(house.events("person.enrolled")[0])  # whatever is written next looks at the disk
        await until_writable_is(house, False)

        refused = await wiki.get("/", **{"sec-fetch-mode": "cors"})
        assert refused.status_code == 503
        assert (await bea.get("/")).status_code == 503
        again = house.browser()
        again.passkey = bea.passkey
        assert (await again.sign_in()).status_code == 503

        fresh = house.browser()
        fresh.passkey = ada.passkey
        assert (await fresh.sign_in(to="/console")).status_code == 200
        assert (await fresh.get(f"/console/people/{bea_id}")).status_code == 200
        ended = await fresh.post(f"/console/people/{bea_id}/sessions/end")
        assert ended.headers["location"].endswith("done=ended")
        assert house.events("sessions.revoked")[0].subject == bea_id

        reasons = {event.decision.reasons[0] for event in house.events("decision") if event.actor == bea_id}
        assert "disk-full" in reasons
        junk.unlink()
        await until_writable_is(house, True)
        assert (await bea.get("/")).headers["location"].startswith("/sign-in")  # ended, and still so
        assert (await again.sign_in()).status_code == 200


async def test_a_thousand_refusals_do_not_eat_what_is_set_aside(full_soon: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await web.move_in(closing, full_soon / "harbor")
        bea = house.browser()
        await house.member(bea, "Bea", "staff")
        wiki = await house.into(bea, "wiki")
        fill(full_soon, leave=1 << 20)
        house.limen.journal.record(house.events("person.enrolled")[0])
        await until_writable_is(house, False)
        house.limen.journal.flush()
        before = os.statvfs(full_soon).f_bavail
        for number in range(1_000):
            await wiki.get(f"/{number}", **{"sec-fetch-mode": "cors"})
        house.limen.journal.flush()
        eaten = (before - os.statvfs(full_soon).f_bavail) * os.statvfs(full_soon).f_frsize
        assert eaten < 200_000
