"""A real Limen on a loopback port, a real app behind it, and a real Chromium with a virtual authenticator.

One Harbor runs for all journeys of a worker, so its people have a name of their own in each test; a test that publishes
or counts everybody takes `own_harbor`. Whoever is not there to enrol is signed in by `Harbor.arrive`, which takes a
tenth of the time that a browser takes for it.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from tests.ports import free_port
from tests.web.conftest import TUESDAY_MORNING, MovableClock

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
DESK: Any = {"width": 1280, "height": 860}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
COLLECT = """
window.csp = [];
addEventListener("securitypolicyviolation", (event) => csp.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
FOUND_BY_AXE = """
axe.run({ resultTypes: ["violations"], preload: false }).then((found) =>
  found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]))
"""
"""Only what is wrong comes back: the whole result is longer than any page, and takes longer to send than to find."""

WAGES = "Harbor pays on the 27th"


class Upstream(BaseHTTPRequestHandler):
    """An app that says who Limen says is asking. `/new` has a form for a file, `/list.csv` a customer's card, and
    `/wages.eml` is a mail that says that it is restricted.
    """

    received: ClassVar[list[bytes]] = []
    """What was sent to it, by anybody."""

    def do_GET(self) -> None:
        if self.path == "/list.csv":
            self._answer(b"Card number: 4012 8888 8888 1881\n", "text/csv")
            return
        if self.path == "/wages.eml":
            mail = f"From: ada@harbor.example\nSubject: Wages\nX-Limen-Label: restricted\n\n{WAGES}\n"
            self._answer(mail.encode(), "text/plain")
            return
        if self.path == "/slow":
            self._dribble()
            return
        form = (
            "<form method=post action=/files enctype=multipart/form-data>"
            "<label>File <input type=file name=file></label><button>Send</button></form>"
            if self.path == "/new"
            else ""
        )
        title = f"The app on {self.headers['host']}"
        self._answer(f"<!doctype html><html lang=en><title>App</title><h1>{title}</h1>{form}".encode(), "text/html")

    def _dribble(self) -> None:
        """A download that goes on until somebody cuts it, for a minute at most."""
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream")
        self.end_headers()
        try:
            for _ in range(600):
                self.wfile.write(b"x" * 1_000)
                time.sleep(0.1)
        except OSError:
            return

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["content-length"] or 0)))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Harbor:
    """Harbor, running: `run` has the server's own loop do something, as an administrator's hands would."""

    limen: Any
    loop: asyncio.AbstractEventLoop
    port: int
    folder: Path
    first: Any = None
    people: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return str(self.limen.settings.public_url)

    def on(self, app: str, path: str = "/") -> str:
        return f"http://{app}.harbor.localhost:{self.port}{path}"

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    @property
    def first_link(self) -> str:
        """Of the first administrator."""
        return str(self.first.url)

    def invite(self, name: str, *groups: str) -> str:
        """The one-time link of a new person."""
        return str(self._invited(name, groups).url)

    def arrive(self, browser: Browser, name: str, *groups: str) -> None:
        """A new person with a passkey, signed in in this browser and on their first page."""
        self._enrol(browser, self._invited(name, groups))

    def signed_in(self, name: str, *groups: str) -> dict[str, str]:
        """A new person with a passkey, signed in: the cookies of a program that is their browser."""
        return self._enrolled(self._invited(name, groups), "Mozilla/5.0 (X11; Linux) Firefox/150.0")[1]

    def open(self, browser: Browser) -> None:
        """The first administrator, likewise."""
        self._enrol(browser, self.first, name="Ada Lindqvist", email="ada@harbor.example")

    def age_sign_ins(self, by_ms: int, *names: str) -> None:
        """Make sign-ins older than they are, of these people or of all: what hours of work would do."""
        whose = {self.people[name] for name in names}
        self._change_sign_ins(whose, lambda one: replace(one, auth=replace(one.auth, at=one.auth.at - by_ms)))

    def sit_at(self, address: str, name: str) -> None:
        """Have somebody have signed in from this address."""
        self._change_sign_ins({self.people[name]}, lambda one: replace(one, address=address))

    def _change_sign_ins(self, whose: set[str], changed: Any) -> None:
        async def change() -> None:
            known = self.limen.known
            for session in [s for s in known.sessions.values() if not s.app and (not whose or s.person_id in whose)]:
                known.sessions.put(known._issued.hash_of[session.id], changed(session), known.last_used(session.id))

        self.run(change())

    def _invited(self, name: str, groups: tuple[str, ...]) -> Any:
        email = f"{name.lower().replace(' ', '.')}@harbor.example"
        issued = self.run(self.limen.identity.people.invite(name, email, groups, by=""))
        self.people[name] = issued.link.person_id
        return issued

    def _enrol(self, browser: Browser, link: Any, **who: str) -> None:
        passkey, cookies = self._enrolled(link, browser.page.evaluate("navigator.userAgent"), **who)
        browser.hold(passkey.credentials[0])
        browser.keep(self.origin, cookies)
        browser.page.goto(self.origin)

    def _enrolled(self, link: Any, agent: str, **who: str) -> tuple[Any, dict[str, str]]:
        """A passkey made of software, and the cookies of the browser that is signed in by it."""
        from limen.demo.software_passkey import SoftwarePasskey
        from limen.identity.model import Visitor
        from limen.web.requests import BROWSER_COOKIE, SESSION_COOKIE

        passkey, enrolment, token = SoftwarePasskey(self.origin), self.limen.identity.enrolment, link.token.reveal()
        visitor = Visitor("127.0.0.1", agent, secrets.token_urlsafe(32))

        async def enrol() -> Any:
            options = await enrolment.passkey_options(token, visitor, **who)
            return await enrolment.with_passkey(token, visitor, passkey.create(options), **who)

        return passkey, {SESSION_COOKIE: self.run(enrol()).token.reveal(), BROWSER_COOKIE: visitor.browser}


