"""What is asked of the OpenID Connect provider that no honest app would ask: refused, and found in the journal."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from tests.sso import harbor
from tests.sso.client import BACK, Grafana, told_in
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import MINUTE
from limen.company.apps_file import read_apps
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana

HOST = "grafana.harbor.example"
PATH = "/login/generic_oauth"
CSRF = re.compile(r'(name="csrf"[^>]*|decision=\w+)')
FORM = {"content-type": "application/x-www-form-urlencoded"}


def refused(house: House) -> list[str]:
    """Why apps were refused, the newest first."""
    return [event.reason for event in house.events("sso.client_refused")]


async def is_a_page(browser: Browser, way: str) -> bool:
    """Whether this leads nowhere."""
    answered = await browser.get(way)
    return (answered.status_code, "location" in answered.headers) == (400, False)


# Where answers go


LOOK_ALIKES = (
    f"https://evil.example\\@{HOST}{PATH}",
    f"https://{HOST}\\@evil.example{PATH}",
    f"https://{HOST}@evil.example{PATH}",
    f"https://{HOST}:x@evil.example{PATH}",
    f"https://user@{HOST}{PATH}",
    f"https://{HOST}%2f@evil.example{PATH}",
    f"https://{HOST}%00.evil.example{PATH}",
    f"https://{HOST}.evil.example{PATH}",
    f"https://evil.example/{BACK}",
    f"https://{HOST}./login/generic_oauth",
    f"https://{HOST}:443{PATH}",
    f"https://{HOST}:444{PATH}",
    f"https://{HOST}//login/generic_oauth",
    f"https://{HOST}/login/../login/generic_oauth",
    f"https://{HOST}/login/%2e%2e/login/generic_oauth",
    f"https://{HOST}/login%2fgeneric_oauth",
    f"https://{HOST}/login\\generic_oauth",
    f"https://{HOST}{PATH}/../../anything",
    f"https://{HOST}{PATH};x",
    f"{BACK}#",
    f"{BACK}#code=x",
    f"{BACK}%23",
    f"{BACK}?",
    f"{BACK}&x=1",
    f" {BACK}",
    f"{BACK} ",
    f"{BACK}\t",
    f"{BACK}\r\nSet-Cookie: a=b",
    f"{BACK}\x00",
    f"HTTPS://{HOST}{PATH}",
    f"https:/{HOST}{PATH}",
    f"https:{HOST}{PATH}",
    f"///{HOST}{PATH}",
    f"https://[::ffff:203.0.113.7]{PATH}",
    f"https://[::1]{PATH}",
    f"https://gr\u0430fana.harbor.example{PATH}",  # a Cyrillic letter
    f"https://xn--grfana-3ve.harbor.example{PATH}",
    f"https://grafana\u3002harbor.example{PATH}",
    f"data:text/html,{BACK}",
    f"{BACK}\u200b",
)


async def test_no_address_that_only_looks_like_the_registered_one(house: House, mia: Browser, grafana: Grafana) -> None:
    for uri in LOOK_ALIKES:
        for more in ({}, {"prompt": "none"}, {"response_type": "token"}, {"scope": ""}):
            assert await is_a_page(mia, grafana.way(**{"redirect_uri": uri, **more})), (uri, more)
        sent = await grafana.post("/oidc/par", **grafana.asks(redirect_uri=uri))
        assert (sent.status_code, "request_uri" in sent.json()) == (400, False), uri
    assert set(refused(house)) == {"invalid-request", "unsupported-response-type"}


ONCE = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "request_uri",
)


async def test_nothing_is_said_twice(house: House, mia: Browser, grafana: Grafana) -> None:
    """Of two values one part of a system reads the first, another the last (RFC 6749 section 3.1: none may repeat)."""
    for name in ONCE:
        rest = [(key, value) for key, value in grafana.asks().items() if key != name]
        good = grafana.asks().get(name, "1")
        for twice in ([(name, good), (name, "evil")], [(name, "evil"), (name, good)]):
            assert await is_a_page(mia, f"/oidc/authorize?{urlencode([*rest, *twice])}"), twice
    sent = [*grafana.asks().items(), ("redirect_uri", "https://evil.example/")]
    pushed = await mia.client.post("/oidc/par", content=urlencode(sent), headers=FORM)
    assert pushed.json() == {"error": "invalid_request"}
    assert set(refused(house)) == {"invalid-request"}


async def test_an_administrator_reads_what_was_wrong_with_a_request(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    for more in (
        {"redirect_uri": "https://evil.example/back?secret=1"},
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"redirect_uri": "https://evil.example/\u202eback"},
    ):
        await mia.get(grafana.way(**more))
    wanted = [
        "an odd redirect URI",
        "PKCE is not by S256",
        "PKCE is missing",
        "not registered as a redirect URI: https://evil.example/back",
    ]
    events = house.events("sso.client_refused")
    assert [event.details["detail"] for event in events] == wanted
    assert {event.details["app"] for event in events} == {"grafana"}


NOT_OFFERED = (
    {"response_mode": "fragment"},
    {"response_mode": "form_post"},
    {"response_mode": "web_message"},
    {"response_mode": "query.jwt"},
    {"response_type": "token"},
    {"response_type": "id_token"},
    {"response_type": "code id_token"},
    {"response_type": "code token"},
    {"response_type": "none"},
    {"response_type": "CODE"},
    {"max_age": "-1"},
    {"max_age": "1e3"},
    {"max_age": "9" * 30},
    {"prompt": "none login"},
    {"scope": "profile"},
    {"scope": "OPENID"},
    {"code_challenge": "short"},
    {"code_challenge": "a" * 200},
    {"code_challenge_method": "s256"},
    {"resource": "https://ledger.harbor.example/api"},
    {"resource": "https://grafana.harbor.example/#x"},
)


async def test_what_is_not_offered_is_an_error_that_names_its_issuer(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """The error goes to the registered address, with the issuer (RFC 9207): no app takes it for another's answer."""
    for number, asked in enumerate(NOT_OFFERED, 1):
        answered = await mia.get(grafana.way(**asked))
        assert answered.headers["location"].startswith(f"{BACK}?error="), asked
        told = told_in(answered)
        assert (told["iss"], told["state"]) == (ORIGIN, grafana.state), asked
        assert {"code", "access_token", "id_token"}.isdisjoint(told), asked
        assert len(refused(house)) == number or number > 10, "each is in the journal, and many at once are counted"


