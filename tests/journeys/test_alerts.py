"""An administrator looks at a case: acts, takes it back, says what it was, suppresses the like; each page is clean."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from tests.monitor.over_harbor import TRAVEL

from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.notify.rules import Channel, Kind, NotifyRules

CHANNELS = {"it": Channel(Kind.MAIL, to=("it@harbor.example",)), "chat": Channel(Kind.SLACK)}


@pytest.fixture
def channels(harbor: Any) -> Any:
    """Named, and not watched: no process is started beside the other journeys."""

    async def name(rules: MonitorRules) -> None:
        harbor.limen.known.set_rules(MonitorRules, rules)

    harbor.run(name(MonitorRules(watch=False, notify=NotifyRules(CHANNELS))))
    yield
    harbor.run(name(MonitorRules(watch=False)))


@pytest.mark.gate("monitoring")
@pytest.mark.usefixtures("channels")
def test_a_case_from_the_list_to_its_verdict(harbor: Any, browse: Any, ada: Any) -> None:
    jun = browse()
    harbor.arrive(jun, "Jun Sato", "staff")
    person_id, page, origin = harbor.people["Jun Sato"], ada.page, harbor.origin

    async def found() -> None:
        hit = Hit(
            id="journey",
            rule=TRAVEL,
            title="Impossible travel of the journey",
            level=Level.HIGH,
            at=harbor.limen.clock.now(),
            entity=f"person:{person_id}",
            person_id=person_id,
            confidence=80,
            sources=("limen",),
        )
        await harbor.limen.core.offers.take(AlertIntake).take([hit])

    harbor.run(found())
    page.goto(f"{origin}/console/alerts")
    ada.clean_both_ways()
    page.get_by_role("link", name="Open the case Impossible travel of the journey").click()
    ada.clean_both_ways()
    page.get_by_role("button", name="Ask for a passkey: Jun Sato").click()
    page.get_by_role("button", name="Undo: Asked for a passkey").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    page.get_by_role("link", name="Risk 52").click()
    ada.clean_both_ways()
    page.goto(f"{origin}/console/risk")
    ada.clean_both_ways()
    page.goto(f"{origin}/console/alerts")
    page.get_by_role("link", name="Open the case Impossible travel of the journey").click()
    page.get_by_label("Why, for whoever reads this later").first.fill("On a journey")
    page.get_by_role("button", name="False alarm").first.click()
    expect(page.get_by_role("status")).to_contain_text("Closed")
    assert harbor.limen.known.risk_of(person_id).score == 0
    page.get_by_role("link", name="Suppress the like …").click()
    ada.clean_both_ways()
    page.get_by_label("Why this is no danger", exact=True).fill("Travels every week")
    page.get_by_role("button", name="Suppress", exact=True).click()
    page.goto(f"{origin}/console/suppressions")
    ada.clean_both_ways()
    page.get_by_role("button", name="End the suppression").click()
    expect(page.get_by_role("status")).to_contain_text("Ended")
    page.goto(f"{origin}/console/channels")
    ada.clean_both_ways()
