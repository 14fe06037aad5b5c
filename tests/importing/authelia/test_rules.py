from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from limen.importing.authelia.rules import read_rules
from limen.importing.conditions import ALWAYS, NEVER, FromNetworks, InGroup, all_of, any_of
from limen.importing.first_match import OPEN, REFUSED
from limen.importing.report import Effect, Report, Verdict

AT = ("configuration.yml", "access_control")
A, B = InGroup("group:a"), InGroup("user:b")


def _rule(**more: object) -> object:
    report = Report()
    found = read_rules({"rules": [{"domain": "x.harbor.example", "policy": "one_factor", **more}]}, {}, AT, report)
    return found.rules[0]


def test_subjects_are_alternatives_of_which_a_list_is_all_of() -> None:
    assert _rule().subject == ALWAYS  # type: ignore[attr-defined]
    assert _rule(subject="group:a").subject == A  # type: ignore[attr-defined]
    assert _rule(subject=["group:a", "user:b"]).subject == any_of(A, B)  # type: ignore[attr-defined]
    assert _rule(subject=[["group:a", "user:b"]]).subject == all_of(A, B)  # type: ignore[attr-defined]
    assert _rule(subject="oauth2:client:x").subject == NEVER  # type: ignore[attr-defined]


def test_networks_by_name_and_by_address() -> None:
    report = Report()
    section = {
        "default_policy": "two_factor",
        "networks": [{"name": "office", "networks": ["192.0.2.7/24"]}],
        "rules": [
            {"domain": "x.example", "policy": "deny", "networks": ["office", "2001:db8::/32", "hall"]},
            {"domain": "x.example", "policy": "bypass", "networks": ["nowhere"]},
        ],
    }
    found = read_rules(section, {"network": {"hall": "198.51.100.1"}}, AT, report)
    nets = tuple(ip_network(one) for one in ("192.0.2.0/24", "2001:db8::/32", "198.51.100.1/32"))
    assert found.rules[0].whose == FromNetworks(nets)
    assert (found.rules[0].level, found.default) == (REFUSED, 2)
    assert (found.rules[1].networks, found.rules[1].is_sure, found.rules[1].level) == (None, False, OPEN)
    items = report.account({"configuration.yml": {"access_control": section}}).items
    assert [one.where for one in items if one.verdict is Verdict.NOT_TRANSLATED] == [
        "configuration.yml: access_control.rules[1].networks[0]"
    ]


@pytest.mark.parametrize(
    "section",
    [
        [{"name": "hall", "networks": ['{{ env "HALL" }}']}],
        [{"name": "hall", "networks": ["192.0.2.0/24", "$HALL"]}],
        [{"name": "hall", "networks": []}],
        [{"name": "hall"}],
        [{"name": "hall", "networks": ["192.0.2.0/24"]}, {"name": "hall", "networks": ["198.51.100.0/24"]}],
    ],
)
def test_a_network_by_name_that_can_not_be_read_whole_may_be_any(section: Any) -> None:
    for networks in (["hall"], ["192.0.2.0/24", "hall"]):
        rule = {"domain": "x.example", "policy": "deny", "networks": networks}
        report = Report()
        (found,) = read_rules({"networks": section, "rules": [rule]}, {}, AT, report).rules
        assert (found.whose, found.is_sure) == (ALWAYS, False)
        body = {"configuration.yml": {"access_control": {"networks": section, "rules": [rule]}}}
        told = [one.effect for one in report.account(body).items if one.path[2:5:2] == ("rules", "networks")]
        assert Effect.STRICTER in told


@pytest.mark.parametrize(
    "odd",
    [
        {"subject": "$WHO"}, {"subject": "group:$TEAM"}, {"subject": "staff"}, {"subject": ""}, {"subject": "user:"},
        {"subject": [7]}, {"methods": ["$VERB"]}, {"methods": ["FETCH"]}, {"methods": {}}, {"networks": ""},
        {"query": {}},
    ],
)  # fmt: skip
def test_a_criterion_that_can_not_be_read_makes_a_rule_unsure(odd: dict[str, Any]) -> None:
    rule = _rule(**odd)
    assert (rule.is_sure, rule.whose, rule.methods) == (False, ALWAYS, frozenset())  # type: ignore[attr-defined]


def test_a_policy_that_is_not_known_refuses() -> None:
    report = Report()
    section = {"default_policy": "maybe", "rules": [{"domain": "x.example", "policy": "three_factor"}]}
    found = read_rules(section, {}, AT, report)
    assert (found.default, found.rules[0].level) == (REFUSED, REFUSED)
    items = report.account({"configuration.yml": {"access_control": section}}).items
    assert [one.effect for one in items].count(Effect.STRICTER) == 2


def test_a_method_that_no_imported_app_takes_is_said() -> None:
    report = Report()
    section = {"rules": [{"domain": "x.harbor.example", "policy": "one_factor", "methods": ["PROPFIND", "TRACE"]}]}
    read_rules(section, {}, ("c", "access_control"), report)
    items = report.account({"c": {"access_control": section}}).items
    (said,) = [one for one in items if "methods" in one.path]
    assert (said.verdict, said.effect) == (Verdict.APPROXIMATED, Effect.STRICTER)
    assert "TRACE" in said.how
    assert "PROPFIND" not in said.how


def test_a_query_makes_a_rule_unsure_and_methods_are_kept() -> None:
    rule = _rule(query=[[{"key": "x", "operator": "present"}]], methods=["get", "POST"])
    assert (rule.is_sure, rule.methods) == (False, {"GET", "POST"})  # type: ignore[attr-defined]