def own_folder(at: Path, url_port: int, upstream: int) -> Path:
    """Harbor's folder with this machine's ports in it, so that what the console publishes has them too."""
    folder = at / "company"
    shutil.copytree(HARBOR, folder)
    apps, settings = folder / "apps.yaml", folder / "limen.toml"
    apps.write_text(re.sub(r"127\.0\.0\.1:91\d\d", f"127.0.0.1:{upstream}", apps.read_text("utf-8")), "utf-8")
    text = re.sub(r"localhost:8080", f"localhost:{url_port}", settings.read_text("utf-8"))
    settings.write_text(f'{text}\n[listen]\naddress = "127.0.0.1:{url_port}"\ncheck = ""\n', "utf-8")
    return folder


def serve(
    folder: Path,
    url_port: int,
    upstream: int,
    clock: Any = None,
    write: Callable[[Path], object] = lambda _folder: None,
) -> tuple[Harbor, Any]:
    """Run Harbor, with its folder as `write` leaves it, in a thread; and what stops it."""
    from limen import app, serving as answering
    from limen.company.load import load_company

    own = own_folder(folder, url_port, upstream)
    write(own)
    company = load_company(own)
    settings = company.settings
    started, ready, harbors = threading.Event(), [], []

    async def live() -> None:
        async with AsyncExitStack() as closing:
            limen = await app.open_limen(closing, settings, folder, lambda: company, clock)
            server = answering.http_server(limen)
            server.install_signal_handlers = lambda: None
            first = await limen.identity.links.first_administrator()
            harbors.append(Harbor(limen, asyncio.get_running_loop(), url_port, folder, first))
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


def heading(browser: Browser) -> Any:
    return browser.page.get_by_role("heading", level=1)


def into_the_console(ada: Browser, origin: str) -> None:
    """A proof just given is not asked for again at once, so a new administrator may have to give it once more."""
    from playwright.sync_api import expect

    ada.page.goto(origin + "/console")
    expect(heading(ada)).to_have_text(re.compile("Overview|One more step"))
    if heading(ada).inner_text() == "One more step":
        ada.page.get_by_role("button", name="Use my passkey").click()
    expect(heading(ada)).to_have_text("Overview")


@pytest.fixture(scope="session")
def upstream() -> Iterator[int]:
    """The port of an app, which remembers nothing."""
    app = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=app.serve_forever, daemon=True).start()
    yield app.server_address[1]
    app.shutdown()
    app.server_close()


@pytest.fixture
def received() -> list[bytes]:
    """What was sent to that app so far, by anybody."""
    return Upstream.received


