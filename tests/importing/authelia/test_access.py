from __future__ import annotations

from typing import Any

from limen.facts import PublicRoute
from limen.importing.authelia.access import app_at, refuses_everybody
from limen.importing.authelia.rules import Rules, read_rules
from limen.importing.model import App
from limen.importing.report import Effect, Report

HOST = "x.harbor.example"
API = ["^/api([/?].*)?$"]


def _app(*rules: dict[str, Any], default: str = "deny") -> tuple[App, list[str]]:
    report = Report()
    section = {"default_policy": default, "rules": [{"domain": HOST, **rule} for rule in rules]}
    found = read_rules(section, {}, ("c", "access_control"), report)
    app = app_at(HOST, found, "", ("c", "access_control"), report)
    return app, [one.how for one in report.account({"c": {}}).items if one.effect is Effect.STRICTER]


def _public(app: App) -> list[tuple[frozenset[str], str]]:
    return [(one.methods, one.pattern) for one in app.public]


def test_a_path_that_is_open_to_everybody_becomes_public() -> None:
    app, said = _app({"resources": API, "policy": "bypass"}, {"policy": "two_factor"})
    assert _public(app) == [(frozenset(), "/api/**")]
    assert app.patterns == ("/api/**",)
    assert isinstance(app.public[0], PublicRoute)
    assert said == []


def test_the_whole_app_is_not_public_while_a_path_in_it_is_shut() -> None:
    app, said = _app({"resources": API, "policy": "deny"}, {"policy": "bypass"})
    assert _public(app) == []
    assert len(said) == 1


def test_by_get_is_by_head_as_well() -> None:
    shut = {"methods": ["HEAD"], "policy": "deny"}
    assert _public(_app({"methods": ["GET"], "policy": "bypass"})[0]) == []
    assert _public(_app({"methods": ["GET", "HEAD"], "policy": "bypass"})[0]) == [(frozenset({"GET", "HEAD"}), "/**")]
    assert _public(_app(shut, {"methods": ["GET"], "policy": "bypass"})[0]) == []


def test_whoever_is_let_in_by_nothing_leaves_no_app() -> None:
    def rules(**section: Any) -> Rules:
        return read_rules(section, {}, ("c", "access_control"), Report())

    assert refuses_everybody(HOST, rules(rules=[{"domain": HOST, "policy": "deny"}]))
    assert not refuses_everybody(HOST, rules(default_policy="one_factor"))
    assert not refuses_everybody(HOST, rules(rules=[{"domain": HOST, "policy": "bypass"}]))


def test_a_rule_that_can_not_be_told_and_refuses_is_said_to_shut_what_is_behind_it() -> None:
    query = [[{"operator": "present", "key": "x"}]]
    app, said = _app({"query": query, "policy": "deny"}, {"policy": "two_factor"})
    assert app.access == ()
    assert any(one.startswith(HOST) for one in said)