async def test_every_answer_names_its_issuer(house: House, mia: Browser, grafana: Grafana) -> None:
    """Mix-up: an app that asks two issuers tells by `iss` whose answer it has, before it sends a code anywhere."""
    said = (await mia.get("/.well-known/openid-configuration")).json()
    assert said["authorization_response_iss_parameter_supported"] is True
    assert told_in(await mia.get(grafana.way()))["iss"] == said["issuer"] == ORIGIN
    assert told_in(await house.browser().get(grafana.way(prompt="none")))["iss"] == ORIGIN
    token = (await grafana.tokens(mia))["id_token"]
    assert (await grafana.claims(token))["iss"] == ORIGIN


async def test_a_request_is_bounded(house: House, mia: Browser, grafana: Grafana) -> None:
    for name in ("state", "nonce", "scope", "claims", "login_hint", "made_up"):
        answered = await mia.get(grafana.way(**{name: "x" * 9_000}))
        assert (answered.status_code, "location" in answered.headers) == (414, False), name
        pushed = await grafana.post("/oidc/par", **{**grafana.asks(), name: "x" * 9_000})
        assert pushed.json() == {"error": "invalid_request"}, name
    assert set(refused(house)) == {"invalid-request"}


async def test_claims_that_are_asked_for_widen_nothing(mia: Browser, grafana: Grafana) -> None:
    plain = await grafana.tokens(mia, scope="openid")
    told = set(await grafana.claims(plain["id_token"]))
    wanted = {"email": {"essential": True}, "groups": None, "sub": {"value": "p_somebody"}, "acr": {"value": "phrh"}}
    for claims in (json.dumps({"id_token": wanted, "userinfo": wanted}), "[" * 1_500, '{"a":' * 400, "\x00", "null"):
        tokens = await grafana.tokens(mia, scope="openid", claims=claims)
        assert set(await grafana.claims(tokens["id_token"])) == told
        assert set((await grafana.userinfo(tokens["access_token"])).json()) == {"sub"}


async def test_scopes_that_are_not_registered_are_not_given(house: House, mia: Browser) -> None:
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    page = await mia.get(survey.way(scope="openid email groups profile offline_access limen:admin"))
    assert page.status_code == 200
    await mia.post("/oidc/consent", way=survey.way(scope="openid email groups profile"), answer="agree")
    tokens = await survey.tokens(mia, scope="openid email groups profile")
    assert tokens["scope"] == "openid email"
    assert {"groups", "name"}.isdisjoint((await survey.userinfo(tokens["access_token"])).json())


