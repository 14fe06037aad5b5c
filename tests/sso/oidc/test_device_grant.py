"""A device signs in by a code that somebody types, and each of its turns is decided."""

from __future__ import annotations

from typing import Any

from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import HOUR, SECOND
from limen.sso.oidc.devices import INTERVAL_SECONDS, LIVES
from limen.sso.oidc.protocol import DEVICE


def desk(house: House) -> Grafana:
    return Grafana(house, id="desk", back="example.harbor.desk:/back")


async def begun(app: Grafana) -> dict[str, Any]:
    answered = await app.post("/oidc/device", scope="openid email")
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


async def polled(app: Grafana, code: str) -> dict[str, Any]:
    app.house.clock.forward(INTERVAL_SECONDS * SECOND)
    return dict((await app.post("/oidc/token", grant_type=DEVICE, device_code=code)).json())


async def agreed(browser: Browser, code: str, answer: str = "agree") -> str:
    await browser.get("/device")
    page = await browser.post("/device", code=code)
    assert page.status_code == 200, page.text
    return (await browser.post("/device/answer", code=code, answer=answer)).text


async def test_a_device_signs_in_once_somebody_agreed(house: House, mia: Browser) -> None:
    app = desk(house)
    asked = await begun(app)
    assert (asked["verification_uri"].endswith("/device"), "verification_uri_complete" in asked) == (True, False)
    assert (await polled(app, asked["device_code"]))["error"] == "authorization_pending"
    await agreed(mia, asked["user_code"])
    tokens = await polled(app, asked["device_code"])
    told = await app.claims(tokens["id_token"])
    assert (told["sub"], told["email"]) == (house.id_of("mia@harbor.example"), "mia@harbor.example")
    assert (await app.userinfo(tokens["access_token"])).status_code == 200
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200
    assert (await polled(app, asked["device_code"]))["error"] == "invalid_request"
    assert [event.details["device_address"] for event in house.events("sso.device_let_in")] == ["198.51.100.9"]
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    assert (await app.userinfo(tokens["access_token"])).status_code == 401


async def test_what_was_agreed_to_is_decided_again_when_the_device_comes(house: House, mia: Browser) -> None:
    app = desk(house)
    asked = await begun(app)
    await agreed(mia, asked["user_code"])
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    assert (await polled(app, asked["device_code"]))["error"] == "access_denied"
    assert (await polled(app, asked["device_code"]))["error"] == "invalid_request"


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


async def test_a_device_waits_its_turn_and_not_for_ever(house: House) -> None:
    app = desk(house)
    asked = await begun(app)
    await polled(app, asked["device_code"])
    sent = {"grant_type": DEVICE, "device_code": asked["device_code"]}
    assert (await app.post("/oidc/token", **sent)).json()["error"] == "slow_down"
    house.clock.forward(LIVES)
    assert (await polled(app, asked["device_code"]))["error"] == "expired_token"


async def test_only_apps_that_are_registered_for_it_may(house: House, grafana: Grafana) -> None:
    refused = await grafana.post("/oidc/device", scope="openid")
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert (await desk(house).post("/oidc/device", scope="email")).json()["error"] == "invalid_scope"
    thief = Grafana(house, secret="wrong")
    assert (await thief.post("/oidc/device", scope="openid")).json()["error"] == "invalid_client"
    asked = await begun(desk(house))
    stolen = await polled(grafana, asked["device_code"])
    assert stolen["error"] == "unauthorized_client"
