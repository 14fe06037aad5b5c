from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.requests import Request
from tests.identity.sources.scim.conftest import Telling, telling, token_of, user

from limen.identity.sources.model import PeopleSources, Source
from limen.identity.sources.scim import bounds
from limen.rate_limit import RateLimit
from limen.web import scim

__all__ = ["telling"]


async def test_only_a_sources_token_opens_it_and_who_has_none_is_told(telling: Telling) -> None:
    house, token = telling.house, telling.token
    for wrong in ("", "x", token[:-1], token.swapcase()):
        telling.token = wrong
        refused = await telling.ask("GET", "Users")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="SCIM"')
        assert refused.headers["content-type"] == "application/scim+json"
    twice = await telling.client.get("Users", headers=[("authorization", f"Bearer {token}")] * 2)
    in_query = await telling.client.get(f"Users?access_token={token}")
    assert [twice.status_code, in_query.status_code] == [401, 401]
    words = {one.reason for one in house.events("workload.refused")}
    assert words == {"token-missing", "token-unknown-or-over"}
    assert not any(token[:-1] in str(one) for one in house.events("workload.refused"))


async def test_methods_and_paths_that_there_are_not_say_so(telling: Telling) -> None:
    assert (await telling.ask("OPTIONS", "Users")).status_code == 405
    assert (await telling.ask("PUT", "Users")).status_code == 405
    assert (await telling.ask("GET", "Me")).status_code == 501
    assert scim.is_asked("/scim/v2/Users")
    assert not scim.is_asked("/scim/v2")


async def test_what_is_too_large_is_refused_before_it_is_read(telling: Telling) -> None:
    async def sent(content: bytes, path: str = "Users") -> int:
        headers = {"authorization": f"Bearer {telling.token}", "content-type": "application/scim+json"}
        return (await telling.client.post(path, content=content, headers=headers)).status_code

    assert await sent(b"x" * (bounds.MOST_BYTES + 1)) == 413
    assert await sent(b'{"a":' * 50 + b"1" + b"}" * 50) == 400
    assert await sent(b"{") == 400
    assert await sent(b'{"Operations":[' + b"{}," * 1_001 + b"{}]}", "Bulk") == 413
    assert (await telling.ask("GET", "Users?filter=" + "a" * 2_500)).status_code == 400
    assert (await telling.ask("GET", "Users?a=" + "&a=" * 30)).status_code == 400
    assert (await telling.ask("GET", "Users?a=" + "a" * 6_500)).status_code == 414
    assert await telling.people() == {}


