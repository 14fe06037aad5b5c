"""What thieves, strangers and hostile apps try at the OpenID Connect provider."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.sso import harbor
from tests.sso.client import BACK, Grafana, told_in
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import HOUR, MINUTE
from limen.storage.journal import Journal

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        BACK + "/",
        BACK + "?x=1",
        BACK.replace("https", "http"),
        BACK.upper(),
        "https://grafana.harbor.example@evil.example/login/generic_oauth",
        "//evil.example",
        "javascript:alert(1)",
        "",
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(mia: Browser, grafana: Grafana, uri: str) -> None:
    answered = await mia.get(grafana.way(redirect_uri=uri))
    assert (answered.status_code, "location" in answered.headers) == (400, False)
    again = await mia.get(grafana.way(redirect_uri=uri, response_type="token", prompt="none"))
    assert (again.status_code, "location" in again.headers) == (400, False)


async def test_a_redirect_address_twice_is_none(mia: Browser, grafana: Grafana) -> None:
    answered = await mia.get(grafana.way() + "&redirect_uri=https://evil.example/")
    assert "evil.example" not in answered.headers.get("location", "")
    assert "code=" not in answered.headers.get("location", "")


async def test_a_code_is_good_once_and_its_replay_ends_the_tokens(house: House, mia: Browser, grafana: Grafana) -> None:
    code = await grafana.code(mia)
    tokens = (await grafana.redeem(code)).json()
    assert (await grafana.redeem(code)).json()["error"] == "invalid_grant"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert len(house.events("sso.token_reused")) == 1


async def test_a_stolen_code_is_worth_nothing_elsewhere(house: House, mia: Browser, grafana: Grafana) -> None:
    survey = await Grafana.registered(house, id="survey", back=BACK, verifier=grafana.verifier)
    assert (await survey.redeem(await grafana.code(mia))).json()["error"] == "invalid_grant"
    for wrong in ({"code_verifier": "a" * 43}, {"code_verifier": ""}, {"redirect_uri": "https://evil.example/"}):
        refused = await grafana.redeem(await grafana.code(mia), **wrong)
        assert refused.json()["error"] in {"invalid_grant", "invalid_request"}, wrong
    code = await grafana.code(mia)
    house.clock.forward(2 * MINUTE)
    assert (await grafana.redeem(code)).json()["error"] == "invalid_grant"


async def test_pkce_can_be_neither_left_out_nor_weakened(mia: Browser, grafana: Grafana) -> None:
    for weaker in ({"code_challenge": ""}, {"code_challenge_method": "plain"}, {"code_challenge_method": ""}):
        assert told_in(await mia.get(grafana.way(**weaker)))["error"] == "invalid_request", weaker


async def test_where_pkce_may_be_left_out_it_can_not_be_taken_away(house: House, mia: Browser) -> None:
    webmail = await Grafana.registered(house, id="webmail", back="https://webmail.harbor.example/back")
    without = {"code_challenge": "", "code_challenge_method": ""}
    assert (await webmail.redeem(await webmail.code(mia, **without), code_verifier="")).status_code == 200
    stripped = await webmail.redeem(await webmail.code(mia, **without))  # the app itself asked with it
    assert stripped.json()["error"] == "invalid_request"
    for wrong in ("", "a" * 43):
        assert (await webmail.redeem(await webmail.code(mia), code_verifier=wrong)).status_code == 400
    assert (await webmail.redeem(await webmail.code(mia))).status_code == 200
    for weaker in ({"code_challenge_method": "plain"}, {"code_challenge_method": ""}, {"code_challenge": ""}):
        assert told_in(await mia.get(webmail.way(**weaker)))["error"] == "invalid_request", weaker


async def test_an_app_without_its_secret_gets_nothing(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    for secret in ("", "wrong", grafana.secret[:-1], grafana.secret + "x"):
        thief = Grafana(house, secret=secret, verifier=grafana.verifier)
        code = await grafana.code(mia)
        assert (await thief.redeem(code)).json()["error"] == "invalid_client", secret
        assert (await thief.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client", secret
        assert "active" not in await thief.introspect(tokens["access_token"]), secret


async def test_a_token_of_one_app_tells_another_nothing(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    assert await survey.introspect(tokens["access_token"]) == {"active": False}
    assert (await survey.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await survey.post("/oidc/revoke", token=tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.refresh(tokens["refresh_token"])).status_code == 200


def unsigned(claims: dict[str, object], **header: object) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in (header, claims)]
    return ".".join([*parts, ""])


async def test_forged_tokens_are_nobodys(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    good = await grafana.claims(tokens["access_token"])
    published = (await house.browser().client.get("/oidc/keys")).json()["keys"]
    mine = ECKey.generate_key("P-256")
    public = OctKey.import_key(json.dumps(published[0]).encode())
    header = {"typ": "at+jwt", "kid": published[0]["kid"]}
    forged = [
        unsigned(good, alg="none", typ="at+jwt"),
        jwt.encode({**header, "alg": "HS256"}, good, public, algorithms=["HS256"]),
        jwt.encode({**header, "alg": "ES256"}, good, mine, algorithms=["ES256"]),
        jwt.encode({**header, "alg": "ES256", "jwk": mine.as_dict(private=False)}, good, mine, algorithms=["ES256"]),
        jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "../../etc/passwd"}, good, mine, algorithms=["ES256"]),
        tokens["id_token"],
        tokens["access_token"][:-3] + "AAA",
        "",
        "a.b.c",
        "x" * 5_000,
    ]
    for token in forged:
        assert (await grafana.userinfo(token)).status_code == 401, token[:60]
    assert await grafana.introspect(tokens["id_token"]) == {"active": False}


async def test_an_access_token_ends(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    house.clock.forward(6 * MINUTE)
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    assert await grafana.introspect(tokens["access_token"]) == {"active": False}


async def test_consent_can_not_be_forged_from_another_page(house: House, mia: Browser) -> None:
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    fields = {"way": survey.way(), "answer": "agree", "csrf": "guessed"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-origin"}, {}):
        assert (await mia.client.post("/oidc/consent", data=fields, headers=headers)).status_code == 403
    assert told_in(await mia.get(survey.way(prompt="none")))["error"] == "consent_required"


async def test_a_link_signs_nobody_out(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    asked = await mia.get(
        f"/oidc/sign-out?id_token_hint={tokens['id_token']}&post_logout_redirect_uri=https://evil.example/"
    )
    assert (asked.status_code, "evil.example" in asked.text.replace('value="https://evil.example/"', "")) == (
        200,
        False,
    )
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200
    forged = await mia.client.post("/oidc/sign-out", data={"csrf": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200


async def test_no_cookie_counts_where_apps_ask(mia: Browser, grafana: Grafana) -> None:
    answered = await mia.client.post("/oidc/token", data={"grant_type": "refresh_token", "refresh_token": "x"})
    assert answered.status_code in {400, 401}
    assert (await mia.client.get("/oidc/userinfo")).status_code == 401


async def test_break_glass_signs_in_nowhere(house: House, grafana: Grafana) -> None:
    """Its session opens the console alone."""
    stranger = house.browser()
    assert (await stranger.get(grafana.way())).headers["location"].startswith("/sign-in")


async def test_tokens_bound_to_a_key_are_worth_nothing_without_it(house: House, mia: Browser, grafana: Grafana) -> None:
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")

    def proof(by: ECKey, jti: str, method: str = "POST", path: str = "/oidc/token", **more: object) -> str:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": by.as_dict(private=False)}
        told = {"jti": jti, "htm": method, "htu": f"{ORIGIN}{path}", "iat": house.clock.now() // 1000, **more}
        return jwt.encode(header, told, by, algorithms=["ES256"])

    sent = {
        "grant_type": "authorization_code",
        "code": await grafana.code(mia),
        "redirect_uri": BACK,
        "code_verifier": grafana.verifier,
    }
    tokens = (await grafana.post("/oidc/token", fields={"dpop": proof(key, "1")}, **sent)).json()
    assert tokens["token_type"] == "DPoP"
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401  # as a bearer token it is nothing
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for bad in (
        {"dpop": proof(key, "1")},
        {"dpop": proof(key, "2", method="GET")},
        {"dpop": proof(key, "3", path="/oidc/userinfo")},
        {"dpop": proof(key, "4", iat=house.clock.now() // 1000 - 600)},
        {"dpop": "nonsense"},
    ):
        assert (await grafana.post("/oidc/token", fields=bad, **again)).json()["error"] == "invalid_dpop_proof", bad
    stolen = await grafana.post("/oidc/token", fields={"dpop": proof(other, "5")}, **again)
    assert stolen.json()["error"] == "invalid_grant"


async def test_while_limen_can_not_decide_nothing_is_given_and_nobody_is_signed_out(
    mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who fills the disk must not sign a whole company out of its apps."""
    tokens = await grafana.tokens(mia)
    with monkeypatch.context() as full:
        full.setattr(Journal, "writable", property(lambda _journal: False))
        for answered in (
            await grafana.refresh(tokens["refresh_token"]),
            await grafana.userinfo(tokens["access_token"]),
            await grafana.post("/oidc/introspect", token=tokens["access_token"]),
        ):
            assert (answered.status_code, answered.json()["error"]) == (503, "temporarily_unavailable")
    assert (await grafana.refresh(tokens["refresh_token"])).status_code == 200


