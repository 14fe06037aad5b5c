"""What thieves, strangers and hostile or broken issuers try at signing in with an account elsewhere."""

from __future__ import annotations

import base64
import gzip
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.sso import linked
from tests.sso.issuer import (
    CLIENT,
    SECRET,
    FakeIssuer,
    entry,
    harbor_with,
    issuer_at_work,
    leaves,
    links,
    returns,
    signs_in,
    way_on,
)
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.facts import EVERYONE, Needed, RequiredFactor, RequiredFactors
from limen.facts.required_factors import NEEDED_STRENGTH
from limen.sso.upstream import fetching
from limen.sso.upstream.fetching import IssuerError, refuse_address
from limen.sso.upstream.flow import Upstreams

there, house, mia = linked.there, linked.house, linked.mia


async def refused(house: House, browser: Browser, answered: httpx2.Response, word: str) -> None:
    """Nobody is signed in, a page says what to do, nobody is sent anywhere, and the journal has the word."""
    assert answered.status_code in {400, 403, 502}, answered.text
    assert "location" not in answered.headers
    assert "__Host-limen=" not in answered.headers.get("set-cookie", "")
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    kinds = ("sso.upstream_refused", "sso.upstream_failed", "sign_in.failed")
    assert word in [event.reason for kind in kinds for event in house.events(kind)]


# Tokens that prove nothing


LIES: Final[list[tuple[dict[str, Any], str]]] = [
    ({"iss": "https://evil.example"}, "id-token-issuer-wrong"),
    ({"iss": None}, "id-token-issuer-wrong"),
    ({"aud": "another-client"}, "id-token-audience-wrong"),
    ({"aud": ["another-client"]}, "id-token-audience-wrong"),
    ({"aud": None}, "id-token-audience-wrong"),
    ({"aud": {CLIENT: 1}}, "id-token-audience-wrong"),
    ({"aud": [CLIENT, "another-client"]}, "id-token-party-wrong"),
    ({"azp": "another-client"}, "id-token-party-wrong"),
    ({"nonce": "another nonce"}, "id-token-nonce-wrong"),
    ({"nonce": None}, "id-token-nonce-wrong"),
    ({"nonce": ""}, "id-token-nonce-wrong"),
    ({"exp": 1}, "id-token-expired"),
    ({"exp": None}, "id-token-time-missing"),
    ({"exp": "tomorrow"}, "id-token-time-missing"),
    ({"iat": None}, "id-token-time-missing"),
    ({"iat": True}, "id-token-time-missing"),
    ({"sub": None}, "id-token-subject-wrong"),
    ({"sub": ""}, "id-token-subject-wrong"),
    ({"sub": "a" * 256}, "id-token-subject-wrong"),
    ({"sub": "mia-there\x00"}, "id-token-subject-wrong"),
    ({"sub": ["mia-there"]}, "id-token-subject-wrong"),
    ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "id-token-at-hash-wrong"),
]


async def test_a_token_that_says_something_else(house: House, mia: Browser, there: FakeIssuer) -> None:
    times = [({"iat": there.now + 3_600}, "id-token-not-yet"), ({"iat": there.now - 3_600}, "id-token-too-old")]
    for claims, word in [*LIES, *times]:
        there.claims = {"exp": there.now + 9_000, **claims}
        house.clock.forward(20 * SECOND)
        browser = house.browser()
        await refused(house, browser, await signs_in(browser, there), word)


