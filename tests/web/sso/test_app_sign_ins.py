"""Where I am signed in at apps that ask Limen: seen, ended, and what was refused, each only one's own."""

from __future__ import annotations

import re

from tests.sso import harbor
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE
from limen.events import KINDS

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana
AT = "/app-sign-ins"


def shown(page: str) -> list[str]:
    """The names of apps in the list of what lasts."""
    now = page.partition('id="now"')[2].partition("</section>")[0].partition('id="ended"')[0]
    return re.findall(r"<strong>([^<]+)</strong>", now)


async def test_without_any_it_says_where_they_come_from(mia: Browser) -> None:
    page = (await mia.get(AT)).text
    assert shown(page) == []
    assert 'href="/"' in page.partition('id="now"')[2].partition("</section>")[0]
    assert AT in (await mia.get("/")).text


async def test_a_sign_in_is_shown_and_ended(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    page = (await mia.get(AT)).text
    assert shown(page) == ["Grafana"]
    assert "last renewed" not in page
    tokens = (await grafana.refresh(tokens["refresh_token"])).json()
    page = (await mia.get(AT)).text
    assert "last renewed" in page
    found = re.search(rf"{AT}/(g_[0-9a-f]+)/end", page)
    assert found is not None
    answered = await mia.post(f"{AT}/{found[1]}/end")
    assert answered.headers["location"] == f"{AT}?done=ended"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    assert shown((await mia.get(AT)).text) == []
    (event,) = house.events("sso.sign_in_ended")
    assert event.actor == event.subject == house.id_of("mia@harbor.example")


async def test_anothers_is_neither_seen_nor_ended(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    found = re.search(rf"{AT}/(g_[0-9a-f]+)/end", (await mia.get(AT)).text)
    assert found is not None
    bo = house.browser()
    await house.member(bo, "Bo", "staff")
    assert shown((await bo.get(AT)).text) == []
    assert (await bo.post(f"{AT}/{found[1]}/end")).headers["location"] == AT
    assert (await bo.post(f"{AT}/g_0/end")).headers["location"] == AT
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    assert house.events("sso.sign_in_ended") == []


async def test_the_newest_are_listed_and_a_refusal_leads_to_its_reasons(house: House, grafana: Grafana) -> None:
    sam = house.browser()
    await house.member(sam, "Sam", "guests")
    refused = await sam.get(grafana.way())
    decision = re.search(r"decision=(\w+)", refused.headers["location"])
    assert decision is not None
    house.events("decision")  # what waits is written down
    page = (await sam.get(AT)).text.partition('id="newest"')[2]
    assert f"/not-yet?decision={decision[1]}" in page
    mia = house.browser()
    await house.member(mia, "Mia", "staff")
    await grafana.tokens(mia)
    house.events("decision")
    mine = (await mia.get(AT)).text.partition('id="newest"')[2]
    assert "Grafana" in mine
    assert "203.0.113.7" in mine
    assert "/not-yet" not in mine


async def test_what_is_journaled_says_who_how_strongly_and_by_which_decision(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    await grafana.refresh(tokens["refresh_token"])
    (event,) = house.events("sso.signed_in")  # a refresh is none
    assert (event.details["app"], event.details["by"], event.details["strength"]) == ("grafana", "oidc", 3)
    decided = house.limen.journal.find(str(event.details["decision"]))
    assert decided is not None
    assert decided.decision is not None
    assert (decided.decision.app, decided.decision.effect) == ("grafana", "permit")
    ada = house.browser()
    await house.administrator(ada)
    now = (await ada.get("/console/apps/grafana/sign-in")).text.partition('id="now"')[2]
    assert f"/console/decisions/{decided.id}" in now
    assert "strength 3" in now
    assert "last refresh" in now
    timeline = (await ada.get("/console/apps/grafana/timeline")).text
    assert KINDS["sso.signed_in"].title in timeline


async def test_what_is_over_by_itself_is_not_shown(house: House, mia: Browser, grafana: Grafana) -> None:
    await grafana.tokens(mia)
    house.clock.forward(3 * HOUR)
    assert (await mia.sign_in()).status_code == 200
    house.clock.forward(MINUTE)
    assert shown((await mia.get(AT)).text) == []


async def test_it_is_seen_and_ended_beside_ones_sessions(house: House, mia: Browser, grafana: Grafana) -> None:
    assert 'id="now"' not in (await mia.get("/sessions")).text
    tokens = await grafana.tokens(mia)
    found = re.search(rf"{AT}/(g_[0-9a-f]+)/end", (await mia.get("/sessions")).text)
    assert found is not None
    answered = await mia.post(f"{AT}/{found[1]}/end", back="/sessions")
    assert answered.headers["location"] == "/sessions?done=app-ended"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    page = (await mia.get("/sessions?done=app-ended")).text
    assert shown(page) == []
    assert "Grafana" in page.partition('id="ended"')[2]
    assert f"{AT}/{found[1]}/end" not in page
    for at in ("https://evil.example/", "//evil.example"):
        await mia.get("/sessions")
        assert (await mia.post(f"{AT}/{found[1]}/end", back=at)).headers["location"].startswith(AT)


async def test_whoever_helps_somebody_sees_and_ends_it_and_says_why(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    person = house.id_of("mia@harbor.example")
    hana = house.browser()
    await house.member(hana, "Hana", "staff", "helpdesk")
    at = f"/console/people/{person}"
    found = re.search(rf"{at}/app-sign-ins/(g_[0-9a-f]+)/end", (await hana.get(at)).text)
    assert found is not None
    assert (await hana.post(found[0])).status_code == 400
    other = house.id_of("hana@harbor.example")
    await hana.post(
        f"/console/people/{other}/app-sign-ins/{found[1]}/end", why="a mistake"
    )  # of another person: nothing
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    answered = await hana.post(found[0], why="rang")
    assert answered.headers["location"] == f"{at}?done=app-ended"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    (event,) = house.events("sso.sign_in_ended")
    assert (event.actor, event.subject, event.details["why"]) == (other, person, "rang")
    page = (await hana.get(at)).text
    assert found[0] not in page
    assert "Grafana" in page.partition('id="at-apps"')[2]
    assert (await mia.get(at)).status_code in {303, 403}
    assert (await mia.post(found[0], why="me")).status_code in {303, 403, 404}
