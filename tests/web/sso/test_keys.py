"""The keys that Limen signs with: shown, renewed and discarded by whoever has just proved that it's them."""

from __future__ import annotations

import pytest
from tests.sso import harbor
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import DAY, MINUTE
from limen.sso.oidc.provider import Provider
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.keys import grouped

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana
AT = "/console/keys"


@pytest.fixture
async def ada(house: House) -> Browser:
    browser = house.browser()
    await house.administrator(browser)
    return browser


async def test_every_key_is_shown_and_none_of_its_secret(house: House, ada: Browser, mia: Browser) -> None:
    page = (await ada.get(AT)).text
    own, certified = house.limen.core.offers.take(Provider).keys, house.limen.core.offers.take(IdentityProvider).keys
    for one in own.every:
        assert one.id in page
        assert str(one.private["d"]) not in page
    for key in certified.every:
        assert grouped(key.id) in page
        assert "PRIVATE KEY" not in page
    assert (await mia.get(AT)).status_code == 303
    assert (await mia.post(f"{AT}/oidc/discard", sure="yes")).status_code in {303, 403}
    assert house.events("sso.keys_discarded") == []


async def test_a_certificate_is_downloaded_as_a_file(house: House, ada: Browser, mia: Browser) -> None:
    (key,) = house.limen.core.offers.take(IdentityProvider).keys.every
    at = f"{AT}/saml/{key.id}.pem"
    assert at in (await ada.get(AT)).text
    got = await ada.get(at)
    assert (got.status_code, got.text) == (200, key.certificate)
    assert got.headers["content-disposition"].startswith("attachment")
    assert "PRIVATE" not in got.text
    assert (await ada.get(f"{AT}/saml/nothing.pem")).status_code == 404
    assert (await mia.get(at)).status_code == 303


async def test_the_next_certificate_is_made_once_after_a_fresh_proof(house: House, ada: Browser) -> None:
    provider = house.limen.core.offers.take(IdentityProvider)
    await ada.get(AT)
    for wrong in ("", "-1", "91", "x", "1.5"):
        assert (await ada.post(f"{AT}/saml/renew", days=wrong)).status_code == 400
    assert (await ada.post(f"{AT}/saml/renew", days="30")).headers["location"] == f"{AT}?done=made"
    assert (await ada.post(f"{AT}/saml/renew", days="30")).headers["location"] == f"{AT}?done=waits"
    assert len(provider.keys.every) == 2
    assert f"{AT}/saml/renew" not in (await ada.get(AT)).text
    assert (await ada.post(f"{AT}/entra/renew")).status_code == 404
    house.clock.forward(20 * MINUTE)
    assert (await ada.post(f"{AT}/saml/renew", days="1")).headers["location"].startswith("/step-up")


async def test_after_discarding_what_was_signed_before_is_worth_nothing(
    house: House, ada: Browser, mia: Browser, grafana: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    await ada.get(AT)
    assert (await ada.post(f"{AT}/oidc/discard")).status_code == 400  # nobody is sure yet
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    assert (await ada.post(f"{AT}/oidc/discard", sure="yes")).headers["location"] == f"{AT}?done=discarded"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    fresh = (await grafana.refresh(tokens["refresh_token"])).json()  # it was never signed
    assert (await grafana.userinfo(fresh["access_token"])).status_code == 200
    assert (await grafana.claims(fresh["id_token"]))["aud"] == "grafana"
    (event,) = house.events("sso.keys_discarded")
    assert (event.actor, event.details["protocol"]) == (house.id_of("ada@harbor.example"), "oidc")


async def test_the_next_key_of_openid_connect_can_be_made_before_its_time(house: House, ada: Browser) -> None:
    own = house.limen.core.offers.take(Provider)
    house.clock.forward(DAY)
    await ada.sign_in()
    before = own.keys.ids
    await ada.get(AT)
    assert (await ada.post(f"{AT}/oidc/renew")).headers["location"] == f"{AT}?done=made"
    assert len(own.keys.ids) == 2 * len(before)
    assert set(before) < set(own.keys.ids)
