"""Attacks on what other services tell: forging it, replaying it, speaking of whom one has no right to, drowning it."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp import ThreadedResolver
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.sso.issuer import FakeIssuer, harbor_with
from tests.sso.shared_signals.receiving.harbor import ALL_OF_IT, house, mia, okta, there
from tests.sso.shared_signals.receiving.people import elsewhere, is_in, status_of
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    RISC,
    Outside,
    account,
    asks,
    counts_of,
    declared,
    email,
    new_key,
    outside_at_work,
    stream_of,
    streams_made,
    written,
)
from tests.web.conftest import Browser, House
from tests.web.portal.test_break_glass import issue, opened

from limen.clock import HOUR, MINUTE, SECOND
from limen.identity.membership import Membership
from limen.identity.responses import PERSON_RESPONSES
from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter
from limen.sso.shared_signals.receiving.transmitter_client import TransmitterClient
from limen.sso.upstream import fetching
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.storage import Database

__all__ = ["house", "mia", "okta", "there"]
REVOKED = f"{CAEP}session-revoked"
DISABLED = f"{RISC}account-disabled"


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


# Forging


async def test_a_token_that_proves_nothing_has_no_effect_whatever_its_header_says(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other, claims = await elsewhere(house, there), okta.claims(REVOKED, account(there))
    evil, key = new_key(), okta.keys["one"]
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    evil_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(evil.public_key()))
    head, body, signature = okta.signed(claims).split(".")
    unsigned = f"{part({'alg': 'none', 'typ': 'secevent+jwt'})}.{part(claims)}."
    by_public_key = _hs256(claims, public)
    with outside_at_work() as elsewheres:
        elsewheres.keys = {"one": evil}
        for name, token in {
            "unsigned": unsigned,
            "unsigned, with what was a signature": unsigned + signature,
            "alg None in other letters": f"{part({'alg': 'NoNe', 'typ': 'secevent+jwt', 'kid': 'one'})}.{body}.",
            "without its signature": f"{head}.{body}.",
            "another body": f"{head}.{part({**claims, 'jti': 'x'})}.{signature}",
            "the public key as a secret": by_public_key,
            "another's key": okta.signed(claims, key=evil),
            "another's key that it brings": okta.signed(claims, key=evil, jwk=evil_jwk),
            "another's key without a name": okta.signed(claims, kid=None, key=evil),  # type: ignore[arg-type]
            "another's key at an address": okta.signed(claims, key=evil, jku=f"{elsewheres.url}/keys"),
            "another's certificate": okta.signed(claims, key=evil, x5u=f"{elsewheres.url}/x5u"),
            "what is critical and unknown": okta.signed(claims, crit=["x"], x=1),
            "a token that signs somebody in": okta.signed(claims, typ="JWT"),
            "an access token": okta.signed(claims, typ="at+jwt"),
            "a logout token": okta.signed(claims, typ="logout+jwt"),
        }.items():
            answer = await okta.push(token)
            assert (answer.status_code, answer.json()["err"]) in {(400, "invalid_key"), (400, "invalid_request")}, name
        assert elsewheres.asked == []  # no address in a token is ever asked
    assert await is_in(other)
    assert counts_of(house, "event") == {}
    assert {one.kind for one in house.events("received_signal.refused")} == {"received_signal.refused"}


def _hs256(claims: dict[str, Any], secret: bytes) -> str:
    """PyJWT won't sign with a public key, so by hand."""
    signed = f"{part({'alg': 'HS256', 'typ': 'secevent+jwt', 'kid': 'one'})}.{part(claims)}"
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


