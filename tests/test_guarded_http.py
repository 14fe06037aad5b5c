"""What counts as an answer of somebody else's server, and where nothing is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from limen.enforcement.resolving import Resolver
from limen.guarded_http import GuardedHttp, NoReplyError, object_in, origin_of, split

MOST = 1_000


async def answer(request: web.Request) -> web.Response:
    if request.path == "/slow":
        await asyncio.sleep(5)
    return {
        "/seen": web.json_response(
            {"query": request.raw_path.partition("?")[2], "cookie": request.headers.get("cookie", "")}
        ),
        "/elsewhere": web.Response(status=302, headers={"location": "/seen", "set-cookie": "a=b"}),
        "/packed": web.Response(body=b"{}", headers={"content-encoding": "gzip"}),
        "/long": web.Response(body=b" " * (MOST + 1)),
    }.get(request.path, web.Response(status=404))


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    asked = GuardedHttp(Resolver, seconds=0.5, most_bytes=MOST)
    yield asked
    await asked.close()


async def word_of(http: GuardedHttp, url: str) -> str:
    try:
        return str((await http.ask("GET", url, {})).status)
    except NoReplyError as error:
        return error.word


async def test_an_answer_of_any_status_is_one_and_no_redirect_is_followed(http: GuardedHttp, origin: str) -> None:
    for path, word in (("/seen", "200"), ("/elsewhere", "302"), ("/missing", "404")):
        assert await word_of(http, origin + path) == word


async def test_what_is_packed_too_long_slow_or_not_there_is_none(http: GuardedHttp, origin: str) -> None:
    for url, word in (
        (f"{origin}/packed", "garbage"),
        (f"{origin}/long", "too-much"),
        (f"{origin}/slow", "slow"),
        ("http://127.0.0.1:9/", "unreachable"),
        ("http://169.254.169.254/", "off-limits"),
        ("http://metadata.google.internal/", "off-limits"),
        ("http://[::ffff:169.254.169.254]/", "off-limits"),
    ):
        assert await word_of(http, url) == word, url


async def test_an_address_is_sent_as_it_is_written_and_cookies_are_not_kept(http: GuardedHttp, origin: str) -> None:
    await http.ask("GET", f"{origin}/elsewhere", {})
    as_written = object_in((await http.ask("GET", f"{origin}/seen?a=%20b", {})).body)
    asked = object_in((await http.ask("GET", f"{origin}/seen", {}, query=[("a", " b&c")])).body)
    assert (as_written, asked) == ({"query": "a=%20b", "cookie": ""}, {"query": "a=+b%26c", "cookie": ""})


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'"x"'])
def test_what_is_no_object_is_garbage(body: bytes) -> None:
    with pytest.raises(NoReplyError) as refused:
        object_in(body)
    assert refused.value.word == "garbage"


def test_an_address_that_can_be_read_in_two_ways_is_none() -> None:
    for url in ("https://a.example@b.example/", "https:///x", "ftp://a.example/", "https://a.example:x/", "/x"):
        assert split(url, 100) is None, url
    assert split("https://a.example/" + "x" * 100, 100) is None
    assert split("https://a.example/ x", 100) is None
    assert origin_of(urlsplit("https://A.example./x")) == origin_of(urlsplit("https://a.example:443"))
    assert origin_of(urlsplit("http://a.example")) != origin_of(urlsplit("https://a.example"))
