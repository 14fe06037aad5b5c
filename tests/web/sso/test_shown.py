"""What the pages of both protocols show alike: what an app is told, and who is signed in there."""

from __future__ import annotations

from dataclasses import replace

from tests.sso import harbor
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House, ports_of

from limen.facts import Auth, Factor
from limen.sso.logouts import Logouts
from limen.web.pages import TEMPLATES
from limen.web.registry import registered
from limen.web.site import Site
from limen.web.sso.shown import told_here, with_people

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana


async def test_what_is_told_rests_on_the_proof_that_is_supposed(house: House, mia: Browser) -> None:
    site, known = Site(ports_of(house), registered([], TEMPLATES)), house.limen.known
    person = known.people[house.id_of("mia@harbor.example")]
    strong = told_here(site, known.apps["survey"], person)
    weak = told_here(site, known.apps["survey"], person, Auth(1, frozenset({Factor.PASSWORD}), 1))
    assert strong is not None
    assert weak is not None
    said = [dict(one.parts[0].values) for one in (strong, weak)]
    assert [one["acr"] for one in said] == ["phr", "urn:limen:strength:1"]
    assert said[0]["sub"] == said[1]["sub"] != person.id  # the survey knows her by a name of its own
    assert told_here(site, known.apps["wiki"], person) is None


async def test_a_sign_in_whose_person_or_session_is_gone_is_still_shown(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    await grafana.tokens(mia)
    site = Site(ports_of(house), registered([], TEMPLATES))
    held = await house.limen.core.offers.take(Logouts).sign_ins_at("grafana")
    ((sign_in, person, session),) = with_people(site, held)
    assert person is not None
    assert session is not None
    assert (sign_in.person_id, sign_in.session_id) == (person.id, session.id)
    gone = replace(sign_in, person_id="p_0", session_id="s_0")
    assert with_people(site, [gone]) == [(gone, None, None)]
