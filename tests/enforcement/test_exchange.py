"""One request on its way: the rest of it stands in test_gateway.py and documents/test_guard.py."""

from __future__ import annotations

from tests.enforcement.house import House

from limen.enforcement.exchange import Exchange


async def _sent(house, fields):
    sent = []

    async def send(message):
        sent.append(message)

    app = house.known.apps["wiki"]
    answer = house.doors.decide_request("gateway", b"GET", b"wiki.harbor.example", b"/", b"", "203.0.113.7")
    exchange = Exchange(house.gateway, "GET", None, send, answer, app, fields, "203.0.113.7", b"/")
    await exchange.refuse(429, "Too many", "Wait.")
    await exchange.refuse(500, "No", "Never said.")
    return sent


async def test_a_refusal_is_said_once_to_people_as_a_page_and_to_programs_as_json():
    house = House()
    head, body = await _sent(house, [])
    assert head["status"] == 429
    assert (b"content-type", b"application/json") in head["headers"]
    head, body = await _sent(house, [(b"sec-fetch-mode", b"navigate")])
    assert (b"content-type", b"text/html; charset=utf-8") in head["headers"]
    assert b"<h1>Too many</h1>" in body["body"]
