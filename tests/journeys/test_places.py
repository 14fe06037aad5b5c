"""The page of a person's places, and announcing a journey on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from limen.monitor.detections.travel.announcing import Travels


def test_a_journey_is_announced_and_ended(harbor: Any, browse: Any, ada: Any) -> None:
    ines = browse()
    harbor.arrive(ines, "Ines Faro", "staff")
    person_id = harbor.people["Ines Faro"]
    travels = harbor.limen.core.offers.take(Travels)
    ada.page.goto(harbor.origin + f"/console/people/{person_id}")
    ada.page.get_by_role("link", name="Places and journeys").click()
    ada.clean_both_ways()
    ada.page.get_by_label("Country").fill("PT")
    ada.page.get_by_label("Place").fill("Lisbon")
    ada.page.get_by_label("Until the end of").fill((datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    ada.page.get_by_role("button", name="Announce a journey").click()
    ada.page.get_by_role("button", name="End the journey to Lisbon").wait_for()
    ada.clean_both_ways()
    (travel,) = travels.of_person(person_id)
    assert (travel.country, travel.place) == ("PT", "Lisbon")
    ada.page.get_by_role("button", name="End the journey to Lisbon").click()
    ada.page.get_by_text("Ended.").wait_for()
    assert travels.of_person(person_id) == []
