"""`access.yaml` without an app or a group that is removed."""

from __future__ import annotations

import pytest
from tests.access.test_access_file import read_text
from tests.web.conftest import HARBOR

from limen.access.rules_text import with_rule, without
from limen.errors import LimenError
from limen.facts.access_rules import FILE
from limen.pillar import Around

TEXT = """# Who may ask.
rules:
  # Helping out.
  - name: help
    apps: [crm, git]  # two of them
    actions: [view]
    ask: [staff, hr]
    approve: {groups: [sales, hr]}
  - name: only
    apps: [crm]
    actions: [view]
    ask: [hr]
    approve: [{groups: [sales]}, {owner: true}]
"""


def names(text: str) -> list[str]:
    rules, problems = read_text(text, Around(None, None, None))
    assert rules is not None, problems
    return [one.name for one in rules.rules]


def test_an_app_goes_from_the_lists_and_a_rule_about_it_alone_goes() -> None:
    text, said = without(TEXT, "app", "crm")
    assert names(text) == ["help"]
    assert "apps: [git] " in text
    assert "# two of them" in text
    assert "# Helping out." in text
    assert len(said) == 2
    assert without(TEXT, "app", "wiki") == (TEXT, ())


def test_a_group_goes_from_all_lists_and_a_rule_nobody_may_ask_by_goes() -> None:
    text, said = without(TEXT, "group", "hr")
    assert names(text) == ["help"]
    assert "ask: [staff]" in text
    assert "groups: [sales]" in text
    assert len(said) == 2


def test_a_group_without_which_nobody_approves_stays() -> None:
    with pytest.raises(LimenError):
        without(TEXT, "group", "sales")


@pytest.mark.parametrize("app", ["crm", "git", "payroll", "wiki", "accounting", "handbook"])
def test_every_app_of_harbor_can_go(app: str) -> None:
    text, _ = without((HARBOR / FILE).read_text(), "app", app)
    rules, problems = read_text(text, Around(None, None, None))
    assert not problems
    assert rules is not None
    assert not any(app in one.apps for one in rules.rules)


def test_what_can_not_be_read_is_not_changed() -> None:
    with pytest.raises(LimenError):
        without("rules: [", "app", "crm")
    assert without("", "app", "crm") == ("", ())


RULE = {"name": "new", "apps": ["git"], "actions": ["view"], "ask": ["hr"], "approve": {"owner": True}}
WRITTEN = """- name: new
    apps: [git]
    actions: [view]
    ask: [hr]
    approve: {owner: true}
"""


@pytest.mark.parametrize("after", ["", "  # the last\n", "\n# What follows.\nmore: 1\n"])
def test_a_rule_comes_after_all_others_and_no_letter_changes(after: str) -> None:
    text = TEXT.rstrip("\n") + (after or "\n")
    longer = with_rule(text, RULE)
    item = "\n\n  " + WRITTEN.rstrip("\n")
    assert longer.count(item) == 1
    assert longer.replace(item, "") == text
    assert names(longer.split("\n# What")[0]) == ["help", "only", "new"]


@pytest.mark.parametrize("text", ["", "# Nothing yet.\n", "rules: []\n", "rules:\n", "# So.\nrules: []  # none\n"])
def test_the_first_rule_finds_its_place(text: str) -> None:
    assert names(with_rule(text, RULE)) == ["new"]
    assert with_rule(text, RULE).count("#") == text.count("#")


@pytest.mark.parametrize("text", ["rules: [{name: x}]\n", "- a\n", "rules: {\n", "rules: many\n"])
def test_what_is_written_otherwise_is_left_to_its_author(text: str) -> None:
    with pytest.raises(LimenError):
        with_rule(text, RULE)
