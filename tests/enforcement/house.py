"""A small company with real doors on real sockets; only the disk is missing: its journal is kept in memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn

from limen.browser_state import BrowserStates
from limen.cedar import PolicySet
from limen.clock import HOUR, Clock, SetClock, from_iso
from limen.enforcement import strict_http
from limen.enforcement.app_login import AppLoginRoutes, AppLogins
from limen.enforcement.assertion import Assertions, SigningKeys, new_signing_key
from limen.enforcement.check import CheckServer, Limits
from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.gateway import Gateway
from limen.enforcement.streams import Streams
from limen.errors import LimenError
from limen.events import Event
from limen.facts import (
    LIMEN,
    ActionRule,
    App,
    Auth,
    Cors,
    Factor,
    FactStore,
    Group,
    Label,
    Person,
    PublicRoute,
    Session,
    Upstream,
)
from limen.pillar import AppSessions
from limen.policy import Decision, Engine
from limen.storage.kept_briefly import KeptBriefly

NOW = from_iso("2026-11-24T09:00:00Z")
PUBLIC_URL = "https://limen.harbor.example"
POLICIES = """
@id("staff-view") permit (principal in Group::"staff", action == Action::"view", resource)
when { resource.sensitivity <= 1 && context.auth.strength >= 1 };
@id("finance-payroll") permit (principal in Group::"finance", action, resource == App::"payroll");
@id("payroll-needs-a-passkey") forbid (principal, action, resource == App::"payroll")
unless { context.auth.strength >= 3 };
@id("editors-edit") permit (principal in Group::"editors", action == Action::"edit", resource == App::"wiki")
when { context.auth.strength >= 2 };
@id("home") permit (principal in Group::"staff", action in [Action::"sign_in", Action::"view"], resource)
when { resource.owner == "administrators" };
"""


def tree_of(text: str) -> dict[str, Any]:
    bodies = PolicySet.parse(text).to_json()["staticPolicies"].values()
    return {
        "templates": {},
        "templateLinks": [],
        "staticPolicies": {body["annotations"]["id"]: body for body in bodies},
    }


def apps(upstream: str = "http://127.0.0.1:9") -> tuple[App, ...]:
    behind = Upstream(upstream, connect_ms=1_000, response_ms=2_000, max_request_bytes=4 << 20)
    wiki = App(
        "wiki",
        "Wiki",
        "wiki.harbor.example",
        behind,
        Label.INTERNAL,
        owner="staff",
        rules=(
            ActionRule("view", frozenset({"GET", "HEAD", "OPTIONS"}), "/**"),
            ActionRule("edit", frozenset({"POST", "PUT", "PATCH", "DELETE"}), "/**"),
            ActionRule("administer", frozenset(), "/admin/**"),
        ),
        public=(PublicRoute(frozenset({"GET"}), "/assets/**", "logo and style"),),
        cors=Cors(frozenset({"https://portal.harbor.example"})),
        streams=("/stream", "/live/**"),
    )
    payroll = App(
        "payroll",
        "Payroll",
        "payroll.harbor.example",
        behind,
        Label.RESTRICTED,
        owner="finance",
        rules=(
            ActionRule("view", frozenset({"GET"}), "/**"),
            ActionRule("edit", frozenset({"POST"}), "/**"),
        ),
    )
    home = App(LIMEN, "Limen", "limen.harbor.example", Upstream(""), Label.RESTRICTED, owner="administrators")
    return wiki, payroll, home


class KeptJournal:
    """Keeps everything in memory."""

    def __init__(self) -> None:
        self.writable = True
        self.lives_on_its_reserve = False
        self.decisions: list[tuple[Decision, str, str]] = []
        self.events: list[Event] = []

    def decided(self, door: str, decision: Decision, session_alias: str, address: str, micros: float) -> str:
        if self.writable:
            self.decisions.append((decision, door, address))
        return f"{len(self.decisions):024x}-1"

    def record(self, event: Event) -> str:
        self.events.append(event)
        return f"{len(self.events):024x}"

    def reasons(self, kind: str = "request.refused") -> list[str]:
        return [event.reason for event in self.events if event.kind == kind]

    @property
    def last(self) -> Decision:
        return self.decisions[-1][0]


@dataclass
class House:
    """`ana` is staff, finance and an editor; `bo` is staff."""

    clock: Any = field(default_factory=lambda: SetClock(NOW))
    upstream: str = "http://127.0.0.1:9"
    policies: str = POLICIES
    public_url: str = PUBLIC_URL
    trusted: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        self.known = FactStore()
        self.known.lease_until = float("inf")
        self.known.set_company(apps(self.upstream), [Group("staff"), Group("finance"), Group("editors")])
        self.engine = Engine(tree_of(self.policies), "r1", ZoneInfo("Europe/Berlin"))
        self.journal = KeptJournal()
        self.doors = DecisionPoint(known=self.known, engine=lambda: self.engine, journal=self.journal, clock=self.clock)
        self.keys = SigningKeys((new_signing_key(),), pairwise=b"p" * 32)
        self.identity = Assertions(public_url=self.public_url, clock=self.clock, keys=self.keys)
        self.app_logins = AppLogins(states=BrowserStates(KeptBriefly.in_memory(self.clock)), public_url=self.public_url)
        self.app_login_routes = AppLoginRoutes(
            doors=self.doors,
            app_logins=self.app_logins,
            keys=self.identity,
            sessions=AppSessions(open=self.open_app_session, end=self.end_session),
            public_url=self.public_url,
        )
        self.streams = Streams(self.doors)
        self.gateway = Gateway(
            doors=self.doors,
            identity=self.identity,
            app_login_routes=self.app_login_routes,
            public_url=self.public_url,
            trusted=self.trusted,
            streams=self.streams,
        )
        self.person("ana", {"staff", "finance", "editors"})
        self.person("bo", {"staff"})

    def person(self, name: str, groups: set[str]) -> None:
        self.known.people.put(Person(name, name.title(), f"{name}@harbor.example", frozenset(groups), active=True))

    def sign_in(self, person: str = "ana", strength: int = 3) -> Session:
        now = self.clock.now()
        factor = {1: {Factor.PASSWORD}, 2: {Factor.PASSWORD, Factor.CODE}, 3: {Factor.PASSKEY}}[strength]
        session = Session(
            f"s-{person}-{secrets.token_hex(4)}",
            person,
            Auth(strength, frozenset(factor), now),
            now,
            now + 12 * HOUR,
            2 * HOUR,
        )
        self.known.sessions.put(secrets.token_bytes(32), session)
        return session

    def app_session(
        self, app: str = "wiki", person: str = "ana", strength: int = 3, root: Session | None = None
    ) -> str:
        """The token of a new session on an app's host."""
        root = root or self.sign_in(person, strength)
        token = secrets.token_urlsafe(32)
        child = replace(root, id=f"{root.id}-{app}", app=app, parent=root.id)
        self.known.sessions.put(sha256(token.encode()).digest(), child)
        return token

    async def open_app_session(
        self, parent: str, app_id: str, _address: str, _user_agent: str, *, tied_until: int = 0
    ) -> str:
        root = self.known.sessions.get(parent)
        if root is None:
            raise LimenError("no such session")
        del tied_until
        return self.app_session(app_id, root=root)

    async def end_session(self, session_id: str) -> None:
        self.known.set_not_before(("session", session_id), self.clock.now() + 1)

    def cookie(self, app: str = "wiki", person: str = "ana", strength: int = 3) -> str:
        return f"__Host-limen-app={self.app_session(app, person, strength)}"

    def check_server(self, **changes: Any) -> CheckServer:
        limits = changes.pop("limits", None) or Limits()
        return CheckServer(
            doors=self.doors, identity=self.identity, public_url=self.public_url, limits=limits, **changes
        )

    def revoke(self, person: str) -> None:
        self.known.set_not_before(("person", person), self.clock.now() + 1)


