"""An OpenID Connect issuer in the one journey. What its tokens prove, and attacks on it, have tests of their own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.sso import linked
from tests.sso.issuer import FakeIssuer, leaves, signs_in
from tests.web.conftest import ORIGIN, Browser, House

from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.oidc_upstream import OidcUpstream, return_address

there, house, mia = linked.there, linked.house, linked.mia


def upstream(house: House) -> OidcUpstream:
    upstreams = house.limen.core.offers.take(Upstreams)
    found = upstreams._client(house.limen.known.issuers["there"])
    assert isinstance(found, OidcUpstream)
    return found


async def test_each_journey_has_a_nonce_and_a_verifier_of_its_own(house: House, there: FakeIssuer) -> None:
    browser = house.browser()
    asked = [parse_qs(urlsplit(await leaves(browser)).query) for _ in range(2)]
    for name in ("nonce", "code_challenge", "state"):
        assert asked[0][name] != asked[1][name]


async def test_its_keys_and_its_health_are_known_once_it_was_asked(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    await signs_in(house.browser(), there)
    assert upstream(house).key_names == ("first",)
    assert upstream(house).health.is_well


async def test_its_return_address_is_its_own(house: House) -> None:
    assert return_address(ORIGIN, upstream(house).issuer) == f"{ORIGIN}/sign-in/with/there/back"


async def test_by_saml_it_has_nothing(house: House) -> None:
    for path in ("metadata", "signed-out"):
        assert (await house.browser().get(f"/sign-in/with/there/{path}")).status_code == 404
    posted = await house.browser().client.post("/sign-in/with/there/back", data={"SAMLResponse": "PGEvPg=="})
    assert posted.status_code == 404