# Requests within requests


def unsigned(claims: dict[str, Any]) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in ({"alg": "none"}, claims)
    ]
    return ".".join([*parts, ""])


async def test_a_request_object_is_not_read(house: House, mia: Browser, grafana: Grafana) -> None:
    evil = unsigned({**grafana.asks(redirect_uri="https://evil.example/"), "iss": "grafana"})
    assert await is_a_page(mia, grafana.way(request=evil))
    sent = (await grafana.post("/oidc/par", **grafana.asks())).json()["request_uri"]
    assert await is_a_page(
        mia, f"/oidc/authorize?{urlencode({'client_id': 'grafana', 'request_uri': sent, 'request': evil})}"
    )
    assert refused(house) == ["request-not-supported"] * 2


ELSEWHERE = (
    "http://169.254.169.254/latest/meta-data/",
    "https://evil.example/request.jwt",
    "http://127.0.0.1:9/",
    "file:///etc/passwd",
    "urn:ietf:params:oauth:request_uri:",
    "urn:ietf:params:oauth:request_uri:../../x",
    "urn:ietf:params:oauth:request_uri:" + "A" * 43,
)


async def test_no_address_of_a_request_is_ever_called(house: House, mia: Browser, grafana: Grafana) -> None:
    """Only names that Limen gave itself mean anything (RFC 9126); nobody is asked for a request."""
    called: list[bytes] = []

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await reader.readline())
        writer.close()

    server = await asyncio.start_server(listening, "127.0.0.1", 0)
    here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/request.jwt"
    for uri in (here, *ELSEWHERE):
        assert await is_a_page(mia, grafana.way(request_uri=uri)), uri
        pushed = await grafana.post("/oidc/par", **grafana.asks(request_uri=uri))
        assert pushed.json() == {"error": "invalid_request"}, uri
    await asyncio.sleep(0.05)
    server.close()
    assert called == []
    assert set(refused(house)) == {"invalid-request-uri", "invalid-request"}


