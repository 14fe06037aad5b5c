"""A Harbor that is really watched, its process beside it: each page of what comes in, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Harbor, heading, into_the_console, serve
from tests.journeys.test_every_page import walked
from tests.monitor.houses import MONITOR
from tests.monitor.over_harbor import TRAVEL
from tests.ports import free_port

from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.service import Alerts, WholeCase
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.pillar import PILLAR
from limen.web.build import declared
from limen.web.page import HTML

DRAWN_OTHERWISE = (
    "/console/alerts?show=closed",
    "/console/search?q=kind%3Asign_in*",
    *(f"/console/sources/{name}" for name in ("office", "servers", "firewall")),
)
"""Pages once more, with more on them or drawn differently."""
TAKEN_ALONG = {"/console/search/event"}
"""Needs to be told which event: a link of the search has it."""


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Harbor]:
    """With sources of logs of every way."""
    running, stop = serve(
        tmp_path_factory.mktemp("watched"),
        free_port(),
        upstream,
        write=lambda folder: (folder / "monitor.yaml").write_text(MONITOR),
    )
    yield running
    stop()


def pages() -> list[str]:
    """Every page that monitoring declares, by its path."""
    others = set(declared().routes)
    found = (one for key, one in declared(PILLAR.pages).routes.items() if key not in others)
    return sorted(one.path for one in found if (one.method, one.media_type) == ("GET", HTML))


def test_each_page_of_what_is_watched_is_sound(harbor: Harbor, browse: Any) -> None:
    ada = browse()
    harbor.open(ada)
    into_the_console(ada, harbor.origin)
    (person_id,) = (one.id for one in harbor.limen.known.people.values())
    case = harbor.run(found(harbor, person_id))
    ids = {
        "case_id": case.case.id,
        "alert_id": case.alerts[0].id,
        "kind": "person",
        "subject_id": person_id,
        "person_id": person_id,
        "name": "app",
    }
    every = pages()
    assert len(every) >= 11
    assert set(every) >= TAKEN_ALONG
    paths = [path for path in every if path not in TAKEN_ALONG]
    assert walked(ada, ada.clean_both_ways, [*paths, *DRAWN_OTHERWISE], ids, harbor.origin) == {}
    harbor.limen.journal.flush()
    ada.page.goto(f"{harbor.origin}/console/search")
    ada.page.locator("a[href^='/console/search/event?']").first.click()
    expect(heading(ada)).to_be_visible()
    ada.clean_both_ways()


async def found(harbor: Harbor, person_id: str) -> WholeCase:
    """The case of a finding about this person."""
    hit = Hit(
        id="journey",
        rule=TRAVEL,
        title="Impossible travel",
        level=Level.HIGH,
        at=harbor.limen.clock.now(),
        entity=f"person:{person_id}",
        person_id=person_id,
        confidence=80,
        sources=("limen",),
        events=("e1",),
    )
    await harbor.limen.core.offers.take(AlertIntake).take([hit])
    alerts = harbor.limen.core.offers.take(Alerts)
    (case,) = [one for one in await alerts.cases() if any(alert.rule == TRAVEL for alert in one.alerts)]
    return await alerts.case(case.case.id)
