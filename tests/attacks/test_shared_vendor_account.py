"""Somebody who may use the company's account at a vendor tries to take it; a vendor tries to take more than its own."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import pytest
from tests.enforcement.brokered.test_accounts import ACCOUNT, request, share, told, town
from tests.enforcement.brokered.vendor import vendor
from tests.enforcement.house import raw, status_of

from limen.enforcement.brokered.accounts import SIGN_INS_AT_ONCE, BrokeredAccounts
from limen.enforcement.brokered.at_vendor import MOST_COOKIES, AtVendor
from limen.facts import SignsIn

__all__ = ["town"]
UPGRADE = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"


@pytest.mark.parametrize(
    "path",
    ["/account/password", "/Account/Password", "//account/password", "/x/../account/password", "/account%2Fpassword"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "TRACE"])
async def test_where_the_account_could_be_changed_is_closed_in_every_spelling(town, path: str, method: str) -> None:
    house, site, port, _ = town
    body = "a=1" if method == "POST" else ""
    assert status_of(await raw(port, request(path, cookie=house.cookie(), method=method, body=body))) >= 400
    assert not site.requests
    assert not site.tries


FORM = "Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://wiki.harbor.example\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/login", "/Login?from=page", "/login/", "/%6Cogin"])
async def test_nobody_locks_the_account_by_wrong_passwords_at_the_vendors_page(town, path: str, method: str) -> None:
    house, site, port, _ = town
    cookie = house.cookie()
    assert status_of(await raw(port, request("/login", cookie=cookie))) == 200
    guess = "email=orders%40harbor.example&pass=guess"
    assert status_of(await raw(port, request(path, cookie=cookie, fields=FORM, method=method, body=guess))) >= 400
    assert [one["pass"] for one in site.tries] == ["correct horse"]
    assert [one["path"] for one in site.requests if one["method"] != "GET"] == []


@pytest.mark.parametrize("path", ["/sessions/new", "/Sessions/New/?again=1", "/sessions/ne%77"])
async def test_nobody_posts_to_where_the_vendors_form_is_posted(town, path: str) -> None:
    house, site, port, _ = town
    site.form = site.form.replace("/login?from=page", "/sessions/new;jsessionid=7?from=page")
    cookie = house.cookie()
    await raw(port, request(cookie=cookie))
    own = len(site.requests)
    guess = "email=orders%40harbor.example&pass=guess"
    assert status_of(await raw(port, request(path, cookie=cookie, fields=FORM, method="POST", body=guess))) == 403
    assert len(site.requests) == own
    orders = await raw(port, request("/orders", cookie=cookie, fields=FORM, method="POST", body="of=1"))
    assert status_of(orders) != 403


async def test_a_session_at_the_vendor_is_nobody_elses(town) -> None:
    house, site, port, _ = town
    ana, bo = house.cookie(), house.cookie(person="bo", strength=2)
    await raw(port, request(cookie=ana))
    stolen = next(iter(site.sessions))
    await raw(port, request(cookie=f"{bo}; vendor={stolen}"))
    assert site.requests[-1]["headers"]["cookie"].count("vendor=") == 1
    assert stolen not in site.requests[-1]["headers"]["cookie"]
    assert [one.actor for one in told(house, "brokered.signed_in")] == ["ana", "bo"]


async def test_whoever_is_let_go_is_out_at_once(town) -> None:
    house, site, port, _ = town
    cookie = house.cookie()
    await raw(port, request(cookie=cookie))
    seen = len(site.requests)
    house.clock.ahead += 1_000
    house.revoke("ana")
    assert status_of(await raw(port, request(cookie=cookie))) == 401
    assert len(site.requests) == seen


async def test_no_websocket_is_opened_with_it(town) -> None:
    house, site, port, _ = town
    fields = f"{UPGRADE}Origin: https://wiki.harbor.example\r\n"
    asked = request(cookie=house.cookie(), fields=fields).replace(b"Connection: close", b"Connection: Upgrade")
    assert status_of(await raw(port, asked)) in {403, 502}
    assert not site.sessions


async def test_no_front_may_carry_it_past_the_gateway(town) -> None:
    house, site, _, _ = town
    check = house.check_server()
    await check.start("127.0.0.1:0")
    try:
        asked = (
            f"GET /check HTTP/1.1\r\nHost: x\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\n"
            f"X-Forwarded-Uri: /orders\r\nCookie: {house.cookie()}\r\nConnection: close\r\n\r\n"
        )
        assert status_of(await raw(check.port, asked.encode())) == 403
    finally:
        await check.close()
    assert not site.tries


async def test_another_account_goes_on_with_no_session_of_the_one_before(town) -> None:
    house, site, port, _ = town
    cookie = house.cookie()
    await raw(port, request(cookie=cookie))
    seen = len(site.requests)
    share(house, replace(ACCOUNT, user="admin@harbor.example"))
    assert status_of(await raw(port, request(cookie=cookie))) == 502
    assert len(site.requests) == seen


async def test_another_site_is_sent_neither_the_secret_nor_the_session(town) -> None:
    """Whoever may edit apps.yaml leads the app to a site of their own. That no secret is stored for it, `test_store`
    shows; here a session is open already.
    """
    house, _, port, stored = town
    cookie = house.cookie()
    await raw(port, request(cookie=cookie))
    stored.held.clear()
    async with vendor() as evil:
        wiki = house.known.apps["wiki"]
        led = replace(wiki, upstream=replace(wiki.upstream, url=evil.url))
        others = [one for one in house.known.apps.values() if one.id != "wiki"]
        house.known.set_company([led, *others], house.known.groups.values())
        assert status_of(await raw(port, request(cookie=cookie))) == 502
        assert not evil.requests
        assert not evil.tries


class _Answer:
    def __init__(self, number: int) -> None:
        from http.cookies import SimpleCookie

        self.cookies = SimpleCookie({f"c{one}": "x" for one in range(number)})


async def test_a_vendor_that_floods_with_cookies_is_forgotten(town) -> None:
    house, *_ = town
    site = AtVendor(house.known.apps["wiki"])
    site.learn("/", _Answer(MOST_COOKIES))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cookies"):
        site.learn("/", _Answer(MOST_COOKIES + 1))  # type: ignore[arg-type]
    assert not site.is_signed_in


async def wrong_tries_at_once(town) -> None:
    """Many open the app at the same moment, each in a session of their own."""
    house, _, port, _ = town
    got = await asyncio.gather(*(raw(port, request(cookie=house.cookie())) for _ in range(6)))
    assert {status_of(one) for one in got} == {502}


async def test_a_wrong_secret_is_tried_once_however_many_come_at_once(town) -> None:
    """Or the vendor locks the account: whoever may use it could end it for everybody."""
    house, site, _, stored = town
    stored.held["wiki"] = "old"
    await wrong_tries_at_once(town)
    assert len(site.tries) == 1
    assert [one.reason for one in told(house, "brokered.sign_in_failed")] == ["refused"]


async def test_a_wrong_secret_is_tried_once_whatever_worker_they_come_to(town) -> None:
    house, site, port, stored = town
    stored.held["wiki"] = "old"
    for _ in range(3):
        one = house.gateway
        one.brokered = BrokeredAccounts(one.upstreams, house.clock, house.journal.record, stored, house.kept)
        assert status_of(await raw(port, request(cookie=house.cookie()))) == 502
    assert len(site.tries) == 1


async def test_a_wrong_secret_of_http_basic_is_tried_once(town) -> None:
    house, site, port, _ = town
    site.takes_basic = "Basic what-it-is-by-now"
    share(house, replace(ACCOUNT, signs_in=SignsIn.BASIC))
    await wrong_tries_at_once(town)
    posted = request(cookie=house.cookie(), method="POST", body="a=1")
    assert status_of(await raw(port, posted)) == 502
    assert [one["path"] for one in site.requests] == ["/"]
    assert [one.reason for one in told(house, "brokered.sign_in_failed")] == ["refused"]


async def test_a_page_that_http_basic_does_not_open_stops_nobody_else(town) -> None:
    house, site, port, stored = town
    user = f"{ACCOUNT.user}:{stored.held['wiki']}".encode()
    site.takes_basic = f"Basic {base64.b64encode(user).decode()}"
    share(house, replace(ACCOUNT, signs_in=SignsIn.BASIC))
    for path, status in (("/orders", 200), ("/closed", 401), ("/orders", 200)):
        assert status_of(await raw(port, request(path, cookie=house.cookie()))) == status
    assert not told(house, "brokered.sign_in_failed")


async def test_a_long_page_is_read_to_its_end(town) -> None:
    """Else a page that says no is taken for one that lets in, and the wrong secret is tried with each request."""
    house, site, port, stored = town
    site.form = f"<!-- {'x' * 400_000} -->{site.form}"
    stored.held["wiki"] = "old"
    for _ in range(3):
        assert status_of(await raw(port, request(cookie=house.cookie()))) == 502
    assert len(site.tries) == 1
    stored.held["wiki"] = "correct horse"
    assert status_of(await raw(port, request(cookie=house.cookie()))) == 200


async def test_a_site_that_takes_a_wrong_secret_and_asks_again_is_not_asked_for_ever(town) -> None:
    house, site, port, _ = town
    cookie = house.cookie()
    for _ in range(SIGN_INS_AT_ONCE * 2):
        await raw(port, request(cookie=cookie))
        site.sessions.clear()
    assert len(site.tries) == SIGN_INS_AT_ONCE
