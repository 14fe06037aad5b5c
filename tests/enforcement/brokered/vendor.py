"""A vendor's site with one account: a form against forgery, a session by cookie, and pages that say who came."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

FORM = """<!doctype html><title>Sign in</title>
<form action="/search"><input name="q"></form>
<form method="POST" action="/login?from=page"><input type="hidden" name="csrf" value="{csrf}">
<input name="email"><input type="password" name="pass"><input type="checkbox" name="stay" value="1">
<input type="submit" name="go" value="Sign in"></form>"""


@dataclass
class Vendor:
    """What it knows and saw. `secret` may be changed, `sessions` ended; with `takes_basic` it wants just this."""

    secret: str = "correct horse"
    port: int = 0
    sessions: set[str] = field(default_factory=set)
    tries: list[dict[str, str]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    signed_out: int = 0
    takes_basic: str = ""
    form: str = FORM

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def vendor() -> AsyncIterator[Vendor]:
    site = Vendor()
    forms: set[str] = set()

    async def page(request: web.Request) -> web.StreamResponse:
        csrf = secrets.token_hex(8)
        forms.add(csrf)
        return web.Response(text=site.form.replace("{csrf}", csrf), content_type="text/html")

    async def login(request: web.Request) -> web.StreamResponse:
        said = {name: str(value) for name, value in (await request.post()).items()}
        site.tries.append(said)
        is_own = said.get("csrf") in forms and request.headers.get("origin") == site.url
        if not is_own or said.get("email") != "orders@harbor.example" or said.get("pass") != site.secret:
            return await page(request)
        token = secrets.token_hex(8)
        site.sessions.add(token)
        response = web.Response(status=302, headers={"location": "/home"})
        response.set_cookie("vendor", token, httponly=True)
        return response

    async def sign_out(request: web.Request) -> web.StreamResponse:
        site.sessions.discard(request.cookies.get("vendor", ""))
        site.signed_out += 1
        return web.Response(status=204)

    async def anything(request: web.Request) -> web.StreamResponse:
        await request.read()
        seen = {name.lower(): value for name, value in request.headers.items()}
        site.requests.append({"method": request.method, "path": request.path, "headers": seen})
        if site.takes_basic:
            is_right = request.headers.get("authorization") == site.takes_basic and request.path != "/closed"
            return web.Response(text="orders", status=200 if is_right else 401)
        is_signed_in = request.cookies.get("vendor") in site.sessions
        while request.path == "/late" and not site.sessions:  # noqa: ASYNC110 -- until somebody has signed in since
            await asyncio.sleep(0.01)
        if not is_signed_in:
            return web.Response(status=302, headers={"location": f"{site.url}/login?next=/home"})
        if request.path == "/elsewhere":
            return web.Response(status=302, headers={"location": f"{site.url}/orders/1"})
        response = web.Response(text="orders")
        response.set_cookie("seen", "1")
        return response

    app = web.Application()
    app.router.add_get("/login", page)
    app.router.add_post("/login", login)
    app.router.add_post("/sessions/{new:.*}", login)
    app.router.add_get("/logout", sign_out)
    app.router.add_route("*", "/{any:.*}", anything)
    runner = web.AppRunner(app)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()
