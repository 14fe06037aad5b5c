from __future__ import annotations

from typing import Any

import pytest

from limen.clock import DAY, HOUR
from limen.policy.forms import EVERY_DAY, Exemption, Form, FormError, Hours, Needs


@pytest.mark.parametrize(
    "given",
    [
        {"days": frozenset()},
        {"days": frozenset({0})},
        {"start": -1},
        {"start": 1440},
        {"end": 1441},
        {"start": 360, "end": 360},
        {},
    ],
)
def test_hours_that_are_none_or_always_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(FormError):
        Hours(**given)


def test_hours_may_go_over_midnight() -> None:
    night = Hours(EVERY_DAY, 22 * 60, 6 * 60)
    assert not night.is_whole_day
    assert Hours(frozenset({6, 7})).is_whole_day


@pytest.mark.parametrize(
    "given",
    [
        {"asks": {"auth.strength": 4}},
        {"asks": {"auth.strength": True}},
        {"asks": {"device.binding": -1}},
        {"asks": {"device.binding": 0}},
        {"asks": {"auth.at": 0}},
        {"asks": {"session.started": 367 * DAY}},
        {"asks": {"place.country": frozenset({"de"})}},
        {"asks": {"place.country": frozenset()}},
        {"asks": {"place.country": "DE"}},
        {"asks": {"device.known": False}},
        {"asks": {"device.compliance": "compliant"}},
        {"asks": {"auth.factors": True}},
        {"asks": {"no.such": True}},
        {"not_countries": frozenset({""})},
        {"asks": {"place.network": frozenset({""})}},
        {"asks": {"place.network": frozenset({"a\0b"})}},
        {"asks": {"risk.score": 0}},
        {"asks": {"risk.score": 101}},
        {"risk_may_be_unknown": True},
        {"until": 1 << 62},
        {"until": -1},
    ],
)
def test_needs_that_make_no_sense_are_refused_with_what_to_do(given: dict[str, Any]) -> None:
    with pytest.raises(FormError) as refused:
        Needs(**given)
    assert refused.value.fix


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"id": "No Id"}, "can't be named"),
        ({"id": "nothing-permits"}, "can't be named"),
        ({"title": "x" * 501}, "at most 500"),
        ({"reason": "\ud800"}, "invalid character"),
        ({"reason_de": "Gehälter."}, "only in German"),
        ({"actions": frozenset({"fly"})}, "no such action"),
        ({"groups": frozenset({""})}, "have names"),
        ({"groups": frozenset({"a"}), "except_groups": frozenset({"a"})}, "both included"),
        ({"sensitivity": 4}, "from 0 to 3"),
        ({"needs": ()}, "one list"),
        ({"apps": frozenset({"a"}), "spares_limen": True}, "names its apps"),
        ({"effect": "forbid"}, "has no conditions"),
        ({"effect": "forbid", "needs": (Needs({"auth.strength": 3}), Needs())}, "has no conditions"),
        ({"effect": "forbid", "needs": (), "apps": frozenset({"a"}), "spares_limen": True}, "names its apps"),
        ({"effect": "forbid", "needs": (), "exemptions": (Exemption("p", 1), Exemption("p", 2))}, "two exceptions"),
        ({"needs": (Needs(not_countries=frozenset({"KP"})),)}, "a country that is unknown would be accepted"),
        ({"needs": (Needs({"risk.score": 70}, risk_may_be_unknown=True),)}, "a risk that is unknown would be accepted"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_with_what_to_do(given: dict[str, Any], what: str) -> None:
    with pytest.raises(FormError, match=what) as refused:
        Form(**{"id": "a", "effect": "permit", **given})
    assert refused.value.fix


@pytest.mark.parametrize("person", ["", "a b", 'p"', "p:1", "x" * 81])
def test_an_exception_is_for_one_person(person: str) -> None:
    with pytest.raises(FormError):
        Exemption(person, HOUR)


@pytest.mark.parametrize("reason", [" x", "x\ny", "x\u2028y"])
def test_the_reason_of_an_exception_is_one_line(reason: str) -> None:
    with pytest.raises(FormError):
        Exemption("p_1", HOUR, reason)


def test_what_may_be_unknown_says_so() -> None:
    assert not Needs(not_countries=frozenset({"KP"}), country_known=True).lets_unknown_pass
    assert Needs(not_countries=frozenset({"KP"})).lets_unknown_pass
    assert Needs().is_empty
    assert not Needs({"auth.strength": 1}).is_empty


def test_actions_are_told_from_the_mildest_to_the_strictest() -> None:
    form = Form("a", "permit", actions=frozenset({"administer", "view", "download"}))
    assert form.sorted_actions == ("view", "download", "administer")
