"""How pages show requests and grants: by names, also of what is there no more."""

from __future__ import annotations

from dataclasses import replace

from tests.access.at_harbor import AtHarbor, Colleague
from tests.web.access.people import at_harbor, farid, oscar
from tests.web.conftest import ports_of

from limen.access.model import RequestState
from limen.clock import DAY
from limen.messages import Language
from limen.web.access.rows import actions_said, grant_row, name_of, request_row
from limen.web.build import declared
from limen.web.site import Site

__all__ = ["at_harbor", "farid", "oscar"]


async def test_ids_become_names_and_time_tells_the_state(
    at_harbor: AtHarbor, oscar: Colleague, farid: Colleague
) -> None:
    site, now = Site(ports_of(at_harbor.house), declared()), at_harbor.house.clock.now()
    words = site.pages.localizer(Language.ENGLISH)
    request = await oscar.asks()
    row = request_row(site, request, words, now)
    assert (row.asks, row.name, row.step, row.steps) == ("Oscar", "Customers", 1, 1)
    assert request_row(site, request, words, now + 3 * DAY).state is RequestState.EXPIRED
    grant = await farid.approves(request)
    assert grant is not None
    shown = grant_row(site, grant, words, grant.since)
    assert (shown.who, shown.by, shown.is_active) == ("Oscar", ("Farid",), True)
    assert not grant_row(site, grant, words, grant.until).is_active


async def test_what_is_gone_goes_by_its_id(at_harbor: AtHarbor, oscar: Colleague, farid: Colleague) -> None:
    site, now = Site(ports_of(at_harbor.house), declared()), at_harbor.house.clock.now()
    words = site.pages.localizer(Language.GERMAN)
    row = request_row(site, replace(await oscar.asks(), app="shop"), words, now)
    assert (row.app, row.name) == (None, "shop")
    assert name_of(site, "p_gone") == "p_gone"
    assert name_of(site, "") == ""
    assert actions_said(("view", "edit"), words) == "Ansehen, Bearbeiten"
