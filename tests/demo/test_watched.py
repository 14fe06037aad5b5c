"""The demo's console shows what happened there: somebody tried passwords, and Ada made another administrator."""

from __future__ import annotations

import time

from tests.demo.alive import Alive

from limen.demo.watched import GUESSER
from limen.facts import Risk
from limen.monitor.alerts.service import Alerts
from limen.monitor.detections.own_rules import own_rules, shown_rules

FILES = {rule.id: rule.about.file for rule in shown_rules(own_rules())}
WITHIN_SECONDS = 60
MOST_ALERTS = 5


def test_its_console_has_a_few_cases(harbor: Alive) -> None:
    company = harbor.opened.company
    alerts, ends = company.limen.core.offers.take(Alerts), time.monotonic() + WITHIN_SECONDS
    found: dict[str, str] = {}
    while "limen/password-spray.yml" not in found:
        assert time.monotonic() < ends, found
        cases = harbor.run(alerts.cases())
        found = {FILES[one.rule]: one.entity for case in cases for one in case.alerts}
        time.sleep(0.2)
    assert found["limen/password-spray.yml"] == f"address:{GUESSER}"
    assert len(found) <= MOST_ALERTS
    risks = {who: company.limen.known.risk_of(company.person_of(who).id) for who in ("rohan", "ada", "maren", "ewa")}
    assert set(risks.values()) == {Risk(0, known=True)}  # nothing speaks against whoever the visitor can be
