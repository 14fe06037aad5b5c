"""A decision on the demo's page: the question, the answer, the reasons, and what would turn it."""

from __future__ import annotations

from tests.demo.alive import Alive

from limen.demo.roles import question_of, role_of
from limen.demo.shown_decision import shown


def test_a_refusal_says_why_and_who_could_help(harbor: Alive) -> None:
    visitor, role = harbor.opened.visitor, role_of("employee")
    assert role is not None
    payroll = question_of(role, "payroll")
    assert payroll is not None
    harbor.run(visitor.become(role))
    tried = harbor.run(visitor.ask(payroll))
    decided = harbor.run(shown(harbor.opened.company.limen, tried.decision))
    assert decided is not None
    assert (decided.asked, decided.effect) == ("Can Ewa Lis view Payroll?", "deny")
    assert (decided.who, decided.proved, decided.label) == ("Ewa Lis", "passkey", "restricted")
    assert "192.0.2.77, office" in decided.place
    assert any("Finance or People and culture may do this" in one for one in decided.because)
    assert any("Finance" in one for one in decided.remedies)


def test_where_there_is_no_decision_nothing_is_shown(harbor: Alive) -> None:
    limen = harbor.opened.company.limen
    assert harbor.run(shown(limen, "")) is None
    assert harbor.run(shown(limen, "0" * 24)) is None
