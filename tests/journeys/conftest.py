"""A real Chromium with a virtual authenticator in front of the whole product, its apps running behind it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Page, Playwright, async_playwright

from limen.app import Limen, http_server, open_limen
from limen.clock import from_iso
from limen.company.load import load_company, load_settings
from limen.demo.upstreams import serve_upstreams, upstream_of
from limen.enforcement.assertion import AssertionRefusedError, verify
from limen.facts import LIMEN, App
from tests.web.conftest import MovableClock

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
TUESDAY_MORNING = from_iso("2026-11-24T09:00:00Z")
PICTURES = os.environ.get("LIMEN_PICTURES", "")
"""A folder to keep a picture of every page in, for people who want to look at them."""


@dataclass
class Walker:
    """Somebody at a browser. What the browser complains about is kept, and looked at in `look`."""

    page: Page
    authenticator: str
    complaints: list[str] = field(default_factory=list)

    async def look(self, name: str = "") -> None:
        """The page is one that a person can use: no complaint, nothing axe finds, nothing wider than the window."""
        assert self.complaints == []
        found = await Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        wide = await self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, f"{self.page.url} is wider than the window"
        if PICTURES and name:
            for scheme in ("light", "dark"):
                await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await self.page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", full_page=True)
            await self.page.emulate_media(color_scheme="light")


@dataclass
class Stage:
    """Limen and Harbor's apps, serving on loopback."""

    limen: Limen
    clock: MovableClock
    origin: str
    port: int
    chromium: Any
    closing: AsyncExitStack

    def host(self, app: str) -> str:
        return f"http://{self.limen.known.apps[app].host}:{self.port}"

    async def walker(self, viewport: dict[str, int] | None = None, **options: Any) -> Walker:
        """A browser of its own for somebody, with an authenticator that verifies them."""
        context: BrowserContext = await self.chromium.new_context(
            viewport=viewport or {"width": 1280, "height": 860}, **options
        )
        self.closing.push_async_callback(context.close)
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        made = await cdp.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        walker = Walker(page, made["authenticatorId"])

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                walker.complaints.append(f"{page.url}: {message.text}")

        async def violated(_source: Any, what: str) -> None:
            walker.complaints.append(what)

        page.on("console", said)
        page.on("pageerror", lambda error: walker.complaints.append(str(error)))
        await context.expose_binding("tellViolation", violated)
        await page.add_init_script(
            "document.addEventListener('securitypolicyviolation', (event) =>"
            " tellViolation(`${location.href}: ${event.violatedDirective} ${event.blockedURI}`))"
        )
        return walker

    async def link(self, name: str, *groups: str) -> str:
        """A one-time link for somebody new."""
        email = f"{name.split()[0].lower()}@harbor.example"
        return (await self.limen.identity.people.invite(name, email, groups, by="")).url


@pytest.fixture
async def chromium() -> AsyncIterator[Any]:
    if not Path(CHROMIUM).exists():
        told = f"{CHROMIUM} IS NOT INSTALLED: no journey was walked"
        if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
            pytest.fail(told)
        pytest.skip(told)
    driver: Playwright
    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        await running.close()


@pytest.fixture
async def stage(tmp_path: Path, chromium: Any) -> AsyncIterator[Stage]:
    port, *behind = _free_ports(7)
    folder = _harbor_on(tmp_path / "harbor", port, behind)
    clock = MovableClock(TUESDAY_MORNING)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, load_settings(folder), folder, lambda: load_company(folder), clock)
        server = http_server(limen)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server.serve())
        closing.push_async_callback(_stop, server, serving)
        verifying = _verifying(limen, await _published_keys(limen), port)
        apps = {
            int(app.upstream.url.rpartition(":")[2]): upstream_of(app, verifying)
            for app in limen.known.apps.values()
            if app.id != LIMEN
        }
        servers, tasks = await serve_upstreams(apps)
        for one, task in zip(servers, tasks, strict=True):
            closing.push_async_callback(_stop, one, task)
        while not server.started:
            await asyncio.sleep(0.01)
        yield Stage(limen, clock, limen.settings.public_url, port, chromium, closing)


def _harbor_on(folder: Path, port: int, behind: list[int]) -> Path:
    """Harbor's folder with this machine's free ports in it."""
    shutil.copytree(HARBOR, folder)
    settings = (folder / "limen.toml").read_text().replace(":8080", f":{port}")
    listen = f'\n[listen]\naddress = "127.0.0.1:{port}"\ncheck = ""\n'
    (folder / "limen.toml").write_text(re.sub(r"\n\[listen\]\n(?:[^\[\n].*\n)*", "\n", settings) + listen)
    apps = (folder / "apps.yaml").read_text()
    for documented, real in zip(range(9101, 9107), behind, strict=True):
        apps = apps.replace(f"127.0.0.1:{documented}", f"127.0.0.1:{real}")
    (folder / "apps.yaml").write_text(apps.replace(":8080", f":{port}"))
    return folder


async def _published_keys(limen: Limen) -> Any:
    """What Limen shows at `/.limen/keys`, asked as an app would ask."""
    host = limen.known.apps["wiki"].host
    transport = httpx2.ASGITransport(app=limen.asgi)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return (await client.get("/.limen/keys")).json()


def _verifying(limen: Limen, published: Any, port: int) -> Any:
    """What an app does with an assertion: it believes only one that Limen signed for it."""

    def who(assertion: str, app: App) -> str:
        origin = f"http://{app.host}:{port}"
        try:
            claims = verify(
                assertion, published, origin=origin, issuer=limen.settings.public_url, now=limen.clock.now()
            )
        except AssertionRefusedError:
            return ""
        return str(claims.get("name") or claims.get("sub"))

    return who


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


async def _stop(server: Any, task: asyncio.Task[None]) -> None:
    server.should_exit = True
    server.force_exit = True
    await asyncio.gather(task, return_exceptions=True)
