"""Whoever may name an app's upstream tries to read what a cloud tells its machines, by every door that connects."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.doctor.scene import app as an_app, outside
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.test_gateway import request
from tests.enforcement.test_websockets import open_to
from tests.sso.client import harbor_with_apps
from websockets.exceptions import InvalidStatus

from limen.company.upstream_section import upstream_complaint
from limen.doctor.upstream_probe import reach
from limen.sso.logouts import Logouts, Notice

LITERAL = "http://169.254.169.254"
NAMED = "http://wiki-behind.harbor.example:8080"
UPSTREAMS = [LITERAL, "http://[::ffff:169.254.169.254]", "http://2852039166", "http://0.0.0.0:8500", NAMED]


@pytest.fixture
async def misled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads to an app's address, and to the metadata service beside it."""
    loop = asyncio.get_running_loop()
    honest = loop.getaddrinfo

    async def told(host: Any, port: Any, **named: Any) -> Any:
        if host != "wiki-behind.harbor.example":
            return await honest(host, port, **named)
        addresses = ("127.0.0.1", "169.254.169.254")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(loop, "getaddrinfo", told)


def house_before(url: str) -> House:
    house = House(clock=Ticking(), upstream=url)
    apps = [replace(one, upstream=replace(one.upstream, connect_ms=300)) for one in house.known.apps.values()]
    house.known.set_company(apps, house.known.groups.values())
    return house


@pytest.mark.parametrize("url", UPSTREAMS)
async def test_the_gateway_sends_nothing_there(url: str, misled: None) -> None:
    house = house_before(url)
    async with gateway(house) as port:
        answer = await raw(port, request(cookie=house.cookie()))
        assert status_of(answer) == 502
        assert b"169.254" not in answer
        with pytest.raises(InvalidStatus) as refused:
            await open_to(port, house.cookie())
        assert refused.value.response.status_code == 502
        assert house.journal.reasons("upstream.failed") == ["upstream-off-limits"] * 2


async def test_no_app_is_told_of_a_sign_out_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The name was another machine's when it was written into apps.yaml. What can't be called holds up nobody else."""
    called: list[int] = []

    async def listening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(1)
        writer.close()

    server = await asyncio.start_server(listening, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    address = "169.254.169.254"

    async def told(_host: object, at: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, at))]

    monkeypatch.setattr(loop, "getaddrinfo", told)
    async with AsyncExitStack() as closing:
        limen = (await harbor_with_apps(closing, tmp_path / "harbor")).limen
        logouts = limen.core.offers.take(Logouts)
        for url in (f"http://evil.example:{port}/out", "http://a..b/out", f"http://{'a' * 70}.example/"):
            assert await logouts._post(Notice(url, "application/x-www-form-urlencoded", b"logout_token=t")) is False
        assert called == []
        address = "127.0.0.1"
        assert await logouts._post(Notice(f"http://evil.example:{port}/out", "text/plain", b"t")) is False
        assert called == [1], "the same way reaches what is allowed"
    server.close()


async def test_the_doctor_asks_nothing_there() -> None:
    async def resolve(_name: str) -> tuple[str, ...]:
        return ("127.0.0.1", "169.254.169.254")

    for url in (LITERAL, NAMED):
        found = await reach(an_app(url), "https://limen.harbor.example", outside(resolve=resolve))
        assert found.wrong is not None
        assert found.wrong.word == "off-limits"


@pytest.mark.parametrize("url", [*UPSTREAMS[:-1], "https://metadata.google.internal", "http://[fe80::1]:80"])
def test_it_can_not_even_be_written(url: str) -> None:
    complaint = upstream_complaint(url)
    assert complaint is not None
    assert complaint[1] == "enter the machine the app runs on"
