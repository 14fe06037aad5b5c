"""From an app's request to its tokens, and everything that ends them."""

from __future__ import annotations

from tests.sso.client import BACK, Grafana
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import HOUR, MINUTE


async def test_somebody_signs_in_and_the_app_learns_who_it_is(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    told = await grafana.claims(tokens["id_token"])
    assert told["iss"] == ORIGIN
    assert told["aud"] == "grafana"
    assert told["sub"] == house.id_of("mia@harbor.example")
    assert told["nonce"] == grafana.nonce
    assert (told["acr"], "mfa" in told["amr"]) == ("phr", True)
    assert (told["email"], told["groups"]) == ("mia@harbor.example", ["Viewer"])
    assert told["auth_time"] <= told["iat"] < told["exp"]
    access = await grafana.claims(tokens["access_token"])
    assert (access["client_id"], access["exp"] - access["iat"], tokens["token_type"]) == ("grafana", 300, "Bearer")
    info = await grafana.userinfo(tokens["access_token"])
    assert (info.json()["sub"], info.json()["groups"]) == (told["sub"], ["Viewer"])
    assert (await grafana.introspect(tokens["access_token"]))["active"] is True
    assert [event.decision.action for event in house.events("decision") if event.decision] != []


async def test_a_refresh_token_is_good_once_and_its_second_use_ends_everything(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    first = await grafana.tokens(mia)
    second = (await grafana.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    house.clock.forward(MINUTE)  # an app may ask several times at once
    stolen = await grafana.refresh(first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await grafana.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.userinfo(second["access_token"])).status_code == 401
    assert [event.details["app"] for event in house.events("sso.token_reused")] == ["grafana"]


async def test_when_a_session_ends_every_token_ends_at_once(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.introspect(tokens["access_token"])) == {"active": False}
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401


async def test_a_refresh_is_decided_on_what_is_known_then(house: House, mia: Browser) -> None:
    desk = Grafana(house, id="desk", back="example.harbor.desk:/back")
    tokens = await desk.tokens(mia)
    house.clock.forward(30 * MINUTE)
    tokens = (await desk.refresh(tokens["refresh_token"])).json()
    house.clock.forward(HOUR)
    refused = (await desk.refresh(tokens["refresh_token"])).json()
    assert refused["error"] == "invalid_grant"
    assert refused["error_description"].startswith("decision ")


async def test_a_token_can_be_given_back(mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    assert (await grafana.post("/oidc/revoke", token=tokens["refresh_token"])).status_code == 200
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.introspect(tokens["access_token"])) == {"active": False}
    assert (await grafana.post("/oidc/revoke", token="never issued")).status_code == 200


async def test_a_secret_changes_with_an_overlap(house: House, mia: Browser, grafana: Grafana) -> None:
    before = grafana.secret
    after = await Grafana.registered(house)
    grafana.secret = before
    assert (await grafana.refresh("nothing")).json()["error"] == "invalid_client"
    assert (await after.redeem(await after.code(mia))).status_code == 200


async def test_it_is_found_by_discovery(house: House) -> None:
    found = (await house.browser().client.get("/.well-known/openid-configuration")).json()
    assert (found["issuer"], found["code_challenge_methods_supported"]) == (ORIGIN, ["S256"])
    oauth = (await house.browser().client.get("/.well-known/oauth-authorization-server")).json()
    assert oauth["token_endpoint"] == f"{ORIGIN}/oidc/token"
    assert BACK not in str(found)
