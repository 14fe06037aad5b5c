from __future__ import annotations

import pytest

from limen.clock import HOUR, MINUTE
from limen.company.tests_file import read_length, read_tests
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import Label
from limen.policy import Effect
from limen.policy.hypothetical import Hypothetical

TEXT = """
- test: Finance sees the payroll
  who: [staff, finance]
  app: [payroll, limen]
  action: [view, edit]
  given: {strength: 3, proved: 1h30m, at: 2026-11-24 22:00, device: compliant, country: DE, risk: 5, grant: 2h}
  expect: permit
  because: finance-payroll
- {test: Strangers, who: nobody, app: payroll, action: view, expect: challenge, because: not-signed-in}
"""


def test_a_test_is_as_many_expectations_as_it_names_apps_and_actions() -> None:
    tests, problems = read_tests(Tree(read_yaml(TEXT)), {"staff", "finance"}, {"payroll"}, {"finance-payroll"})
    assert problems == []
    assert [(one.app, one.action, one.line) for one in tests] == [
        ("payroll", "view", 2),
        ("payroll", "edit", 2),
        ("limen", "view", 2),
        ("limen", "edit", 2),
        ("payroll", "view", 9),
    ]
    first, stranger = tests[0], tests[-1]
    assert first.groups == {"staff", "finance"}
    assert (first.effect, first.because) == (Effect.PERMIT, "finance-payroll")
    assert first.supposed == Hypothetical(
        strength=3,
        proved=90 * MINUTE,
        at="2026-11-24 22:00",
        device="compliant",
        country="DE",
        risk=5,
        grant=2 * HOUR,
    )
    assert stranger.groups is None


def test_no_tests_are_no_problem() -> None:
    assert read_tests(Tree(read_yaml("")), set(), set(), set()) == ((), [])


def test_every_unknown_name_is_told() -> None:
    text = "- {test: a, who: [x, staff], app: y, action: [z, view], expect: permit, because: w}"
    _, problems = read_tests(Tree(read_yaml(text)), {"staff"}, {"payroll"}, {"p"})
    assert [one.what.split('"')[1] for one in problems] == ["x", "y", "z", "w"]


def test_a_test_may_ask_for_a_document() -> None:
    text = "- {test: a, who: staff, app: wiki, action: view, expect: deny, given: {document: restricted}}"
    (one,), problems = read_tests(Tree(read_yaml(text)), {"staff"}, {"wiki"}, set())
    assert (problems, one.supposed.document, one.label) == ([], Label.RESTRICTED, None)


@pytest.mark.parametrize(("text", "length"), [("30m", 30 * MINUTE), ("1h30m", 90 * MINUTE), ("0s", 0)])
def test_lengths_of_time_are_as_cedar_writes_them(text: str, length: int) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize("text", ["", "4", "soon", "-1h", "1h 30m", "99999999999999999999d"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid duration"):
        read_length(text)


def test_a_test_may_suppose_a_label_and_policies_that_are_enforced() -> None:
    text = "- {test: a, who: staff, app: y, action: view, expect: deny, given: {label: restricted}, enforcing: [p, q]}"
    (one,), problems = read_tests(Tree(read_yaml(text)), {"staff"}, {"y"}, {"p", "q"})
    assert problems == []
    assert (one.enforcing, one.label) == (("p", "q"), Label.RESTRICTED)


def test_a_policy_that_is_taken_to_be_enforced_must_exist() -> None:
    text = "- {test: a, who: staff, app: y, action: view, expect: deny, enforcing: high-rsk}"
    _, (problem,) = read_tests(Tree(read_yaml(text)), {"staff"}, {"y"}, {"high-risk"})
    assert (problem.what, problem.fix) == ('there is no policy "high-rsk"', 'did you mean "high-risk"?')
