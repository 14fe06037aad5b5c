"""The client of vendors: patient where it is told to be, and deaf to what leads elsewhere."""

from __future__ import annotations

from contextlib import suppress

import pytest
from aiohttp import web
from tests.emulators.vendor import Vendor, asking, served

from limen.connectors.retry_after import TRIES
from limen.connectors.vendor_client import MOST_BYTES, VendorError, closing_clients, listed, text_in


async def whole(_request: web.Request) -> web.Response:
    return web.json_response({"value": []})


ROUTES = {"GET /list": whole, "POST /token": whole}


async def word_of(vendor: Vendor, path: str = "/list") -> str:
    async with served(vendor, ROUTES), asking(vendor.origin) as asked:
        with pytest.raises(VendorError) as error:
            await asked.client.get(path, [], "t0ken")
    assert "t0ken" not in f"{error.value} {error.value.fix}"
    return error.value.word


async def test_it_waits_as_long_as_it_is_told_and_asks_again() -> None:
    refusals = [web.Response(status=429, headers={"retry-after": "7"}), web.Response(status=503)]
    vendor = Vendor(refusals=refusals)
    async with served(vendor, ROUTES), asking(vendor.origin) as asked:
        assert await asked.client.get("/list", [("a", "b c&d")], "t0ken") == {"value": []}
        assert asked.waits == [7.0, 2.0]
    assert vendor.asked == ["/list?a=b+c%26d"] * 3


async def test_it_gives_up_after_some_tries() -> None:
    vendor = Vendor(refusals=[web.Response(status=429) for _ in range(9)])
    assert await word_of(vendor) == "throttled"
    assert len(vendor.asked) == TRIES
    assert await word_of(Vendor(refusals=[web.Response(status=429, headers={"retry-after": "86400"})])) == "throttled"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda: web.Response(status=302, headers={"location": "https://evil.example/"}), "redirects"),
        (lambda: web.Response(status=401), "not-allowed"),
        (lambda: web.Response(status=403), "not-allowed"),
        (lambda: web.Response(status=404), "refused"),
        (lambda: web.Response(body=b"[]"), "garbage"),
        (lambda: web.Response(body=b"{"), "garbage"),
        (lambda: web.Response(body=b"[" * 100_000), "garbage"),
        (lambda: web.Response(body=b"{}", headers={"content-encoding": "gzip"}), "garbage"),
        (lambda: web.Response(body=b" " * (MOST_BYTES + 1)), "too-much"),
    ],
)
async def test_what_is_no_answer_says_so(answer: object, word: str) -> None:
    assert await word_of(Vendor(refusals=[answer()])) == word  # type: ignore[operator]


@pytest.mark.parametrize("link", ["https://evil.example/list", "//evil.example", "http://u:p@127.0.0.1:1/", "/list"])
async def test_a_link_leads_nowhere_else(link: str) -> None:
    vendor = Vendor()
    async with served(vendor, ROUTES), asking(vendor.origin) as asked:
        with pytest.raises(VendorError) as error:
            await asked.client.get_link(link, "t0ken")
        assert error.value.word == "garbage"
        assert await asked.client.get_link(f"{vendor.origin}/list?$skip=a%20b", "t0ken") == {"value": []}
    assert vendor.asked == ["/list?$skip=a%20b"]


async def test_addresses_that_are_forbidden_and_servers_that_are_not_there() -> None:
    for origin, word in (("http://169.254.169.254", "off-limits"), ("http://127.0.0.1:9", "unreachable")):
        async with asking(origin) as asked:
            with pytest.raises(VendorError) as error:
                await asked.client.get("/list", [], "t0ken")
            assert error.value.word == word


def test_what_an_answer_must_hold() -> None:
    assert listed({"value": [{}]}, "value") == [{}]
    assert text_in({"access_token": "a"}, "access_token") == "a"
    for wrong in ({}, {"value": None}, {"value": [1]}, {"value": {}}):
        with pytest.raises(VendorError):
            listed(wrong, "value")
    for wrong in ({}, {"access_token": 1}, {"access_token": ""}, {"access_token": "a\nb"}, {"access_token": "é"}):
        with pytest.raises(VendorError):
            text_in(wrong, "access_token")


async def test_clients_that_are_made_within_are_closed_with_the_block() -> None:
    closed: list[str] = []

    class Client:
        def __init__(self, origin: str) -> None:
            self.origin = origin

        async def close(self) -> None:
            closed.append(self.origin)

    with suppress(VendorError):
        async with closing_clients(Client) as opened:
            assert [opened(one).origin for one in ("https://a.example", "https://b.example")] != closed == []
            raise VendorError("slow")
    assert sorted(closed) == ["https://a.example", "https://b.example"]
