"""A real little app on loopback that says what reached it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


@dataclass
class Seen:
    """Every request that reached the app."""

    port: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    aborted: int = 0
    kept: bytes = b""
    """What `GET /echo` answers with."""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def last(self) -> dict[str, Any]:
        return self.requests[-1]


@asynccontextmanager
async def upstream(ssl_context: Any = None) -> AsyncIterator[Seen]:
    """Run the app; `/ws` echoes, `/stream` and `/trickle` never end, `/slow` waits, `/echo` says it
    again, all else says what came."""
    seen = Seen()

    async def anything(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        seen.bodies.append(body)
        seen.requests.append(
            {
                "method": request.method,
                "target": request.raw_path,
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "names": [name.lower() for name, _ in request.headers.items()],
                "body": len(body),
            }
        )
        return web.json_response(
            {"app": "real", **seen.last},
            headers={
                "Set-Cookie": "theirs=1; Path=/",
                "X-Limen-User": "mallory",
                "X-Kept": "yes",
                "Connection": "keep-alive, X-Hop",
                "X-Hop": "1",
            },
        )

    async def echo(request: web.Request) -> web.StreamResponse:
        """What came, as it was given: with the type and coding that the query names, in pieces."""
        body = seen.kept if request.method == "GET" else await request.read()
        seen.requests.append({"headers": {name.lower(): value for name, value in request.headers.items()}})
        fields = {"Content-Type": request.query.get("type", "text/plain")}
        for name in ("Content-Encoding", "Content-Disposition"):
            if name in request.query:
                fields[name] = request.query[name]
        response = web.StreamResponse(status=int(request.query.get("status", "200")), headers=fields)
        if "length" in request.query:
            response.content_length = len(body)
        await response.prepare(request)
        step = int(request.query.get("step", "65536"))
        for at in range(0, len(body), step):
            await response.write(body[at : at + step])
            await asyncio.sleep(float(request.query.get("pause", "0")))
        return response

    async def setting_ours(_request: web.Request) -> web.Response:
        response = web.Response(text="ok")
        response.headers.add("Set-Cookie", "__Host-limen-app=stolen; Path=/; Secure")
        response.headers.add("Set-Cookie", "__host-limen=stolen")
        response.headers.add("Set-Cookie", "fine=1")
        return response

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"data: tick\n\n")
                await asyncio.sleep(0.05)
        except (ConnectionResetError, asyncio.CancelledError):
            seen.aborted += 1
            raise

    async def slow(_request: web.Request) -> web.Response:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.aborted += 1
            raise
        return web.Response(text="late")

    async def redirect(_request: web.Request) -> web.Response:
        raise web.HTTPFound("http://elsewhere.example/")

    async def large(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * (8 << 20))

    async def socket(request: web.Request) -> web.WebSocketResponse:
        seen.requests.append({"headers": {n.lower(): v for n, v in request.headers.items()}})
        there = web.WebSocketResponse(protocols=("chat",))
        await there.prepare(request)
        async for message in there:
            if message.type is WSMsgType.TEXT:
                if message.data == "bye":
                    await there.close(code=4001, message=b"as you like")
                else:
                    await there.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await there.send_bytes(message.data)
        return there

    app = web.Application(client_max_size=64 << 20)
    app.router.add_get("/ws", socket)
    app.router.add_get("/stream", stream)
    app.router.add_get("/trickle", stream)
    app.router.add_route("*", "/echo", echo)
    app.router.add_get("/slow", slow)
    app.router.add_get("/redirect", redirect)
    app.router.add_get("/large", large)
    app.router.add_get("/setting-ours", setting_ours)
    app.router.add_route("*", "/{rest:.*}", anything)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
    await site.start()
    seen.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    try:
        yield seen
    finally:
        await runner.cleanup()
