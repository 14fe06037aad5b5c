"""The running example company: Limen itself, six small apps behind it, two that sign people in, and 24 people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette

from limen.app import Asgi, Limen, open_limen
from limen.clock import Clock, Instant
from limen.company.load import load_company, load_settings
from limen.demo.app_sessions import AppSessions
from limen.demo.browser import Network
from limen.demo.employees import Colleague, Employee, read_people
from limen.demo.oidc_app import OidcApp
from limen.demo.saml_app import SamlApp
from limen.demo.upstreams import serve_upstreams, upstream_of
from limen.enforcement.answers import app_origin
from limen.enforcement.assertion import verify
from limen.errors import LimenError
from limen.facts import LIMEN, App, Person
from limen.serving import serve
from limen.sso.oidc.provider import Provider

AT_ONCE: Final = 6
_HALL, _OFFICE, _AWAY = "198.51.100", "192.0.2", "203.0.113"
_APPS_ADDRESS: Final = "203.0.113.250"
"""Where apps are that sign people in themselves: with somebody else, as such apps often are."""
FOUNDER: Final = "ada"
BY_THE_SERVER: Final = ""
"""It is the demo that invites everybody at once, so that it counts against nobody of Harbor."""


class DayClock:
    """A clock that can be set forward to any time of the demo's day; leases go on by the real one.

    What is in `moved` is called whenever it was.
    """

    def __init__(self, start: Instant) -> None:
        self.moved: list[Callable[[], object]] = []
        self._ahead = start - time.time_ns() // 1_000_000

    def now(self) -> Instant:
        return time.time_ns() // 1_000_000 + self._ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def forward_to(self, instant: Instant) -> None:
        self._ahead += max(0, instant - self.now())
        for tell in self.moved:
            tell()


@dataclass(frozen=True, slots=True)
class RunningCompany:
    """Harbor, running. `employees` by the id they have in `employees.yaml`.

    `app_sessions`: whom each app that signs people in itself holds for signed in.
    """

    limen: Limen
    root: Path
    network: Network
    employees: dict[str, Employee]
    app_sessions: Mapping[str, AppSessions]

    def url(self, app_id: str, path: str) -> str:
        """Where a browser finds `path` of an app; of Limen itself for the app `limen`."""
        home = self.limen.settings.public_url
        if app_id == LIMEN:
            return home + path
        app = self.limen.known.apps[app_id]
        return (app.url.rstrip("/") if app.url else app_origin(app.host, home)) + path

    def person_of(self, employee: str) -> Person:
        """Who this is, by the id in `employees.yaml`. Raises LimenError."""
        email = self.employees[employee].who.email
        found = next((one for one in self.limen.known.people.values() if one.email == email), None)
        if found is None:
            raise LimenError(f"{employee} does not work here", "restart the demo")
        return found


@asynccontextmanager
async def settled_company(
    root: Path, clock: Clock, in_front: Callable[[Asgi, str], Asgi] = lambda limen, _url: limen
) -> AsyncIterator[RunningCompany]:
    """Start everything over the company folder in `root`, and have everybody enrol. Ends it all on leaving.

    `in_front` stands before Limen and its sign-in host, as a front of the company's own would.
    """
    settings = load_settings(root)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, root, first=lambda: load_company(root), clock=clock)
        limen = replace(limen, asgi=in_front(limen.asgi, settings.public_url))
        network = await closing.enter_async_context(Network())
        app_sessions = await _start_apps(closing, limen, network)
        await _start_limen(closing, limen)
        people = read_people(root)
        employees = {
            who.id: Employee(who, network.browser(address_of(who, number)), settings.public_url, clock.now)
            for number, who in enumerate(people, start=10)
        }
        await _enrol(limen, employees)
        yield RunningCompany(limen, root, network, employees, app_sessions)


def address_of(who: Colleague, number: int) -> str:
    """Where somebody sits: the hall, the office, or outside."""
    if "warehouse" in who.groups and "management" not in who.groups:
        return f"{_HALL}.{number}"
    return f"{_OFFICE if 'staff' in who.groups else _AWAY}.{number}"


async def _start_apps(closing: AsyncExitStack, limen: Limen, network: Network) -> Mapping[str, AppSessions]:
    """Start every app, and return the sessions of those that sign people in themselves."""
    apps = [app for app in limen.known.apps.values() if app.id != LIMEN]
    running = {urlsplit(app.upstream.url).port or 80: _behind_limen(limen, app) for app in apps if not app.url}
    held: dict[str, AppSessions] = {}
    for app in apps:
        if app.url:
            protocol = "OpenID Connect" if app.oidc else "SAML"
            sessions = held[app.id] = AppSessions(app.id, app.name, protocol, limen.clock.now)
            running[urlsplit(app.url).port or 80] = await _beside_limen(limen, app, network, sessions)
    servers, tasks = await serve_upstreams(running)

    async def end() -> None:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks, return_exceptions=True)

    closing.push_async_callback(end)
    return held


def _behind_limen(limen: Limen, app: App) -> Starlette:
    """An app that believes Limen's assertion with each request."""
    published = limen.enforcement.said.published()
    home = limen.settings.public_url

    def vouched_for(assertion: str, app: App) -> str:
        origin = app_origin(app.host, home)
        try:
            claims = verify(assertion, published, origin=origin, issuer=home, now=limen.clock.now())
        except LimenError:
            return ""
        return str(claims.get("name") or claims["sub"])

    return upstream_of(app, vouched_for)


async def _beside_limen(limen: Limen, app: App, network: Network, sessions: AppSessions) -> Starlette:
    """An app that signs people in itself, and asks Limen who they are."""
    issuer, calls = limen.settings.public_url, network.browser(_APPS_ADDRESS)
    if app.saml:
        return SamlApp(app, issuer, calls, sessions).asgi
    secret = await limen.core.offers.take(Provider).new_secret(app.id, "", 0)
    return OidcApp(app, issuer, secret, calls, sessions).asgi


async def _start_limen(closing: AsyncExitStack, limen: Limen) -> None:
    answers = asyncio.Event()

    async def told() -> None:
        answers.set()

    serving = asyncio.create_task(serve(limen, told), name="limen")

    async def end() -> None:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    closing.push_async_callback(end)
    waiting = asyncio.create_task(answers.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        waiting.cancel()
        await serving


async def _enrol(limen: Limen, employees: dict[str, Employee]) -> None:
    """The IT lead takes the first link, and the others, who are invited, enrol over HTTP, too."""
    founder = employees[FOUNDER]
    first = await limen.identity.links.first_administrator()
    if first is None:
        raise LimenError("this Limen already has an administrator", "start the demo in a new folder")
    await founder.enrol(first.url)
    people = limen.identity.people
    by = next(person.id for person in limen.known.people.values() if person.email == founder.who.email)
    await people.set_groups(by, founder.who.groups, by=by)
    some = asyncio.Semaphore(AT_ONCE)

    async def invite(employee: Employee) -> None:
        who = employee.who
        async with some:
            link = await people.invite(who.name, who.email, who.groups, by=BY_THE_SERVER)
            await employee.enrol(link.url)

    async with asyncio.TaskGroup() as group:
        for employee in employees.values():
            if employee is not founder:
                group.create_task(invite(employee))