def _none(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (_base64(json.dumps(one).encode()) for one in ({**header, "alg": "none"}, claims))
    return ".".join(parts) + "."


def _hmac(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    signed = ".".join(_base64(json.dumps(one).encode()) for one in (header, claims))
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def test_a_token_without_a_signature(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.sign = _none
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-algorithm-refused")


async def test_a_token_signed_with_the_public_key_as_a_secret(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.sign = lambda header, claims: _hmac({**header, "alg": "HS256"}, claims, there.key.as_pem(private=False))
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-algorithm-refused")


async def test_a_token_signed_with_the_clients_own_secret(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.sign = lambda header, claims: _hmac({**header, "alg": "HS256"}, claims, SECRET.encode())
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-algorithm-refused")


async def test_a_secret_among_the_published_keys_verifies_nothing(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    secret = OctKey.generate_key(256, {"kid": "oct"})
    there.keys = lambda: {"keys": [secret.as_dict(), there.key.as_dict(private=False)]}  # type: ignore[method-assign]
    there.sign = lambda header, claims: jwt.encode(
        {**header, "alg": "HS256", "kid": "oct"}, claims, secret, algorithms=["HS256"]
    )
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-algorithm-refused")


async def test_a_token_that_brings_its_own_key(house: House, mia: Browser, there: FakeIssuer) -> None:
    evil = RSAKey.generate_key(2048)
    brought: dict[str, Any] = {
        "jwk": ECKey.generate_key("P-256").as_dict(private=False),
        "jku": f"{there.url}/evil-keys",
        "x5u": f"{there.url}/evil-certificate",
        "x5c": ["AAAA"],
        "crit": ["b64"],
    }
    for name, value in brought.items():
        there.sign = lambda header, claims, name=name, value=value: jwt.encode(  # type: ignore[misc]
            {**header, "kid": "evil", **({name: value} if name != "crit" else {})}, claims, evil, algorithms=["RS256"]
        )
        if name == "crit":
            there.sign = lambda header, claims: _hmac({**header, "crit": ["b64"]}, claims, b"")
        browser = house.browser()
        await refused(house, browser, await signs_in(browser, there), "id-token-header-refused")
    assert len(house.events("sso.upstream_refused")) == len(brought)
    assert not [path for path, _, _ in there.asked if "evil" in path]


async def test_a_token_signed_by_another_key_under_the_same_name(house: House, mia: Browser, there: FakeIssuer) -> None:
    evil = RSAKey.generate_key(2048)
    there.sign = lambda header, claims: jwt.encode(header, claims, evil, algorithms=["RS256"])
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-signature-wrong")


async def test_a_key_for_encryption_signs_nothing(house: House, mia: Browser, there: FakeIssuer) -> None:
    other = RSAKey.generate_key(2048, {"kid": "other"})
    there.keys = lambda: {  # type: ignore[method-assign]
        "keys": [there.key.as_dict(private=False), {**other.as_dict(private=False), "use": "enc"}]
    }
    there.sign = lambda header, claims: jwt.encode({**header, "kid": "other"}, claims, other, algorithms=["RS256"])
    house.clock.forward(2 * HOUR)
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-key-unknown")


async def test_a_key_of_one_algorithm_verifies_no_other(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.key = ECKey.generate_key("P-256", {"kid": "elliptic"})
    there.header = {"alg": "RS256"}
    there.sign = lambda header, claims: jwt.encode({**header, "alg": "ES256"}, claims, there.key, algorithms=["ES256"])
    house.clock.forward(2 * HOUR)
    browser = house.browser()
    assert (await signs_in(browser, there)).status_code == 303  # by its own algorithm it verifies
    there.keys = lambda: {  # type: ignore[method-assign]
        "keys": [{**there.key.as_dict(private=False), "alg": "ES384"}]
    }
    house.clock.forward(2 * HOUR)
    await refused(house, house.browser(), await signs_in(house.browser(), there), "id-token-key-unknown")


async def test_a_logout_token_is_no_id_token(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.header = {"typ": "logout+jwt"}
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "id-token-header-refused")


# Keys are rotated, and strangers can't make Limen look for new ones all day


async def test_a_new_key_is_found_and_at_most_once_a_minute(house: House, mia: Browser, there: FakeIssuer) -> None:
    house.clock.forward(2 * MINUTE)
    there.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    assert (await signs_in(house.browser(), there)).status_code == 303
    asked = [path for path, _, _ in there.asked].count("/keys")
    there.header = {"kid": "never-published"}
    for _ in range(5):
        browser = house.browser()
        await refused(house, browser, await signs_in(browser, there), "id-token-key-unknown")
    assert [path for path, _, _ in there.asked].count("/keys") == asked


# State, nonce and whose browser it is


async def test_a_state_is_good_once_and_in_its_own_browser(house: House, mia: Browser, there: FakeIssuer) -> None:
    browser, victim = house.browser(), house.browser()
    await victim.get("/sign-in")
    said = there.authorize(await leaves(browser))
    await refused(house, victim, await returns(victim, said), "state-of-another-browser")  # login CSRF
    await refused(house, browser, await returns(browser, said), "state-unknown")  # it is spent, whatever came of it
    said = there.authorize(await leaves(browser))
    assert (await returns(browser, said)).status_code == 303
    assert (await returns(browser, said)).status_code == 400


async def test_a_state_that_nobody_issued(house: House, mia: Browser, there: FakeIssuer) -> None:
    before = [path for path, _, _ in there.asked].count("/token")
    for state in ("", "x" * 43, "x" * 5_000, "\u00e4" * 20):
        browser = house.browser()
        said = there.authorize(await leaves(browser))
        await refused(house, browser, await returns(browser, {**said, "state": state}), "state-unknown")
    assert [path for path, _, _ in there.asked].count("/token") == before


async def test_a_state_that_came_too_late(house: House, mia: Browser, there: FakeIssuer) -> None:
    browser = house.browser()
    said = there.authorize(await leaves(browser))
    house.clock.forward(HOUR)
    await refused(house, browser, await returns(browser, said), "state-unknown")


async def test_a_state_twice_is_none(house: House, mia: Browser, there: FakeIssuer) -> None:
    browser = house.browser()
    said = there.authorize(await leaves(browser))
    twice = f"/sign-in/with/there/back?code={said['code']}&state={said['state']}&state={said['state']}"
    await refused(house, browser, await browser.get(twice), "state-unknown")


async def test_a_code_injected_into_anothers_answer(house: House, mia: Browser, there: FakeIssuer) -> None:
    """The thief has Mia's code, and a state of their own browser: PKCE and the nonce are of another journey."""
    thief, victim = house.browser(), house.browser()
    stolen = there.authorize(await leaves(victim))["code"]
    said = there.authorize(await leaves(thief))
    answered = await returns(thief, {**said, "code": stolen})
    await refused(house, thief, answered, "refused")


async def test_a_code_that_is_none(house: House, mia: Browser, there: FakeIssuer) -> None:
    before = len(there.asked)
    for code in ("", "\n", "\u00e4", "x" * 5_000):
        browser = house.browser()
        said = there.authorize(await leaves(browser))
        await refused(house, browser, await returns(browser, {**said, "code": code}), "code-missing")
    assert len(there.asked) == before


async def test_codes_are_not_redeemed_faster_than_people_sign_in(house: House, there: FakeIssuer) -> None:
    browser = house.browser()
    for _ in range(30):
        said = there.authorize(await leaves(browser))
        await returns(browser, {**said, "code": "guessed"})
    assert [path for path, _, _ in there.asked].count("/token") <= 21


async def test_strangers_push_out_nobody_who_is_on_their_way(house: House, mia: Browser, there: FakeIssuer) -> None:
    """What waits for its return is bounded, so one network that begins all the time is stopped."""
    browser, stranger = house.browser(), house.browser(address="198.51.100.9")
    said = there.authorize(await leaves(browser))
    statuses = [(await stranger.get("/sign-in/with/there")).status_code for _ in range(130)]
    assert statuses[:90] == [303] * 90
    assert statuses.count(429) > 10
    assert (await returns(browser, said)).status_code == 303


async def test_who_links_is_asked_there_who_they_are(house: House, there: FakeIssuer) -> None:
    """Else a browser that somebody signed in there as themselves would link their account to another's."""
    await house.member(mia := house.browser(), "Mia", "staff")
    await mia.get("/passkeys")
    assert "prompt=login" in way_on(await mia.post("/passkeys/issuers/there/link"))
    assert "prompt=" not in await leaves(house.browser())


async def test_a_session_from_before_is_not_the_one_after(house: House, mia: Browser, there: FakeIssuer) -> None:
    """Session fixation: whoever set a cookie before knows nothing of the session that begins."""
    browser = house.browser()
    browser.client.cookies.set("__Host-limen", "A" * 43, domain="limen.harbor.localhost")
    done = await signs_in(browser, there)
    token = done.headers["set-cookie"].partition("__Host-limen=")[2].partition(";")[0]
    assert len(token) == 43
    assert token != "A" * 43


async def test_nobody_is_sent_elsewhere_after_it(house: House, mia: Browser, there: FakeIssuer) -> None:
    ways = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "\n//evil.example")
    for to in ways:
        browser = house.browser()
        done = await signs_in(browser, there, to=to)
        assert (done.status_code, done.headers["location"]) == (303, "/onward?to=%2F"), to
        assert way_on(await browser.get(done.headers["location"])) == "/"
    for to in ("/" + "a" * 2_040, "/" + "\u6f22" * 610):  # too long to be kept, or nearly
        assert (await signs_in(house.browser(), there, to=to)).headers["location"].startswith("/onward?to=%2F")


# Two issuers


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[House, FakeIssuer, FakeIssuer]]:
    async with AsyncExitStack() as closing:
        with ExitStack() as servers:
            here, there = servers.enter_context(issuer_at_work()), servers.enter_context(issuer_at_work())
            entries = entry(here, "here"), entry(there, "there")
            yield await harbor_with(closing, tmp_path / "harbor", [here, there], *entries), here, there


async def test_an_answer_of_one_issuer_is_not_taken_for_anothers(two: tuple[House, FakeIssuer, FakeIssuer]) -> None:
    """Mix-up (RFC 9700 section 4.4): the browser was sent to one issuer, and another one answers."""
    house, here, there = two
    browser = house.browser()
    said = there.authorize(await leaves(browser, "here"))
    await refused(house, browser, await returns(browser, said, "there"), "of-another-issuer")
    said = there.authorize(await leaves(browser, "here"))
    await refused(house, browser, await returns(browser, said, "here"), "iss-wrong")
    said = here.authorize(await leaves(browser, "here"))
    del said["iss"]
    await refused(house, browser, await returns(browser, said, "here"), "iss-wrong")
    assert "/token" not in [path for path, _, _ in here.asked + there.asked]


async def test_the_same_name_at_another_issuer_is_somebody_else(two: tuple[House, FakeIssuer, FakeIssuer]) -> None:
    house, here, there = two
    await house.member(mia := house.browser(), "Mia", "staff")
    assert (await links(mia, here, "here")).status_code == 303
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there, "there"), "issuer-account-unknown")


async def test_an_issuer_that_moved_is_another_one(two: tuple[House, FakeIssuer, FakeIssuer]) -> None:
    """The id in the file is not the issuer: pointed at another address, it knows nobody and gets no secret."""
    house, here, _ = two
    await house.member(mia := house.browser(), "Mia", "staff")
    await links(mia, here, "here")
    known = house.limen.known
    with issuer_at_work() as elsewhere:
        elsewhere.clock = house.clock
        known.issuers = {**known.issuers, "here": replace(known.issuers["here"], url=elsewhere.url)}
        browser = house.browser()
        await refused(house, browser, await signs_in(browser, elsewhere, "here"), "no-secret")
        assert not [form for path, form, _ in elsewhere.asked if path == "/token"]


async def test_one_account_is_linked_to_one_person(house: House, mia: Browser, there: FakeIssuer) -> None:
    await house.member(tom := house.browser(), "Tom", "staff")
    assert (await links(tom, there)).status_code == 403
    done = await signs_in(house.browser(), there)
    assert done.status_code == 303
    assert house.events("sign_in.succeeded")[0].actor == house.id_of("mia@harbor.example")


# Whose account it is


async def test_a_matching_address_links_nothing(house: House, there: FakeIssuer) -> None:
    await house.member(house.browser(), "Mia", "staff")
    there.person = {"sub": "somebody-else", "email": "mia@harbor.example", "email_verified": True}
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "issuer-account-unknown")


@pytest.fixture
async def making(tmp_path: Path, there: FakeIssuer) -> AsyncIterator[House]:
    """Harbor whose issuer may create accounts."""
    more = "    accounts: created\n    groups: [staff]\n    require: {tenant: harbor}\n"
    async with AsyncExitStack() as closing:
        yield await harbor_with(closing, tmp_path / "harbor", [there], entry(there, more=more))


_CSRF = re.compile(r'name="csrf"[^>]*>')
NEW = {"sub": "new", "tenant": "harbor", "email": "new@harbor.example", "email_verified": True, "name": "New Person"}


async def test_a_first_sign_in_makes_an_account_where_it_may(making: House, there: FakeIssuer) -> None:
    there.person = NEW
    assert (await signs_in(making.browser(), there)).status_code == 303
    person = making.limen.known.people[making.id_of("new@harbor.example")]
    assert (person.name, person.groups, person.active) == ("New Person", frozenset({"staff"}), True)
    assert (await signs_in(making.browser(), there)).status_code == 303
    assert len([one for one in making.limen.known.people.values() if one.email == "new@harbor.example"]) == 1


@pytest.mark.parametrize("needed", list(NEEDED_STRENGTH))
async def test_an_account_elsewhere_is_no_way_round_a_factor_that_is_required(
    making: House, there: FakeIssuer, needed: Needed
) -> None:
    """However strong the issuer says it was: what is required is a factor of Limen's own."""
    there.person = NEW | {"amr": ["hwk", "user", "mfa"]}
    browser = making.browser()
    await signs_in(browser, there)
    app = await making.into(browser, "wiki")
    assert (await app.get("/")).status_code == 502  # permitted; nothing is listening
    row = RequiredFactor(EVERYONE, needed, "2026-11-23", making.clock.now() - DAY)
    making.limen.known.set_required_factors(RequiredFactors((row,)))
    assert "/not-yet?decision=" in (await app.get("/", **{"sec-fetch-mode": "navigate"})).headers["location"]
    for one in (browser, making.browser()):
        await signs_in(one, there, to="/tokens")
        assert (await one.get("/tokens")).headers["location"].startswith("/required-factors?to=%2Ftokens")
        assert (await one.get("/required-factors")).status_code == 200


UNPROVED: Final[list[dict[str, Any]]] = [
    {"email_verified": False},
    {"email_verified": None},
    {"email_verified": "true"},
    {"email_verified": 1},
    {"email_verified": False, "xms_edov": True},
    {"email": "new@evil.example"},
    {"email": "new@evil.example@harbor.example"},
    {"email": "new@sub.harbor.example"},
    {"email": "new@harbor.example.evil.example"},
    {"email": None},
    {"email": ["new@harbor.example"]},
    {"email": "n\u0435w@harbor.example"},
]


async def test_no_account_is_made_of_what_is_not_proved(making: House, there: FakeIssuer) -> None:
    tenants: list[dict[str, Any]] = [{"tenant": "another"}, {"tenant": None}, {"tenant": ["harbor"]}]
    cases = [*((said, "issuer-account-unknown") for said in UNPROVED)]
    for said, word in [*cases, *((said, "required-claim-missing") for said in tenants)]:
        there.person = {name: value for name, value in {**NEW, **said}.items() if value is not None}
        making.clock.forward(20 * SECOND)
        browser = making.browser()
        await refused(making, browser, await signs_in(browser, there), word)
    assert "New Person" not in [one.name for one in making.limen.known.people.values()]


async def test_an_address_that_somebody_has_takes_over_nothing_and_tells_nothing(
    making: House, there: FakeIssuer
) -> None:
    await making.member(making.browser(), "Mia", "staff")
    await making.invite("Tom", "staff")  # and nothing of somebody who was invited, either
    pages = []
    for who in ("mia", "tom", "nobody"):
        there.person = {**NEW, "sub": f"{who}-evil", "email": f"{who}@harbor.example"}
        if who == "nobody":
            there.person["email_verified"] = False
        browser = making.browser()
        answered = await signs_in(browser, there)
        await refused(making, browser, answered, "address-taken" if who != "nobody" else "issuer-account-unknown")
        pages.append(_CSRF.sub("", answered.text))
    assert len(set(pages)) == 1


async def test_userinfo_about_somebody_else_counts_for_nothing(making: House, there: FakeIssuer) -> None:
    there.claims = {"email": None, "name": None, "email_verified": None}
    there.person = NEW
    there.answers["/userinfo"] = lambda handler: handler.reply(200, {**NEW, "sub": "another"})  # type: ignore[attr-defined]
    browser = making.browser()
    await refused(making, browser, await signs_in(browser, there), "issuer-account-unknown")
    del there.answers["/userinfo"]
    assert (await signs_in(making.browser(), there)).status_code == 303


async def test_who_is_deactivated_is_refused(house: House, mia: Browser, there: FakeIssuer) -> None:
    await house.limen.identity.people.deactivate(house.id_of("mia@harbor.example"), by="")
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "person-inactive")


async def test_stolen_ends_the_link(house: House, mia: Browser, there: FakeIssuer) -> None:
    """Whoever had it in their hands may have linked an account of their own."""
    person = house.id_of("mia@harbor.example")
    await house.limen.identity.people.access_pass(person, by="", why="stolen", is_stolen=True)
    browser = house.browser()
    await refused(house, browser, await signs_in(browser, there), "issuer-account-unknown")


async def test_nobody_links_with_an_old_proof_or_in_anothers_browser(house: House, there: FakeIssuer) -> None:
    await house.member(mia := house.browser(), "Mia", "staff")
    await house.member(tom := house.browser(), "Tom", "staff")
    await mia.get("/passkeys")
    page = await mia.post("/passkeys/issuers/there/link")
    said = there.authorize(way_on(page))
    assert (await returns(tom, said)).status_code == 400  # linking CSRF: Tom's browser, Mia's journey
    await mia.get("/passkeys")
    said = there.authorize(way_on(await mia.post("/passkeys/issuers/there/link")))
    house.clock.forward(11 * MINUTE)
    late = await returns(mia, said)
    assert (late.status_code, late.headers["location"].partition("?")[0]) == (303, "/step-up")
    house.clock.forward(MINUTE)
    await mia.get("/passkeys")
    old = await mia.post("/passkeys/issuers/there/link")
    assert old.headers["location"].startswith("/step-up")
    assert await house.limen.identity.issuer_accounts.of_person(house.id_of("mia@harbor.example")) == []


async def test_a_password_stolen_there_makes_no_passkey_here(making: House, there: FakeIssuer) -> None:
    there.person = NEW
    browser = making.browser()
    await signs_in(browser, there)
    await browser.get("/passkeys")
    refused = await browser.send("/passkeys/options")
    assert refused.json()["location"].startswith("/step-up")
    there.person = {**NEW, "amr": ["pwd", "mfa"]}
    await signs_in(browser, there)
    await browser.get("/passkeys")
    assert "options" in (await browser.send("/passkeys/options")).json()


async def test_an_old_sign_in_there_is_an_old_proof_here(making: House, there: FakeIssuer) -> None:
    there.person = {**NEW, "amr": ["mfa"]}
    for said in ({"auth_time": there.now - 3_600}, {"auth_time": None}, {"auth_time": "now"}):
        there.claims = said
        browser = making.browser()
        assert (await signs_in(browser, there)).status_code == 303
        await browser.get("/passkeys")
        assert (await browser.send("/passkeys/options")).json().get("location", "").startswith("/step-up"), said


async def test_a_proof_from_the_future_is_one_of_now(making: House, there: FakeIssuer) -> None:
    there.person = {**NEW, "amr": ["mfa"]}
    there.claims = {"auth_time": there.now + 100_000}
    browser = making.browser()
    await signs_in(browser, there)
    making.clock.forward(11 * MINUTE)
    await browser.get("/passkeys")
    assert (await browser.send("/passkeys/options")).json()["location"].startswith("/step-up")


PROVED: Final[list[tuple[dict[str, Any], int]]] = [
    ({}, 1),
    ({"amr": ["pwd"]}, 1),
    ({"amr": "mfa"}, 1),
    ({"amr": [["mfa"]]}, 1),
    ({"amr": ["hwk", "user"]}, 1),
    ({"amr": ["mfa", "sms"]}, 1),
    ({"amr": ["pwd", "mfa"]}, 2),
    ({"acr": "phrh"}, 3),
    ({"acr": "PHR"}, 1),
    ({"acr": ["phr"]}, 1),
    ({"acr": "phr phrh"}, 1),
]


async def test_no_more_is_believed_than_is_proved(house: House, mia: Browser, there: FakeIssuer) -> None:
    for said, strength in PROVED:
        there.person = {"sub": "mia-there", **said}
        assert (await signs_in(house.browser(), there)).status_code == 303
        assert house.events("sign_in.succeeded")[0].details["strength"] == strength, said


# Step-up at the issuer


async def confirms(browser: Browser, there: FakeIssuer) -> httpx2.Response:
    await browser.get("/step-up?app=limen&to=/passkeys")
    page = await browser.post("/step-up/with/there", app="limen", to="/passkeys")
    assert page.status_code == 200, page.text
    return await returns(browser, there.authorize(way_on(page)))


async def test_a_step_up_there_needs_a_proof_of_now_by_the_same_person(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    there.person["acr"] = "phr"
    browser = house.browser()
    await signs_in(browser, there)
    house.clock.forward(HOUR)
    there.claims = {"auth_time": there.now - 3_600}
    assert (await confirms(browser, there)).status_code == 400
    there.claims = {"auth_time": None}
    assert (await confirms(browser, there)).status_code == 400
    there.claims = {"sub": "tom-there"}
    assert (await confirms(browser, there)).status_code == 403
    there.claims = {}
    assert (await confirms(browser, there)).status_code == 303
    reasons = [event.reason for event in house.events("sso.upstream_refused") + house.events("sign_in.failed")]
    assert (reasons.count("not-proved-anew"), reasons.count("issuer-account-of-another")) == (2, 1)
    assert [event.kind for event in house.events("step_up.succeeded")] == ["step_up.succeeded"]


async def test_a_step_up_that_comes_back_into_another_session_is_none(
    house: House, mia: Browser, there: FakeIssuer
) -> None:
    browser = house.browser()
    await signs_in(browser, there)
    await browser.get("/step-up?app=limen&to=/passkeys")
    page = await browser.post("/step-up/with/there", app="limen", to="/passkeys")
    said = there.authorize(way_on(page))
    await signs_in(browser, there)  # another session in the same browser
    answered = await returns(browser, said)
    assert (answered.status_code, answered.headers["location"]) == (303, "/sign-in")
    assert house.events("step_up.succeeded") == []


# Hostile and broken issuers


def _says(status: int, value: object, **fields: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: handler.reply(status, value, **fields)  # type: ignore[attr-defined]


def _hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.0)
    handler.reply(200, {})  # type: ignore[attr-defined]


def _drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(20):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


HUGE = b'{"keys": "' + b"x" * (fetching.MOST_BYTES + 1) + b'"}'


BROKEN: Final[dict[str, tuple[Callable[[BaseHTTPRequestHandler], None], str]]] = {
    "redirects": (_says(302, {}, location="http://127.0.0.1:1/"), "redirects"),
    "huge": (_says(200, HUGE), "too-much"),
    "html": (_says(200, b"<html>"), "garbage"),
    "deep": (_says(200, b"[" * 100_000), "garbage"),
    "list": (_says(200, []), "garbage"),
    "bomb": (_says(200, gzip.compress(b"{}" * 9), **{"content-encoding": "gzip"}), "garbage"),
    "500": (_says(500, {}), "refused"),
    "hangs": (_hangs, "slow"),
    "drips": (_drips, "slow"),
    "closes": (lambda handler: handler.connection.close(), "unreachable"),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
async def test_an_issuer_that_is_broken_is_a_page_and_nobody_waits_long(
    house: House, there: FakeIssuer, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.4)
    upstreams = house.limen.core.offers.take(Upstreams)
    for how, (answer, word) in BROKEN.items():
        await upstreams.close()
        upstreams._clients.clear()  # nothing that was read before counts
        browser, before = house.browser(), len(there.asked)
        if path == "/.well-known/openid-configuration":
            there.answers = {path: answer}
            answered = await browser.get("/sign-in/with/there")
        else:
            said = there.authorize(await leaves(browser))
            there.answers = {path: answer}
            answered = await returns(browser, said)
        there.answers = {}
        assert answered.status_code == 502, (how, answered.text)
        await refused(house, browser, answered, word)
        assert (await browser.get("/sign-in")).status_code == 200
        asked = len([one for one in there.asked[before:] if one[0] == path])
        assert asked == 1 or (how, asked) == ("closes", 2)  # a connection that closed at once is tried once more


async def test_an_issuer_that_is_down_is_not_asked_all_the_time(house: House, there: FakeIssuer) -> None:
    there.answers["/.well-known/openid-configuration"] = _says(500, {})
    for _ in range(10):
        assert (await house.browser().get("/sign-in/with/there")).status_code == 502
    assert len(there.asked) == 1
    house.clock.forward(6 * SECOND)
    del there.answers["/.well-known/openid-configuration"]
    assert (await house.browser().get("/sign-in/with/there")).status_code == 303


async def test_documents_that_are_away_keep_nobody_out_for_a_day(house: House, mia: Browser, there: FakeIssuer) -> None:
    await signs_in(house.browser(), there)
    for path in ("/.well-known/openid-configuration", "/keys"):
        there.answers[path] = _says(500, {})
    house.clock.forward(12 * HOUR)
    assert (await signs_in(house.browser(), there)).status_code == 303
    house.clock.forward(13 * HOUR)
    assert (await house.browser().get("/sign-in/with/there")).status_code == 502


LEADS_ASTRAY: Final[list[dict[str, Any]]] = [
    {"issuer": "https://evil.example"},
    {"issuer": None},
    {"token_endpoint": ""},
    {"token_endpoint": ["https://idp.example/token"]},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "data:text/html,x"},
    {"end_session_endpoint": "javascript:alert(1)"},
    {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
    {"jwks_uri": "http://127.0.0.1:1/keys"},
    {"jwks_uri": "https://127.0.0.1:8443/keys"},
    {"jwks_uri": "https://[::ffff:10.0.0.5]/keys"},
    {"token_endpoint": "https://10.0.0.5/token"},
    {"token_endpoint": "https://2130706433/token"},
    {"token_endpoint": "https://0x7f.1/token"},
    {"token_endpoint": "https://localhost/token"},
    {"token_endpoint": "https://metadata.google.internal/token"},
    {"token_endpoint": "http://idp.example/token"},
    {"token_endpoint": "https://user:secret@idp.example/token"},
    {"token_endpoint": "file:///etc/passwd"},
    {"token_endpoint": "https://idp.example/\r\nx: y"},
    {"userinfo_endpoint": "https://192.168.1.1/"},
]


async def test_an_issuer_leads_limen_to_no_private_place(house: House, there: FakeIssuer) -> None:
    for document in LEADS_ASTRAY:
        there.document = document
        house.clock.forward(10 * SECOND)
        assert (await house.browser().get("/sign-in/with/there")).status_code == 502, document
    assert [path for path, _, _ in there.asked] == ["/.well-known/openid-configuration"] * len(LEADS_ASTRAY)
    assert len(house.events("sso.upstream_failed")) == len(LEADS_ASTRAY)


async def test_a_name_that_leads_to_a_private_place_is_not_called(
    house: House, there: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name looks public; what it leads to is judged when it is called, and the connection goes just there."""
    import asyncio

    loop, real = asyncio.get_running_loop(), asyncio.get_running_loop().getaddrinfo

    async def lies(host: str, port: int, **more: Any) -> Any:
        return await real("127.0.0.1" if host == "keys.idp.example" else host, port, **more)

    monkeypatch.setattr(loop, "getaddrinfo", lies)
    port = there.url.rpartition(":")[2]
    there.document = {"token_endpoint": f"https://keys.idp.example:{port}/token"}
    browser = house.browser()
    answered = await returns(browser, there.authorize(await leaves(browser)))
    await refused(house, browser, answered, "off-limits")


def test_an_endpoint_may_be_elsewhere_in_public() -> None:
    refuse_address("https://oauth2.idp.example/token", "https://accounts.idp.example")
    refuse_address("https://10.0.0.5:8443/realms/harbor/token", "https://10.0.0.5:8443/realms/harbor")
    with pytest.raises(IssuerError):
        refuse_address("https://10.0.0.5/token", "https://10.0.0.5:8443/realms/harbor")


# Logout tokens


async def says_over(house: House, token: str) -> int:
    answered = await house.browser().client.post("/sign-in/signed-out-elsewhere", data={"logout_token": token})
    return answered.status_code


async def test_a_sign_out_there_ends_the_session_here_once(house: House, mia: Browser, there: FakeIssuer) -> None:
    there.claims = {"sid": "session-there"}
    browser, other = house.browser(), house.browser()
    await signs_in(browser, there)
    there.claims = {"sid": "another-there"}
    await signs_in(other, there)
    token = there.logout_token(sid="session-there")
    assert await says_over(house, token) == 200
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert (await other.get("/sessions")).status_code == 200
    assert (await mia.get("/sessions")).status_code == 200  # what her own passkey opened goes on
    assert await says_over(house, token) == 400
    assert "signed-out-at-issuer" in [event.reason for event in house.events("session.revoked")]


async def test_a_logout_token_that_does_not_hold(house: House, mia: Browser, there: FakeIssuer) -> None:
    await signs_in(browser := house.browser(), there)
    event = "http://schemas.openid.net/event/backchannel-logout"
    lies: list[dict[str, Any]] = [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"events": {}},
        {"events": None},
        {"events": {event: "yes"}},
        {"nonce": "an ID token's"},
        {"jti": None},
        {"sub": None},
        {"exp": 1},
        {"exp": "never"},
        {"exp": None, "iat": 1},
        {"iat": None},
        {"iat": 1},
    ]
    for claims in lies:
        assert await says_over(house, there.logout_token(**claims)) == 400, claims
    assert (await browser.get("/sessions")).status_code == 200
    assert any(event.reason.startswith("logout-") for event in house.events("sso.upstream_refused"))


async def test_a_logout_token_that_somebody_else_made(house: House, mia: Browser, there: FakeIssuer) -> None:
    await signs_in(browser := house.browser(), there)
    evil = RSAKey.generate_key(2048)
    there.sign = lambda header, claims: jwt.encode(header, claims, evil, algorithms=["RS256"])
    forged = there.logout_token()
    there.sign = _none
    for token in (forged, there.logout_token(), "", "a.b.c", "x" * 40_000):
        assert await says_over(house, token) == 400
    assert (await browser.get("/sessions")).status_code == 200


async def test_a_logout_token_ends_nothing_that_began_later(house: House, mia: Browser, there: FakeIssuer) -> None:
    token = there.logout_token()
    house.clock.forward(90 * SECOND)
    await signs_in(browser := house.browser(), there)
    assert await says_over(house, token) == 200
    assert (await browser.get("/sessions")).status_code == 200


async def test_an_id_token_is_no_logout_token(house: House, mia: Browser, there: FakeIssuer) -> None:
    await signs_in(browser := house.browser(), there)
    assert await says_over(house, there.id_token("nonce")) == 400
    assert (await browser.get("/sessions")).status_code == 200


# What is not told


async def test_where_an_address_leads_tells_nothing_of_who_has_an_account(
    two: tuple[House, FakeIssuer, FakeIssuer],
) -> None:
    house, _, _ = two
    await house.member(house.browser(), "Mia", "staff")
    seen = []
    for name in ("mia", "nobody-of-this-name"):
        browser = house.browser()
        await browser.get("/sign-in")
        page = await browser.post("/sign-in/address", email=f"{name}@harbor.example", to="/")
        seen.append((page.status_code, way_on(page).partition("?")[0]))
    assert len(set(seen)) == 1
    browser = house.browser()
    await browser.get("/sign-in")
    elsewhere = await browser.post("/sign-in/address", email="mia@other.example", to="/")
    assert (elsewhere.status_code, way_on(elsewhere)) == (200, "")


async def test_an_issuer_that_is_none_is_nothing_here(house: House) -> None:
    for path in ("/sign-in/with/nobody", "/sign-in/with/nobody/back", "/signed-out/at/nobody"):
        assert (await house.browser().get(path)).status_code == 404
    assert "/signed-out/at/" not in (await house.browser().get("/signed-out?issuer=nobody")).text


async def test_nothing_that_an_issuer_writes_is_shown(house: House, there: FakeIssuer) -> None:
    browser = house.browser()
    said = there.authorize(await leaves(browser))
    evil = {"error": "<b>evil</b>", "error_description": "call 0900 evil", "state": said["state"], "iss": there.url}
    page = await returns(browser, evil)
    assert page.status_code == 400
    assert "evil" not in page.text


async def test_no_secret_is_in_the_journal_or_in_a_page(house: House, mia: Browser, there: FakeIssuer) -> None:
    await signs_in(house.browser(), there)
    await house.administrator(ada := house.browser())
    page = (await ada.get("/console/issuers")).text
    assert there.url in page
    assert SECRET not in page
    house.limen.journal.flush()
    segments = list((house.limen.core.root / "data" / "journal").rglob("*.segment"))
    assert segments
    for path in segments:
        text = path.read_bytes()
        assert SECRET.encode() not in text
        assert b"mia-there" not in text  # nor who they are there


def test_the_origin_is_the_sign_in_hosts() -> None:
    assert ORIGIN.startswith("https://")
