"""What `limen init` writes as `data.yaml`."""

from __future__ import annotations

from tests.data.data_yaml import rules_of

from limen.data.documents import WhyNot
from limen.data.initial import EXAMPLES, INITIAL
from limen.data.rules.model import Step


def test_it_is_right_and_every_rule_watches() -> None:
    rules = rules_of(INITIAL)
    assert {one.then for one in rules.rules} == {Step.WATCH}
    assert len(rules.rules) == 5
    assert len(rules.expected) == 2


def test_whatever_is_not_read_is_seen() -> None:
    """Also by the two reasons that whoever hides something chooses: a broken document, and one of an unknown kind."""
    (seen,) = [one for rule in rules_of(INITIAL).rules for when in rule.when if (one := when.unread)]
    assert seen == set(WhyNot)


def test_what_it_shows_in_comments_is_right() -> None:
    rules = rules_of(EXAMPLES)
    assert "".join(f"# {line}" for line in EXAMPLES.splitlines(keepends=True)) in INITIAL
    assert {name for name, _ in rules.own_names} == {"project-number", "projects", "customers", "contracts"}
    assert rules.off == {"phone-number"}