async def test_a_pushed_request_is_its_own_clients_and_good_for_one_code(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    sent = (await grafana.post("/oidc/par", **grafana.asks())).json()["request_uri"]
    assert await is_a_page(mia, f"/oidc/authorize?client_id=survey&request_uri={quote(sent)}")
    beside = {"redirect_uri": "https://evil.example/", "scope": "openid groups", "state": "evil", "prompt": "none"}
    answered = await mia.get(f"/oidc/authorize?{urlencode({'client_id': 'grafana', 'request_uri': sent, **beside})}")
    assert answered.headers["location"].startswith(BACK), "what was pushed counts, and nothing beside it"
    assert told_in(answered)["state"] == grafana.state
    assert await is_a_page(mia, f"/oidc/authorize?client_id=grafana&request_uri={quote(sent)}")
    stolen = await survey.post("/oidc/par", **{**survey.asks(), "client_id": "grafana", "redirect_uri": BACK})
    assert stolen.status_code in {400, 401}
    assert set(refused(house)) == {"invalid-request-uri", "invalid-client"}


# What another site sends in somebody's name


async def test_a_forged_consent_and_a_forged_sign_out_are_in_the_journal(house: House, mia: Browser) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    ours = {"sec-fetch-site": "same-origin", "origin": ORIGIN}
    for path in ("/oidc/consent", "/oidc/sign-out", "/device/answer", "/saml/leave"):
        for headers in (elsewhere, ours):
            assert (await mia.client.post(path, data={"csrf": "guessed"}, headers=headers)).status_code == 403
    foreign, unnamed = house.events("request.cross_site"), house.events("request.refused")
    assert [event.details["detail"].split()[1] for event in foreign] == ["https://evil.example"] * 4
    assert {event.actor for event in [*foreign, *unnamed]} == {house.id_of("mia@harbor.example")}
    assert [event.reason for event in unnamed] == ["form-not-ours"] * 4
    stranger = house.browser(address="198.51.100.66")
    assert (await stranger.client.post("/oidc/consent", data={}, headers=elsewhere)).status_code == 403
    assert house.events("request.refused")[0].address == "198.51.100.66"


async def test_guessed_codes_of_devices_are_in_the_journal(house: House, mia: Browser) -> None:
    await mia.get("/device")
    for code in ("BBBB-BBBB", "", "x" * 4_000):
        assert (await mia.post("/device", code=code)).status_code == 400
    told = house.events("sso.device_code_wrong")
    assert {event.actor for event in told} == {house.id_of("mia@harbor.example")}
    assert len(told) == 3
    assert "BBBB" not in repr(told), "a code of somebody else's may be near"


async def test_a_sign_out_with_anothers_hint_ends_nothing_of_theirs(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """A hint is no secret: it stands in addresses. Whoever has it may not sign its person out of their app."""
    tokens = await grafana.tokens(mia)
    ned, stranger = house.browser(), house.browser()
    await house.member(ned, "Ned", "staff")
    for thief in (ned, stranger):
        await thief.get(f"/oidc/sign-out?id_token_hint={tokens['id_token']}")
        done = await thief.post("/oidc/sign-out", id_token_hint=tokens["id_token"])
        assert done.status_code in {200, 403}
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    assert (await mia.get("/")).status_code == 200
    assert "hint-of-another" in refused(house)


NOT_AFTER = (
    {"post_logout_redirect_uri": "https://evil.example/"},
    {"client_id": "grafana", "post_logout_redirect_uri": "https://evil.example/"},
    {"client_id": "grafana", "post_logout_redirect_uri": "https://grafana.harbor.example/bye@evil.example"},
    {"client_id": "grafana", "post_logout_redirect_uri": "https://grafana.harbor.example/bye/"},
    {"client_id": "survey", "post_logout_redirect_uri": "https://grafana.harbor.example/bye"},
    {"client_id": "nobody", "post_logout_redirect_uri": "https://grafana.harbor.example/bye"},
    {"id_token_hint": "a.b.c", "post_logout_redirect_uri": "https://grafana.harbor.example/bye"},
    {"id_token_hint": unsigned({"aud": "grafana", "sid": "g_1"}), "client_id": "survey"},
)


async def test_after_a_sign_out_nobody_is_led_elsewhere(house: House) -> None:
    for number, asked in enumerate(NOT_AFTER, 1):
        page = await house.browser().get(f"/oidc/sign-out?{urlencode(asked)}")
        assert (page.status_code, 'href="https://' in page.text) == (200, False), asked
        assert refused(house) == ["invalid-sign-out"] * number, asked


async def test_an_abandoned_request_leaves_no_code(house: House, mia: Browser, grafana: Grafana) -> None:
    """Whoever waits at the sign-in with somebody else's pushed request gets nothing once its minute is over."""
    sent = (await grafana.post("/oidc/par", **grafana.asks())).json()["request_uri"]
    house.clock.forward(2 * MINUTE)
    assert await is_a_page(mia, f"/oidc/authorize?client_id=grafana&request_uri={quote(sent)}")
    assert refused(house) == ["invalid-request-uri"]


# What a person is shown, and who is signed in after it


async def test_who_lets_a_device_in_sees_where_it_was_begun(house: House, mia: Browser) -> None:
    """Device-code phishing: a stranger begins it, and asks somebody to type the code."""
    desk = Grafana(house, id="desk")
    begun = (await desk.post("/oidc/device", scope="openid")).json()
    await mia.get("/device")
    page = await mia.post("/device", code=begun["user_code"])
    assert "198.51.100.9" in page.text
    assert 'class="notice"' in page.text, "it is another network than hers"
    await mia.post("/device/answer", code=begun["user_code"], answer="refuse")
    (event,) = house.events("sso.device_refused")
    assert (event.details["device_address"], event.details["app"]) == ("198.51.100.9", "desk")


async def test_no_page_of_a_sign_in_to_an_app_can_be_framed(house: House, mia: Browser) -> None:
    """Clickjacking: the browser shows none of them inside of another page, so nothing of it reaches Limen."""
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    for path in (
        survey.way(),
        "/oidc/sign-out",
        "/device",
        "/sign-in",
        "/step-up?app=limen",
        survey.way(client_id="x"),
    ):
        page = await mia.get(path)
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"], path
        assert (page.headers["x-frame-options"], page.headers["cross-origin-opener-policy"]) == ("DENY", "same-origin")


async def test_cookies_that_were_planted_are_not_those_of_the_session(house: House, grafana: Grafana) -> None:
    """Session fixation: a thief who knows what was in the browser before is nobody afterwards."""
    ned, thief = house.browser(), house.browser(address="198.51.100.66")
    await house.member(ned, "Ned", "staff")
    ned.client.cookies.clear()
    planted = {"__Host-limen": "A" * 43, "__Host-limen-browser": "B" * 43}
    for browser in (ned, thief):
        for name, value in planted.items():
            browser.client.cookies.set(name, value, domain="limen.harbor.localhost")
    await ned.sign_in()
    assert "code" in told_in(await ned.get(grafana.way()))
    assert (await thief.get(grafana.way())).headers["location"].startswith("/sign-in")
    assert ned.client.cookies.get("__Host-limen") != planted["__Host-limen"]


EVIL = """
- id: evil
  protocol: oidc
  name: Evil
  label: internal
  url: https://evil.example/
  oidc:
    redirect_uris: [https://evil.example/]
"""


async def test_limen_asks_nobody_for_what_an_app_looks_like(house: House) -> None:
    """No logo, no policy and no key set of an app is fetched, and no app registers itself."""
    client = house.browser().client
    for path in ("/oidc/register", "/oidc/clients", "/register"):
        sent = {"redirect_uris": [BACK], "logo_uri": "http://169.254.169.254/", "jwks_uri": "http://127.0.0.1:9/"}
        assert (await client.post(path, json=sent)).status_code in {401, 403, 404, 405}
    for key, more in (("logo", ""), ("logo_uri", "  "), ("jwks_uri", "  "), ("icon", "")):
        settings, written = house.limen.settings, f"{EVIL}  {more}{key}: http://169.254.169.254/\n"
        assert read_apps(Tree(read_yaml(written)), settings, settings.groups)[1], key
    assert read_apps(Tree(read_yaml(EVIL)), settings, settings.groups)[1] == []


async def test_nobody_signs_in_in_the_place_of_whom_the_app_asks_about(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """An app that asks whether its person is still there must not be told yes about somebody else."""
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    await mia.get(survey.way())
    await mia.post("/oidc/consent", way=survey.way(), answer="agree")
    for app in (grafana, survey):
        tokens = await app.tokens(mia)
        assert "code" in told_in(await mia.get(app.way(id_token_hint=tokens["id_token"], prompt="none")))
        for more in ({"prompt": "none"}, {}):
            told = told_in(await ned.get(app.way(id_token_hint=tokens["id_token"], **more)))
            assert (told["error"], "code" in told) == ("login_required", False)
    other = await grafana.tokens(mia)
    for hint in (other["access_token"], other["refresh_token"], unsigned({"sub": house.id_of("mia@harbor.example")})):
        assert told_in(await mia.get(grafana.way(id_token_hint=hint)))["error"] == "login_required"
    assert told_in(await mia.get(survey.way(id_token_hint=other["id_token"])))["error"] == "login_required"
    assert set(refused(house)) == {"login-required"}


async def test_agreeing_to_a_little_is_not_agreeing_to_more(house: House, mia: Browser) -> None:
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    await mia.get(survey.way(scope="openid"))
    await mia.post("/oidc/consent", way=survey.way(scope="openid"), answer="agree")
    assert (await survey.tokens(mia, scope="openid"))["scope"] == "openid"
    assert (await mia.get(survey.way(scope="openid email"))).status_code == 200, "asked again"
    assert told_in(await mia.get(survey.way(scope="openid email", prompt="none")))["error"] == "consent_required"
    led = await mia.post("/oidc/consent", way=f"https://evil.example/?{survey.way().partition('?')[2]}", answer="agree")
    onward = await mia.get(led.headers["location"])
    assert "evil.example" not in onward.text


async def test_which_apps_there_are_is_told_to_nobody(house: House, mia: Browser, grafana: Grafana) -> None:
    """An address that is not registered and an app that there is not are the same page, and a wrong secret the same."""
    pages = [
        await mia.get(grafana.way(**one)) for one in ({"redirect_uri": "https://e.example/"}, {"client_id": "nobody"})
    ]
    assert len({(page.status_code, CSRF.sub("", page.text)) for page in pages}) == 1
    answers = [
        await Grafana(house, id=name, secret="wrong").post("/oidc/token", grant_type="refresh_token", refresh_token="x")
        for name in ("grafana", "nobody", "wiki")
    ]
    assert len({(one.status_code, one.text) for one in answers}) == 1


async def test_no_key_that_signs_is_published(house: House) -> None:
    client = house.browser().client
    for path in ("/oidc/keys", "/entra/keys"):
        for key in (await client.get(path)).json()["keys"]:
            assert {"d", "p", "q", "dp", "dq", "qi", "k"}.isdisjoint(key)
            assert key["use"] == "sig"
