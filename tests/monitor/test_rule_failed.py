"""A rule that errs, up to what people read: which one, in which file, and what to do."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.monitor.detections.test_sigma import broken
from tests.monitor.detections.texts import compiled, event, rule
from tests.monitor.over_harbor import ada, agent, alerts_of, harbor, take
from tests.web.conftest import House

from limen.monitor.alerts import words
from limen.monitor.detections import group
from limen.monitor.detections.health import FAILED
from limen.monitor.detections.sigma import SigmaDetector

__all__ = ["ada", "agent", "harbor"]


async def test_a_rule_that_errs_is_an_alert_that_names_it(
    harbor: House, ada: Ida, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "closure", broken)
    detector = SigmaDetector(compiled(rule({"Image": "bad"}, title="Payroll <b>copied</b>")))
    hits = [hit for number in range(5) for hit in detector.feed(event(f"e{number}", fields={"Image": "bad"}))]
    await take(harbor, *hits)
    (case,) = await alerts_of(harbor).cases()
    (alert,) = case.alerts
    assert (alert.rule, alert.count, alert.person_id) == (FAILED.id, 1, "")
    for in_german in (False, True):
        said = words.said(alert, words.texts_of()[FAILED.id], harbor.limen.known, in_german=in_german)
        assert said.who == "Payroll <b>copied</b>"
        assert "Payroll" in said.what
        assert "–" not in said.what
        assert said.next_step
    page = (await ada.browser.get(f"/console/cases/{case.case.id}")).text
    assert "Payroll &lt;b&gt;" in page
    assert "<b>copied" not in page
