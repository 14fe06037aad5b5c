"""What an app would be told, held against what it really is told: the preview and the truth are one."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet
from tests.sso.client import Grafana
from tests.sso.entra.tenant import MIA, harbor_with_entra
from tests.sso.saml.client import Wiki, harbor_with_saml
from tests.web.conftest import Browser, House

from limen.clock import HOUR, MINUTE
from limen.facts import App, Auth, Factor, Label, Person, Upstream
from limen.facts.oidc_client import OidcClient
from limen.settings import Sessions
from limen.sso.oidc.provider import Provider
from limen.sso.told import ANOTHER_EACH_TIME, NOT_MADE_YET, WORDS, Told, told

EACH_TIME = {"iss", "azp", "sid", "iat", "exp", "at_hash", "nonce", "auth_time"}
"""What differs from sign-in to sign-in, or says where it is from."""
PASSKEY = Auth(3, frozenset({Factor.PASSKEY}), 1)


def of(house: House, app_id: str) -> Told:
    core = house.limen.core
    person = core.known.people[house.id_of("mia@harbor.example")]
    secret = core.offers.take(Provider).pairwise
    found = told(core.known.apps[app_id], person, PASSKEY, core.settings.sessions, secret)
    assert found is not None
    return found


def written(values: dict[str, object]) -> dict[str, str]:
    spelt = {True: "true", False: "false"}
    return {
        name: spelt[value] if isinstance(value, bool) else ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
    }


async def test_by_openid_connect_it_is_what_the_tokens_say(house: House, mia: Browser) -> None:
    grafana = await Grafana.registered(house)
    tokens = await grafana.tokens(mia)
    published = (await house.browser().client.get("/oidc/keys")).json()
    claims = jwt.decode(tokens["id_token"], KeySet.import_key_set(published), algorithms=["RS256"]).claims
    id_token, userinfo = of(house, "grafana").parts
    assert dict(id_token.values) == written({name: claims[name] for name in claims if name not in EACH_TIME})
    assert dict(userinfo.values) == written((await grafana.userinfo(tokens["access_token"])).json())
    lengths = {one.what: one.length for one in of(house, "grafana").lifetimes}
    assert lengths["id-token"] == (claims["exp"] - claims["iat"]) * 1_000
    assert lengths["access-token"] == tokens["expires_in"] * 1_000


async def test_by_saml_it_is_what_the_assertion_says(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        house = await harbor_with_saml(closing, tmp_path / "harbor")
        mia = house.browser()
        await house.member(mia, "Mia", "staff", "engineering")
        answered = await Wiki(house).signs_in(mia)
        said = dict(of(house, "manual").parts[0].values)
        assert said["NameID (persistent)"] == answered.text("saml:Subject/saml:NameID")
        for name in ("mail", "urn:oid:2.16.840.1.113730.3.1.241", "roles"):
            assert said[name] == ", ".join(answered.attribute(name))
        context = "saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef"
        assert said["AuthnContextClassRef"] == answered.text(context)
        assert dict(of(house, "board").parts[0].values)["NameID (transient)"] == ANOTHER_EACH_TIME
        assert dict(of(house, "ledger").parts[0].values)["NameID (email)"] == "mia@harbor.example"


def test_it_says_how_long_and_names_nothing_that_is_not_there() -> None:
    plain = App(id="wiki", name="Wiki", host="wiki.harbor.localhost", upstream=Upstream(""), label=Label.INTERNAL)
    mia = Person("p_1", "Mia", "", frozenset(), active=True)
    sessions = Sessions(absolute_hours=10, idle_hours=1.5)
    assert told(plain, mia, PASSKEY, sessions, b"x" * 32) is None
    client = OidcClient(("https://a.example/back",), is_pairwise=True, is_foreign=True, tokens_minutes=7)
    app = replace(plain, oidc=client)
    found = told(app, mia, Auth(), sessions, None)
    assert found is not None
    assert dict(found.parts[0].values) == {
        "sub": NOT_MADE_YET,
        "aud": "wiki",
        "name": "Mia",
    }
    assert (found.asks_first, found.hears_of_sign_outs) == (True, False)
    lengths = {one.what: one.length for one in found.lifetimes}
    assert lengths["access-token"] == 7 * MINUTE
    assert (lengths["refresh-token"], lengths["session"], lengths["idle"]) == (10 * HOUR, 10 * HOUR, 90 * MINUTE)
    assert set(lengths) <= set(WORDS)
    assert found.as_json()["milliseconds"] == lengths


async def test_entra_id_is_told_what_was_proved_and_of_too_little_nothing(tmp_path: Path) -> None:
    async with harbor_with_entra(tmp_path / "harbor") as (house, tenant):
        mia = house.browser()
        tenant.links(house, MIA, await house.member(mia, "Mia", "staff"))
        claims = await tenant.takes(mia, await tenant.asks_through(mia))
        found = of(house, "microsoft-365")
        said = dict(found.parts[0].values)
        assert (said["acr"], [said["amr"]]) == (claims["acr"], claims["amr"])
        assert found.lifetimes[0].length == (claims["exp"] - claims["iat"]) * 1_000
        app = house.limen.known.apps["microsoft-365"]
        person = house.limen.known.people[house.id_of("mia@harbor.example")]
        weak = told(app, person, Auth(1, frozenset({Factor.PASSWORD}), 1), house.limen.settings.sessions, None)
        assert weak is not None
        assert weak.parts[0].values == ()
