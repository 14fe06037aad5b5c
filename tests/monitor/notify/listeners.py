"""Who hears of alerts in the tests: an HTTP server on this machine that keeps what it is sent.

As Slack, Teams and PagerDuty it is a fake: it answers as their published interfaces do, and checks nothing of theirs.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@dataclass
class Listener:
    """`status` is what it answers."""

    url: str = ""
    status: int = 200
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.heard]


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        listener.heard.append((request.path, headers, await request.read()))
        return web.Response(status=listener.status, text="ok")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    listener.url = f"http://127.0.0.1:{port}"
    try:
        yield listener
    finally:
        await runner.cleanup()
