from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import Policy, PolicySet
from limen.policy import Phase, Reason, State
from limen.policy.annotations import phase_of, reason_of, state_of


def policy(annotations: str) -> Policy:
    (one,) = PolicySet.from_json(tree_of(f'@id("a") {annotations} forbid (principal, action, resource);'))
    return one


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("", "enforce"),
        ('@state("report-only")', "report-only"),
        ('@state("watch")', "report-only"),
        ('@state("off")', "off"),
    ],
)
def test_a_policy_is_enforced_unless_it_says_otherwise(said: str, state: str) -> None:
    assert state_of(policy(said)) is State(state)


def test_another_state_is_refused() -> None:
    with pytest.raises(ValueError, match="observe"):
        state_of(policy('@state("observe")'))


def test_a_policy_may_say_which_phase_it_belongs_to() -> None:
    assert phase_of(policy("")) is None
    assert phase_of(policy('@phase("devices")')) is Phase.DEVICES
    with pytest.raises(ValueError, match="cloud"):
        phase_of(policy('@phase("cloud")'))


def test_a_reason_has_the_words_of_the_policy_and_its_id_for_want_of_a_title() -> None:
    assert reason_of(policy('@title("T") @reason("R.")')) == Reason("a", "forbid", "T", "R.")
    assert reason_of(policy("")) == Reason("a", "forbid", "a", "")


def test_a_reason_is_in_the_language_that_is_asked_for_and_else_as_it_was_written() -> None:
    both = reason_of(policy('@reason("Salaries.") @reason_de("Gehälter.")'))
    assert both.in_language("de") == ("Gehälter.", "de")
    assert both.in_language("en") == ("Salaries.", "")
    assert reason_of(policy('@reason("Salaries.")')).in_language("de") == ("Salaries.", "")
    assert reason_of(policy('@reason("Salaries.") @reason_de("")')).in_language("de") == ("Salaries.", "")
