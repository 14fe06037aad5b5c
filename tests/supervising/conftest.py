"""A company of two workers with an app, for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web
from tests.supervising.company_of_workers import PEOPLE, Company, revoker, sign_in


@pytest.fixture
async def app_port() -> AsyncIterator[int]:
    """An app that says what it was asked, and again by WebSocket."""

    async def page(request: web.Request) -> web.StreamResponse:
        if request.path != "/ws":
            return web.Response(text=request.path)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
        return socket

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def company(tmp_path: Path, app_port: int, request: pytest.FixtureRequest) -> AsyncIterator[Company]:
    made = Company.make(tmp_path / "harbor", app_port, workers=2)
    made.start(is_patient="load" in request.node.name)
    await made.until_said("2 workers answer.")
    database = made.database()
    async with revoker(database) as one:
        await one.feed.settled(database.write(lambda t: (sign_in(t, range(PEOPLE)), t.changed_seq)[1]))
        made.revoker = one  # type: ignore[attr-defined]
        yield made
        await asyncio.to_thread(made.end)
    database.close()
