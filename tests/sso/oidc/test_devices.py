"""Devices wait by two codes: bounded in time, in number, and in how often anybody may guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import MINUTE, SECOND, SetClock
from limen.facts import Auth, Session
from limen.sso.oidc.devices import INTERVAL_SECONDS, LIVES, Device, Devices
from limen.storage.kept_briefly import KeptBriefly
from limen.user_codes import shown

ADDRESS = "198.51.100.9"
SESSION = Session("s1", "mia", Auth(), 0, 1, 1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_700_000_000_000)


@pytest.fixture
def devices(clock: SetClock) -> Devices:
    return Devices(KeptBriefly.in_memory(clock), clock)


async def begun(devices: Devices) -> tuple[str, Device]:
    found = await devices.begin("desk", "openid", ADDRESS)
    assert found is not None
    return found


async def found_by(devices: Devices, code: str, person: str) -> Device | None:
    return (await devices.typed(code, person) or ("", None))[1]


async def test_a_code_is_found_however_it_is_typed_until_its_time_is_over(devices: Devices, clock: SetClock) -> None:
    secret, device = await begun(devices)
    code = shown(device.user_code)
    for typed in (code, code.lower(), device.user_code, f" {code} "):
        assert await found_by(devices, typed, "mia") == device
    assert await devices.of(secret) == device
    assert [await devices.of(wrong) for wrong in ("", device.user_code, secret[:-1])] == [None, None, None]
    clock.forward(LIVES)
    assert await found_by(devices, code, "mia") is None
    assert await devices.of(secret) == device
    assert device.is_over(clock.now())


async def test_nobody_guesses_on_and_on(devices: Devices, clock: SetClock) -> None:
    _, device = await begun(devices)
    assert [await found_by(devices, "BBBB-BBBB", "eve") for _ in range(10)] == [None] * 10
    assert await found_by(devices, device.user_code, "eve") is None
    assert await found_by(devices, device.user_code, "mia") == device
    clock.forward(2 * MINUTE)
    assert await found_by(devices, device.user_code, "eve") == device


async def test_one_network_can_not_begin_without_end(devices: Devices) -> None:
    begins = [await devices.begin("desk", "openid", ADDRESS) is not None for _ in range(21)]
    assert begins == [True] * 20 + [False]
    assert await devices.begin("desk", "openid", "203.0.113.7") is not None


async def test_it_is_answered_once_and_told_once(devices: Devices) -> None:
    secret, device = await begun(devices)
    name, _ = await devices.typed(device.user_code, "mia") or ("", None)
    agreed = await devices.agree(name, SESSION, "decision")
    assert agreed is not None
    assert agreed.sign_in is not None
    assert (agreed.sign_in.person_id, agreed.sign_in.session_id) == ("mia", "s1")
    assert [await devices.agree(name, SESSION), await devices.refuse(name)] == [None, None]
    assert await devices.of(secret) == agreed
    assert [await devices.take(secret), await devices.take(secret), await devices.of(secret)] == [True, False, None]


async def test_who_is_refused_is_not_let_in_afterwards(devices: Devices) -> None:
    secret, device = await begun(devices)
    name, _ = await devices.typed(device.user_code, "mia") or ("", None)
    assert await devices.refuse(name) == replace(device, is_refused=True)
    assert await devices.agree(name, SESSION) is None
    assert await devices.of(secret) == replace(device, is_refused=True)


async def test_who_asks_too_often_waits_longer(devices: Devices, clock: SetClock) -> None:
    secret, _ = await begun(devices)

    async def asks() -> tuple[bool, int]:
        asked = await devices.asks(secret)
        assert asked is not None
        return asked.is_early, asked.pause

    assert await asks() == (False, INTERVAL_SECONDS)
    clock.forward(SECOND)
    assert await asks() == (True, 2 * INTERVAL_SECONDS)
    clock.forward(2 * INTERVAL_SECONDS * SECOND)
    assert await asks() == (False, 2 * INTERVAL_SECONDS)
