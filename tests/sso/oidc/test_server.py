"""Tokens are narrowed to the app's own address where it names that (RFC 8707), whichever way they are got."""

from __future__ import annotations

import pytest
from tests.sso.client import Grafana, told_in
from tests.sso.device import agreed, desk, polled
from tests.sso.program import GRAFANA, SURVEY
from tests.web.conftest import ORIGIN, Browser, House

DESK = "https://desk.harbor.example/"
WIDE = ["grafana", f"{ORIGIN}/oidc/userinfo"]


async def test_what_is_named_from_the_start_narrows_all_tokens(mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia, resource=GRAFANA)
    again = (await grafana.refresh(tokens["refresh_token"])).json()
    for token in (tokens["access_token"], again["access_token"]):
        assert (await grafana.claims(token))["aud"] == [GRAFANA, "grafana"]
        assert (await grafana.userinfo(token)).status_code == 401
        assert (await grafana.introspect(token))["active"] is True


async def test_what_is_named_later_narrows_that_token(mia: Browser, grafana: Grafana) -> None:
    redeemed = (await grafana.redeem(await grafana.code(mia), resource=GRAFANA)).json()
    assert (await grafana.claims(redeemed["access_token"]))["aud"] == [GRAFANA, "grafana"]
    again = (await grafana.refresh(redeemed["refresh_token"])).json()
    assert (await grafana.claims(again["access_token"]))["aud"] == WIDE
    narrow = (
        await grafana.post(
            "/oidc/token", grant_type="refresh_token", refresh_token=again["refresh_token"], resource=GRAFANA
        )
    ).json()
    assert (await grafana.claims(narrow["access_token"]))["aud"] == [GRAFANA, "grafana"]


@pytest.mark.parametrize("resource", [SURVEY, GRAFANA[:-1], "grafana", f"{ORIGIN}/oidc/userinfo"])
async def test_another_resource_is_refused_and_nothing_is_spent(mia: Browser, grafana: Grafana, resource: str) -> None:
    assert told_in(await mia.get(grafana.way(resource=resource)))["error"] == "invalid_target"
    pushed = await grafana.post("/oidc/par", **grafana.asks(resource=resource))
    assert pushed.json()["error"] == "invalid_target"
    code = await grafana.code(mia)
    assert (await grafana.redeem(code, resource=resource)).json()["error"] == "invalid_target"
    tokens = (await grafana.redeem(code)).json()
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert (await grafana.post("/oidc/token", **asked, resource=resource)).json()["error"] == "invalid_target"
    assert (await grafana.refresh(tokens["refresh_token"])).status_code == 200


async def test_a_device_narrows_its_tokens_when_it_begins(house: House, mia: Browser) -> None:
    app = desk(house)
    assert (await app.post("/oidc/device", scope="openid", resource=GRAFANA)).json()["error"] == "invalid_target"
    asked = (await app.post("/oidc/device", scope="openid", resource=DESK)).json()
    await agreed(mia, asked["user_code"])
    tokens = await polled(app, asked["device_code"])
    assert (await app.claims(tokens["access_token"]))["aud"] == [DESK, "desk"]
