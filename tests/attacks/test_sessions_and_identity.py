"""Somebody else's session, somebody else's name: refused, journaled, and never told to the app."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwt
from joserfc.jwk import import_key
from tests.enforcement.house import PUBLIC_URL, House, Ticking, gateway, raw, status_of
from tests.enforcement.upstream import upstream

from limen.clock import MINUTE, SECOND
from limen.enforcement.app_login import bind_of
from limen.enforcement.assertion import AssertionRefusedError, new_signing_key, verify

ORIGIN = "https://wiki.harbor.example"


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            yield house, app, port


async def ask(port, path="/page", *, host="wiki.harbor.example", fields="", method="GET"):
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n"
    return await raw(port, head.encode())


async def test_forged_identity_never_reaches_the_app_and_the_true_one_does(town):
    house, app, port = town
    names = (
        *("X-Limen-User", "X_Limen_User", "x-limen_user", "X-LIMEN-ASSERTION", "Remote-User", "Remote_User"),
        *("X-Remote-User", "X-Forwarded-User", "X-Auth-Request-User", "X-Webauth-User", "X-Authentik-Username"),
        *("Cf-Access-Jwt-Assertion", "X-Goog-Iap-Jwt-Assertion", "X-Ssl-Client-Cert", "Ssl-Client-Verify"),
        *("X-Forwarded-Client-Cert", "X-Original-Url", "X-Real-Ip", "Forwarded", "True-Client-Ip", "Via"),
        *(
            "SM_USER",
            "Sm-UserDn",
            "OIDC_CLAIM_sub",
            "Oidc-Claim-Email",
            "X-Vouch-User",
            "Tailscale-User-Login",
            "X-Userid",
        ),
        *("X-Consumer-Username", "X-Credential-Identifier", "Kubeflow-Userid", "X-JWT-Assertion", "Cf-Connecting-Ip"),
    )
    forged = "".join(f"{name}: mallory\r\n" for name in names)
    assert status_of(await ask(port, fields=f"{forged}Cookie: {house.cookie()}\r\n")) == 200
    assert "mallory" not in app.last["headers"].values()
    assert app.last["headers"]["x-limen-user"] == "ana"
    told = [event for event in house.journal.events if event.kind == "request.stripped"]
    assert [(event.reason, event.details["detail"]) for event in told] == [("identity-forged", "x-limen-user")]
    assert status_of(await ask(port, "/assets/x", fields=forged)) == 200
    assert "mallory" not in app.last["headers"].values()


async def test_connection_can_not_be_used_to_drop_what_limen_says(town):
    house, app, port = town
    fields = f"Connection: x-limen-user, x-limen-assertion, cookie, x-forwarded-for\r\nCookie: {house.cookie()}\r\n"
    await raw(port, f"GET /page HTTP/1.1\r\nHost: wiki.harbor.example\r\n{fields}\r\n".encode(), wait=0.5)
    assert app.last["headers"]["x-limen-user"] == "ana"
    assert app.last["headers"]["x-forwarded-for"] == "127.0.0.1"


async def test_the_cookie_of_one_app_opens_no_other(town):
    house, app, port = town
    response = await ask(port, host="payroll.harbor.example", fields=f"Cookie: {house.cookie('wiki')}\r\n")
    assert status_of(response) == 401
    assert house.journal.last.reasons[0].policy == "session-of-another-app"
    assert not app.requests


async def test_the_sign_in_hosts_own_session_opens_no_app(town):
    house, app, port = town
    from hashlib import sha256

    root = house.sign_in()
    house.known.sessions.put(sha256(b"t" * 43).digest(), root)
    assert status_of(await ask(port, fields=f"Cookie: __Host-limen-app={'t' * 43}\r\n")) == 401
    assert house.journal.last.reasons[0].policy == "session-of-another-app"
    assert not app.requests


@pytest.mark.parametrize(
    "name",
    [
        "__Host-limen-App",
        "__host-limen-app",
        "__Host-limen-app2",
        "Host-limen-app",
        "__Host_limen-app",
        "__Secure-limen-app",
        "limen-app",
    ],
)
async def test_a_cookie_that_only_looks_like_ours_is_none(town, name):
    house, app, port = town
    token = house.cookie().partition("=")[2]
    assert status_of(await ask(port, fields=f"Cookie: {name}={token}\r\n")) == 401
    assert house.journal.last.reasons[0].policy == "not-signed-in"
    assert not app.requests


async def test_two_session_cookies_are_no_session_also_in_two_lines(town):
    house, app, port = town
    one, other = house.cookie(), house.cookie(person="bo")
    for fields in (f"Cookie: {one}; {other}\r\n", f"Cookie: {one}\r\nCookie: {other}\r\n", f"Cookie: {one};{one}\r\n"):
        assert status_of(await ask(port, fields=fields)) == 401
        assert house.journal.last.reasons[0].policy == "duplicate-cookie"
    assert not app.requests


async def test_a_session_is_worth_nothing_after_revocation(town):
    house, app, port = town
    cookie = f"Cookie: {house.cookie()}\r\n"
    assert status_of(await ask(port, fields=cookie)) == 200
    house.revoke("ana")
    assert status_of(await ask(port, fields=cookie)) == 401
    assert house.journal.last.reasons[0].policy == "session-revoked"
    assert len(app.requests) == 1


async def test_limens_cookies_never_reach_the_app_and_an_app_can_not_set_them(town):
    house, app, port = town
    fields = f"Cookie: a=1; {house.cookie()}; __Host-limen=x; __Host-limen-start=y; b=2\r\n"
    await ask(port, fields=fields)
    assert app.last["headers"]["cookie"] == "a=1; b=2"
    response = await ask(port, "/setting-ours", fields=fields)
    assert b"stolen" not in response
    assert b"set-cookie: fine=1" in response


async def test_addresses_are_not_taken_from_strangers(town):
    house, app, port = town
    await ask(port, fields=f"X-Forwarded-For: 203.0.113.9\r\nCookie: {house.cookie()}\r\n")
    assert house.journal.decisions[-1][2] == "127.0.0.1"
    assert app.last["headers"]["x-forwarded-for"] == "127.0.0.1"


# The hand-over


async def test_a_callback_in_a_foreign_browser_is_refused(town):
    """Login CSRF: the attacker's own good code, in the victim's browser."""
    house, _, port = town
    mine, theirs = "m" * 43, "t" * 43
    code = await house.app_logins.issue(house.sign_in(), "wiki", bind_of(mine.encode()).decode(), "/page")
    response = await ask(port, f"/.limen/callback?code={code}", fields=f"Cookie: __Host-limen-start={theirs}\r\n")
    assert status_of(response) == 400
    assert b"__Host-limen-app" not in response
    assert house.journal.reasons("session.hand_over_refused") == ["binding-foreign"]
    again = await ask(port, f"/.limen/callback?code={code}", fields=f"Cookie: __Host-limen-start={mine}\r\n")
    assert status_of(again) == 400, "a code that was tried is spent"


async def test_a_code_is_good_once_for_thirty_seconds_on_one_app(town):
    house, _, port = town
    binding = "m" * 43
    cookie = f"Cookie: __Host-limen-start={binding}\r\n"

    async def code(app="wiki"):
        return await house.app_logins.issue(house.sign_in(), app, bind_of(binding.encode()).decode(), "/page")

    good = await code()
    assert status_of(await ask(port, f"/.limen/callback?code={good}", fields=cookie)) == 303
    assert status_of(await ask(port, f"/.limen/callback?code={good}", fields=cookie)) == 400
    assert status_of(await ask(port, f"/.limen/callback?code={await code('payroll')}", fields=cookie)) == 400
    late = await code()
    house.clock.ahead += 31 * SECOND
    assert status_of(await ask(port, f"/.limen/callback?code={late}", fields=cookie)) == 400
    assert status_of(await ask(port, "/.limen/callback?code=made-up", fields=cookie)) == 400
    assert status_of(await ask(port, "/.limen/callback", fields=cookie)) == 400
    assert house.journal.reasons("session.hand_over_refused") == [
        "code-unknown",
        "code-of-another-app",
        "code-expired",
        "code-unknown",
        "code-unknown",
    ]


async def test_a_code_of_a_sign_in_that_was_revoked_meanwhile_is_refused(town):
    house, _, port = town
    binding = "m" * 43
    code = await house.app_logins.issue(house.sign_in(), "wiki", bind_of(binding.encode()).decode(), "/")
    house.revoke("ana")
    response = await ask(port, f"/.limen/callback?code={code}", fields=f"Cookie: __Host-limen-start={binding}\r\n")
    assert status_of(response) == 400
    assert house.journal.reasons("session.hand_over_refused") == ["session-revoked"]


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example",
        "/%5Cevil.example",
        "https:evil.example",
        "https://evil.example/",
        "%2F%2Fevil.example",
        "/%09/evil",
        "/%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)",
        "evil.example",
        "/" + "a" * 3_000,
    ],
)
async def test_the_hand_over_leads_nowhere_else(town, to):
    house, _, port = town
    response = await ask(port, f"/.limen/start?to={to}")
    assert status_of(response) == 400
    assert b"location" not in response.lower().partition(b"\r\n\r\n")[0]
    assert house.journal.reasons() == ["open-redirect"]


async def test_nobody_signs_somebody_else_out(town):
    house, _, port = town
    cookie = f"Cookie: {house.cookie()}\r\n"
    for method, origin in (("GET", ""), ("POST", ""), ("POST", "Origin: https://evil.example\r\n")):
        response = await ask(port, "/.limen/sign-out", method=method, fields=cookie + origin + "Content-Length: 0\r\n")
        assert status_of(response) == 200
        assert status_of(await ask(port, fields=cookie)) == 200, "still signed in"
    await ask(port, "/.limen/sign-out", method="POST", fields=f"{cookie}Origin: {ORIGIN}\r\nContent-Length: 0\r\n")
    assert status_of(await ask(port, fields=cookie)) == 401


# The assertion, as an upstream should check it


async def told(house, app, port):
    await ask(port, fields=f"Cookie: {house.cookie()}\r\n")
    keys = json.loads((await ask(port, "/.limen/keys")).partition(b"\r\n\r\n")[2])
    return app.last["headers"]["x-limen-assertion"], keys


async def test_a_tampered_or_foreign_assertion_proves_nothing(town):
    house, app, port = town
    assertion, keys = await told(house, app, port)
    now = house.clock.now()
    good = {"origin": ORIGIN, "issuer": PUBLIC_URL, "now": now}
    assert verify(assertion, keys, **good)["sub"] == "ana"
    head, body, signature = assertion.split(".")
    claims = json.dumps({"iss": PUBLIC_URL, "aud": ORIGIN, "sub": "mallory", "exp": now // 1000 + 60}).encode()
    forged_body = urlsafe_b64encode(claims).rstrip(b"=").decode()
    none = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    their_key = import_key(new_signing_key())
    theirs = jwt.encode({"alg": "ES256"}, json.loads(claims), their_key)
    hmac_key = import_key({"kty": "oct", "k": urlsafe_b64encode(json.dumps(keys).encode()).rstrip(b"=").decode()})
    confused = jwt.encode({"alg": "HS256"}, json.loads(claims), hmac_key)
    for forged in (
        f"{head}.{forged_body}.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{none}.{forged_body}.",
        theirs,
        confused,
        "",
        "a.b.c",
    ):
        with pytest.raises(AssertionRefusedError):
            verify(forged, keys, **good)
    for wrong in (
        {"origin": "https://payroll.harbor.example"},
        {"issuer": "https://limen.elsewhere.example"},
        {"now": now + 2 * MINUTE},
    ):
        with pytest.raises(AssertionRefusedError):
            verify(assertion, keys, **(good | wrong))
