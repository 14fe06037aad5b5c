from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from tests.dial import size
from tests.laws.form_cases import forms
from tests.policy.declaring import ENCRYPTED, declared
from tests.web.console.test_rule_fields import _line, _survives_summer_time, _whole_seconds

from limen.company.load import load_company
from limen.demo import harbor
from limen.facts import UNPROVED, Device, Place, Risk, Session
from limen.policy import State
from limen.policy.forms import Form, Needs
from limen.web.console.rule_fields import MOST_WAYS, FieldError, blank, form_in
from limen.web.console.rule_typed import UNKNOWN_WORDS, RuleFields, actions_of, sensitive, typed, unknown_here, untold

SIGN_IN = Session("s1", "p1", UNPROVED, 0, 1, 1)

BERLIN = ZoneInfo("Europe/Berlin")
ALL = frozenset(UNKNOWN_WORDS)


@settings(max_examples=size(200))
@given(forms())
def test_the_fields_that_show_a_form_make_it_again(form: Form) -> None:
    words = (form.title, form.reason, form.allow_unknown, *(one.reason for one in form.exemptions))
    if not all(map(_line, words)) or not _whole_seconds(form) or len(form.needs) > MOST_WAYS:
        return
    if any(not _survives_summer_time(one.until) for one in (*form.needs, *form.exemptions)):
        return
    assert form_in(typed(form, BERLIN).fields, form.id, form.effect, BERLIN) == form


@pytest.mark.parametrize("effect", ["permit", "forbid"])
def test_a_blank_page_has_said_nothing_yet(effect: str) -> None:
    fields = typed(blank(effect, "git"), BERLIN, is_blank=True)
    assert not fields.has("who", "everybody")
    assert not fields.has("asks_nothing")
    with pytest.raises(FieldError, match="nobody is selected"):
        form_in(fields.fields, "a", effect, BERLIN)


def test_what_a_browser_sent_is_read_without_trust() -> None:
    fields = RuleFields(
        {"xxx_person": ["p_1"], "x7_person": ["p_2"], "x99999999_person": ["p_3"], "w0_auth_strength": ["0"]}
    )
    assert fields.exempt == [7]
    assert fields.next_exempt == 8
    assert fields.ways == [0]
    assert not fields.is_used(0)
    assert RuleFields({"w0_auth_strength": ["0"], "w0_place_country": ["RU"]}).uses_more(0)


def test_what_is_offered_is_what_the_rules_of_the_apps_name() -> None:
    apps = load_company(harbor.folder()).all_apps
    assert set(actions_of(["payroll"], apps)) == {rule.action for rule in apps["payroll"].rules}
    assert "sign_in" in actions_of(["limen"], apps)
    assert "sign_in" not in actions_of(["git"], apps)
    assert "elevate" in actions_of(["git"], apps, ["elevate"])
    assert "sign_in" in actions_of([], apps)


def test_what_is_unknown_here_is_what_nothing_tells() -> None:
    assert unknown_here([], [], [], []) == ALL
    assert unknown_here([Device()], [Risk()], [Place()], [SIGN_IN]) == ALL
    device = Device("d", known=True, compliance="compliant", managed=True, passing=frozenset({"os"}))
    places, bound = [Place(country="DE", anonymiser=False)], replace(SIGN_IN, binding=2)
    assert not unknown_here([device], [Risk(3, known=True)], places, [bound])


def test_untold_is_what_every_way_through_needs() -> None:
    country = Needs(not_countries=frozenset({"RU"}), country_known=True)
    form = Form("a", "forbid", needs=(country,))
    assert "which country" in untold(form, ALL)
    assert untold(form, frozenset({"risk.score"})) == ""
    assert untold(replace(form, state=State.REPORT_ONLY), ALL) == ""
    assert untold(replace(form, needs=(country, Needs({"auth.strength": 3}))), ALL) == ""
    assert "lets nobody in" in untold(Form("a", "permit", needs=(Needs({"device.known": True}),)), ALL)


def test_sensitive_apps_are_named_the_most_sensitive_first() -> None:
    apps = load_company(harbor.folder()).all_apps
    assert [app.id for app in sensitive(["payroll"], apps)] == ["payroll"]
    assert sensitive(["wiki"], apps) == []
    levels = [app.sensitivity for app in sensitive([], apps)]
    assert levels == sorted(levels, reverse=True)
    assert set(levels) == {2, 3}


def test_what_a_page_shows_at_once_opens_nothing_further() -> None:
    with declared(ENCRYPTED):
        at_once = {"w0_auth_strength": ["3"], "w0_device_compliance": ["1"], "w0_device_encrypted": ["1"]}
        assert not RuleFields(at_once).uses_more(0)
        for name in ("w0_device_binding", "w0_principal_active", "w0_risk_may_be_unknown", "w0_not_countries"):
            assert RuleFields({**at_once, name: ["1"]}).uses_more(0), name
