"""Which devices may begin, and who can let them in."""

from __future__ import annotations

from tests.sso.client import Grafana
from tests.sso.device import agreed, begun, desk, polled
from tests.web.conftest import Browser, House

from limen.clock import HOUR


async def test_whom_no_policy_lets_in_can_let_no_device_in(house: House, mia: Browser) -> None:
    app, guest = desk(house), house.browser()
    await house.member(guest, "Gus", "contractors")
    asked = await begun(app)
    await guest.get("/device")
    refused = await guest.post("/device/answer", code=asked["user_code"], answer="agree")
    assert refused.headers["location"].startswith("/not-yet?decision=")
    house.clock.forward(HOUR)  # Desk wants a passkey of this hour
    asked = await begun(app)
    await mia.get("/device")
    old = await mia.post("/device/answer", code=asked["user_code"], answer="agree")
    assert old.headers["location"].startswith("/step-up?")
    assert (await polled(app, asked["device_code"]))["error"] == "authorization_pending"


async def test_who_did_not_begin_it_says_so(house: House, mia: Browser) -> None:
    app = desk(house)
    asked = await begun(app)
    await agreed(mia, asked["user_code"], "refuse")
    assert (await polled(app, asked["device_code"]))["error"] == "access_denied"
    assert [event.details["app"] for event in house.events("sso.device_refused")] == ["desk"]


async def test_only_apps_that_are_registered_for_it_may(house: House, grafana: Grafana) -> None:
    refused = await grafana.post("/oidc/device", scope="openid")
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert (await desk(house).post("/oidc/device", scope="email")).json()["error"] == "invalid_scope"
    thief = Grafana(house, secret="wrong")
    assert (await thief.post("/oidc/device", scope="openid")).json()["error"] == "invalid_client"
    asked = await begun(desk(house))
    stolen = await polled(grafana, asked["device_code"])
    assert stolen["error"] == "unauthorized_client"
