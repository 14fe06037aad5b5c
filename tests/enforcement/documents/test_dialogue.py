"""Somebody says why what was stopped may pass, on the app's host."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from tests.enforcement.documents.checks import SECRET, form
from tests.enforcement.documents.test_guard import FORM, body_of, post
from tests.enforcement.house import raw, status_of
from tests.enforcement.test_gateway import request

from limen.enforcement.documents import stops
from limen.facts.passing import Step

SENT = SECRET.encode()
OWN = "Origin: https://wiki.harbor.example\r\n"


def say(guarded, cookie, *, fields=OWN, content_type="application/x-www-form-urlencoded", **said):
    body = (json.dumps(said) if "json" in content_type else urlencode(said)).encode()
    fields += f"Content-Length: {len(body)}\r\nContent-Type: {content_type}\r\n"
    return raw(guarded.port, request("/.limen/stopped", method="POST", cookie=cookie, fields=fields, body=body))


async def stopped(guarded, cookie, body=SENT, content_type="text/plain"):
    response = await post(guarded, body, content_type, cookie=cookie)
    assert status_of(response) == 403
    return json.loads(body_of(response))["justify"].partition("id=")[2]


async def test_stopped_justified_sent_again_passed_and_noted(guarded):
    checks = guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie)
    assert status_of(await say(guarded, cookie, id=name, choice="justify", why="for the bank")) == 200
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 200
    assert guarded.app.bodies == [SECRET.encode()]
    assert [(passed, why) for _, _, passed, why in checks.noted] == [(False, ""), (True, "justified")]
    assert checks.reasons == [("e2", "ana", "for the bank")]
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 403


async def test_a_form_is_known_again_though_its_boundary_and_other_fields_are_new(guarded):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie, form(("csrf", "", b"1"), ("f", "a.txt", SECRET.encode())), FORM)
    await say(guarded, cookie, id=name, choice="justify", why="needed")
    again = form(("csrf", "", b"2"), ("f", "a.txt", SECRET.encode()), boundary="other")
    assert status_of(await post(guarded, again, "multipart/form-data; boundary=other", cookie=cookie)) == 200


async def test_a_page_asks_and_leads_back_to_the_form(guarded):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    fields = "Sec-Fetch-Mode: navigate\r\nReferer: https://wiki.harbor.example/new?to=1\r\n"
    page = await post(guarded, SECRET.encode(), cookie=cookie, fields=fields)
    assert status_of(page) == 403
    name = re.findall(rb'name="id" value="([^"]+)"', page)[0].decode()
    opened = request(f"/.limen/stopped?id={name}", cookie=cookie)
    assert status_of(await raw(guarded.port, opened)) == 200
    empty = await say(guarded, cookie, id=name, choice="justify", why="  ")
    assert status_of(empty) == 400
    assert b'role="alert"' in empty
    assert b'href="/new?to=1"' in await say(guarded, cookie, id=name, choice="justify", why="needed")


async def test_what_is_not_sensitive_passes_from_then_on(guarded):
    checks = guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie)
    said = await say(guarded, cookie, content_type="application/json", id=name, choice="not-sensitive")
    assert status_of(said) == 200
    for _ in range(2):
        assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 200
    assert {why for *_, passed, why in checks.noted if passed} == {"not-sensitive"}


async def test_what_somebody_decided_is_sensitive_needs_a_reason_each_time(guarded):
    guarded.asks(step=Step.WARN, is_confirmed=True)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie)
    said = await say(guarded, cookie, content_type="application/json", id=name, choice="not-sensitive")
    assert status_of(said) == 409
    page = await say(guarded, cookie, id=name, choice="not-sensitive")
    assert (status_of(page), b'role="alert"' in page) == (409, True)
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 403
    name = await stopped(guarded, cookie)
    assert status_of(await say(guarded, cookie, id=name, choice="justify", why="needed")) == 200
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 200


@pytest.mark.parametrize(
    "fetched", ["Mode: cors", "Mode: same-origin", "Mode: no-cors", "Mode: navigate\r\nSec-Fetch-Dest: iframe"]
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_script_of_the_app_says_nothing_in_somebody_s_name(guarded, fetched, content_type):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie)
    own = "Origin: https://wiki.harbor.example\r\nSec-Fetch-Site: same-origin\r\n"
    said = {"id": name, "choice": "not-sensitive"}
    assert (
        status_of(await say(guarded, cookie, content_type=content_type, fields=f"{own}Sec-Fetch-{fetched}\r\n", **said))
        == 403
    )
    seen = f"{own}Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
    assert status_of(await say(guarded, cookie, content_type=content_type, fields=seen, **said)) == 200


async def test_only_whose_it_is_and_only_from_the_apps_own_page(guarded):
    guarded.asks(step=Step.WARN)
    cookie, other = guarded.house.cookie(), guarded.house.cookie()
    name = await stopped(guarded, cookie)
    cross = "Origin: null\r\nSec-Fetch-Site: cross-site\r\n"
    for fields in ("", "Origin: https://evil.example\r\n", "Origin: null\r\n", cross):
        assert status_of(await say(guarded, cookie, fields=fields, id=name, choice="justify", why="x")) == 403
    assert status_of(await say(guarded, other, id=name, choice="justify", why="x")) == 404
    assert status_of(await say(guarded, "", id=name, choice="justify", why="x")) == 404
    assert status_of(await say(guarded, cookie, id="y" * 43, choice="justify", why="x")) == 404
    for why in ("x" * 501, "\x1b[2J", ""):
        assert status_of(await say(guarded, cookie, id=name, choice="justify", why=why)) == 400
    said = await say(guarded, cookie, content_type="application/json", id=name, why="x" * 501)
    assert status_of(said) == 400
    assert status_of(await say(guarded, cookie, id=name, choice="justify", why="x" * 9_000)) == 404
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 403


async def test_what_the_rules_block_can_not_be_justified(guarded, monkeypatch):
    monkeypatch.setattr(stops, "new_token", lambda: "s" * 43)
    guarded.asks(step=Step.BLOCK)
    cookie = guarded.house.cookie()
    response = await post(guarded, SECRET.encode(), cookie=cookie)
    assert "justify" not in json.loads(body_of(response))
    assert status_of(await say(guarded, cookie, id="s" * 43, choice="justify", why="x")) == 404
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 403
