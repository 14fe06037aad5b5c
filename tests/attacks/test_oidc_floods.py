"""What a stranger or an employee asks of the OpenID Connect provider without end, and what everybody else notices."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests import kept as looked_at
from tests.sso import harbor
from tests.sso.client import Grafana, told_in
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import SECOND
from limen.sso import kept_requests, seen_once, sign_ins
from limen.sso.oidc.provider import Provider
from limen.storage import Transaction

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana


async def open_sign_ins(house: House) -> list[sign_ins.AppSignIn]:
    return await house.limen.core.database.reading(lambda snapshot: sign_ins.open_sign_ins(snapshot.connection))


async def test_whoever_asks_for_codes_without_end_loses_their_own_sign_ins(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "MOST_OF_A_SESSION", 5)
    monkeypatch.setattr(sign_ins, "told", lambda *_asked: None)  # or the next turn may take the row before we look
    first = await grafana.tokens(mia)
    for _ in range(12):
        code = await grafana.code(mia)
    assert len(await open_sign_ins(house)) == 5
    assert (await grafana.redeem(code)).status_code == 200
    assert (await grafana.userinfo(first["access_token"])).status_code == 401
    due = await house.limen.core.database.reading(
        lambda snapshot: sign_ins.due_logouts(snapshot.connection, 1 << 60, 99)
    )
    assert len(due) == 1, "the app is told of the one sign-in that it knows"


async def test_however_many_sign_ins_somebody_has_they_are_let_go(house: House, mia: Browser, grafana: Grafana) -> None:
    """More than one statement may name: 250,000 values in SQLite as Debian has it, 65,535 in PostgreSQL, 999 here."""
    await grafana.code(mia)
    (one,) = await open_sign_ins(house)
    row = {name: getattr(one, name) for name in sign_ins.AppSignIn.__slots__}
    rows = [{**row, "id": f"g_{number}"} for number in range(2_000)]

    def fill(transaction: Transaction) -> None:
        raw = transaction.connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
        transaction.connection.execute(sign_ins.app_sign_ins.insert(), rows)

    await house.limen.core.database.writing(fill)
    await house.limen.identity.people.deactivate(one.person_id, by="")
    assert not house.limen.known.people[one.person_id].active
    assert await open_sign_ins(house) == []


async def test_strangers_push_out_no_request_of_an_app(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_requests, "MOST", 20)
    monkeypatch.setattr(kept_requests, "MOST_OF_A_SOURCE", 10)
    sent = (await grafana.post("/oidc/par", **grafana.asks())).json()["request_uri"]
    slow = house.browser(address="192.0.2.1")
    led = await slow.get(grafana.way(state="s" * 3_000))
    uri = parse_qs(urlsplit(parse_qs(urlsplit(led.headers["location"]).query)["to"][0]).query)["request_uri"][0]
    for number in range(60):
        stranger = house.browser(address=f"198.51.100.{number % 3}")
        await stranger.get(grafana.way(state="x" * 6_000))
    kept = house.limen.core.offers.take(Provider).authorization.pushed
    assert looked_at.number(house.limen.database.kept_briefly, "waiting: pushed") <= 21
    assert await kept.look(uri, "grafana") is not None, "whoever asked once keeps their place"
    assert "code" in told_in(await mia.get(f"/oidc/authorize?client_id=grafana&request_uri={sent}"))


async def test_anybody_can_be_a_public_client_and_pushes_out_no_other(house: House, grafana: Grafana) -> None:
    desk = Grafana(house, id="desk", back="http://127.0.0.1/back")
    asked = {**desk.asks(), "client_id": "desk"}
    assert (await desk.post("/oidc/par", **asked)).status_code == 201
    assert (await desk.post("/oidc/par", **{**asked, "state": "x" * 9_000})).json() == {"error": "invalid_request"}


async def test_strangers_proofs_use_up_nothing(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_once, "MOST", 5)
    key = ECKey.generate_key("P-256")

    def proof() -> dict[str, str]:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
        told = {"htm": "POST", "htu": f"{ORIGIN}/oidc/token", "iat": house.clock.now() // 1000}
        return {"dpop": jwt.encode(header, {**told, "jti": secrets.token_hex(8)}, key, algorithms=["ES256"])}

    thief = Grafana(house, secret="wrong")
    for _ in range(10):
        refused = await thief.post("/oidc/token", fields=proof(), grant_type="authorization_code", code="c")
        assert refused.json()["error"] == "invalid_client"
    code = await grafana.code(mia)
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": grafana.back}
    redeemed = await grafana.post("/oidc/token", fields=proof(), code_verifier=grafana.verifier, **sent)
    assert redeemed.json()["token_type"] == "DPoP"


@pytest.mark.parametrize("asked", [{"max_age": "0"}, {"max_age": "1"}, {"prompt": "login", "max_age": "0"}])
async def test_nobody_is_sent_in_circles_to_prove_themselves(
    house: House, mia: Browser, grafana: Grafana, asked: dict[str, str]
) -> None:
    house.clock.forward(300_000)
    led = await mia.get(grafana.way(**asked))
    assert led.headers["location"].startswith("/step-up")
    await mia.step_up("limen", parse_qs(urlsplit(led.headers["location"]).query)["to"][0])
    house.clock.forward(3_000)
    assert "code" in told_in(await mia.get(grafana.way(**asked)))


WEIRD = ("\\", '"', "\x00", "\x7f", "\n", "é", "\u2028", "%", "https://[", "http://127.0.0.1:99999/")


@pytest.mark.parametrize(
    "name", ["redirect_uri", "client_id", "scope", "state", "response_type", "code_challenge", "prompt", "nonce"]
)
async def test_nothing_that_strangers_send_is_an_error_of_ours(mia: Browser, grafana: Grafana, name: str) -> None:
    """Each would be a traceback in the log, of ten thousand bytes and more, without a session."""
    for weird in WEIRD:
        for asked in ({name: weird}, {name: f"{grafana.asks().get(name, '')}{weird}"}):
            for more in ({}, {"prompt": "none"} if name != "prompt" else {}):
                answered = await mia.get(grafana.way(**{**more, **asked}))
                assert answered.status_code in {303, 400}, (asked, answered.status_code)


@pytest.mark.parametrize("path", ["token", "introspect", "revoke", "par"])
async def test_nothing_that_apps_send_is_an_error_of_ours(grafana: Grafana, path: str) -> None:
    names = ("grant_type", "code", "token", "refresh_token", "redirect_uri", "code_verifier", "client_id", "scope")
    for name in (*names, "token_type_hint", "client_secret", "response_type"):
        for weird in WEIRD:
            for base in ({}, {"grant_type": "authorization_code"}, {"grant_type": "refresh_token"}, grafana.asks()):
                for app in (grafana, Grafana(grafana.house, id="desk"), Grafana(grafana.house, id=weird or "x")):
                    answered = await app.post(f"/oidc/{path}", **{**base, name: weird})
                    assert answered.status_code in {200, 201, 400, 401}, (path, name, weird, base)


async def test_what_breaks_takes_nothing_from_those_whose_transaction_it_shares(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    had = [(await grafana.tokens(mia))["refresh_token"] for _ in range(3)]
    together, sizes = house.limen.core.database._written_together, list[int]()
    done = together._done
    monkeypatch.setattr(together, "_done", lambda batch: sizes.append(len(batch)) or done(batch))
    calls = house.limen.core.offers.take(Provider)._calls
    broken = [calls.served(lambda _server: int("as Authlib, where its error would quote too much")) for _ in range(2)]
    *answers, (first, _), (second, _) = await asyncio.gather(*map(grafana.refresh, had), *broken)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert (first.status, second.status) == (400, 400)
    assert max(sizes) > 1, "they shared one"
    assert sizes.count(1) > 1, "and each was done again by itself"
    for used, answer in zip(had, answers, strict=True):
        assert (await grafana.refresh(answer.json()["refresh_token"])).status_code == 200
        assert (await grafana.refresh(used)).json()["error"] == "invalid_grant"


async def test_uses_of_a_refresh_token_at_once_stay_one_line_of_tokens(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """In one transaction each sees the one before, as it would in one after it: they share a turn (record 0127)."""
    once = (await grafana.tokens(mia))["refresh_token"]
    answers = await asyncio.gather(*(grafana.refresh(once) for _ in range(4)))
    won = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(won) == 4
    assert len(house.events("sso.token_repeated")) == 3
    assert (await grafana.refresh(won[0]["refresh_token"])).status_code == 200
    house.clock.forward(11 * SECOND)
    assert (await grafana.refresh(won[1]["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await grafana.userinfo(won[0]["access_token"])).status_code == 401
    assert house.events("sso.token_reused")
