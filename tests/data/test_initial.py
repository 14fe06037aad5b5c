"""What `limen init` writes as `data.yaml`."""

from __future__ import annotations

from tests.data.data_yaml import rules_of

from limen.data.initial import EXAMPLES, INITIAL
from limen.data.rules.model import Step


def test_it_is_right_and_every_rule_watches() -> None:
    rules = rules_of(INITIAL)
    assert {one.then for one in rules.rules} == {Step.WATCH}
    assert len(rules.rules) == 5
    assert len(rules.expected) == 2


def test_what_it_shows_in_comments_is_right() -> None:
    rules = rules_of(EXAMPLES)
    assert "".join(f"# {line}" for line in EXAMPLES.splitlines(keepends=True)) in INITIAL
    assert {name for name, _ in rules.own_names} == {"project-number", "projects", "customers", "contracts"}
    assert rules.off == {"phone-number"}