@pytest.fixture(scope="session")
def port() -> int:
    """Where one own Harbor after the other listens: with the same texts in its folder, which are parsed only once."""
    return free_port()


@pytest.fixture(scope="package")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[Harbor]:
    """The one that journeys share."""
    running, stop = serve(tmp_path_factory.mktemp("harbor"), free_port(), upstream)
    yield running
    stop()


@pytest.fixture
def own_harbor(tmp_path: Path, port: int, upstream: int) -> Iterator[Harbor]:
    """One on a Tuesday at ten in Berlin, which knows nobody yet and whose policies may be changed."""
    running, stop = serve(tmp_path, port, upstream, MovableClock(TUESDAY_MORNING))
    yield running
    stop()


@pytest.fixture(scope="package")
def _first(harbor: Harbor, chromium: Any) -> Iterator[Browser]:
    browser = Browser(chromium)
    harbor.open(browser)
    yield browser
    browser.context.close()


@pytest.fixture
def ada(_first: Browser, harbor: Harbor) -> Iterator[Browser]:
    """The first administrator at the desk, in the console; her browser stays open for all journeys."""
    into_the_console(_first, harbor.origin)
    yield _first
    _first.page.goto("about:blank")
    _first.at_the_desk()
    _first.problems.clear()


@pytest.fixture(scope="package")  # no longer: while it is open, asyncio in this thread believes that a loop runs
def chromium() -> Iterator[Any]:
    with running_chromium() as browser:
        yield browser


@contextmanager
def running_chromium() -> Iterator[Any]:
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


@contextmanager
def started_by(program: Path, chromium: Any) -> Iterator[Any]:
    """Another browser beside that one, which a program starts: there is one Playwright in a process."""
    browser = chromium.browser_type.launch(executable_path=str(program), args=FLAGS)
    yield browser
    browser.close()


def add_authenticator(cdp: Any) -> str:
    """A virtual authenticator for this page, which answers whatever it is asked; its id."""
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return str(cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def hold(cdp: Any, authenticator: str, credential: Any) -> None:
    """Have a virtual authenticator hold a passkey that was made elsewhere."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    held = {
        "credentialId": b64encode(credential.id).decode(),
        "isResidentCredential": True,
        "rpId": credential.rp_id,
        "privateKey": b64encode(key).decode(),
        "userHandle": b64encode(credential.user_handle).decode(),
        "signCount": credential.sign_count,
    }
    cdp.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": held})


class Browser:
    """One person's browser with their authenticator; it notes every violation of the policy and every error."""

    def __init__(self, chromium: Any, **options: Any) -> None:
        # Without animations, which have pages drawn sixty times a second for as long as they are open.
        self.context = chromium.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
        self.context.add_init_script(COLLECT)
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", lambda m: self.problems.append(m.text) if m.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda e: self.problems.append(str(e)))
        self.cdp = self.context.new_cdp_session(self.page)
        self.authenticator = add_authenticator(self.cdp)

    def hold(self, credential: Any) -> None:
        """Have the authenticator hold a passkey that was made elsewhere."""
        hold(self.cdp, self.authenticator, credential)

    def without_autofill(self) -> None:
        """Have pages from now on wait for a press of the button: the authenticator answers the sign-in form's autofill
        by itself, and somebody who was sent to sign in would be signed in and sent back at once.
        """
        self.page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")

    def keep(self, origin: str, cookies: dict[str, str]) -> None:
        """As the host itself would set them: `add_cookies` names a domain, which a `__Host-` cookie must not."""
        there = {"url": origin, "path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
        for name, value in cookies.items():
            assert self.cdp.send("Network.setCookie", {"name": name, "value": value, **there})["success"]

    def clean_both_ways(self) -> None:
        """At a desk in the light, and on a phone in the dark."""
        self.clean()
        self.page.emulate_media(color_scheme="dark")
        self.page.set_viewport_size(PHONE["viewport"])
        self.clean()
        self.at_the_desk()

    def at_the_desk(self) -> None:
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESK)

    def clean(self) -> None:
        """No violation, no error, nothing that axe finds, nothing wider than the screen."""
        assert self.page.evaluate("csp") == []
        assert self.problems == []
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        assert self.page.evaluate(FOUND_BY_AXE) == []
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
