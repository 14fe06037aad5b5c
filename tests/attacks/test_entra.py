"""What thieves, strangers and a hostile tenant try where Microsoft Entra ID asks Limen for the second factor.

Against an emulator from Microsoft's published reference, and not against the vendor.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from tests.sso.entra.conftest import both, house, mia, tenant
from tests.sso.entra.tenant import CLIENT, FOREIGN_FORM, MAREN, MIA, TENANT, TOM, Tenant, answered, proves_anew
from tests.sso.issuer import links, signs_in
from tests.web.conftest import ORIGIN, OUR_PAGE, Browser, House, lost_lease

from limen.clock import HOUR, MINUTE
from limen.facts import Auth, Factor
from limen.sso.entra.external_method import ExternalMethod
from limen.sso.entra.proof import Wanted, stated

__all__ = ["both", "house", "lost_lease", "mia", "tenant"]
EVIL: Final = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


def is_refused(house: House, response: httpx2.Response, word: str) -> None:
    """A page of ours, nothing for anybody, nothing kept, and the journal has the word."""
    assert response.status_code == 400, response.text
    assert "location" not in response.headers
    assert "id_token" not in response.text
    core = house.limen.core
    shelves = core.offers.take(ExternalMethod).waiting.shelves
    assert core.database.kept_briefly.do_here(lambda rows: sum(map(rows.count, shelves))) == 0
    said = [str(event.details) for event in house.events("sso.client_refused")]
    assert any(word in one for one in said), (word, said)


def is_no(page: httpx2.Response, outcome: str, error: str = "access_denied") -> None:
    """Entra ID is told an error, and no token."""
    told = answered(page)
    assert (told.outcome, told.fields["error"], "id_token" in told.fields) == (outcome, error, False)


# Hints that prove nothing


def none_signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join((_part({**header, "alg": "none"}), _part(claims), ""))


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{_part(header)}.{_part(claims)}."


def signed_with_the_public_key(tenant: Tenant) -> Any:
    """HS256, its secret the public key that everybody reads."""

    def sign(header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = f"{_part({**header, 'alg': 'HS256'})}.{_part(claims)}"
        secret = tenant.issuer.key.as_pem(private=False)
        return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    return sign


def by_another(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, EVIL, algorithms=["RS256"])


async def test_a_hint_that_nobody_of_the_tenant_signed(house: House, mia: Browser, tenant: Tenant) -> None:
    for sign, word in (
        (none_signed, "hint-algorithm-refused"),
        (unsigned, "hint-signature-wrong"),
        (signed_with_the_public_key(tenant), "hint-algorithm-refused"),
        (by_another, "hint-signature-wrong"),
    ):
        tenant.issuer.sign = sign
        is_refused(house, await tenant.asks(mia), word)
    tenant.issuer.sign = None
    for garbage in ("x", "a.b.c", "ü", "x" * 40_000):
        is_refused(house, await tenant.asks(mia, garbage), "hint-garbage")
    is_refused(house, await tenant.asks(mia, id_token_hint=None), "hint-garbage")


async def test_a_hint_that_brings_its_key_or_names_a_path(house: House, mia: Browser, tenant: Tenant) -> None:
    brought = ECKey.generate_key("P-256").as_dict(private=False)
    tenant.issuer.sign = by_another
    for header in (
        {"jwk": brought},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/key.pem"},
        {"x5c": ["AAAA"]},
    ):
        tenant.issuer.header = header
        is_refused(house, await tenant.asks(mia), "hint-header-refused")
    for kid in ("../../dev/null", "' OR 1=1 --", "https://evil.example/keys", "second"):
        tenant.issuer.header = {"kid": kid}
        is_refused(house, await tenant.asks(mia), "hint-key-unknown")


LIES: Final[list[tuple[dict[str, Any], str]]] = [
    ({"iss": "https://login.microsoftonline.com/common/v2.0"}, "hint-issuer-wrong"),
    ({"iss": "https://evil.example"}, "hint-issuer-wrong"),
    ({"iss": None}, "hint-issuer-wrong"),
    ({"aud": "00000003-0000-0000-c000-000000000000"}, "hint-audience-wrong"),
    ({"aud": [CLIENT, "another"]}, "hint-party-wrong"),
    ({"aud": None}, "hint-audience-wrong"),
    ({"tid": "14c2f153-90a7-4689-9db7-9543bf084dad"}, "hint-tenant-wrong"),
    ({"tid": None}, "hint-tenant-wrong"),
    ({"tid": [TENANT]}, "hint-tenant-wrong"),
    ({"sub": None}, "hint-subject-wrong"),
    ({"sub": "a" * 256}, "hint-subject-wrong"),
    ({"exp": None}, "hint-time-missing"),
    ({"iat": None}, "hint-time-missing"),
]


async def test_a_hint_of_another_time_tenant_issuer_or_audience(house: House, mia: Browser, tenant: Tenant) -> None:
    now = tenant.issuer.now
    times: list[tuple[dict[str, Any], str]] = [
        ({"iat": now - 3_600, "exp": now + 3_600}, "hint-too-old"),
        ({"iat": now + 3_600}, "hint-not-yet"),
        ({"nbf": now + 3_600}, "hint-not-yet"),
    ]
    for claims, word in [*LIES, *times]:
        is_refused(house, await tenant.asks(mia, tenant.hint(**claims)), word)


# Requests that are none


async def test_no_answer_goes_to_an_address_that_is_not_registered(house: House, mia: Browser, tenant: Tenant) -> None:
    good = tenant.registered.redirect_uri
    for uri in ("https://evil.example/", f"{good}/", f"{good}?x=1", f"{good}#", good.upper(), f" {good}", "", None):
        is_refused(house, await tenant.asks(mia, redirect_uri=uri), "redirect-uri-wrong")
    fields = tenant.fields()
    twice = [*fields.items(), ("redirect_uri", "https://evil.example/")]
    bare = httpx2.AsyncClient(transport=mia.client._transport, base_url=ORIGIN)
    body = httpx2.QueryParams(twice)
    sent = await bare.post(
        "/entra/authorize",
        content=str(body),
        headers={**FOREIGN_FORM, "content-type": "application/x-www-form-urlencoded"},
    )
    is_refused(house, sent, "field-twice")


NONE: Final[list[tuple[dict[str, Any], str]]] = [
    ({"response_type": "code"}, "response-type-wrong"),
    ({"response_type": "code id_token"}, "response-type-wrong"),
    ({"response_type": "id_token token"}, "response-type-wrong"),
    ({"response_mode": "query"}, "response-type-wrong"),
    ({"response_mode": "fragment"}, "response-type-wrong"),
    ({"response_mode": None}, "response-type-wrong"),
    ({"scope": "profile"}, "scope-wrong"),
    ({"client_id": "another"}, "client-unknown"),
    ({"client_id": None}, "client-unknown"),
    ({"nonce": None}, "nonce-or-state-wrong"),
    ({"nonce": ""}, "nonce-or-state-wrong"),
    ({"nonce": "a b"}, "nonce-or-state-wrong"),
    ({"nonce": "x" * 8_193}, "nonce-or-state-wrong"),
    ({"state": "x" * 8_193}, "nonce-or-state-wrong"),
    ({"state": '"><script>\n'}, "nonce-or-state-wrong"),
    ({"claims": None}, "claims-wrong"),
    ({"claims": "[" * 4_000}, "claims-wrong"),
    ({"claims": '{"id_token":' * 300}, "claims-wrong"),
    ({"claims": json.dumps({"id_token": {"acr": {"values": []}, "amr": {"values": ["otp"]}}})}, "claims-wrong"),
    ({"claims": json.dumps({"id_token": {"acr": {"values": ["a"] * 33}, "amr": {"values": []}}})}, "claims-wrong"),
    ({"claims": json.dumps({"id_token": {"acr": {"values": ["possession"]}}})}, "claims-wrong"),
    ({"claims": " " * 5_000 + "{}"}, "claims-wrong"),
]


async def test_a_request_that_is_none(house: House, mia: Browser, tenant: Tenant) -> None:
    for other, word in NONE:
        is_refused(house, await tenant.asks(mia, **other), word)


async def test_claims_without_end_are_not_read(mia: Browser, tenant: Tenant) -> None:
    assert (await tenant.asks(mia, claims="x" * 70_000)).status_code == 413


async def test_no_request_by_an_address(mia: Browser, tenant: Tenant) -> None:
    """Entra ID posts; what stands in an address is in histories and logs."""
    assert (await mia.get(f"/entra/authorize?{httpx2.QueryParams(tenant.fields())}")).status_code in {404, 405}


# Somebody else


async def test_who_is_signed_in_answers_for_nobody_else(house: House, mia: Browser, tenant: Tenant) -> None:
    """A thief has Tom's password at Microsoft, and an account of their own here."""
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    for hint in (
        tenant.hint(TOM, "tom@harbor.example"),
        tenant.hint(TOM, "mia@harbor.example"),  # an address that matches: Mia has another account there
        tenant.hint(TOM, "mia@harbor.example\x00"),
        tenant.hint(TOM, "mia@evil.example@harbor.example"),
        tenant.hint(TOM, "mia@evil.example"),
        tenant.hint("", "mia@harbor.example"),
        tenant.hint(oid=MIA.upper(), upn="nobody@harbor.example"),
    ):
        is_no(await tenant.asks_through(mia, hint), "somebody-else")
    assert house.events("sso.second_factor_stated") == []


