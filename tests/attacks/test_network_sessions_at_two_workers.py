"""Whoever was let into a network by one worker is put out by any: also where the one that let them in has ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.attacks.test_ssh_at_two_workers import becomes
from tests.enforcement.radius.networks import VPN, confirmed, door_of, writing
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import House

from limen.enforcement.radius import sessions as module
from limen.enforcement.radius.disconnect import Disconnects
from limen.enforcement.radius.store import RadiusSession
from limen.facts import Session


@pytest.fixture
async def two(tmp_path: Path, where: str) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, where, writing()) as running:
        yield running


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the sessions that the NAS was told to end, as often as it was."""
    ended_there: list[str] = []

    async def end(_self: Disconnects, one: RadiusSession) -> None:
        ended_there.append(one.id)

    monkeypatch.setattr(Disconnects, "end", end)
    return ended_there


async def in_the_vpn(two: TwoLimens) -> tuple[Session, str]:
    """Ida's sign-in, and her session in the VPN, which was let in here."""
    ida = await two.here.member(two.here.browser(), "Ida", "staff")
    await two.caught_up()
    (session,) = two.here.limen.known.issued_to(("person", ida))
    reply = await confirmed(two.here, VPN, session)
    assert inside(two.here) == inside(two.there) == [reply.session]
    return session, reply.session


def inside(house: House) -> list[str]:
    return [one.id for one in door_of(house).sessions.open()]


def ending(two: TwoLimens) -> list[RadiusSession]:
    return [one for house in (two.here, two.there) for one in door_of(house).sessions.ending()]


async def test_who_is_revoked_at_one_worker_is_put_out_by_the_one_that_let_them_in(
    two: TwoLimens, told: list[str]
) -> None:
    signed_in, vpn = await in_the_vpn(two)
    await two.there.limen.identity.sessions.revoke(signed_in.id, by="")
    await becomes(lambda: not inside(two.here) and not inside(two.there) and bool(told) and not ending(two))
    assert told == [vpn]


async def test_another_worker_puts_them_out_where_the_one_that_let_them_in_has_ended(
    two: TwoLimens, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in, vpn = await in_the_vpn(two)
    monkeypatch.setattr(module, "ELSEWHERE_SECONDS", 0.05)
    await door_of(two.here).sessions.close()
    await two.there.limen.identity.sessions.revoke(signed_in.id, by="")
    await becomes(lambda: told == [vpn])