async def test_a_key_that_was_given_up_is_good_no_more(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    await okta.tells(REVOKED, None)
    old, other = okta.keys["one"], await elsewhere(house, there)
    okta.keys = {"two": new_key()}
    house.clock.forward(2 * MINUTE)
    assert (
        await okta.push(okta.signed(okta.claims(REVOKED, None), kid="two"))
    ).status_code == 202  # the new one counts
    forged = okta.signed(okta.claims(REVOKED, account(there)), kid="one", key=old)
    assert (await okta.push(forged)).json()["err"] == "invalid_key"
    forged = okta.signed(okta.claims(REVOKED, account(there)), kid="two", key=old)
    assert (await okta.push(forged)).json()["err"] == "invalid_key"
    assert await is_in(other)


async def test_what_says_something_twice_is_not_guessed_at(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    """A checker that reads the first and a doer that reads the last would each see a good token."""
    other = await elsewhere(house, there)
    text = json.dumps(okta.claims(REVOKED, account(there)))
    for doubled in (
        text[:-1] + ', "aud": "https://login.harbor.example"}',
        text[:-1] + f', "sub_id": {json.dumps(account(there))}' + "}",
        text.replace('"sub": "mia-there"', '"sub": "nobody", "sub": "mia-there"'),
    ):
        token = jwt.api_jws.encode(
            doubled.encode(), okta.keys["one"], "RS256", headers={"typ": "secevent+jwt", "kid": "one"}
        )
        assert (await okta.push(token)).json()["err"] == "invalid_request"
    deep = text[:-1] + ', "x": ' + "[" * 9_000 + "]" * 9_000 + "}"
    token = jwt.api_jws.encode(deep.encode(), okta.keys["one"], "RS256", headers={"typ": "secevent+jwt", "kid": "one"})
    assert (await okta.push(token)).status_code == 400
    assert await is_in(other)


# For somebody else


@pytest.mark.parametrize("odd", ["\ud800", "\0"])
@pytest.mark.parametrize("place", ["jti", "txn", "sub", "sid", "reason", "state"])
async def test_text_that_no_database_takes_is_refused_and_not_an_error(
    odd: str, place: str, house: House, okta: Outside, there: FakeIssuer
) -> None:
    """An error would have it sent again for days, before all that comes after it."""
    said = f"x{odd}y"
    subject: dict[str, Any] = account(there, said if place == "sub" else "mia-there")
    if place == "sid":
        subject = {"format": "complex", "session": {"format": "opaque", "id": said}}
    kind = f"{RISC}account-disabled" if place == "reason" else REVOKED
    claims = okta.claims(kind, subject, {"reason": said} if place == "reason" else {})
    if place == "state":
        claims["events"] = {"https://schemas.openid.net/secevent/ssf/event-type/verification": {"state": said}}
        claims["sub_id"] = {"format": "opaque", "id": okta.stream["stream_id"]}
    answered = await okta.push(okta.signed({**claims, place: said} if place in {"jti", "txn"} else claims))
    assert (answered.status_code, answered.json()["err"]) == (400, "invalid_request")


async def test_the_token_and_the_tokens_of_one_stream_are_worth_nothing_at_another(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        with outside_at_work() as google:
            google.audience = "https://login.harbor.example"
            text = declared(okta, ALL_OF_IT) + declared(google, ALL_OF_IT, "google").replace("\ntransmitters:\n", "")
            house = await harbor_with(closing, tmp_path / "harbor", [there], also=lambda at: written(at, text))
            await streams_made(house, okta)
            await streams_made(house, google, "google")
            mia = house.browser()
            await house.member(mia, "Mia", "staff")
            token, subject = okta.token(REVOKED, email("mia@harbor.example")), email("mia@harbor.example")
            for wrong, bearer, name in (
                (token, google.bearer, "google"),  # another's token by one's own way in
                (token, google.bearer, "okta"),  # and by the other's
                (google.token(REVOKED, subject, iss=okta.url), google.bearer, "google"),
                (google.token(REVOKED, subject), okta.bearer, "okta"),
            ):
                answer = await okta.push(wrong, name, authorization=bearer)
                assert answer.status_code == 400
            assert counts_of(house, "event") == counts_of(house, "event", "google") == {}
            assert status_of(house, "mia@harbor.example") == "active"


async def test_nobody_is_spoken_of_whom_a_service_has_no_right_to(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    await house.limen.identity.people.invite("Eve", "eve@partner.example", ["staff"], by="")
    nested = {"format": "complex", "user": {"format": "complex", "user": account(there)}}
    for subject in (
        email("eve@partner.example"),
        email("eve@partner.example\n@harbor.example"),
        email("eve@partner.example@harbor.example"),
        {"format": "account", "uri": "acct:eve@partner.example"},
        {"format": "iss_sub", "iss": there.url + "/", "sub": "mia-there"},
        {"format": "iss_sub", "iss": okta.url, "sub": "mia-there"},
        {"format": "opaque", "id": house.id_of("mia@harbor.example")},
        {"format": "aliases", "identifiers": [email("eve@partner.example")]},
        {"format": "complex", "user": email("eve@partner.example"), "tenant": email("mia@harbor.example")},
    ):
        for kind in (REVOKED, DISABLED):
            await okta.tells(kind, subject)
    for subject in (nested, {"format": "email", "email": "a@harbor.example", "sub": "x"}, {"format": "x"}, [], "mia"):
        answer = await okta.push(okta.token(DISABLED, subject))
        assert answer.json()["err"] == "invalid_request"
    assert {status_of(house, one) for one in ("eve@partner.example", "mia@harbor.example")} == {"invited", "active"}
    assert await is_in(mia)
    assert house.events("received_signal.person") == []


async def test_no_service_takes_the_account_of_an_administrator_or_what_breaks_the_glass(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        text = declared(okta, ALL_OF_IT + "\n    sessions: all\n    may_disable: {share: 100, people: 1000}")
        house = await harbor_with(closing, tmp_path / "harbor", [there], also=lambda at: written(at, text))
        await streams_made(house, okta)
        ada = house.browser(address="203.0.113.8")
        ada_id = await house.administrator(ada)
        for name, group in (("Bruno", "break-glass"), ("Heidi", "helpdesk"), ("Otto", "auditors")):
            await house.member(house.browser(), name, "staff", group)
        glass = house.browser(address="203.0.113.8")
        assert (await opened(house, glass, issue(house, ada_id))).status_code == 303
        for name in ("ada", "bruno", "heidi", "otto"):
            for kind in (DISABLED, f"{RISC}account-purged"):
                await okta.tells(kind, email(f"{name}@harbor.example"), {"reason": "hijacking"})
            assert status_of(house, f"{name}@harbor.example") == "active"
        assert len(house.events("received_signal.spared")) == 8
        assert not await is_in(ada)  # what she had opened ends: she signs in again
        assert (await glass.get("/console")).status_code == 200
        assert await ada.sign_in() is not None
        assert await is_in(ada)


# Replaying


async def test_of_many_who_send_the_same_at_once_one_is_first(where: str) -> None:
    """Whatever worker and node each arrives at: each has its own connection."""
    several = [Database.open(where) for _ in range(4)]
    try:
        start = threading.Barrier(4)

        def first(database: Database) -> int:
            start.wait()
            return sum(
                database.write(lambda t, n=n: store.is_first(t.connection, n.to_bytes(32, "big"), "okta", 1, 2))  # type: ignore[misc]
                for n in range(20)
            )

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(first, several)) == 20
    finally:
        for one in several:
            one.close()


async def test_an_old_token_ends_nothing_that_began_since(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    """Whoever kept one back, or has its database restored, has no way to sign people out for days."""
    token = okta.token(REVOKED, account(there))
    house.clock.forward(HOUR)
    other = await elsewhere(house, there)
    assert (await okta.push(token)).status_code == 202
    assert await is_in(other)


# A transmitter that is hostile itself


async def test_keys_without_end_are_not_read_and_are_asked_for_seldom(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other, token = await elsewhere(house, there), okta.token(REVOKED, account(there))
    okta.answers["/keys"] = lambda handler: handler.reply(200, {"keys": [{"kty": "RSA", "n": "A" * 400_000}]})  # type: ignore[attr-defined]
    for _ in range(5):
        assert (await okta.push(token)).status_code == 503
    assert sum(one[1] == "/keys" for one in okta.asked) == 1
    assert await is_in(other)


async def test_a_redirect_is_not_followed_to_the_inside(house: House, okta: Outside, there: FakeIssuer) -> None:
    with outside_at_work() as inside:
        for path in ("/keys", "/status", "/verify"):
            okta.answers[path] = lambda handler: handler.reply(307, {}, location=f"{inside.url}/keys")  # type: ignore[attr-defined]
        assert (await okta.push(okta.token(REVOKED, None))).status_code == 503
        house.clock.forward(HOUR)
        await asks(house)
        assert inside.asked == []
    assert "redirects" in stream_of(house).asked.error


async def test_a_transmitter_that_takes_its_time_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.3)

    def slow(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(20):
            handler.wfile.write(b" ")
            time.sleep(0.1)

    with outside_at_work() as outside:
        outside.answers["/keys"] = slow
        client = TransmitterClient(
            SignalTransmitter("okta", outside.url), Fetching(outside.url, ThreadedResolver), _Clock()
        )
        with pytest.raises(IssuerError) as wrong:
            await client.claims("a.b.c")
        await client.close()
    assert wrong.value.word == "slow"


class _Clock:
    def now(self) -> int:
        return 1_764_000_000_000

    def monotonic(self) -> float:
        return 0.0


async def test_a_service_that_is_taken_over_takes_so_many_accounts_a_day_and_no_more(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        text = declared(okta, ALL_OF_IT + "\n    may_disable: {share: 1, people: 1}")
        house = await harbor_with(closing, tmp_path / "harbor", [there], also=lambda at: written(at, text))
        await streams_made(house, okta)
        names = ("Mia", "Ida", "Tom")
        for name in names:
            await house.member(house.browser(), name, "staff")
        addresses = [f"{name.lower()}@harbor.example" for name in names]
        for _ in range(3):  # however often it says so, and however it calls it
            for address in addresses:
                for kind in (DISABLED, f"{RISC}account-purged"):
                    house.clock.forward(SECOND)
                    await okta.tells(kind, email(address))
        assert [status_of(house, one) for one in addresses] == ["suspended", "active", "active"]
        mia = house.id_of(addresses[0])
        house.limen.database.write(lambda t: Membership(t, house.clock.now(), "").resume(mia, "signal okta"))
        for address in addresses:  # what it took is counted, also of whom an administrator has let in again
            house.clock.forward(SECOND)
            await okta.tells(DISABLED, email(address))
        assert [status_of(house, one) for one in addresses] == ["active"] * 3


async def test_the_end_of_an_alert_gives_nothing_back_that_a_service_took_and_the_other_way_round(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        house = await harbor_with(
            closing, tmp_path / "harbor", [there], also=lambda at: written(at, declared(okta, ALL_OF_IT))
        )
        await streams_made(house, okta)
        await house.member(house.browser(), "Mia", "staff")
        who, address, now = house.id_of("mia@harbor.example"), "mia@harbor.example", house.clock.now()
        database = house.limen.database
        assert database.write(lambda t: PERSON_RESPONSES.suspend(t, who, now, "", "alert r1"))
        house.clock.forward(SECOND)
        await okta.tells(DISABLED, email(address))
        assert len(house.events("received_signal.person")) == 1
        assert not database.write(lambda t: PERSON_RESPONSES.resume(t, who, now, "", "alert r1"))
        assert status_of(house, address) == "suspended"
        assert [one.whose for one in await house.limen.identity.people.suspensions_of(who)] == ["okta"]


async def test_what_a_service_says_of_a_leaver_holds_when_their_source_brings_them_back_and_takes_nobodys_place(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    async with AsyncExitStack() as closing:
        house = await harbor_with(
            closing, tmp_path / "harbor", [there], also=lambda at: written(at, declared(okta, ALL_OF_IT))
        )
        await streams_made(house, okta)
        database, addresses = house.limen.database, [f"{name}@harbor.example" for name in ("lea", "leo", "mia")]
        for name in ("Lea", "Leo", "Mia"):
            await house.member(house.browser(), name, "staff")

        def of_the_source(does: str, address: str) -> None:
            who, now = house.id_of(address), house.clock.now()
            database.write(lambda t: getattr(Membership(t, now, "", source="people"), does)(who))

        for address in addresses[:2]:
            of_the_source("deactivate", address)
        for address in addresses:  # two who left, and one of whom it may take one a day
            house.clock.forward(SECOND)
            await okta.tells(DISABLED, email(address))
        assert [status_of(house, one) for one in addresses] == ["inactive", "inactive", "suspended"]
        for address in addresses[:2]:
            of_the_source("reactivate", address)
        assert [status_of(house, one) for one in addresses] == ["suspended"] * 3