async def test_who_is_linked_to_nobody(house: House, tenant: Tenant) -> None:
    """A guest, a user name of a domain that is not the company's, and one whose address nobody has."""
    maren = house.browser()
    await house.member(maren, "Maren", "staff")
    for hint in (
        tenant.hint(MAREN, "maren@contoso.example"),
        tenant.hint(MAREN, "maren@sub.harbor.example"),
        tenant.hint(MAREN, "maren_harbor.example#EXT#@harbor.example"),
        tenant.hint(MAREN, "maren@harbor.example", acct=1),
        tenant.hint(MAREN, "maren@harbor.example", idp="https://sts.windows.net/another/"),
        tenant.hint(MAREN, "nobody@harbor.example"),
        tenant.hint(MAREN, "ｍaren@harbor.example"),
    ):
        is_no(await tenant.asks_through(maren, hint), "somebody-else")


async def test_who_left_answers_no_more(house: House, mia: Browser, tenant: Tenant) -> None:
    """Also not to what was asked before they did."""
    led = await tenant.asks(mia)
    await house.limen.identity.people.deactivate(house.id_of("mia@harbor.example"), by="")
    assert (await mia.get(led.headers["location"])).headers["location"].startswith("/sign-in?")
    assert house.events("sso.second_factor_stated") == []


