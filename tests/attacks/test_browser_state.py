"""A `state` is replayed, taken elsewhere, used for something else, brought late, or made up: refused, and spent."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode

import pytest
from tests import kept
from tests.enforcement.house import House

from limen.browser_state import BrowserStates, StateRefusedError
from limen.clock import SECOND, SetClock
from limen.enforcement.app_login import AppLoginRefusedError, bind_of
from limen.storage.kept_briefly import KeptBriefly

OURS, THEIRS = b"o" * 32, b"t" * 32
PURPOSE = "sign-in"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000_000)


@pytest.fixture
def states(clock: SetClock) -> BrowserStates:
    return BrowserStates(KeptBriefly.in_memory(clock))


async def refused(states: BrowserStates, purpose: str, browser: bytes, state: bytes) -> str:
    with pytest.raises(StateRefusedError) as error:
        await states.take(purpose, browser, state)
    assert state.decode("latin-1") not in str(error.value) or not state
    return error.value.word


async def test_a_replay(states) -> None:
    state = (await states.issue(PURPOSE, OURS, {}, 30)).encode()
    await states.take(PURPOSE, OURS, state)
    assert await refused(states, PURPOSE, OURS, state) == "unknown"


async def test_a_race_has_one_winner(states) -> None:
    state = (await states.issue(PURPOSE, OURS, {}, 30)).encode()

    async def one() -> bool:
        await asyncio.sleep(0)
        try:
            await states.take(PURPOSE, OURS, state)
        except StateRefusedError:
            return False
        return True

    assert sum(await asyncio.gather(*(one() for _ in range(50)))) == 1


@pytest.mark.parametrize("browser", [THEIRS, b"", OURS[:-1], OURS + b"o", OURS.upper()])
async def test_another_browser_gets_nothing_and_nobody_gets_it_afterwards(states, browser) -> None:
    state = (await states.issue(PURPOSE, OURS, {"session": "s"}, 30)).encode()
    assert await refused(states, PURPOSE, browser, state) == "of-another-browser"
    assert await refused(states, PURPOSE, OURS, state) == "unknown"


@pytest.mark.parametrize("purpose", ["step-up", "", "sign-in ", "SIGN-IN", "sign"])
async def test_one_protocols_state_is_good_in_no_other(states, purpose) -> None:
    state = (await states.issue(PURPOSE, OURS, {}, 30)).encode()
    assert await refused(states, purpose, OURS, state) == "of-another-purpose"
    assert await refused(states, PURPOSE, OURS, state) == "unknown"


async def test_late(states, clock) -> None:
    state = (await states.issue(PURPOSE, OURS, {}, 30)).encode()
    clock.forward(30 * SECOND)
    assert await refused(states, PURPOSE, OURS, state) == "expired"
    clock.forward(-10 * SECOND)
    assert await refused(states, PURPOSE, OURS, state) == "unknown"


@pytest.mark.parametrize(
    "made_up",
    [b"", b"x", b"x" * 43, b"x" * 44, b"x" * 100_000, b"\x00" * 43, b"\xff" * 43, urlsafe_b64encode(b"\0" * 32)],
    ids=["empty", "short", "right length", "too long", "far too long", "zeros", "no text", "base64"],
)
async def test_made_up(states, made_up) -> None:
    await states.issue(PURPOSE, OURS, {}, 30)
    assert await refused(states, PURPOSE, OURS, made_up) == "unknown"
    assert kept.number(states._kept) == 1


async def test_another_spelling_of_a_good_one(states) -> None:
    state = await states.issue(PURPOSE, OURS, {}, 30)
    for spelling in (state + "=", state.swapcase(), f" {state}", state[:-1]):
        assert await refused(states, PURPOSE, OURS, spelling.encode()) == "unknown"
    await states.take(PURPOSE, OURS, state.encode())


async def test_a_state_of_another_protocol_opens_no_app() -> None:
    house, binding = House(), b"b" * 43
    states = house.app_logins._states
    stolen = await states.issue("another-protocol", bind_of(binding), {"session": "s", "app": "wiki", "to": "/"}, 30)
    with pytest.raises(AppLoginRefusedError) as error:
        await house.app_logins.redeem(stolen.encode(), "wiki", binding)
    assert error.value.word == "code-of-another-purpose"
