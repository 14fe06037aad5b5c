"""Each rule of Limen's own finds its positive examples and none of its negative ones."""

from __future__ import annotations

import pytest

from limen.monitor.detections.examples import wrong_examples_of
from limen.monitor.detections.own_rules import own_rules, own_texts, shown_rules

RULES = own_rules()
BY_FILE = {file: [one for one in shown_rules(RULES) if one.about.file == file] for file in own_texts()}


def test_every_rule_is_in_force() -> None:
    assert not RULES.problems
    assert len(shown_rules(RULES)) >= 80


@pytest.mark.parametrize("file", BY_FILE)
def test_a_file_holds_one_rule_with_examples_of_both_sorts_that_hold(file: str) -> None:
    (rule,) = BY_FILE[file]
    assert rule.about.examples.positive
    assert rule.about.examples.negative
    assert not list(wrong_examples_of(rule, RULES))


def test_examples_fail_where_a_rule_is_another() -> None:
    """No example holds by accident: with positive and negative swapped, each is named."""
    one = BY_FILE["windows/event-log-cleared.yml"][0]
    examples = one.about.examples
    swapped = type(examples)(positive=examples.negative, negative=examples.positive)
    about = type(one.about)(**{**_fields(one.about), "examples": swapped})
    other = type(one)(**{**_fields(one), "about": about})
    assert len(list(wrong_examples_of(other, RULES))) == len(examples.positive) + len(examples.negative)


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]