async def test_what_waits_while_its_app_is_registered_anew_is_over(house: House, mia: Browser, tenant: Tenant) -> None:
    led = await tenant.asks(mia)
    app = house.limen.known.apps["microsoft-365"]
    assert app.entra is not None
    house.limen.known.apps["microsoft-365"] = replace(app, entra=replace(app.entra, people=()))
    assert (await mia.get(led.headers["location"])).status_code == 400


# Again


async def test_a_request_is_answered_once(house: House, mia: Browser, tenant: Tenant) -> None:
    fields = tenant.fields()
    first = (await tenant.brings(mia, fields)).headers["location"]
    second = (await tenant.brings(mia, fields)).headers["location"]
    assert answered(await mia.get(first)).outcome == "stated"
    for way in (first, second, (await tenant.brings(mia, fields)).headers["location"]):
        again = await mia.get(way)
        assert (again.status_code, "id_token" in again.text) == (400, False)
    assert len(house.events("sso.second_factor_stated")) == 1


async def test_a_refusal_can_not_be_turned_later(house: House, mia: Browser, tenant: Tenant) -> None:
    """What was refused to one person is not answered for another who comes by the same request."""
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    fields = tenant.fields()
    ways = [(await tenant.brings(mia, fields)).headers["location"] for _ in range(2)]
    is_no(await tom.get(ways[0]), "somebody-else")
    assert (await mia.get(ways[1])).status_code == 400


