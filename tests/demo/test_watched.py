"""The demo's console shows what happened there: each of its stories is found, and nothing else is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.demo.alive import Alive, alive

from limen.demo.roles import ROLES
from limen.demo.watched import GUESSER
from limen.facts import Risk
from limen.monitor.alerts.service import Alerts
from limen.monitor.detections.own_rules import own_rules, shown_rules
from limen.monitor.detections.travel.travel import ABOUT as TRAVEL
from limen.monitor.response.model import Doing

FILES = {TRAVEL.id: "travel", **{rule.id: rule.about.file for rule in shown_rules(own_rules())}}
WITHIN_SECONDS = 240
"""Less than any test may take, so that what was found is said."""
STORIES = {
    "limen/new-administrator.yml",
    "limen/password-spray.yml",
    "antivirus/malware-found.yml",
    "limen/mass-download.yml",
    "limen/copied-cookie.yml",
    "travel",
}


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Alive]:
    """One of its own: in one that others are visitors of, the hour may have been turned before all was looked at."""
    with alive(tmp_path) as running:
        yield running


@pytest.mark.slow
def test_its_console_has_a_case_of_each_story(untouched: Alive) -> None:
    harbor = untouched
    company = harbor.opened.company
    alerts, ends = company.limen.core.offers.take(Alerts), time.monotonic() + WITHIN_SECONDS
    found: dict[str, str] = {}
    while not found.keys() >= STORIES:
        assert time.monotonic() < ends, found
        cases = harbor.run(alerts.cases())
        found = {FILES[one.rule]: one.entity for case in cases for one in case.alerts}
        time.sleep(0.2)
    assert found.keys() == STORIES
    assert found["limen/password-spray.yml"] == f"address:{GUESSER}"
    assert found["travel"] == f"person:{company.person_of('yuki').id}"
    done = [one.kind for case in cases for one in case.responses]
    assert done == [Doing.QUARANTINE]  # nothing else happens by itself: a visitor is refused by policies alone
    risks = {role.who: company.limen.known.risk_of(company.person_of(role.who).id) for role in ROLES}
    assert set(risks.values()) == {Risk(0, known=True)}  # nothing speaks against whoever the visitor can be
