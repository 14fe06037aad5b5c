"""An employee's own copy, from the portal."""

from __future__ import annotations

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.web import copies


async def test_everybody_downloads_their_own_copy_with_a_young_proof(house: House, browser: Browser) -> None:
    ada_id = await house.administrator(house.browser())
    mia_id = await house.member(browser, "Mia", "staff")
    assert "Download a copy" in (await browser.get("/records")).text
    house.limen.journal.flush()
    sent = await browser.post("/records/copy")
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        account = archive.read("account.json").decode()
    assert "mia@harbor.example" in account
    assert "ada@harbor.example" not in account
    assert ada_id not in account
    assert int(sent.headers["content-length"]) == len(sent.content)
    (said,) = house.events("person.exported")
    assert (said.actor, said.subject) == (mia_id, mia_id)
    house.clock.forward(11 * MINUTE)
    asked = await browser.post("/records/copy")
    assert asked.headers["location"].startswith("/step-up?app=limen&to=%2Fgo-on%3Fform%3D")


class Reader:
    """Asks for a copy, and reads nothing of it but the head until it is told to."""

    def __init__(self, house: House, browser: Browser) -> None:
        self._house = house
        cookies = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
        headers = {"host": "limen.harbor.localhost", "cookie": cookies, "sec-fetch-site": "same-origin"}
        headers |= {"content-type": "application/x-www-form-urlencoded", "user-agent": "Mozilla/5.0"}
        self._scope: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1"}
        self._scope |= {"method": "POST", "scheme": "https", "path": "/records/copy", "raw_path": b"/records/copy"}
        self._scope |= {"query_string": b"", "root_path": "", "client": ("203.0.113.7", 5), "server": ("x", 443)}
        self._scope["headers"] = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._body = f"csrf={browser.csrf}".encode()
        self._reads = asyncio.Event()
        self._is_asked = False
        self.status = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(house.limen.asgi(self._scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._reads.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status.set_result(message["status"])
        elif await self.status == 200:
            await self._reads.wait()

    async def leave(self) -> None:
        self._reads.set()
        await self.task


def files_without_a_name() -> int:
    links = [one for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return sum("(deleted)" in str(one.readlink()) for one in links)


async def test_whoever_does_not_read_their_copy_holds_one_and_not_for_long(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.administrator(house.browser())
    await house.member(browser, "Mia", "staff")
    await browser.get("/records")
    before = files_without_a_name()
    readers = [Reader(house, browser) for _ in range(5)]
    assert sorted([await one.status for one in readers]) == [200, 429, 429, 429, 429]
    assert files_without_a_name() == before + 1
    for one in readers:
        await one.leave()
    assert files_without_a_name() == before
    monkeypatch.setattr(copies, "LONGEST_SECONDS", 0.01)
    late = Reader(house, browser)
    assert await late.status == 200
    await late.task
    assert files_without_a_name() == before
    monkeypatch.setattr(copies, "MOST_AT_ONCE", 0)
    refused = await browser.post("/records/copy")
    assert refused.status_code == 429
    assert "already being prepared" in refused.text