async def test_a_request_waits_no_longer_than_entra_does(house: House, mia: Browser, tenant: Tenant) -> None:
    led = await tenant.asks(mia)
    house.clock.forward(10 * MINUTE)
    assert (await mia.get(led.headers["location"])).status_code == 400


# Lured


async def test_a_session_alone_proves_nothing(house: House, mia: Browser, tenant: Tenant) -> None:
    """Whoever has the password at Microsoft, and lures somebody's browser here, gets no answer by that."""
    house.clock.forward(2 * MINUTE)
    led = await tenant.asks_through(mia)
    assert (led.status_code, led.headers["location"].partition("?")[0]) == (303, "/step-up")
    assert house.events("sso.second_factor_stated") == []


async def test_an_answer_leaves_by_a_persons_hand_alone(mia: Browser, tenant: Tenant) -> None:
    """No script posts it, no frame shows it, and its form goes to Entra ID alone."""
    page = await tenant.asks_through(mia)
    policy = page.headers["content-security-policy"]
    assert "post.js" not in page.text
    assert "data-post" not in page.text
    assert "frame-ancestors 'none'" in policy
    (targets,) = [one for one in policy.split(";") if "form-action" in one]
    assert targets.split() == [
        "form-action",
        "'self'",
        tenant.registered.redirect_uri,
        tenant.issuer.url,
        "https://www.microsoft365.com",
    ]
    assert page.headers["cache-control"] == "no-store"


async def test_the_form_is_read_without_our_cookies(house: House, mia: Browser, tenant: Tenant) -> None:
    """Whoever sends it, the answer is for whoever goes on; a guessed name leads nowhere."""
    for name in ("", "guessed", "x" * 43):
        assert (await mia.get(f"/entra/continue?request={name}")).status_code == 400
    sent = await mia.client.post("/entra/authorize", data=tenant.fields(), headers=OUR_PAGE)
    assert sent.status_code == 303
    assert "set-cookie" not in sent.headers


# Overstated


def auth(*factors: Factor, strength: int) -> Auth:
    return Auth(strength, frozenset(factors), at=1)


ANY: Final = Wanted(("possessionorinherence",), ("face", "fido", "fpt", "hwk", "otp", "sms", "swk", "tel"))


@pytest.mark.parametrize(
    ("proved", "said"),
    [
        (auth(Factor.PASSKEY, strength=3), "fido"),
        (auth(Factor.PASSWORD, Factor.CODE, strength=2), "otp"),
        (auth(Factor.PASSKEY, Factor.PASSWORD, Factor.CODE, strength=3), "fido"),
        (auth(Factor.PASSKEY, Factor.ISSUER, strength=3), "fido"),
        (auth(Factor.PASSWORD, strength=1), ""),
        (auth(Factor.CODE, strength=1), ""),
        (auth(Factor.LINK, strength=1), ""),
        (auth(Factor.RECOVERY_CODE, Factor.CODE, strength=1), ""),
        (auth(Factor.ISSUER_TWO_FACTORS, strength=2), ""),
        (auth(Factor.ISSUER_PHISHING_RESISTANT, strength=3), ""),
        (auth(Factor.ISSUER_TWO_FACTORS, Factor.CODE, strength=2), ""),
        (auth(Factor.ISSUER_TWO_FACTORS, Factor.PASSWORD, Factor.CODE, strength=2), ""),
        (auth(Factor.ISSUER_PHISHING_RESISTANT, Factor.PASSKEY, strength=3), ""),
        (Auth(3, frozenset({Factor.PASSKEY}), at=1, by_token=True), ""),
        (Auth(), ""),
    ],
)
def test_no_method_is_stated_that_was_not_proved_here(proved: Auth, said: str) -> None:
    assert stated(proved, ANY)[1] == said


