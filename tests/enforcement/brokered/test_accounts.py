"""People at a vendor with one account: signed in by the gateway, each by name, and nobody holds what signs in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from zlib import crc32

import pytest
from tests.enforcement.brokered.vendor import vendor
from tests.enforcement.house import House, Ticking, gateway, raw, status_of

from limen.clock import HOUR
from limen.enforcement.brokered.accounts import BrokeredAccounts
from limen.enforcement.brokered.pauses import PAUSE
from limen.enforcement.brokered.store import Secret
from limen.facts import BrokeredAccount, SignsIn
from limen.storage.kept_briefly import KeptBriefly

HOST = "wiki.harbor.example"
ACCOUNT = BrokeredAccount(
    "orders@harbor.example",
    "The vendor sells one account.",
    sign_in="/login",
    user_field="email",
    password_field="pass",
    never=("/account/**",),
    sign_out="/logout",
)


class Secrets:
    def __init__(self) -> None:
        self.held = {"wiki": "correct horse"}

    def __call__(self, app) -> Secret:
        """Each as if it were stored at a time of its own."""
        text = self.held.get(app.id, "")
        return Secret(text, crc32(text.encode()))


@pytest.fixture
async def town():
    async with vendor() as site:
        house = House(clock=Ticking(), upstream=site.url)
        share(house, ACCOUNT)
        stored = Secrets()
        house.kept = KeptBriefly.in_memory(house.clock)
        house.gateway.brokered = BrokeredAccounts(
            house.gateway.upstreams, house.clock, house.journal.record, stored, house.kept
        )
        async with gateway(house) as port:
            yield house, site, port, stored


def share(house, account):
    own = [
        replace(app, account=account, upstream=replace(app.upstream, keep_host=False)) if app.id == "wiki" else app
        for app in house.known.apps.values()
    ]
    house.known.set_company(own, house.known.groups.values())


def request(path="/orders", *, cookie="", fields="", method="GET", body=""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n{fields}{length}Connection: close\r\n\r\n"
    return (head + body).encode()


def told(house, kind):
    return [event for event in house.journal.events if event.kind == kind]


async def test_each_person_is_signed_in_by_name_and_once(town):
    house, site, port, _ = town
    ana, bo = house.cookie(), house.cookie(person="bo", strength=2)
    for cookie in (ana, ana, bo):
        assert status_of(await raw(port, request(cookie=cookie))) == 200
    assert len(site.sessions) == 2
    assert [one.actor for one in told(house, "brokered.signed_in")] == ["ana", "bo"]
    assert {one["email"] for one in site.tries} == {ACCOUNT.user}
    assert "stay" not in site.tries[0]


async def test_nothing_that_signs_in_reaches_a_browser_and_no_name_the_vendor(town):
    house, site, port, _ = town
    own = "https://wiki.harbor.example"
    fields = f"Authorization: Basic bWU6bWU=\r\nReferer: {own}/a\r\nX-Forwarded-For: 192.0.2.7\r\n"
    got = await raw(port, request(cookie=f"{house.cookie()}; vendor=mine; theirs=1", fields=fields))
    assert status_of(got) == 200
    for held in (*site.sessions, "correct horse", "set-cookie"):
        assert held.encode() not in got.lower()
    seen = site.requests[-1]["headers"]
    assert seen["host"] == f"127.0.0.1:{site.port}"
    assert seen["cookie"] == f"vendor={next(iter(site.sessions))}"
    assert seen["referer"] == f"{site.url}/a"
    assert not {"authorization", "x-limen-assertion", "x-forwarded-for", "x-forwarded-host"} & seen.keys()


async def test_the_vendors_redirects_lead_on_through_limen(town):
    house, _, port, _ = town
    got = await raw(port, request("/elsewhere", cookie=house.cookie()))
    assert b"\r\nlocation: https://wiki.harbor.example/orders/1\r\n" in got


async def test_a_session_that_the_vendor_ended_is_begun_anew(town):
    house, site, port, _ = town
    cookie = house.cookie()
    await raw(port, request(cookie=cookie))
    site.sessions.clear()
    assert status_of(await raw(port, request(cookie=cookie))) == 200
    site.sessions.clear()
    posted = request(cookie=cookie, method="POST", body="a=1")
    assert status_of(await raw(port, posted)) == 502  # it can't be sent twice, and the next one signs in
    assert status_of(await raw(port, posted)) == 200


@pytest.mark.parametrize("path", ["/account/password", "/ACCOUNT/email", "/account", "/a/../account/x", "/%61ccount/x"])
async def test_nobody_reaches_where_the_account_could_be_changed(town, path):
    house, site, port, _ = town
    assert status_of(await raw(port, request(path, cookie=house.cookie()))) in {400, 403}
    assert not site.requests


async def test_a_wrong_secret_is_tried_once_and_told(town):
    house, site, port, stored = town
    stored.held["wiki"] = "old"
    for _ in range(3):
        assert status_of(await raw(port, request(cookie=house.cookie()))) == 502
    assert len(site.tries) == 1  # or the vendor would lock the account
    assert [one.reason for one in told(house, "brokered.sign_in_failed")] == ["refused"]
    stored.held["wiki"] = "correct horse"
    house.gateway.brokered.secret_changed("wiki")
    assert status_of(await raw(port, request(cookie=house.cookie()))) == 200


async def test_after_a_pause_it_is_tried_again(town):
    house, site, port, stored = town
    stored.held.clear()
    assert status_of(await raw(port, request(cookie=house.cookie()))) == 502
    assert not site.tries
    stored.held["wiki"] = "old"
    await raw(port, request(cookie=house.cookie()))
    house.clock.ahead += PAUSE + 1_000
    stored.held["wiki"] = "correct horse"
    assert status_of(await raw(port, request(cookie=house.cookie()))) == 200


async def test_at_once_one_person_is_signed_in_once(town):
    house, site, port, _ = town
    cookie = house.cookie()
    got = await asyncio.gather(*(raw(port, request(f"/{number}", cookie=cookie)) for number in range(8)))
    assert {status_of(one) for one in got} == {200}
    assert len(site.tries) == 1
    site.sessions.clear()
    got = await asyncio.gather(*(raw(port, request(path, cookie=cookie)) for path in ("/late", "/1", "/2")))
    assert {status_of(one) for one in got} == {200}
    assert len(site.tries) == 2


async def test_with_the_sign_in_here_ends_the_one_there(town):
    house, site, port, _ = town
    await raw(port, request(cookie=house.cookie()))
    assert await house.gateway.brokered.forget(lambda _session: True, house.known.apps) == 0
    assert await house.gateway.brokered.forget(lambda _session: False, house.known.apps) == 1
    assert (site.signed_out, site.sessions, len(house.gateway.brokered)) == (1, set(), 0)


async def test_a_form_that_leads_elsewhere_is_sent_nothing(town):
    house, site, port, _ = town
    site.form = site.form.replace('action="/login?from=page"', 'action="https://evil.example/login"')
    assert status_of(await raw(port, request(cookie=house.cookie()))) == 502
    assert not site.tries
    assert [one.reason for one in told(house, "brokered.sign_in_failed")] == ["form-elsewhere"]


async def test_http_basic_is_said_to_the_vendor_alone(town):
    house, site, port, _ = town
    site.takes_basic = "Basic b3JkZXJzQGhhcmJvci5leGFtcGxlOmNvcnJlY3QgaG9yc2U="
    share(house, replace(ACCOUNT, signs_in=SignsIn.BASIC))
    await raw(port, request(cookie=house.cookie(), fields="Authorization: Basic bWU6bWU=\r\n"))
    assert site.requests[-1]["headers"]["authorization"] == "Basic b3JkZXJzQGhhcmJvci5leGFtcGxlOmNvcnJlY3QgaG9yc2U="


async def test_what_has_no_session_is_not_signed_in(town):
    house, site, port, _ = town
    assert status_of(await raw(port, request())) == 401
    house.clock.ahead += 13 * HOUR
    assert not site.requests
    assert not site.tries
