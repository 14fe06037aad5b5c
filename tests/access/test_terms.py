"""On which terms an app and a flow are asked for: who approves each, and who does where the owner is who asks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.rows import CRM, PEOPLE, STAND_IN, person
from tests.facts.test_requested_flow import FLOW

from limen.access.errors import NoRuleError
from limen.access.terms import FLOWS, of_app, of_flow
from limen.clock import DAY, HOUR
from limen.facts.access_rules import Approvers, Escalation, FlowRule
from limen.pillar import JudgedFlow

RULE = FlowRule(ask=("staff",), approve=Approvers(("management",)), escalation=Escalation(DAY, Approvers(("finance",))))
OSCAR, FARID = PEOPLE["oscar"], PEOPLE["farid"]


def judged(*owners: str, sensitivity: int = 1) -> JudgedFlow:
    return JudgedFlow(FLOW, owners, sensitivity, ("office to erp",))


def test_those_of_an_app_are_its_rules() -> None:
    terms = of_app(STAND_IN, CRM)
    assert (terms.rule, terms.owner, terms.expires_ms) == ("stand-in", "sales", STAND_IN.expires_ms)
    assert terms.approvers(OSCAR, PEOPLE) == ((frozenset({"farid"}),), frozenset({"ines"}))
    assert [terms.are_met_by(one) for one in (FARID, PEOPLE["ines"], OSCAR)] == [True, True, False]


def test_the_owner_of_where_a_flow_leads_approves_it() -> None:
    terms = of_flow(RULE, judged("sales", "Ines@harbor.example"), OSCAR, PEOPLE)
    assert (terms.rule, terms.expires_ms) == (FLOWS, 14 * DAY)
    assert terms.approvers(OSCAR, PEOPLE)[0] == (frozenset({"farid", "ines"}),)
    assert terms.approvers(OSCAR, PEOPLE)[1] == {"maren", "rohan"}


def test_where_nobody_else_owns_it_those_whom_the_rule_names_do() -> None:
    of_management = ((frozenset({"ines"}),), frozenset({"maren", "rohan"}))
    for owners, asker in (((), OSCAR), (("sales",), FARID), (("nobody@harbor.example",), OSCAR)):
        assert of_flow(RULE, judged(*owners), asker, PEOPLE).approvers(asker, PEOPLE) == of_management


def test_a_second_account_of_who_asks_makes_no_owner() -> None:
    again = person("farid2", "sales", email="farid+2@harbor.example")
    people = {**PEOPLE, again.id: again}
    assert of_flow(RULE, judged("sales"), FARID, people).steps == (RULE.approve,)


def test_what_is_restricted_needs_two() -> None:
    assert of_flow(RULE, judged("sales", sensitivity=3), OSCAR, PEOPLE).steps == (Approvers(("sales",)), RULE.approve)


def test_whoever_may_not_ask_has_no_terms() -> None:
    for rule, asker in ((None, OSCAR), (replace(RULE, ask=("finance",)), OSCAR), (RULE, replace(OSCAR, active=False))):
        with pytest.raises(NoRuleError):
            of_flow(rule, judged("sales"), asker, PEOPLE)


def test_lengths_are_those_of_the_rule() -> None:
    assert of_flow(replace(RULE, expires_ms=HOUR), judged("sales"), OSCAR, PEOPLE).expires_ms == HOUR