async def test_the_tenants_own_word_is_no_second_factor_for_it(house: House, mia: Browser, tenant: Tenant) -> None:
    """Who has her password at Microsoft signs in to Limen with that account, and is asked by Microsoft then."""
    assert (await links(mia, tenant.issuer)).headers["location"] == "/passkeys?done=linked"
    for words in ({"acr": "phr"}, {"amr": ["mfa"]}):
        tenant.issuer.claims = words
        thief = house.browser()
        await signs_in(thief, tenant.issuer)
        tenant.issuer.claims = {}
        is_no(await tenant.asks_through(thief), "by-an-issuer")
    tenant.issuer.claims = {}
    thief = house.browser()
    await signs_in(thief, tenant.issuer)
    led = await tenant.asks_through(thief)
    assert "id_token" not in led.text
    assert house.events("sso.second_factor_stated") == []


async def test_where_no_decision_can_be_taken_it_is_no_yes(
    mia: Browser, tenant: Tenant, lost_lease: Callable[[], None]
) -> None:
    led = await tenant.asks(mia)
    lost_lease()
    is_no(await mia.get(led.headers["location"]), "unavailable", "temporarily_unavailable")


@pytest.mark.parametrize("acr", ["knowledge", "inherence", "knowledgeorinherence", "mfa", "phr"])
async def test_a_context_that_is_not_met_is_not_stated(mia: Browser, tenant: Tenant, acr: str) -> None:
    is_no(await tenant.asks_through(mia, wanted={"acr": [acr]}), "not-ours-to-prove")


async def test_a_method_that_was_not_asked_for_is_not_stated(mia: Browser, tenant: Tenant) -> None:
    is_no(await tenant.asks_through(mia, wanted={"amr": ["face", "sms", "tel", "hwk"]}), "not-ours-to-prove")
    only_codes = await tenant.asks_through(mia, wanted={"amr": ["otp"]})
    assert only_codes.headers["location"].startswith("/step-up?")  # she has a passkey, and proved no code


async def test_a_policy_that_wants_a_newer_proof_is_asked_with_its_words(
    house: House, mia: Browser, tenant: Tenant
) -> None:
    house.clock.forward(HOUR)
    page = await proves_anew(mia, await tenant.asks_through(mia))
    assert (await tenant.takes(mia, page))["amr"] == ["fido"]


async def test_limen_takes_no_token_of_this_issuer_for_its_own(house: House, mia: Browser, tenant: Tenant) -> None:
    """What Entra ID gets signs nobody in anywhere else: it has an issuer of its own."""
    page = await tenant.asks_through(mia)
    token = answered(page).fields["id_token"]
    told = await mia.client.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})
    assert told.status_code == 401
    own = (await mia.client.get("/.well-known/openid-configuration")).json()
    claims = await tenant.takes(mia, page)
    assert claims["iss"] != own["issuer"]
    assert house.events("sso.second_factor_stated")


# Away


async def test_when_the_tenants_keys_are_away_nothing_is_believed(house: House, mia: Browser, tenant: Tenant) -> None:
    for path in list(tenant.issuer.answers):
        tenant.issuer.answers[path] = lambda handler: handler.reply(500, {})  # type: ignore[attr-defined]
    is_refused(house, await tenant.asks(mia), "keys-refused")


def _part(value: object) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
