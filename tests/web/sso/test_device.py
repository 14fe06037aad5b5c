"""The page on which a device's code is typed says where it was asked for."""

from __future__ import annotations

from tests.sso.client import Grafana
from tests.web.conftest import House


async def test_it_is_told_from_where_the_code_was_asked_for(house: House) -> None:
    desk = Grafana(house, id="desk")
    asked = (await desk.post("/oidc/device", scope="openid")).json()
    near, far = house.browser(address="198.51.100.9"), house.browser()
    for browser, name, is_warned in ((near, "Nell", False), (far, "Finn", True)):
        assert (await browser.get("/device")).status_code == 303
        await house.member(browser, name, "staff")
        await browser.get("/device")
        page = (await browser.post("/device", code=asked["user_code"].lower())).text
        assert "198.51.100.9" in page
        assert ('class="notice"' in page) is is_warned
        assert (await browser.post("/device", code="BBBB-BBBB")).status_code == 400
