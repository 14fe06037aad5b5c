"""A real Limen on a loopback port, a real app behind it, and a real Chromium with a virtual authenticator."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_port

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
COLLECT = """
window.csp = [];
addEventListener("securitypolicyviolation", (event) => csp.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Upstream(BaseHTTPRequestHandler):
    """An app that says who Limen says is asking."""

    def do_GET(self) -> None:
        body = f"<!doctype html><html lang=en><title>App</title><h1>The app on {self.headers['host']}</h1>".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Harbor:
    """Harbor, running: `run` has the server's own loop do something, as an administrator's hands would."""

    limen: Any
    loop: asyncio.AbstractEventLoop
    port: int
    first_link: str = ""
    people: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://limen.harbor.localhost:{self.port}"

    def on(self, app: str, path: str = "/") -> str:
        return f"http://{app}.harbor.localhost:{self.port}{path}"

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def invite(self, name: str, *groups: str) -> str:
        """The one-time link of a new person."""
        email = f"{name.lower().replace(' ', '.')}@harbor.example"
        issued = self.run(self.limen.identity.people.invite(name, email, groups, by=""))
        self.people[name] = issued.link.person_id
        return issued.url

    def age_sign_ins(self, by_ms: int) -> None:
        """Make every live sign-in older than it is: what hours of work would do."""

        def age() -> None:
            known = self.limen.known
            for session in [s for s in known.sessions.values() if not s.app]:
                token = known._issued.hash_of[session.id]
                aged = replace(session, auth=replace(session.auth, at=session.auth.at - by_ms))
                known.sessions.put(token, aged, known.last_used(session.id))

        self.loop.call_soon_threadsafe(age)


def own_folder(at: Path, url_port: int, upstream: int) -> Path:
    """Harbor's folder with this machine's ports in it, so that what the console publishes has them too."""
    folder = at / "company"
    shutil.copytree(HARBOR, folder)
    apps, settings = folder / "apps.yaml", folder / "limen.toml"
    apps.write_text(re.sub(r"127\.0\.0\.1:91\d\d", f"127.0.0.1:{upstream}", apps.read_text("utf-8")), "utf-8")
    text = re.sub(r"localhost:8080", f"localhost:{url_port}", settings.read_text("utf-8"))
    settings.write_text(f'{text}\n[listen]\naddress = "127.0.0.1:{url_port}"\ncheck = ""\n', "utf-8")
    return folder


def serve(folder: Path, url_port: int, upstream: int, clock: Any = None) -> tuple[Harbor, Any]:
    from limen import app, serving as answering
    from limen.company.load import load_company

    company = load_company(own_folder(folder, url_port, upstream))
    settings = company.settings
    started, ready, harbors = threading.Event(), [], []

    async def live() -> None:
        async with AsyncExitStack() as closing:
            limen = await app.open_limen(closing, settings, folder, lambda: company, clock)
            server = answering.http_server(limen)
            server.install_signal_handlers = lambda: None
            harbor = Harbor(limen, asyncio.get_running_loop(), url_port)
            link = await limen.identity.links.first_administrator()
            harbor.first_link = link.url
            harbors.append(harbor)
            serving = asyncio.create_task(server.serve(sockets=[answering.listen_on(settings.listen.address)]))
            while not server.started:
                if serving.done():
                    serving.result()
                await asyncio.sleep(0.01)
            ready.append(server)
            started.set()
            await serving

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            harbors.append(error)
            started.set()
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(30), "Limen did not start"
    if not ready:
        raise harbors[-1]

    def stop() -> None:
        ready[0].should_exit = True
        thread.join(15)

    return harbors[0], stop


@pytest.fixture(scope="session")
def upstream() -> Iterator[int]:
    """The port of an app, which remembers nothing."""
    app = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=app.serve_forever, daemon=True).start()
    yield app.server_address[1]
    app.shutdown()
    app.server_close()


@pytest.fixture(scope="session")
def port() -> int:
    """Where one Limen after the other listens: with the same texts in its folder, which are parsed only once."""
    return free_port()


@pytest.fixture
def harbor(tmp_path: Path, port: int, upstream: int) -> Iterator[Harbor]:
    running, stop = serve(tmp_path, port, upstream)
    yield running
    stop()


@pytest.fixture(scope="package")  # no longer: while it is open, asyncio in this thread believes that a loop runs
def chromium() -> Iterator[Any]:
    if not Path(CHROMIUM).exists():
        said = "CHROMIUM IS NOT INSTALLED: no journey was run (apt-get install chromium)"
        if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
            pytest.fail(said)
        pytest.skip(said)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Browser:
    """One person's browser with their authenticator; it notes every violation of the policy and every error."""

    def __init__(self, chromium: Any, **options: Any) -> None:
        self.context = chromium.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        self.context.add_init_script(COLLECT)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda m: self.problems.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda e: self.problems.append(str(e)))
        self.cdp = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        self.authenticator = self.cdp.send(
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
        )["authenticatorId"]

    def clean(self) -> None:
        """No violation, no error, nothing that axe finds, nothing wider than the screen."""
        from axe_playwright_python.sync_playwright import Axe

        assert self.page.evaluate("csp") == []
        assert self.problems == []
        found = [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in Axe().run(self.page).response["violations"]]
        assert found == []
        wide, screen = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, f"{self.page.url} is {wide} px wide on a screen of {screen}"

    def enrol(self, link: str) -> None:
        from playwright.sync_api import expect

        self.page.goto(link)
        button = self.page.get_by_role("button", name=re.compile("Create a passkey|Passkey anlegen"))
        expect(button).to_be_visible()
        if self.page.locator("form[data-passkey] input[name=name]").count():
            self.page.locator("form[data-passkey] input[name=name]").fill("Ada Lindqvist")
            self.page.locator("form[data-passkey] input[name=email]").fill("ada@harbor.example")
        button.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(
            re.compile("Your apps|One more step|Ihre Apps|Noch ein Schritt")
        )


@pytest.fixture
def browse(chromium: Any) -> Iterator[Any]:
    opened: list[Browser] = []

    def new(**options: Any) -> Browser:
        opened.append(Browser(chromium, **options))
        return opened[-1]

    yield new
    for browser in opened:
        browser.context.close()
