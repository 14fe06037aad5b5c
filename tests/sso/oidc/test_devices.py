"""Devices wait by two codes: bounded in time, in number, and in how often anybody may guess."""

from __future__ import annotations

from limen.clock import MINUTE, SECOND, SetClock
from limen.sso.oidc.devices import INTERVAL_SECONDS, LIVES, Devices
from limen.user_codes import shown

ADDRESS = "198.51.100.9"


def test_a_code_is_found_however_it_is_typed_until_its_time_is_over() -> None:
    devices = Devices(clock := SetClock(1_700_000_000_000))
    begun = devices.begin("desk", "openid", ADDRESS)
    assert begun is not None
    secret, device = begun
    code = shown(device.user_code)
    for typed in (code, code.lower(), device.user_code, f" {code} "):
        assert devices.typed(typed, "mia") is device
    assert devices.of(secret) is device
    assert [devices.of(wrong) for wrong in ("", device.user_code, secret[:-1])] == [None, None, None]
    clock.forward(LIVES)
    assert devices.typed(code, "mia") is None
    assert devices.of(secret) is device
    assert device.is_over(clock.now())


def test_nobody_guesses_on_and_on() -> None:
    devices = Devices(clock := SetClock(1_700_000_000_000))
    begun = devices.begin("desk", "openid", ADDRESS)
    assert begun is not None
    assert [devices.typed("BBBB-BBBB", "eve") for _ in range(10)] == [None] * 10
    assert devices.typed(begun[1].user_code, "eve") is None
    assert devices.typed(begun[1].user_code, "mia") is begun[1]
    clock.forward(2 * MINUTE)
    assert devices.typed(begun[1].user_code, "eve") is begun[1]


def test_one_network_can_not_begin_without_end() -> None:
    devices = Devices(SetClock(1_700_000_000_000))
    assert [devices.begin("desk", "openid", ADDRESS) is not None for _ in range(21)] == [True] * 20 + [False]
    assert devices.begin("desk", "openid", "203.0.113.7") is not None


def test_who_asks_too_often_waits_longer() -> None:
    devices = Devices(clock := SetClock(1_700_000_000_000))
    begun = devices.begin("desk", "openid", ADDRESS)
    assert begun is not None
    device = begun[1]
    device.asks(clock.now())
    assert not device.is_early
    clock.forward(SECOND)
    device.asks(clock.now())
    assert (device.is_early, device.pause) == (True, 2 * INTERVAL_SECONDS)
    clock.forward(2 * INTERVAL_SECONDS * SECOND)
    device.asks(clock.now())
    assert not device.is_early
