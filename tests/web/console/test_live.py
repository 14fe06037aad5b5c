from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from tests.waiting import until
from tests.web.conftest import ORIGIN, Browser, House
from tests.web.console.conftest import Console

from limen.web.console import live


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.05)


class Stream:
    """What arrives at a browser that listens."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.leaves = asyncio.Event()

    async def until(self, word: str) -> str:
        for _ in range(6_000):
            if word in self.text:
                return self.text
            await asyncio.sleep(0.01)
        pytest.fail(f"{word!r} did not arrive")


def listening(console: Console, query: str = "", last: str = "") -> AbstractAsyncContextManager[Stream]:
    """The live view of decisions, as Ada's browser has it open."""
    return listening_at("/console/decisions/live", console.house, console.ada, query, last)


@asynccontextmanager
async def listening_at(
    path: str, house: House, browser: Browser, query: str = "", last: str = ""
) -> AsyncIterator[Stream]:
    """An open stream, straight at the ASGI application (test clients wait for the end of a body)."""
    token = next(c.value for c in browser.client.cookies.jar if c.name == "__Host-limen")
    headers = [(b"host", ORIGIN.removeprefix("https://").encode()), (b"cookie", f"__Host-limen={token}".encode())]
    if last:
        headers.append((b"last-event-id", last.encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("203.0.113.7", 50_000),
        "server": ("limen", 443),
    }
    stream, is_first = Stream(), True

    async def receive() -> dict[str, Any]:
        nonlocal is_first
        if is_first:
            is_first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await stream.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(said: Any) -> None:
        if said["type"] == "http.response.start":
            stream.status = said["status"]
            stream.headers = {name.decode(): value.decode() for name, value in said["headers"]}
        else:
            stream.text += said.get("body", b"").decode()

    task = asyncio.create_task(house.limen.asgi(scope, receive, send))  # type: ignore[arg-type]
    try:
        yield stream
    finally:
        stream.leaves.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_decision_arrives_as_one_line_with_its_id(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    async with listening(console, "app=payroll") as stream:
        await stream.until("retry: 2000")
        answer = await console.ask(eve, "payroll")
        text = await stream.until("event: decision")
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert (stream.headers["cache-control"], stream.headers["x-accel-buffering"]) == ("no-store", "no")
    message = next(part for part in text.split("\n\n") if "event: decision" in part)
    fields = [line.partition(": ")[0] for line in message.split("\n")]
    assert fields == ["id", "event", "data"]
    assert f"id: {answer.id.split('-')[0]}" in message
    assert "Eve" in message


async def test_only_what_the_filter_holds_for_arrives(console: Console) -> None:
    eve = console.house.browser()
    eve_id = await console.house.member(eve, "Eve", "staff")
    async with listening(console, f"app=payroll&person={eve_id}") as stream:
        await stream.until("retry")
        assert [event.subject for event in console.house.events("person.looked_at")] == [eve_id]
        await console.ask(eve, "wiki")
        await console.ask(eve, "payroll")
        await stream.until("event: decision")
        assert "/console/apps/wiki" not in stream.text


async def test_a_browser_that_was_away_gets_what_it_missed_once(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    first = (await console.ask(eve, "payroll")).id.split("-")[0]
    second = (await console.ask(eve, "payroll", path="/export/all.csv")).id.split("-")[0]
    async with listening(console, "app=payroll", last=first) as stream:
        text = await stream.until(f"id: {second}")
        assert f"id: {first}" not in text
        await stream.until("still here")
        assert stream.text.count(f"id: {second}") == 1


async def test_the_stream_ends_when_the_session_does(console: Console) -> None:
    async with listening(console) as stream:
        await stream.until("still here")
        await console.house.limen.identity.sessions.revoke_person(console.ada_id, by="")
        await stream.until("event: over")


async def test_the_stream_ends_when_the_proof_has_grown_too_old_for_the_console(console: Console) -> None:
    async with listening(console) as stream:
        await stream.until("still here")
        console.house.clock.forward(61 * 60_000)
        await stream.until("event: over")


async def test_a_listener_who_leaves_is_forgotten(console: Console) -> None:
    async with listening(console) as stream:
        await stream.until("still here")
        assert len(console.house.limen.journal._clients) == 1
    await until(lambda: console.house.limen.journal._clients == [])


async def test_what_is_no_event_id_resumes_nothing(console: Console) -> None:
    eve = console.house.browser()
    await console.house.member(eve, "Eve", "staff")
    await console.ask(eve, "payroll")
    async with listening(console, "app=payroll", last="0 or what you like") as stream:
        await stream.until("still here")
        assert "event: decision" not in stream.text
