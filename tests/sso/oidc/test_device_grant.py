"""A device comes for its tokens again and again, and each of its turns is decided."""

from __future__ import annotations

from tests.sso.device import agreed, begun, desk, polled
from tests.web.conftest import Browser, House

from limen.sso.oidc.devices import LIVES
from limen.sso.oidc.protocol import DEVICE


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


async def test_a_device_waits_its_turn_and_not_for_ever(house: House) -> None:
    app = desk(house)
    asked = await begun(app)
    await polled(app, asked["device_code"])
    sent = {"grant_type": DEVICE, "device_code": asked["device_code"]}
    assert (await app.post("/oidc/token", **sent)).json()["error"] == "slow_down"
    house.clock.forward(LIVES)
    assert (await polled(app, asked["device_code"]))["error"] == "expired_token"
