"""What an app is told of a token, and giving one back."""

from __future__ import annotations

from tests.sso.client import LEDGER_KEY, Grafana
from tests.sso.program import LEDGER, app, workload
from tests.web.conftest import ORIGIN, Browser, House


async def test_an_app_is_told_who_a_program_is_and_for_whom_it_acts(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    batch, token = await workload(house), (await grafana.tokens(mia))["access_token"]
    own = await grafana.introspect(await batch.token())
    assert (own["active"], own["sub"], own["client_id"], own["username"]) == (
        True,
        batch.client_id,
        batch.client_id,
        "night-batch",
    )
    assert (own["iss"], own["aud"], own["token_type"], "scope" in own, "act" in own) == (
        ORIGIN,
        "grafana",
        "Bearer",
        False,
        False,
    )
    acting = await grafana.introspect((await batch.acts(token, scope="openid")).json()["access_token"])
    assert (acting["sub"], acting["username"]) == (house.id_of("mia@harbor.example"), "mia@harbor.example")
    assert (acting["act"], acting["client_id"], acting["scope"]) == (
        {"sub": batch.client_id},
        batch.client_id,
        "openid",
    )


async def test_an_app_with_keys_asks_and_gives_back_by_them(house: House, mia: Browser) -> None:
    ledger, batch = app(house, LEDGER_KEY), await workload(house)
    client = Grafana(house, id="ledger", back="https://ledger.harbor.example/back")
    sent = {"code": await client.code(mia), "redirect_uri": client.back, "code_verifier": client.verifier}
    tokens = (await ledger.post("/oidc/token", grant_type="authorization_code", **sent)).json()
    for token in (tokens["access_token"], tokens["refresh_token"], await batch.token(LEDGER)):
        assert (await ledger.post("/oidc/introspect", token=token)).json()["active"] is True
    assert (await ledger.post("/oidc/revoke", token=tokens["refresh_token"])).status_code == 200
    assert (await ledger.post("/oidc/introspect", token=tokens["access_token"])).json() == {"active": False}
