"""What thieves and hostile programs try where programs get tokens: forged proofs, stolen tokens, others' names."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.identity.workload_terms import terms
from tests.sso import harbor
from tests.sso.client import BACK, LEDGER_KEY, Grafana
from tests.sso.program import GRAFANA, LEDGER, SURVEY, TOKEN_ENDPOINT, Program, app, settled, workload
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.identity import workloads
from limen.rate_limit import RateLimit
from limen.sso.oidc import workload_keys, workload_store
from limen.sso.oidc.provider import Provider
from limen.storage.journal import Journal

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana


@pytest.fixture
async def batch(house: House) -> Program:
    return await workload(house)


def rows(house: House, table: Any) -> int:
    return house.limen.database.read(lambda snapshot: len(list(snapshot.connection.execute(table.select()))))


async def refused(program: Program, assertion: str) -> None:
    answered = await program.asks(assertion=assertion)
    assert (answered.status_code, answered.json()["error"]) == (401, "invalid_client"), assertion[:80]
    assert assertion[-20:] not in answered.text


def joined(header: dict[str, Any], claims: Any, signature: bytes = b"") -> str:
    parts = [
        json.dumps(header).encode(),
        claims if isinstance(claims, bytes) else json.dumps(claims).encode(),
        signature,
    ]
    return ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)


# Forged proofs


async def test_no_header_chooses_algorithm_or_key(house: House, batch: Program) -> None:
    mine = ECKey.generate_key("P-256")
    mine_public = mine.as_dict(private=False)
    public = batch.key.as_dict(private=False)
    as_secrets = [json.dumps(public).encode(), batch.key.as_pem(private=False), batch.key.as_bytes(private=False)]
    await refused(batch, joined({"alg": "none"}, batch.claims()))
    await refused(batch, joined({"alg": "ES256"}, batch.claims(), bytes(64)))
    for secret in as_secrets:
        signed = joined({"alg": "HS256"}, batch.claims()).rpartition(".")[0]
        signature = hmac.digest(secret, signed.encode(), "sha256")
        await refused(batch, f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}")
    thumbprint = batch.key.thumbprint()
    for header in (
        {},
        {"kid": thumbprint},
        {"kid": "../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"jwk": mine_public},
        {"kid": thumbprint, "jwk": mine_public},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/chain.pem"},
        {"x5c": ["MIIB"]},
    ):
        await refused(batch, batch.assertion(header, key=mine))
    for header in ({"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/c"}, {"jwk": public}):
        await refused(batch, batch.assertion(header))  # not even beside a good signature
    rsa = RSAKey.generate_key(2_048)
    await refused(batch, jwt.encode({"alg": "RS256"}, batch.claims(), rsa, algorithms=["RS256"]))
    for kind in ("at+jwt", "dpop+jwt", "logout+jwt"):
        await refused(batch, batch.assertion({"typ": kind}))
    assert house.events("sso.client_refused")
    assert (await batch.asks(assertion=batch.assertion({"kid": thumbprint}))).status_code == 200


WRONG: list[tuple[str, Callable[[Program], dict[str, Any]]]] = [
    ("of another server", lambda _: {"aud": "https://evil.example/token"}),
    ("for another address of ours", lambda _: {"aud": f"{ORIGIN}/oidc/userinfo"}),
    ("with a slash more", lambda _: {"aud": f"{ORIGIN}/"}),
    ("for two", lambda _: {"aud": [TOKEN_ENDPOINT, "https://evil.example/token"]}),
    ("for nobody", lambda _: {"aud": None}),
    ("for an object", lambda _: {"aud": {"aud": TOKEN_ENDPOINT}}),
    ("by another issuer", lambda _: {"iss": "grafana"}),
    ("by nobody", lambda _: {"iss": None}),
    ("about an app", lambda _: {"sub": "grafana"}),
    ("about nobody", lambda _: {"sub": None}),
    ("about a number", lambda _: {"sub": 7, "iss": 7}),
    ("over", lambda it: {"exp": it.now - 1}),
    ("over now", lambda it: {"exp": it.now}),
    ("far ahead", lambda it: {"exp": it.now + 2 * HOUR // SECOND}),
    ("without an end", lambda _: {"exp": None}),
    ("with an end in words", lambda it: {"exp": str(it.now + 60)}),
    ("with an end that is true", lambda _: {"exp": True}),
    ("with an end beyond all", lambda _: {"exp": 1e300}),
    ("from tomorrow", lambda it: {"iat": it.now + DAY // SECOND}),
    ("not yet good", lambda it: {"nbf": it.now + DAY // SECOND}),
    ("with a strange beginning", lambda _: {"nbf": "now"}),
    ("without a name", lambda _: {"jti": None}),
    ("with an empty name", lambda _: {"jti": ""}),
    ("with a number for a name", lambda _: {"jti": 7}),
    ("with an endless name", lambda _: {"jti": "j" * 2_000}),
]


@pytest.mark.parametrize("wrong", [pytest.param(told, id=name) for name, told in WRONG])
async def test_an_assertion_is_for_us_from_its_client_and_of_now(
    batch: Program, wrong: Callable[[Program], dict[str, Any]]
) -> None:
    await refused(batch, batch.assertion(**wrong(batch)))


async def test_what_is_huge_deep_or_no_jwt_is_refused_quickly(batch: Program) -> None:
    deep = b"[" * 2_900
    for told in (
        "",
        ".",
        "a.b.c",
        "x" * 5_000,
        batch.assertion(more="x" * 4_000),
        joined({"alg": "ES256"}, deep, bytes(64)),
        joined({"alg": "ES256"}, b'{"a":' * 500, bytes(64)),
        joined({"alg": "ES256"}, [1], bytes(64)),
        joined({"alg": ["ES256"]}, batch.claims(), bytes(64)),
        joined({"alg": "ES256", "kid": {"a": 1}}, batch.claims(), bytes(64)),
        joined({"alg": "ES256", "typ": 7}, batch.claims(), bytes(64)),
        joined({"alg": "ES256", "crit": ["b64"], "b64": False}, batch.claims(), bytes(64)),
        batch.assertion() + ".x.y",
        "é.é.é",
    ):
        answered = await batch.asks(**({"client_assertion": told} if not told else {"assertion": told}))
        assert answered.json()["error"] in {"invalid_client", "invalid_request"}, told[:60]


async def test_an_assertion_counts_once_whoever_is_first(house: House, batch: Program) -> None:
    once = batch.assertion()
    answers = await asyncio.gather(*(batch.asks(assertion=once) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401, 401]
    await refused(batch, once)
    house.clock.forward(30 * SECOND)
    await refused(batch, once)
    assert (await app(house, LEDGER_KEY).post("/oidc/introspect", token="x")).status_code == 200
    same_name = app(house, LEDGER_KEY)
    named = same_name.assertion(jti="of-one-client-and-not-of-all")
    assert (await same_name.post("/oidc/introspect", assertion=named, token="x")).status_code == 200
    assert (await same_name.post("/oidc/revoke", assertion=named, token="x")).status_code == 401


async def test_nobody_proves_to_be_somebody_else(house: House, batch: Program) -> None:
    other = await workload(house, "other-batch")
    ledger = app(house, LEDGER_KEY)
    await refused(batch, other.assertion(iss=batch.client_id, sub=batch.client_id))
    await refused(batch, other.assertion(sub=batch.client_id))
    await refused(batch, ledger.assertion(iss=batch.client_id, sub=batch.client_id))
    await refused(batch, batch.assertion(iss="ledger", sub="ledger"))
    wrong = await batch.asks(client_id=other.client_id)
    assert wrong.json()["error"] == "invalid_client"
    unknown = Program(house, "w_" + "0" * 32, batch.key)
    await refused(batch, unknown.assertion())


async def test_a_key_is_of_one_workload_alone(house: House, batch: Program) -> None:
    other = await workload(house, "other-batch")
    public = workload_store.keys_of
    (held,) = house.limen.database.read(lambda snapshot: public(snapshot.connection, batch.client_id))
    with pytest.raises(Exception, match="registered already"):
        house.limen.database.write(
            lambda t: workload_keys.add(t, other.client_id, held.key, 1, house.clock.now(), by="server")
        )


async def test_one_way_to_prove_oneself_and_never_the_weaker(house: House, batch: Program, grafana: Grafana) -> None:
    ledger = app(house, LEDGER_KEY)
    with_secret = await Grafana.registered(house, id="ledger", back="https://ledger.harbor.example/back")
    assert (await with_secret.post("/oidc/introspect", token="x")).json()["error"] == "invalid_client"
    by_secret = jwt.encode(
        {"alg": "HS256"}, Program(house, "grafana").claims(), OctKey.import_key(grafana.secret), algorithms=["HS256"]
    )
    for assertion in (by_secret, Program(house, "grafana").assertion()):
        answered = await ledger.post("/oidc/introspect", assertion=assertion, token="x")
        assert answered.json()["error"] == "invalid_client"
    for more in ({"client_secret": "x"}, {"fields": {"authorization": "Basic Z3JhZmFuYTp4"}}):
        assert (await batch.asks(**more)).json()["error"] == "invalid_client"
    assert (await batch.asks(client_assertion_type="urn:other")).json()["error"] == "invalid_client"
    alone = await house.browser().client.post(
        "/oidc/token", data={"grant_type": "client_credentials", "client_id": batch.client_id, "resource": GRAFANA}
    )
    assert alone.json()["error"] == "invalid_client"
    twice = await batch.asks(grant_type=["client_credentials", "refresh_token"])
    assert twice.json()["error"] == "invalid_request"


# Where it may go


async def test_a_workload_is_no_app(house: House, mia: Browser, batch: Program, grafana: Grafana) -> None:
    for path, sent in (
        ("/oidc/par", {"response_type": "code", "redirect_uri": BACK, "scope": "openid"}),
        ("/oidc/device", {"scope": "openid"}),
        ("/oidc/introspect", {"token": await batch.token()}),
        ("/oidc/token", {"grant_type": "authorization_code", "code": await grafana.code(mia), "redirect_uri": BACK}),
        ("/oidc/token", {"grant_type": "refresh_token", "refresh_token": (await grafana.tokens(mia))["refresh_token"]}),
    ):
        answered = await batch.post(path, **sent)
        assert answered.status_code in {400, 401}, path
    asked = await mia.get(grafana.way(client_id=batch.client_id))
    assert (asked.status_code, "location" in asked.headers) == (400, False)
    for client in (grafana, Grafana(house, id="desk")):
        assert (await client.post("/oidc/token", grant_type="client_credentials", resource=GRAFANA)).status_code >= 400


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "grafana",
        GRAFANA[:-1],
        GRAFANA + "x",
        GRAFANA.upper(),
        "https://wiki.harbor.localhost",
        ORIGIN,
        [GRAFANA, LEDGER],
    ],
)
async def test_a_token_is_for_one_app_that_is_named(batch: Program, resource: Any) -> None:
    assert (await batch.asks(resource)).json()["error"] == "invalid_target"


async def test_a_workload_is_told_of_nobody(batch: Program) -> None:
    assert (await batch.asks(scope="openid email")).json()["error"] == "invalid_scope"


async def test_a_token_of_one_app_is_worthless_at_another(
    house: House, mia: Browser, batch: Program, grafana: Grafana
) -> None:
    token, ledger = await batch.token(), app(house, LEDGER_KEY)
    assert (await ledger.post("/oidc/introspect", token=token)).json() == {"active": False}
    assert (await grafana.introspect(await batch.token(LEDGER))) == {"active": False}
    assert (await grafana.userinfo(token)).status_code == 401
    assert (await batch.acts(token)).json()["error"] == "invalid_request"
    assert (await grafana.post("/oidc/revoke", token=token)).json()["error"] == "invalid_grant"
    other = await workload(house, "other-batch")
    assert (await other.post("/oidc/revoke", token=token)).json()["error"] == "invalid_grant"
    await refused(batch, token)  # nor does it prove anything
    assert (await grafana.introspect(token))["active"] is True


async def test_what_policies_refuse_is_refused_and_named(house: House, batch: Program) -> None:
    answered = (await batch.asks(SURVEY)).json()
    assert answered["error"] == "invalid_grant"
    assert answered["error_description"].startswith("decision ")
    nobodys = await workload(house, "idle-batch", "staff")
    assert (await nobodys.asks()).json()["error"] == "invalid_grant"


# When it ends


async def test_a_revoked_workload_is_refused_at_once_and_its_tokens_stay_dead(
    house: House, batch: Program, grafana: Grafana
) -> None:
    token, database, now = await batch.token(), house.limen.database, house.clock.now()
    workloads.revoke(database, "night-batch", now, by="server")
    await settled(house)
    assert await grafana.introspect(token) == {"active": False}
    assert (await batch.asks()).json()["error"] == "invalid_client"
    workloads.add(database, "night-batch", ["wiki"], ["engineering"], 1, now, terms=terms(now), by="server")
    await settled(house)
    assert await grafana.introspect(token) == {"active": False}
    assert (await batch.asks()).json()["error"] == "invalid_client", "its key went with it"


async def test_a_removed_key_takes_what_was_issued_for_it(house: House, batch: Program, grafana: Grafana) -> None:
    token, database = await batch.token(), house.limen.database
    thumbprint = batch.key.thumbprint()
    database.write(lambda t: workload_keys.remove(t, batch.client_id, thumbprint, house.clock.now(), by="server"))
    assert await grafana.introspect(token) == {"active": False}
    assert (await batch.asks()).json()["error"] == "invalid_client"


async def test_an_expired_key_proves_nothing(house: House, grafana: Grafana) -> None:
    batch = await workload(house, days=1)
    house.clock.forward(DAY - MINUTE)
    token = await batch.token()
    house.clock.forward(MINUTE)
    assert await grafana.introspect(token) == {"active": False}
    assert (await batch.asks()).json()["error"] == "invalid_client"


async def test_panic_ends_the_tokens_of_programs(house: House, batch: Program, grafana: Grafana) -> None:
    token = await batch.token()
    house.limen.known.set_not_before(("person", batch.client_id), house.clock.now() + 1)
    assert await grafana.introspect(token) == {"active": False}
    house.clock.forward(MINUTE)
    assert (await grafana.introspect(token))["active"] is False
    assert (await batch.asks()).status_code == 200


async def test_a_token_given_back_is_over(batch: Program, grafana: Grafana) -> None:
    token = await batch.token()
    assert (await batch.post("/oidc/revoke", token=token)).status_code == 200
    assert await grafana.introspect(token) == {"active": False}
    assert (await grafana.introspect(await batch.token()))["active"] is True


async def test_a_token_bound_to_a_key_is_worth_nothing_without_it(house: House, batch: Program) -> None:
    answered = await batch.asks(fields={"dpop": "nonsense"})
    assert answered.json()["error"] == "invalid_dpop_proof"


async def test_while_limen_can_not_decide_no_program_gets_anything(
    batch: Program, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await batch.token()
    with monkeypatch.context() as full:
        full.setattr(Journal, "writable", property(lambda _journal: False))
        for answered in (await batch.asks(), await grafana.post("/oidc/introspect", token=token)):
            assert (answered.status_code, answered.json()["error"]) == (503, "temporarily_unavailable")
    assert (await batch.asks()).status_code == 200


# In somebody's name


async def test_only_the_token_of_a_person_at_that_app_can_be_exchanged(
    house: House, mia: Browser, batch: Program, grafana: Grafana
) -> None:
    tokens = await grafana.tokens(mia)
    delegated = (await batch.acts(tokens["access_token"])).json()["access_token"]
    for subject in ("", "x", tokens["refresh_token"], tokens["id_token"], delegated, await batch.token()):
        assert (await batch.acts(subject)).json()["error"] == "invalid_request", subject[:40]
    ledger = Grafana(house, id="ledger", back="https://ledger.harbor.example/back")
    code = await ledger.code(mia)
    redeemed = await app(house, LEDGER_KEY).post(
        "/oidc/token",
        grant_type="authorization_code",
        code=code,
        redirect_uri=ledger.back,
        code_verifier=ledger.verifier,
    )
    elsewhere = redeemed.json()["access_token"]
    assert (await batch.acts(elsewhere)).json()["error"] == "invalid_target", "nobody may act there"
    assert house.events("sso.acted_for")[0].details["app"] == "grafana"
    assert len(house.events("sso.acted_for")) == 1


async def test_nobody_acts_who_is_not_named_or_not_permitted(
    house: House, mia: Browser, grafana: Grafana, batch: Program
) -> None:
    token = (await grafana.tokens(mia))["access_token"]
    other = await workload(house, "other-batch")
    assert (await other.acts(token)).json()["error"] == "invalid_target"
    delegated = (await batch.acts(token)).json()["access_token"]
    database, now = house.limen.database, house.clock.now()
    workloads.revoke(database, "night-batch", now, by="server")
    assert (await batch.acts(token)).status_code in {400, 401}
    assert await grafana.introspect(delegated) == {"active": False}
    assert (await grafana.introspect(token))["active"] is True, "it is the person's own, and they are still here"
    again = await workload(house, "night-batch", "staff")  # of no group that may look at grafana as a program
    refused = (await again.acts(token)).json()
    assert (refused["error"], refused["error_description"][:9]) == ("invalid_request", "decision ")


async def test_an_exchange_never_widens(house: House, mia: Browser, batch: Program, grafana: Grafana) -> None:
    token = (await grafana.tokens(mia, scope="openid email"))["access_token"]
    house.clock.forward(2 * MINUTE)
    assert (await batch.acts(token, scope="openid groups")).json()["error"] == "invalid_scope"
    for more in ({"resource": LEDGER}, {"audience": "ledger"}, {"resource": [GRAFANA, LEDGER]}):
        assert (await batch.acts(token, **more)).json()["error"] == "invalid_target", more
    for more in (
        {"actor_token": token, "actor_token_type": "urn:ietf:params:oauth:token-type:access_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
    ):
        assert (await batch.acts(token, **more)).json()["error"] == "invalid_request", more
    given = (await batch.acts(token, scope="email", resource=GRAFANA)).json()
    had, told = await grafana.claims(token), await grafana.claims(given["access_token"])
    assert (told["sub"], told["scope"], told["act"]["sub"]) == (had["sub"], "email", batch.client_id)
    assert told["exp"] == had["exp"]
    assert given["expires_in"] <= 180
    assert "refresh_token" not in given
    assert (await grafana.userinfo(given["access_token"])).status_code == 401


async def test_an_exchanged_token_ends_with_the_person_their_session_and_the_permission(
    house: House, mia: Browser, batch: Program, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await grafana.tokens(mia))["access_token"]
    delegated = (await batch.acts(token)).json()["access_token"]
    assert (await grafana.introspect(delegated))["act"] == {"sub": batch.client_id}
    grafana_app = house.limen.known.apps["grafana"]
    assert grafana_app.oidc is not None
    with monkeypatch.context() as withdrawn:
        nobody = replace(grafana_app, oidc=replace(grafana_app.oidc, may_act=()))
        withdrawn.setitem(house.limen.known.apps, "grafana", nobody)
        assert await grafana.introspect(delegated) == {"active": False}
    assert (await grafana.introspect(delegated))["active"] is True
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    assert await grafana.introspect(delegated) == {"active": False}
    assert (await batch.acts(token)).json()["error"] == "invalid_request"


async def test_giving_back_an_exchanged_token_signs_nobody_out(mia: Browser, batch: Program, grafana: Grafana) -> None:
    token = (await grafana.tokens(mia))["access_token"]
    delegated = (await batch.acts(token)).json()["access_token"]
    assert (await batch.post("/oidc/revoke", token=token)).json()["error"] == "invalid_grant", (
        "it is not the workload's"
    )
    assert (await batch.post("/oidc/revoke", token=delegated)).status_code == 200
    assert await grafana.introspect(delegated) == {"active": False}
    assert (await grafana.userinfo(token)).status_code == 200


async def test_a_token_that_is_bound_to_a_key_is_exchanged_by_nobody(
    house: House, mia: Browser, batch: Program, grafana: Grafana
) -> None:
    key = ECKey.generate_key("P-256")
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    told = {"jti": "1", "htm": "POST", "htu": TOKEN_ENDPOINT, "iat": house.clock.now() // SECOND}
    proof = jwt.encode(header, told, key, algorithms=["ES256"])
    sent = {
        "grant_type": "authorization_code",
        "code": await grafana.code(mia),
        "redirect_uri": BACK,
        "code_verifier": grafana.verifier,
    }
    tokens = (await grafana.post("/oidc/token", fields={"dpop": proof}, **sent)).json()
    assert tokens["token_type"] == "DPoP"
    assert (await batch.acts(tokens["access_token"])).json()["error"] == "invalid_request"


# Without end


async def test_a_workload_has_so_many_rows_whatever_it_asks(
    house: House, batch: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workload_store, "MOST_ASSERTIONS", 5)
    answers = [(await batch.asks()).status_code for _ in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert rows(house, workload_store.oidc_assertions) == 5
    assert rows(house, workload_store.oidc_workload_sign_ins) == 1
    assert (await app(house, LEDGER_KEY).post("/oidc/introspect", token="x")).status_code == 200, "others go on"
    house.clock.forward(2 * MINUTE)
    assert (await batch.asks()).status_code == 200


async def test_strangers_write_no_row(house: House, batch: Program) -> None:
    for _ in range(20):
        await refused(batch, batch.assertion(key=ECKey.generate_key("P-256")))
    assert rows(house, workload_store.oidc_assertions) == 0


async def test_a_workload_asks_so_often_and_no_more(
    house: House, batch: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await workload(house, "other-batch")
    limit = RateLimit(1, 3)
    monkeypatch.setattr(house.limen.core.offers.take(Provider).workloads, "_asked", limit)
    assert [(await batch.asks()).status_code for _ in range(5)] == [200] * 3 + [429] * 2
    assert (await other.asks()).status_code == 200


async def test_acting_for_people_fills_no_journal(
    house: House, mia: Browser, batch: Program, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, provider = (await grafana.tokens(mia))["access_token"], house.limen.core.offers.take(Provider)
    monkeypatch.setattr(provider.workloads, "_asked", RateLimit(1, 25))
    assert [(await batch.acts(token)).status_code for _ in range(4)] == [200, 200, 429, 429]
    assert len(house.events("sso.acted_for")) == 2
