"""The whole product over Harbor's folder in a temporary place, and browsers made of software that walk through it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from limen.app import Limen, open_limen
from limen.clock import Instant, Milliseconds, SystemClock, from_iso
from limen.company.load import load_company, load_settings
from limen.demo.software_passkey import SoftwarePasskey
from limen.events import Event
from limen.facts import FactStore
from limen.identity.model import IssuedLink
from limen.web import Ports

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
ORIGIN = "https://limen.harbor.localhost"
PASSWORD = "tidal marble lantern fox"
TUESDAY_MORNING = from_iso("2026-11-24T09:00:00Z")
OUR_PAGE = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}

_CSRF = re.compile(r'name="csrf"[^>]*value="([^"]+)"')
_BASE = re.compile(r'name="base" value="([^"]+)"')


class MovableClock(SystemClock):
    """Runs as real time does, from an instant of the test's choice, and can be set forward."""

    def __init__(self, start: Instant) -> None:
        self._ahead = start - super().now()

    def now(self) -> Instant:
        return super().now() + self._ahead

    def forward(self, by: Milliseconds) -> None:
        self._ahead += by


@dataclass
class Browser:
    """One browser with its cookies and its authenticator. `client` follows nothing by itself."""

    client: httpx2.AsyncClient
    passkey: SoftwarePasskey = field(default_factory=lambda: SoftwarePasskey(origin=ORIGIN))
    csrf: str = ""
    base: str = ""

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        response = await self.client.get(path, headers=headers)
        found = _CSRF.search(response.text)
        if found:
            self.csrf = unescape(found[1])
        based = _BASE.search(response.text)
        if based:
            self.base = based[1]
        return response

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """A form of our own page, with its token and the revision that the last such page was made from."""
        hidden = {"csrf": self.csrf, **({"base": self.base} if self.base else {})}
        return await self.client.post(path, data={**hidden, **fields}, headers=OUR_PAGE)

    async def press(self, page: httpx2.Response) -> httpx2.Response:
        """The first form of this page, sent as it stands."""
        form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.DOTALL)
        assert form is not None
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[2]):
            fields.setdefault(unescape(name), []).append(unescape(value))
        return await self.client.post(unescape(form[1]), data=fields, headers=OUR_PAGE)

    async def send(self, path: str, **sent: Any) -> httpx2.Response:
        """What a script of our own page sends."""
        headers = {**OUR_PAGE, "sec-fetch-mode": "cors"}
        return await self.client.post(path, json={"csrf": self.csrf, **sent}, headers=headers)

    async def enrol(self, link: IssuedLink, **who: str) -> httpx2.Response:
        """Through the one-time link with a passkey, as the pages do it."""
        token = link.token.reveal()
        await self.get("/enrol")
        page = await self.post("/enrol", token=token)
        self.csrf = unescape(_CSRF.search(page.text)[1])  # type: ignore[index]
        options = (await self.send("/enrol/options", token=token, **who)).json()["options"]
        return await self.send("/enrol/passkey", token=token, credential=self.passkey.create(options), **who)

    async def sign_in(self, to: str = "/") -> httpx2.Response:
        await self.get("/sign-in")
        options = (await self.send("/sign-in/options")).json()["options"]
        return await self.send("/sign-in/passkey", credential=self.passkey.get(options), to=to)

    async def step_up(self, app: str, to: str = "/") -> httpx2.Response:
        await self.get(f"/step-up?app={app}&to={to}")
        options = (await self.send("/step-up/options")).json()["options"]
        return await self.send("/step-up/passkey", credential=self.passkey.get(options), app=app, to=to)


@dataclass
class House:
    """Limen at work on Harbor's rules."""

    limen: Limen
    clock: MovableClock
    closing: AsyncExitStack

    def browser(self, origin: str = ORIGIN, address: str = "203.0.113.7") -> Browser:
        transport = httpx2.ASGITransport(app=self.limen.asgi, client=(address, 50_000))
        client = httpx2.AsyncClient(
            transport=transport, base_url=origin, headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/150.0"}
        )
        self.closing.push_async_callback(client.aclose)
        return Browser(client)

    async def administrator(self, browser: Browser) -> str:
        """Ada, the first one; returns her id."""
        link = await self.limen.identity.links.first_administrator()
        assert link is not None
        done = await browser.enrol(link, name="Ada Harbor", email="ada@harbor.example")
        assert done.status_code == 200, done.text
        return self.id_of("ada@harbor.example")

    async def invite(self, name: str, *groups: str) -> IssuedLink:
        email = f"{name.lower()}@harbor.example"
        return await self.limen.identity.people.invite(name, email, groups, by="")

    async def member(self, browser: Browser, name: str, *groups: str) -> str:
        """Somebody of these groups, enrolled and signed in with a passkey; returns their id."""
        done = await browser.enrol(await self.invite(name, *groups))
        assert done.status_code == 200, done.text
        return self.id_of(f"{name.lower()}@harbor.example")

    def id_of(self, email: str) -> str:
        return next(person.id for person in self.limen.known.people.values() if person.email == email)

    def events(self, kind: str) -> list[Event]:
        self.limen.journal.flush()
        return self.limen.journal.recent(500, lambda event: event.kind == kind)

    async def into(self, browser: Browser, app: str, to: str = "/", address: str = "203.0.113.7") -> Browser:
        """`browser` taken over to the host of `app` by the hand-over, with that host's cookie in its pocket."""
        origin = f"https://{self.limen.known.apps[app].host}"
        there = self.browser(origin, address)
        started = await there.get(f"/.limen/start?to={to}")
        handed = await browser.get(started.headers["location"].removeprefix(ORIGIN))
        assert handed.status_code == 303, handed.text
        callback = urlsplit(handed.headers["location"])
        arrived = await there.get(f"{callback.path}?{callback.query}")
        assert arrived.headers["location"] == to
        return there


def ports_of(house: House) -> Ports:
    """What pages need of this Limen, for a site of a test's own over it."""
    limen = house.limen
    return Ports(
        settings=limen.settings,
        clock=limen.clock,
        known=limen.known,
        doors=limen.doors,
        app_logins=None,  # type: ignore[arg-type]
        identity=limen.identity,
        journal=limen.journal,
        database=limen.database,
        in_force=limen.in_force,
        offers=limen.core.offers,
    )


async def move_in(
    closing: AsyncExitStack, folder: Path, write: Callable[[Path], object] = lambda _folder: None
) -> House:
    """Limen at work on a copy of Harbor's folder in `folder`, as `write` leaves it."""
    shutil.copytree(HARBOR, folder)
    apps = folder / "apps.yaml"
    apps.write_text(re.sub(r"127\.0\.0\.1:91\d\d", "127.0.0.1:9", apps.read_text()))  # where nothing is listening
    written = (folder / "limen.toml").read_text()
    (folder / "limen.toml").write_text(written.replace("http://limen.harbor.localhost:8080", ORIGIN))
    write(folder)
    clock = MovableClock(TUESDAY_MORNING)
    limen = await open_limen(closing, load_settings(folder), folder, lambda: load_company(folder), clock)
    return House(limen, clock, closing)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


@pytest.fixture
def browser(house: House) -> Browser:
    return house.browser()


@pytest.fixture
def lost_lease(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and from then on no decision is taken, whatever the feed says meanwhile."""

    def lose() -> None:
        monkeypatch.setattr(FactStore, "lease_until", property(lambda _: 0.0, lambda _store, _until: None))

    return lose


def decision_in(location: str) -> str:
    """The decision's id in an address."""
    return parse_qs(urlsplit(location).query)["decision"][0]