async def test_more_requests_than_are_taken_wait(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    def few(_self: RateLimit, _key: str, _now: int, _number: int = 1) -> bool:
        return False

    monkeypatch.setattr(RateLimit, "admits", few)
    refused = await telling.ask("POST", "Users", user("Eve"))
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


class Slow:
    """Bodies of the first source that do not end before they are let go."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._headers = {"authorization": f"Bearer {telling.token}", "content-type": "application/scim+json"}
        self.being_read = 0
        self.goes_on = asyncio.Event()

    async def _body(self) -> AsyncIterator[bytes]:
        self.being_read += 1
        await self.goes_on.wait()
        yield b"{"

    async def post(self) -> httpx2.Response:
        return await self._telling.client.post("Users", content=self._body(), headers=self._headers)


def with_another_source(telling: Telling) -> Source:
    (entra,) = telling.house.limen.identity.sources.declared
    okta = msgspec.structs.replace(entra, id="okta", title="Okta", adopts=())
    telling.house.limen.known.set_rules(PeopleSources, PeopleSources((entra, okta)))
    return okta


async def until(happened: Any) -> None:
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 -- what is waited for happens in the application
            await asyncio.sleep(0)


async def test_a_source_whose_bodies_trickle_in_keeps_no_other_waiting(telling: Telling) -> None:
    slow = Slow(telling)
    asked = [asyncio.create_task(slow.post()) for _ in range(scim.AT_ONCE + 2)]
    await until(lambda: slow.being_read == scim.AT_ONCE_OF_ONE)
    telling.token = token_of(telling.house, with_another_source(telling).id)
    assert (await telling.ask("GET", "Users")).status_code == 200
    assert slow.being_read == scim.AT_ONCE_OF_ONE
    slow.goes_on.set()
    assert {one.status_code for one in await asyncio.gather(*asked)} == {400}
    assert slow.being_read == len(asked)


async def test_a_source_that_is_worked_on_keeps_no_other_waiting(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, goes_on, working = telling.house.limen.identity.scim, asyncio.Event(), 0
    answer = server.answer

    async def slowly(source: Source, *more: Any) -> Any:
        nonlocal working
        if source.id == "entra":
            working += 1
            await goes_on.wait()
        return await answer(source, *more)

    monkeypatch.setattr(server, "answer", slowly)
    asked = [asyncio.create_task(telling.ask("GET", "Users")) for _ in range(scim.AT_ONCE + 2)]
    await until(lambda: working == scim.AT_ONCE_OF_ONE)
    telling.token = token_of(telling.house, with_another_source(telling).id)
    assert (await telling.ask("GET", "Users")).status_code == 200
    assert working == scim.AT_ONCE_OF_ONE
    goes_on.set()
    assert {one.status_code for one in await asyncio.gather(*asked)} == {200}


async def test_small_requests_about_one_user_do_not_wait_for_what_takes_long(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, goes_on, working = telling.house.limen.identity.scim, asyncio.Event(), 0
    answer = server.answer

    async def slowly(source: Source, token: Any, request: Any, address: str) -> Any:
        nonlocal working
        working += 1
        if request.method == "GET" or working > 20:
            await goes_on.wait()
        return await answer(source, token, request, address)

    monkeypatch.setattr(server, "answer", slowly)
    held = [asyncio.create_task(telling.ask("GET", "Users")) for _ in range(scim.AT_ONCE)]
    await until(lambda: working == scim.AT_ONCE_OF_ONE)
    assert (await telling.ask("POST", "Users", user("Eve"))).status_code == 201
    working = 20  # from here on they are held, too
    asked = [asyncio.create_task(telling.ask("POST", "Users", user(f"Eve{at}"))) for at in range(scim.AT_ONCE + 2)]
    await until(lambda: working == 20 + scim.AT_ONCE - scim.AT_ONCE_OF_ONE)  # all that are worked on at once
    goes_on.set()
    assert {one.status_code for one in await asyncio.gather(*held, *asked)} == {200, 201}


@pytest.mark.parametrize(
    ("method", "path", "fields", "is_about_one"),
    [
        ("POST", "Users", {"content-length": "8192"}, True),
        ("PATCH", "Users/s_1", {"content-length": "0"}, True),
        ("DELETE", "Users/s_1", {}, True),
        ("POST", "Users", {"content-length": "8193"}, False),
        ("POST", "Users", {}, False),
        ("POST", "Users", {"content-length": "2", "transfer-encoding": "chunked"}, False),
        ("POST", "Users", {"content-length": "-1"}, False),
        ("POST", "Users", {"content-length": "9" * 5_000}, False),
        ("POST", "Users", {"content-length": "\u0661"}, False),
        ("GET", "Users", {"content-length": "0"}, False),
        ("POST", "Groups", {"content-length": "2"}, False),
        ("POST", "Bulk", {"content-length": "2"}, False),
        ("POST", ".search", {"content-length": "2"}, False),
        ("POST", "Users/.search", {"content-length": "2"}, False),
        ("POST", "Users/.search/", {"content-length": "2"}, False),
        ("POST", "Users//.search", {"content-length": "2"}, False),
    ],
)
def test_what_is_about_one_user(method: str, path: str, fields: dict[str, str], is_about_one: bool) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in fields.items()]
    scope = {"type": "http", "method": method, "path": f"{scim.PREFIX}{path}", "headers": headers}
    assert scim._is_about_one(Request(scope)) is is_about_one


async def test_a_body_that_does_not_come_in_time_gives_its_turn_back(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(telling)
    with monkeypatch.context() as patched:
        patched.setattr(scim, "READ_SECONDS", 0.0)
        late = [await slow.post() for _ in range(scim.AT_ONCE_OF_ONE + 1)]
    assert {(one.status_code, one.headers["connection"]) for one in late} == {(408, "close")}
    assert (await telling.ask("POST", "Users", user("Eve"))).status_code == 201


async def test_large_bodies_are_decoded_beside_the_event_loop(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def decoded(body: bytes) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return bounds.decoded(body)

    monkeypatch.setattr(scim, "decoded", decoded)
    for body in (b"[" * scim.LARGE_BYTES, b"[" * (scim.LARGE_BYTES + 1), b"[" * bounds.MOST_BYTES):
        headers = {"authorization": f"Bearer {telling.token}", "content-type": "application/scim+json"}
        assert (await telling.client.post("Users", content=body, headers=headers)).status_code == 400
    assert threads == [True, False, False]
