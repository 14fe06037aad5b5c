"""What is to be done about an account, by what it is and what it is to be."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies as st
from tests.sso.provisioning.rows import TODAY, WIKI, account, person

from limen.sso.provisioning.model import (
    LONGEST_PAUSE_OF_LEAVERS,
    State,
    Step,
    digest,
    most_at_once,
    next_step,
    pause,
    wanted,
)
from limen.sso.tries import PAUSES

STATES = st.sampled_from(list(State))


def test_what_is_wanted_is_told_as_the_app_is_to_hear_it() -> None:
    user = wanted(person(), WIKI, "pa_1", TODAY)
    assert user is not None
    assert (user.external_id, user.user_name, user.name, user.email) == (
        "pa_1",
        "p1@harbor.example",
        "Ada 1",
        "p1@harbor.example",
    )
    silent = wanted(person(), replace(WIKI, sent=()), "pa_1", TODAY)
    assert silent is not None
    assert (silent.name, silent.email) == ("", "")
    for nobody in (None, person(1, "sales"), person(is_active=False), replace(person(), email="")):
        assert wanted(nobody, WIKI, "pa_1", TODAY) is None
    assert wanted(person(), None, "pa_1", TODAY) is None


@given(STATES)
def test_whoever_is_not_here_any_more_is_taken_out_of_every_state_that_may_be_open(state: State) -> None:
    step = next_step(account(state=state), None, {})
    assert (step is Step.TAKE_LEAVERS) is (state not in {State.WAITING, State.INACTIVE})
    same = next_step(account(state=state), None, {"pe_1": person(is_active=False)})
    assert same is step


@given(STATES)
def test_whoever_stays_is_asked_about_unless_their_end_has_begun(state: State) -> None:
    step = next_step(account(state=state), None, {"pe_1": person(1, "sales")})
    asked = {State.CREATING, State.ACTIVE, State.ASKING}
    assert (step is Step.TAKE_MOVERS) is (state in asked)


@given(STATES)
def test_whoever_is_wanted_is_given_until_it_is_as_it_should_be(state: State) -> None:
    user = wanted(person(), WIKI, "pa_1", TODAY)
    assert user is not None
    people = {"pe_1": person()}
    assert next_step(account(state=state), user, people) is Step.GIVE
    told = account(state=state, sent=digest(user))
    assert (next_step(told, user, people) is Step.NOTHING) is (state is State.ACTIVE)


def test_how_many_and_how_long() -> None:
    assert [most_at_once(accounts, 10) for accounts in (0, 50, 60, 500)] == [5, 5, 6, 50]
    assert [pause(one, is_leaver=False) for one in range(1, len(PAUSES) + 2)] == [*PAUSES, None]
    assert pause(10_000, is_leaver=True) == LONGEST_PAUSE_OF_LEAVERS
    assert (account(person_id="pa_1").is_nobodys, account().is_nobodys) == (True, False)
