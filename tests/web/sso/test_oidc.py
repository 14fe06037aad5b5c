"""The provider's addresses: what is a form, what may be kept, what is shown."""

from __future__ import annotations

from tests.sso.client import Grafana
from tests.web.conftest import House


async def test_programs_are_answered_in_json_that_nobody_keeps(house: House) -> None:
    grafana = await Grafana.registered(house)
    answered = await grafana.refresh("nothing")
    assert (answered.status_code, answered.json()["error"]) == (400, "invalid_grant")
    assert answered.headers["cache-control"] == "no-store"
    client = house.browser().client
    assert (await client.post("/oidc/token", json={"grant_type": "refresh_token"})).status_code == 400
    assert (await client.post("/oidc/token", data={f"f{n}": "x" for n in range(200)})).status_code == 400
    assert (await client.get("/oidc/keys")).headers["access-control-allow-origin"] == "*"


async def test_a_request_that_is_wrong_is_a_page_and_leads_nowhere(house: House) -> None:
    browser = house.browser()
    for query in ("", "client_id=nobody&redirect_uri=https://evil.example/", "request_uri=urn:x&client_id=grafana"):
        answered = await browser.get(f"/oidc/authorize?{query}")
        assert (answered.status_code, "location" in answered.headers) == (400, False), query
        assert "evil.example" not in answered.text


async def test_the_portal_leads_to_the_app_itself(house: House) -> None:
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    page = await browser.get("/")
    assert 'href="https://grafana.harbor.example/"' in page.text
