"""Entra ID's addresses on the sign-in host. What is behind them: `tests/sso/entra`."""

from __future__ import annotations

from tests.sso.entra.conftest import both, house, mia, tenant
from tests.sso.entra.tenant import CLIENT, ISSUER, MAREN, Tenant, answered
from tests.web.conftest import Browser, House

__all__ = ["both", "house", "mia", "tenant"]


async def test_what_entra_finds_is_there_for_everybody(house: House) -> None:
    found = await house.browser().get("/entra/.well-known/openid-configuration")
    said = found.json()
    assert (found.headers["content-type"], int(found.headers["content-length"])) == (
        "application/json",
        len(found.content),
    )
    assert (said["issuer"], said["authorization_endpoint"]) == (ISSUER, f"{ISSUER}/authorize")
    assert (said["response_types_supported"], said["id_token_signing_alg_values_supported"]) == (
        ["id_token"],
        ["RS256"],
    )
    keys = (await house.browser().get("/entra/keys")).json()["keys"]
    assert {(one["kty"], one["use"], len(one["x5c"])) for one in keys} == {("RSA", "sig", 1)}
    assert not [one for one in keys if "d" in one]


async def test_a_page_is_in_the_visitors_language(mia: Browser, tenant: Tenant) -> None:
    found = await mia.get("/entra/continue", **{"accept-language": "de"})
    assert (found.status_code, found.headers["content-language"]) == (400, "de")
    led = await tenant.asks(mia, tenant.hint(MAREN, "maren@harbor.example"))
    page = await mia.get(led.headers["location"], **{"accept-language": "de"})
    assert (page.headers["content-language"], answered(page).outcome) == ("de", "somebody-else")


async def test_a_form_that_is_none_is_not_read(house: House) -> None:
    assert (await house.browser().client.post("/entra/authorize", json={"client_id": "x"})).status_code == 400


async def test_the_console_says_what_to_enter_in_entra(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    page = (await ada.get("/console/apps/microsoft-365")).text
    for value in (f"{ISSUER}/authorize", f"{ISSUER}/.well-known/openid-configuration", CLIENT):
        assert value in page, value
