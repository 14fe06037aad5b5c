from __future__ import annotations

import pytest
from tests import kept

from limen import browser_state
from limen.browser_state import (
    KEPT_AFTER_ITS_END,
    LONGEST_SECONDS,
    MOST_BYTES,
    MOST_OF_A_BROWSER,
    BrowserStates,
    StateRefusedError,
)
from limen.clock import SECOND, SetClock
from limen.storage.kept_briefly import KeptBriefly

BROWSER = b"b" * 32


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000_000)


@pytest.fixture
def states(clock: SetClock) -> BrowserStates:
    return BrowserStates(KeptBriefly.in_memory(clock))


async def test_it_brings_back_what_it_stands_for(states: BrowserStates) -> None:
    state = await states.issue("sign-in", BROWSER, {"to": "/page", "nonce": "n"}, 30)
    assert await states.take("sign-in", BROWSER, state.encode()) == {"to": "/page", "nonce": "n"}
    assert kept.number(states._kept) == 0


async def test_it_is_opaque_and_is_not_kept_in_the_open(states: BrowserStates) -> None:
    issued = {await states.issue("sign-in", BROWSER, {"to": "/secret"}, 30) for _ in range(5)}
    assert len(issued) == 5
    assert all(len(state) == 43 and "secret" not in state for state in issued)
    held = kept.written(states._kept)
    assert not any(word in held for word in (*issued, "secret"))


async def test_what_is_kept_can_not_be_changed_from_outside(states: BrowserStates) -> None:
    data = {"to": "/"}
    state = await states.issue("sign-in", BROWSER, data, 30)
    data["to"] = "/elsewhere"
    assert await states.take("sign-in", BROWSER, state.encode()) == {"to": "/"}


@pytest.mark.parametrize(
    ("purpose", "browser", "data", "seconds"),
    [
        ("", BROWSER, {}, 30),
        ("sign-in", b"", {}, 30),
        ("sign-in", BROWSER, {}, 0),
        ("sign-in", BROWSER, {}, LONGEST_SECONDS + 1),
        ("sign-in", BROWSER, {"to": "x" * MOST_BYTES}, 30),
    ],
)
async def test_what_the_code_must_not_ask_is_an_error(states: BrowserStates, purpose, browser, data, seconds) -> None:
    with pytest.raises(ValueError, match="a state"):
        await states.issue(purpose, browser, data, seconds)


async def test_a_browser_that_floods_forgets_its_own_first(states: BrowserStates) -> None:
    others = await states.issue("sign-in", b"other", {}, 30)
    first = await states.issue("sign-in", BROWSER, {}, 30)
    for _ in range(MOST_OF_A_BROWSER):
        await states.issue("sign-in", BROWSER, {}, 30)
    assert kept.number(states._kept) == MOST_OF_A_BROWSER + 1
    with pytest.raises(StateRefusedError):
        await states.take("sign-in", BROWSER, first.encode())
    await states.take("sign-in", b"other", others.encode())


async def test_a_flood_of_one_purpose_leaves_the_others_alone(
    states: BrowserStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_state, "MOST_OF_A_PURPOSE", 90)
    quiet = await states.issue("other-protocol", BROWSER, {}, 30)
    for number in range(200):
        await states.issue("sign-in", b"browser %d" % number, {}, 30)
    assert kept.number(states._kept) == 90 + 1
    await states.take("other-protocol", BROWSER, quiet.encode())


async def test_what_has_ended_goes(states: BrowserStates, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_state, "MOST_OF_A_PURPOSE", 90)
    for number in range(100):
        await states.issue("sign-in", b"browser %d" % number, {}, 30)
    clock.forward(30 * SECOND + KEPT_AFTER_ITS_END)
    await states.issue("sign-in", BROWSER, {}, 30)
    assert kept.number(states._kept) == 1
