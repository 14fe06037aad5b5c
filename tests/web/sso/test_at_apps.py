"""Where somebody is signed in at apps, on every page that says so."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.sso import harbor
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House, ports_of

from limen.browser_state import BrowserStates
from limen.clock import MINUTE
from limen.pillar import Offers
from limen.sso.logouts import Logouts
from limen.web.pages import TEMPLATES
from limen.web.registry import registered
from limen.web.site import Site
from limen.web.sso.at_apps import AT, at_apps

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana
ENDING = re.compile(r"/g_[0-9a-f]+/end")


async def test_a_code_that_no_app_brought_signs_nobody_in(house: House, mia: Browser, grafana: Grafana) -> None:
    ada = house.browser()
    await house.administrator(ada)
    code = await grafana.code(mia)
    person = house.id_of("mia@harbor.example")
    places = ((mia, AT), (mia, "/sessions"), (ada, f"/console/people/{person}"), (ada, "/console/apps/grafana/sign-in"))
    for browser, at in places:
        assert ENDING.search((await browser.get(at)).text) is None, at
    await grafana.redeem(code)
    for browser, at in places:
        assert ENDING.search((await browser.get(at)).text) is not None, at


async def test_what_lasts_and_what_has_ended_are_told_apart(house: House, mia: Browser, grafana: Grafana) -> None:
    site, me = Site(ports_of(house), registered([], TEMPLATES)), house.id_of("mia@harbor.example")
    await grafana.tokens(mia)
    held = await at_apps(site, me)
    assert held is not None
    ((one,), ended) = held.now, held.ended
    assert (one.name, one.is_told, ended) == ("Grafana", False, ())
    house.clock.forward(MINUTE)
    await house.limen.core.offers.take(Logouts).end_sign_in(one.sign_in.id)
    held = await at_apps(site, me)
    assert held is not None
    assert held.now == ()
    (past,) = held.ended
    assert past.name == "Grafana"
    assert past.sign_in.ended_at >= past.sign_in.at + MINUTE


async def test_where_no_app_can_ask_there_is_nothing_to_say(house: House) -> None:
    offers = Offers()
    offers.give(house.limen.core.offers.take(BrowserStates))
    ports = replace(ports_of(house), offers=offers)
    assert await at_apps(Site(ports, registered([], TEMPLATES)), "p_mia") is None
