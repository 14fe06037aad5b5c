"""Harbor's six apps behind Limen: small, real and unaware of passwords. Each believes only Limen's signed assertion."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from limen.listening import listen_on

if TYPE_CHECKING:
    import uvicorn

    from limen.facts import App

Verify = Callable[[str, "App"], str]
"""An assertion and the app it must be meant for → the display name it vouches for, or "" where it is not good."""

ASSERTION = "x-limen-assertion"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>{title}</h1><p>{text}</p><p>You are <strong>{who}</strong>.</p></main></body></html>"""


def upstream_of(app: App, verify: Verify) -> Starlette:
    """One small app: pages at any path, exports as CSV, an echo over WebSocket at `/live`."""

    async def page(request: Request) -> Response:
        path = request.url.path
        who = verify(request.headers.get(ASSERTION, ""), app)
        if path == "/healthz":
            return PlainTextResponse("ok\n")
        if not who and app.sensitivity > 0:
            return PlainTextResponse("Only Limen may send requests.\n", status_code=403)
        if path.endswith(".csv"):
            return PlainTextResponse("month,total\n2026-10,41830.00\n2026-11,42105.50\n", media_type="text/csv")
        if request.method not in {"GET", "HEAD"}:
            size = sum([len(chunk) async for chunk in request.stream()])
            return PlainTextResponse(f"{request.method} {path}: {size} bytes taken\n")
        return HTMLResponse(
            PAGE.format(
                title=html.escape(f"{app.name} {path}"),
                text=html.escape(app.description),
                who=html.escape(who or "anyone"),
            )
        )

    async def echo(socket: WebSocket) -> None:
        if not verify(socket.headers.get(ASSERTION, ""), app):
            await socket.close(1008)
            return
        await socket.accept()
        try:
            while True:
                await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(routes=[WebSocketRoute("/live", echo), Route("/{path:path}", page, methods=methods)])


async def serve_upstreams(apps: dict[int, Starlette]) -> tuple[list[uvicorn.Server], list[asyncio.Task[None]]]:
    """Serve each app on its loopback port; returns when all of them answer.

    Raises AddressInUseError where a port is taken.
    """
    import uvicorn  # noqa: PLC0415 -- heavy, and only the demo needs it here

    with ExitStack() as opening:
        listening = [opening.enter_context(listen_on(f"127.0.0.1:{port}")) for port in apps]
        opening.pop_all()  # from now on they are the servers'
    servers = [uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")) for app in apps.values()]
    for server in servers:
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the demo itself ends them
    tasks = [asyncio.create_task(server.serve(sockets=[each])) for server, each in zip(servers, listening, strict=True)]
    while not all(server.started for server in servers):
        if ended := [task for task in tasks if task.done()]:
            await asyncio.gather(*ended)
        await asyncio.sleep(0.01)
    return servers, tasks
