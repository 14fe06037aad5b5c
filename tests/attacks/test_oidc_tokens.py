"""What thieves try with codes, tokens and secrets of apps at the provider: refused, and found in the journal."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from tests.sso import harbor
from tests.sso.client import BACK, Grafana
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import SECOND
from limen.sso.oidc.protocol import DEVICE

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana


def refused(house: House) -> list[tuple[str, object]]:
    """Why apps were refused, and which one they said that they were; the newest first."""
    return [(event.reason, event.details["app"]) for event in house.events("sso.client_refused")]


@pytest.fixture
async def survey(house: House) -> Grafana:
    return await Grafana.registered(house, id="survey", back="https://survey.example/back")


def basic(name: str, secret: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"}


async def send(house: House, fields: dict[str, str], **sent: str) -> httpx2.Response:
    return await house.browser(address="198.51.100.9").client.post("/oidc/token", data=sent, headers=fields)


# Codes


async def test_a_code_of_the_thief_is_worth_nothing_in_anothers_browser(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """Code injection: Ned has Grafana redeem, in Mia's browser, a code that was made for Ned; or the other way round.

    Grafana has a verifier for each browser, and the code is bound to its own (RFC 7636).
    """
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    of_ned, of_mia = await grafana.code(ned), await grafana.code(mia)
    other = secrets.token_urlsafe(48)
    for code in (of_ned, of_mia):
        assert (await grafana.redeem(code, code_verifier=other)).json()["error"] == "invalid_grant"
    assert refused(house) == [("invalid-grant", "grafana")] * 2
    assert "decision" not in (await grafana.redeem(await grafana.code(mia), code_verifier=other)).text, (
        "none refused it"
    )


async def test_what_was_spent_by_a_wrong_try_is_spent(house: House, mia: Browser, grafana: Grafana) -> None:
    """Nobody tries verifiers until one fits."""
    code = await grafana.code(mia)
    await grafana.redeem(code, code_verifier=secrets.token_urlsafe(48))
    assert (await grafana.redeem(code)).json()["error"] == "invalid_grant"
    assert house.events("sso.token_reused")


async def test_codes_that_nobody_issued_are_in_the_journal(house: House, grafana: Grafana) -> None:
    for code in ("x", "A" * 43, "é", "\x00"):
        assert (await grafana.redeem(code)).json()["error"] in {"invalid_grant", "invalid_request"}
    assert ("invalid-grant", "grafana") in refused(house)


async def test_a_refresh_token_used_twice_ends_it_for_both(house: House, mia: Browser, grafana: Grafana) -> None:
    """Whoever of the two is the thief: neither goes on, and the person is named in the journal."""
    first = await grafana.tokens(mia)
    second = (await grafana.refresh(first["refresh_token"])).json()
    house.clock.forward(11 * SECOND)  # beyond what an app may need that asks several times at once (record 0127)
    assert (await grafana.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.refresh(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.userinfo(second["access_token"])).status_code == 401
    assert await grafana.introspect(second["access_token"]) == {"active": False}
    (event,) = house.events("sso.token_reused")
    assert (event.subject, event.details["app"]) == (house.id_of("mia@harbor.example"), "grafana")


# Who an app says that it is


async def test_an_app_proves_itself_in_one_way_and_as_one(house: House, mia: Browser, grafana: Grafana) -> None:
    """RFC 6749 section 2.3: never two at once, or somebody reads the other one."""
    code = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": grafana.verifier}
    good, wrong = basic("grafana", grafana.secret), basic("grafana", "wrong")
    for fields, more in (
        (wrong, {"client_id": "grafana", "client_secret": grafana.secret}),
        (good, {"client_id": "grafana", "client_secret": grafana.secret}),
        (good, {"client_secret": "wrong"}),
        (good, {"client_id": "survey"}),
        (good, {"client_id": "desk"}),
        ({"authorization": "Bearer x"}, {"client_id": "grafana", "client_secret": grafana.secret}),
        (wrong, {"client_id": "desk"}),
        ({}, {"client_id": "grafana"}),
        ({}, {"client_secret": grafana.secret}),
        (basic("grafana:", grafana.secret), {}),
        (basic("Grafana", grafana.secret), {}),
        (basic("grafana\x00", grafana.secret), {}),
        (basic("", ""), {}),
    ):
        answered = await send(house, fields, **code, code=await grafana.code(mia), **more)
        assert answered.json()["error"] == "invalid_client", (fields, more)
    assert {word for word, _ in refused(house)} == {"invalid-client"}
    assert grafana.secret not in repr(house.events("sso.client_refused"))
    assert (await send(house, good, **code, code=await grafana.code(mia), client_id="grafana")).status_code == 200


async def test_a_secret_in_an_address_is_none(house: House, mia: Browser, grafana: Grafana) -> None:
    sent = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": grafana.verifier}
    asked = urlencode(
        {**sent, "client_id": "grafana", "client_secret": grafana.secret, "code": await grafana.code(mia)}
    )
    client = house.browser(address="198.51.100.9").client
    assert (await client.post(f"/oidc/token?{asked}", data={"x": "y"})).status_code in {400, 401}
    assert (await client.get(f"/oidc/token?{asked}")).status_code in {404, 405}
    assert (await client.post("/oidc/token", json={**sent, "client_id": "grafana"})).status_code == 400
    tokens = await grafana.tokens(mia)
    token = tokens["access_token"]
    assert (await client.get(f"/oidc/userinfo?access_token={token}")).status_code == 401
    assert (await client.post("/oidc/userinfo", data={"access_token": token})).status_code == 401
    both = {"authorization": f"Bearer {token}", "dpop": "x"}
    assert (
        await client.get("/oidc/userinfo", headers=[*both.items(), ("authorization", "Bearer x")])
    ).status_code == 401


async def test_every_door_of_apps_journals_who_knocked(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    thief = Grafana(house, secret="wrong")
    for path, sent in (
        ("/oidc/introspect", {"token": tokens["access_token"]}),
        ("/oidc/revoke", {"token": tokens["refresh_token"]}),
        ("/oidc/par", thief.asks()),
        ("/oidc/device", {"scope": "openid"}),
        ("/oidc/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}),
    ):
        assert (await thief.post(path, **sent)).status_code == 401, path
    assert refused(house) == [("invalid-client", "grafana")] * 5
    assert (await grafana.refresh(tokens["refresh_token"])).status_code == 200


# One app's tokens at another


async def test_what_another_app_shows_is_in_the_journal(
    house: House, mia: Browser, grafana: Grafana, survey: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    assert await survey.introspect(tokens["access_token"]) == {"active": False}
    assert (await survey.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await survey.post("/oidc/revoke", token=tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await survey.redeem(await grafana.code(mia))).json()["error"] == "invalid_grant"
    assert refused(house) == [
        ("invalid-grant", "survey"),
        ("invalid-grant", "survey"),
        ("invalid-grant", "survey"),
        ("token-of-another", "survey"),
    ]
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 200, "its own sign-in goes on"


async def test_no_refresh_widens(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia, scope="openid email")
    token = tokens["refresh_token"]
    for more, error in (
        ({"scope": "openid email groups"}, "invalid_scope"),
        ({"resource": "https://ledger.harbor.example/api"}, "invalid_target"),
        ({"resource": "https://grafana.harbor.example"}, "invalid_target"),
    ):
        answered = await grafana.post("/oidc/token", grant_type="refresh_token", refresh_token=token, **more)
        assert answered.json()["error"] == error, more
    assert [word for word, _ in refused(house)] == ["invalid-target", "invalid-target", "invalid-scope"]


async def test_a_forged_token_is_in_the_journal_and_an_old_one_is_not(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    mine = ECKey.generate_key("P-256")
    claims = await grafana.claims(tokens["access_token"])
    forged = jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, mine, algorithms=["ES256"])
    narrowed = await grafana.post(
        "/oidc/token",
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
        resource=f"https://{'grafana'}.harbor.example/",
    )
    for token in (forged, tokens["id_token"], narrowed.json()["access_token"]):
        assert (await grafana.userinfo(token)).status_code == 401
    assert [word for word, _ in refused(house)] == ["token-of-another", "invalid-token", "invalid-token"]
    house.clock.forward(6 * 60_000)
    assert (await grafana.userinfo(tokens["access_token"])).status_code == 401
    assert len(refused(house)) == 3


# Bound to a key (RFC 9449)


class Holder:
    """Somebody with a key, who makes proofs as they please."""

    def __init__(self, house: House) -> None:
        self.house, self.key = house, ECKey.generate_key("P-256")

    def proof(self, path: str = "/oidc/token", header: dict[str, Any] | None = None, **told: Any) -> str:
        named = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False), **(header or {})}
        claims = {
            "jti": secrets.token_hex(8),
            "htm": "POST",
            "htu": f"{ORIGIN}{path}",
            "iat": self.house.clock.now() // 1_000,
            **told,
        }
        return jwt.encode(
            {name: value for name, value in named.items() if value is not None},
            {name: value for name, value in claims.items() if value is not None},
            self.key,
            algorithms=["ES256"],
        )

    def for_userinfo(self, token: str, **told: Any) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        return self.proof("/oidc/userinfo", **{"htm": "GET", "ath": digest, **told})


@pytest.fixture
async def holder(house: House) -> Holder:
    return Holder(house)


async def bound(grafana: Grafana, mia: Browser, holder: Holder) -> dict[str, Any]:
    sent = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": grafana.verifier}
    code = await grafana.code(mia)
    return dict((await grafana.post("/oidc/token", fields={"dpop": holder.proof()}, code=code, **sent)).json())


async def test_no_proof_of_another_kind_redeems(house: House, mia: Browser, grafana: Grafana, holder: Holder) -> None:
    token, now = (await bound(grafana, mia, holder))["refresh_token"], house.clock.now() // 1_000
    public = holder.key.as_dict(private=False)
    head = base64.urlsafe_b64encode(json.dumps({"typ": "dpop+jwt", "alg": "HS256", "jwk": public}).encode())
    body = base64.urlsafe_b64encode(
        json.dumps({"jti": "h", "htm": "POST", "htu": f"{ORIGIN}/oidc/token", "iat": now}).encode()
    )
    signed = f"{head.rstrip(b'=').decode()}.{body.rstrip(b'=').decode()}"
    by_public = hmac.digest(json.dumps(public).encode(), signed.encode(), "sha256")
    bad = [
        holder.proof(header={"typ": "JWT"}),
        holder.proof(header={"jwk": None}),
        holder.proof(header={"jwk": OctKey.generate_key(256).as_dict()}),
        holder.proof(header={"jwk": holder.key.as_dict(private=True)}),
        holder.proof(header={"jwk": None, "kid": holder.key.thumbprint()}),
        holder.proof(header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
        holder.proof(htm="post"),
        holder.proof(htm=None),
        holder.proof(htu=f"{ORIGIN}/oidc/token/"),
        holder.proof(htu=f"{ORIGIN}/oidc/token?x=1"),
        holder.proof(htu="https://evil.example/oidc/token"),
        holder.proof(htu=None),
        holder.proof(jti=None),
        holder.proof(iat=None),
        holder.proof(iat="now"),
        holder.proof(iat=now + 3_600),
        holder.proof(iat=1e300),
        f"{signed}.{base64.urlsafe_b64encode(by_public).rstrip(b'=').decode()}",
        f"{holder.proof()},{holder.proof()}",
    ]
    for one in bad:
        answered = await grafana.post(
            "/oidc/token", fields={"dpop": one}, grant_type="refresh_token", refresh_token=token
        )
        assert answered.json()["error"] == "invalid_dpop_proof", one[:80]
    code = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": grafana.verifier}
    client, twice = house.browser().client, [("dpop", holder.proof()), ("dpop", holder.proof())]
    sent = {**code, "code": await grafana.code(mia)}
    answered = await client.post("/oidc/token", data=sent, headers=[*basic("grafana", grafana.secret).items(), *twice])
    assert answered.json()["error"] == "invalid_dpop_proof", "two proofs are not none: the tokens would be for anybody"
    assert {word for word, _ in refused(house)} == {"invalid-dpop-proof"}
    good = {"dpop": holder.proof()}
    assert (
        await grafana.post("/oidc/token", fields=good, grant_type="refresh_token", refresh_token=token)
    ).status_code == 200


async def test_a_code_that_was_asked_for_with_a_key_is_redeemed_by_that_key_alone(
    house: House, mia: Browser, grafana: Grafana, holder: Holder
) -> None:
    """`dpop_jkt` (RFC 9449 section 10): whoever has code, verifier and secret still lacks the key."""
    sent = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": grafana.verifier}
    for fields in ({}, {"dpop": Holder(house).proof()}):
        code = await grafana.code(mia, dpop_jkt=holder.key.thumbprint())
        refused_ = await grafana.post("/oidc/token", fields=fields, code=code, **sent)
        assert refused_.json()["error"] == "invalid_grant", fields
    code = await grafana.code(mia, dpop_jkt=holder.key.thumbprint())
    redeemed = await grafana.post("/oidc/token", fields={"dpop": holder.proof()}, code=code, **sent)
    assert redeemed.json()["token_type"] == "DPoP"


async def test_a_stolen_bound_token_shows_nobody(house: House, mia: Browser, grafana: Grafana, holder: Holder) -> None:
    token = (await bound(grafana, mia, holder))["access_token"]
    other, client = Holder(house), house.browser().client
    seen = holder.for_userinfo(token)

    async def shown(scheme: str, *proofs: str) -> int:
        fields = [("authorization", f"{scheme} {token}"), *(("dpop", one) for one in proofs)]
        return (await client.get("/oidc/userinfo", headers=fields)).status_code

    assert await shown("DPoP", seen) == 200
    for scheme, proofs in (
        ("Bearer", ()),
        ("Bearer", (holder.for_userinfo(token),)),
        ("DPoP", ()),
        ("DPoP", (seen,)),
        ("DPoP", (other.for_userinfo(token),)),
        ("DPoP", (holder.for_userinfo("another"),)),
        ("DPoP", (holder.for_userinfo(token, ath=None),)),
        ("DPoP", (holder.for_userinfo(token, htm="POST"),)),
        ("DPoP", (holder.proof(),)),
        ("DPoP", (holder.for_userinfo(token), holder.for_userinfo(token))),
    ):
        assert await shown(scheme, *proofs) == 401, (scheme, len(proofs))
    assert ("invalid-dpop-proof", "grafana") in refused(house)


# At once, and more than was asked for


async def test_of_many_who_redeem_a_code_at_once_one_wins_at_most(house: House, mia: Browser, grafana: Grafana) -> None:
    code = await grafana.code(mia)
    answers = await asyncio.gather(*(grafana.redeem(code) for _ in range(6)))
    won = [one.json() for one in answers if one.status_code == 200]
    assert len(won) == 1
    assert house.events("sso.token_reused")
    assert (await grafana.userinfo(won[0]["access_token"])).status_code == 401, "nor does that one keep it"


async def test_introspection_tells_no_more_than_was_agreed_to(house: House, mia: Browser, survey: Grafana) -> None:
    """An app that knows people by a name of its own, and not their address, learns neither from its own token."""
    await mia.get(survey.way(scope="openid"))
    await mia.post("/oidc/consent", way=survey.way(scope="openid"), answer="agree")
    tokens = await survey.tokens(mia, scope="openid")
    told = await survey.introspect(tokens["access_token"])
    assert told["active"] is True
    assert told["username"] == told["sub"]
    for known in ("mia@harbor.example", house.id_of("mia@harbor.example")):
        assert known not in json.dumps(told)
        assert known not in json.dumps(await survey.claims(tokens["id_token"]))
        assert known not in json.dumps(await survey.claims(tokens["access_token"]))


async def test_a_code_of_a_device_is_redeemed_by_its_own_app_alone(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    desk = Grafana(house, id="desk")
    begun = (await desk.post("/oidc/device", scope="openid")).json()
    for thief in (grafana, Grafana(house, id="webmail", secret="wrong"), Grafana(house, id="wiki")):
        answered = await thief.post("/oidc/token", grant_type=DEVICE, device_code=begun["device_code"])
        assert answered.json()["error"] in {"unauthorized_client", "invalid_client", "invalid_grant"}
    for secret in ("", "x", begun["user_code"], begun["device_code"][:-1]):
        answered = await desk.post("/oidc/token", grant_type=DEVICE, device_code=secret)
        assert answered.json()["error"] in {"invalid_grant", "invalid_request"}, secret
    assert len(refused(house)) == 7


# Where an administrator finds it


async def test_attempts_stand_on_the_timeline_of_the_app_that_they_were_made_at(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """Of an app that is named; of Limen itself, where somebody names none that there is."""
    ada = house.browser()
    await house.administrator(ada)
    await grafana.redeem("A" * 43)
    await Grafana(house, id="\u202egrafana", secret="x").redeem("A" * 43)
    await mia.get(grafana.way(redirect_uri="https://evil.example/"))
    await mia.client.post(
        "/oidc/consent", data={}, headers={"sec-fetch-site": "cross-site", "origin": "https://e.example"}
    )
    house.limen.journal.flush()
    of_app = (await ada.get("/console/apps/grafana/timeline?show=failures")).text
    of_limen = (await ada.get("/console/apps/limen/timeline?show=failures")).text
    assert ("invalid grant" in of_app, "invalid request" in of_app, "invalid client" in of_app) == (True, True, False)
    assert ("invalid client" in of_limen, "https://e.example" in of_limen) == (True, True)
    assert "\u202e" not in of_limen, "what would turn the rest of a line round is not shown"