async def test_an_idle_session_is_not_kept_alive_by_a_program(house: House, mia: Browser, grafana: Grafana) -> None:
    token = (await grafana.tokens(mia))["refresh_token"]
    idle_hours = house.limen.settings.sessions.idle_hours
    for _ in range(int(idle_hours * 2) + 1):
        house.clock.forward(HOUR // 2)
        answered = (await grafana.refresh(token)).json()
        token = answered.get("refresh_token", "")
    assert answered["error"] == "invalid_grant"


async def test_a_device_is_let_in_by_no_link_and_no_other_page(house: House, mia: Browser) -> None:
    """Phishing by device codes: the code has to be typed, and the answer is a form of ours."""
    desk = Grafana(house, id="desk")
    asked = (await desk.post("/oidc/device", scope="openid")).json()
    assert asked["user_code"] not in (await mia.get(f"/device?code={asked['user_code']}&user_code=x")).text
    fields = {"code": asked["user_code"], "answer": "agree", "csrf": "guessed"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-origin"}, {}):
        assert (await mia.client.post("/device/answer", data=fields, headers=headers)).status_code == 403
    for _ in range(12):
        guessed = await mia.post("/device/answer", code="BBBB-BBBB", answer="agree")
        assert guessed.status_code == 400
    assert (await mia.post("/device/answer", code=asked["user_code"], answer="agree")).status_code == 400
    assert house.events("sso.device_let_in") == []


NOT_THE_LAPTOP = (
    "http://127.0.0.1:\t8/back",
    "http://127.0.0.1:8/back#",
    "http://127.0.0.1:8/back\n",
    "http://127.0.0.1:8\\@evil.example/back",
    "http://127.0.0.1:8@evil.example/back",
    "http://127.0.0.1:8/back/../x",
    "http://localhost:8/back",
    "http://[::1]:8/back",
    "http://127.1:8/back",
    "http://2130706433:8/back",
    "http://0x7f000001:8/back",
    "http://127.0.0.1.evil.example:8/back",
    "http://127.0.0.1:99999/back",
    "http://127.0.0.1:8/back?x=1",
    "http://127.0.0.1:8//back",
    "https://127.0.0.1:8/back",
    "http://127.0.0.1:8/%62ack",
    "http://\uff11\uff12\uff17.0.0.1:8/back",
)


async def test_an_app_on_the_laptop_is_reached_at_its_own_address_alone(house: House, mia: Browser) -> None:
    """Any port is its own (RFC 8252 section 7.3), and nothing else may differ."""
    desk = Grafana(house, id="desk", back="http://127.0.0.1/back")
    assert "code" in told_in(await mia.get(desk.way(redirect_uri="http://127.0.0.1:8/back")))
    assert "code" in told_in(await mia.get(desk.way(redirect_uri="example.harbor.desk:/back")))
    others = ("example.harbor.desk:/back/../x", "EXAMPLE.harbor.desk:/back", "example.harbor.desk://evil.example/back")
    for uri in (*NOT_THE_LAPTOP, *others):
        answered = await mia.get(desk.way(redirect_uri=uri))
        assert (answered.status_code, "location" in answered.headers) == (400, False), uri
