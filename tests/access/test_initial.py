"""The rules that a new company begins with."""

from __future__ import annotations

from tests.access.test_access_file import read_text

from limen.access.initial import INITIAL
from limen.facts import App, Label, Person, Upstream
from limen.pillar import Around

ADA = Person("ada", "Ada", "ada@harbor.example", frozenset({"staff", "administrators"}), active=True)
ANYBODY = Person("hugo", "Hugo", "hugo@harbor.example", frozenset({"guests"}), active=True)


def test_a_lone_administrator_works_in_everyday_apps_and_guests_ask_for_nothing() -> None:
    rules, _ = read_text(INITIAL, Around(None, None, None))
    assert rules is not None
    for label in Label:
        app = App("a", "A", "", Upstream(""), label, owner="staff")
        rule = rules.rule_for(ADA, app, "administer")
        assert rule is not None
        assert rule.is_automatic(app) is (label <= Label.INTERNAL)
        assert len(rule.steps_for(app)) == {0: 0, 1: 0, 2: 1, 3: 2}[label]
        assert not any(rules.may_ask(ANYBODY, app, action) for action in ("view", "edit", "administer"))


def test_no_line_is_too_wide_for_a_terminal() -> None:
    assert max(map(len, INITIAL.splitlines())) <= 120
