"""Somebody who can make facts change, or say what they are, holds up nobody else's end and brings nothing down."""

from __future__ import annotations

import asyncio

import pytest
from tests.enforcement.house import House

from limen.enforcement import streams
from limen.enforcement.streams import Stream
from limen.facts import Device

HOST, WIKI = b"wiki.harbor.example", "203.0.113.7"


@pytest.fixture
def house() -> House:
    return House()


def opened(house: House, person: str) -> list[str]:
    answer = house.doors.decide_request("gateway", b"GET", HOST, b"/", house.cookie(person=person).encode(), WIKI)
    assert answer.permitted
    cut: list[str] = []
    house.streams.add(Stream(answer, WIKI, "gateway", cut.append))
    return cut


async def test_who_makes_their_own_facts_change_without_end_delays_nobodys_revocation(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    for _ in range(200):
        opened(house, "bo")
    revoked = opened(house, "ana")
    for turn in range(20):
        house.person("bo", {"staff", f"g{turn}"})
        await asyncio.sleep(0)
    house.revoke("ana")
    house.person("bo", {"staff"})
    await asyncio.sleep(0)
    assert revoked == ["session-revoked"]


async def test_nobody_gets_past_a_change_by_making_more_of_them(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of a fact asks for a look; a stream that waits already does not wait anew, and not for longer."""
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    cuts = [opened(house, "bo") for _ in range(30)]
    house.person("bo", set())
    for turn in range(100):
        house.known.devices.put(Device(f"d{turn}", known=True))
        house.known.set_company(house.known.apps.values(), house.known.groups.values())
        await asyncio.sleep(0)
    assert cuts == [["nothing-permits"]] * 30


@pytest.mark.parametrize("value", [10**30, "x" * 1_000_000, tuple("abc" * 1_000), {"a": 1}, 1.5, None])
def test_what_a_device_says_of_itself_is_unknown_where_it_can_not_be_held(house: House, value: object) -> None:
    """An agent can say anything; the feed that carries it must go on, or every door would shut."""
    house.known.learned.put(("device", "d1"), "device.encrypted", True)
    house.known.learned.put(("device", "d1"), "device.encrypted", value)  # type: ignore[arg-type]
    assert not house.known.learned.of(("device", "d1"))


def test_a_device_can_not_speak_for_its_person_nor_for_another_device(house: House) -> None:
    for subject, path in (
        (("device", "d1"), "person.clearance"),
        (("device", "d1"), "session.is_watched"),
        (("device", ""), "device.encrypted"),
    ):
        house.known.learned.put(subject, path, True)
        assert not house.known.learned.of(subject)
