from __future__ import annotations

import pytest

from limen.browser_state import (
    KEPT_AFTER_ITS_END,
    LONGEST_SECONDS,
    MOST_BYTES,
    MOST_OF_A_BROWSER,
    MOST_OF_A_PURPOSE,
    BrowserStates,
    StateRefusedError,
)
from limen.clock import SECOND, SetClock

BROWSER = b"b" * 32


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000_000)


@pytest.fixture
def states(clock: SetClock) -> BrowserStates:
    return BrowserStates(clock)


def test_it_brings_back_what_it_stands_for(states: BrowserStates) -> None:
    state = states.issue("sign-in", BROWSER, {"to": "/page", "nonce": "n"}, 30)
    assert states.take("sign-in", BROWSER, state.encode()) == {"to": "/page", "nonce": "n"}
    assert len(states) == 0


def test_it_is_opaque_and_is_not_kept_in_the_open(states: BrowserStates) -> None:
    issued = {states.issue("sign-in", BROWSER, {"to": "/secret"}, 30) for _ in range(5)}
    assert len(issued) == 5
    assert all(len(state) == 43 and "secret" not in state for state in issued)
    assert not any(state in repr(vars(states)) for state in issued)


def test_what_is_kept_can_not_be_changed_from_outside(states: BrowserStates) -> None:
    data = {"to": "/"}
    state = states.issue("sign-in", BROWSER, data, 30)
    data["to"] = "/elsewhere"
    assert states.take("sign-in", BROWSER, state.encode()) == {"to": "/"}


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
def test_what_the_code_must_not_ask_is_an_error(states: BrowserStates, purpose, browser, data, seconds) -> None:
    with pytest.raises(ValueError, match="a state"):
        states.issue(purpose, browser, data, seconds)


def test_a_browser_that_floods_forgets_its_own_first(states: BrowserStates) -> None:
    others = states.issue("sign-in", b"other", {}, 30)
    first = states.issue("sign-in", BROWSER, {}, 30)
    for _ in range(MOST_OF_A_BROWSER):
        states.issue("sign-in", BROWSER, {}, 30)
    assert len(states) == MOST_OF_A_BROWSER + 1
    with pytest.raises(StateRefusedError):
        states.take("sign-in", BROWSER, first.encode())
    states.take("sign-in", b"other", others.encode())


def test_a_flood_of_one_purpose_leaves_the_others_alone(states: BrowserStates) -> None:
    quiet = states.issue("other-protocol", BROWSER, {}, 30)
    for number in range(MOST_OF_A_PURPOSE + 100):
        states.issue("sign-in", b"browser %d" % number, {}, 30)
    assert len(states) == MOST_OF_A_PURPOSE + 1
    states.take("other-protocol", BROWSER, quiet.encode())


def test_what_has_ended_goes(states: BrowserStates, clock: SetClock) -> None:
    for number in range(100):
        states.issue("sign-in", b"browser %d" % number, {}, 30)
    clock.forward(30 * SECOND + KEPT_AFTER_ITS_END)
    states.issue("sign-in", BROWSER, {}, 30)
    assert len(states) == 1
    assert len(states._of_browser) == 1