class Ticking(Clock):
    """A real clock that starts at NOW: for tests on sockets, where time has to pass by itself."""

    def __init__(self) -> None:
        import time

        self._time = time
        self._began = time.monotonic()
        self.ahead = 0

    def now(self) -> int:
        return NOW + int((self._time.monotonic() - self._began) * 1000) + self.ahead

    def monotonic(self) -> float:
        return self._time.monotonic()


@asynccontextmanager
async def serving(app: Any, house: House | None = None, **config: Any) -> AsyncIterator[int]:
    """Run an ASGI application under uvicorn, with Limen's wire protocol if a house is given; the port."""
    if house is not None:
        config.setdefault(
            "http",
            strict_http.protocol(
                lambda word, address: house.doors.refuse(word, door="gateway", address=address) and None
            ),
        )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
            **config,
        )
    )
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.005)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def gateway(house: House, **config: Any) -> AsyncIterator[int]:
    async with serving(house.gateway, house, **config) as port:
        try:
            yield port
        finally:
            await house.gateway.close()


async def raw(port: int, data: bytes, *, wait: float = 3.0, host: str = "127.0.0.1") -> bytes:
    """Send bytes exactly as they are and read until the other side closes (or nothing comes for a while)."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(data)
    await writer.drain()
    got = b""
    try:
        async with asyncio.timeout(wait):
            while chunk := await reader.read(65_536):
                got += chunk
    except (TimeoutError, ConnectionResetError):
        pass
    writer.close()
    return got


def status_of(response: bytes) -> int:
    return int(response.split(b" ", 2)[1]) if response.startswith(b"HTTP/") else 0
