"""A browser without a screen, against a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.ports import free_port

from limen.demo.browser import LoopError, Network
from limen.demo.upstreams import serve_upstreams


async def start(request: Request) -> Response:
    response = RedirectResponse("/there", status_code=303)
    response.set_cookie("__Host-seen", "yes", secure=True, path="/")
    return response


async def there(request: Request) -> Response:
    seen = request.cookies.get("__Host-seen", "no")
    return HTMLResponse(f'<form><input type="hidden" name="csrf" value="a&amp;b"></form>{seen}')


async def echo(request: Request) -> Response:
    return JSONResponse({"sent": await request.json(), "site": request.headers["sec-fetch-site"]})


async def round_and_round(request: Request) -> Response:
    return RedirectResponse("/round", status_code=302)


async def refreshed(request: Request) -> Response:
    return HTMLResponse('<meta http-equiv="refresh" content="0; url=/there">')


async def posts(request: Request) -> Response:
    hidden = '<input type="hidden" name="SAMLResponse" value="a&amp;b">'
    return HTMLResponse(f'<form method="post" action="{request.base_url}echoed" data-post>{hidden}</form>')


async def echoed(request: Request) -> Response:
    return JSONResponse({"sent": (await request.body()).decode(), "origin": request.headers["origin"]})


@pytest.fixture
async def home(unused_port: int) -> AsyncIterator[str]:
    routes = [
        Route("/start", start),
        Route("/there", there),
        Route("/echo", echo, methods=["POST"]),
        Route("/round", round_and_round),
        Route("/refreshed", refreshed),
        Route("/posts", posts),
        Route("/echoed", echoed, methods=["POST"]),
    ]
    servers, tasks = await serve_upstreams({unused_port: Starlette(routes=routes)})
    yield f"http://one.localhost:{unused_port}"
    for server in servers:
        server.should_exit = True
    for task in tasks:
        await task


@pytest.fixture
def unused_port() -> int:
    return free_port()


async def test_it_follows_redirects_and_keeps_cookies_per_host(home: str) -> None:
    async with Network() as network:
        browser = network.browser("192.0.2.1")
        page = await browser.open(f"{home}/start")
        assert page.text.endswith("yes")
        assert page.hops == (f"{home}/there",)
        assert (await browser.open(f"{home.replace('one', 'two')}/there")).text.endswith("no")
        assert browser.cookies_for(home.removeprefix("http://")) == "__Host-seen=yes"


async def test_it_goes_where_a_page_sends_it_by_itself(home: str) -> None:
    async with Network() as network:
        assert (await network.browser("192.0.2.1").open(f"{home}/refreshed")).url == f"{home}/there"


async def test_it_sends_what_a_script_on_the_page_would(home: str) -> None:
    async with Network() as network:
        browser = network.browser("192.0.2.1")
        page = await browser.open(f"{home}/there")
        answered = await browser.call(page, "/echo", {"n": 1})
        assert answered == {"sent": {"csrf": "a&b", "n": 1}, "site": "same-origin"}


async def test_it_does_not_go_round_for_ever(home: str) -> None:
    async with Network() as network:
        with pytest.raises(LoopError):
            await network.browser("192.0.2.1").open(f"{home}/round")


async def test_it_never_leaves_this_machine() -> None:
    async with Network() as network:
        with pytest.raises(OSError) as refused:
            await network.browser("192.0.2.1").open("http://harbor.example/")
    assert "not on this machine" in str(refused.value.__cause__)


async def test_a_form_that_sends_itself_is_sent_as_a_browser_does(home: str) -> None:
    async with Network() as network:
        page = await network.browser("192.0.2.1").open(f"{home}/posts")
        assert page.json() == {"sent": "SAMLResponse=a%26b", "origin": home}
        assert page.hops == (f"{home}/echoed",)
