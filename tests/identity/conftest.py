"""A whole identity over a real database and a real change feed, with a clock that is told to move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from limen.clock import SetClock, from_iso
from limen.demo.software_passkey import SoftwarePasskey
from limen.events import Event
from limen.facts import LIMEN, App, Facts, FactStore, Upstream
from limen.identity import projection, services
from limen.identity.model import IssuedLink, SignedIn, Visitor
from limen.identity.passwords import Passwords
from limen.identity.ports import Ports
from limen.identity.services import IdentityServices
from limen.pillars import pillars
from limen.policy.decision import Decision, Effect, Request
from limen.policy.roles import Guarding
from limen.settings import Settings
from limen.storage.change_feed import Feed
from limen.storage.database import Database
from limen.storage.keyring import Keyring
from limen.storage.tables import outbox

ORIGIN = "https://limen.harbor.example"
PASSWORD = "tidal marble lantern fox"
MORNING = from_iso("2026-11-24T09:00:00Z")


@dataclass
class House:
    """Identity at work, and what a test may turn or look at."""

    ports: Ports
    parts: IdentityServices
    feed: Feed
    clock: SetClock
    known: FactStore
    database: Database
    said: list[Event] = field(default_factory=list)
    asked: list[tuple[Facts, str]] = field(default_factory=list)
    effect: list[Effect] = field(default_factory=lambda: [Effect.PERMIT])

    def events(self, kind: str = "") -> list[Event]:
        """Everything that was said, waited for or not."""
        import msgspec
        from sqlalchemy import select

        rows = self.database.read(lambda s: s.connection.execute(select(outbox.c.event)).scalars().all())
        told = [msgspec.json.decode(row, type=Event) for row in rows] + self.said
        return [event for event in told if not kind or event.kind == kind]

    def words(self, kind: str) -> list[str]:
        return [event.reason for event in self.events(kind)]

    def passkey(self, **knobs: Any) -> SoftwarePasskey:
        return SoftwarePasskey(origin=ORIGIN, **knobs)

    async def first(self) -> IssuedLink:
        link = await self.parts.links.first_administrator()
        assert link is not None
        return link

    async def administrator(self, passkey: SoftwarePasskey, visitor: Visitor) -> SignedIn:
        link = await self.first()
        token = link.token.reveal()
        who = {"name": "Ada Harbor", "email": "ada@harbor.example"}
        options = await self.parts.enrolment.passkey_options(token, visitor, **who)
        return await self.parts.enrolment.with_passkey(token, visitor, passkey.create(options), **who)

    async def invited(self, name: str = "Ben", email: str = "ben@harbor.example", **more: Any) -> IssuedLink:
        return await self.parts.people.invite(name, email, by="", **more)

    async def enrol(self, link: IssuedLink, passkey: SoftwarePasskey, visitor: Visitor) -> SignedIn:
        token = link.token.reveal()
        options = await self.parts.enrolment.passkey_options(token, visitor)
        return await self.parts.enrolment.with_passkey(token, visitor, passkey.create(options))

    async def enrol_with_password(self, link: IssuedLink, visitor: Visitor, password: str) -> tuple[SignedIn, str]:
        """Returns the seed of the authenticator code too."""
        token = link.token.reveal()
        offer = await self.parts.enrolment.code_offer(token, visitor)
        seed = offer.seed.replace(" ", "")
        code = self.code(seed)
        return await self.parts.enrolment.with_password(token, visitor, password, code, offer.ticket), seed

    async def sign_in(self, passkey: SoftwarePasskey, visitor: Visitor) -> SignedIn:
        options = await self.parts.sign_in.passkey_options(visitor)
        return await self.parts.sign_in.with_passkey(visitor, passkey.get(options))

    def code(self, seed: str, steps: int = 0) -> str:
        import pyotp

        return pyotp.TOTP(seed).generate_otp(self.clock.now() // 30_000 + steps)


@pytest.fixture
async def house(where: str) -> AsyncIterator[House]:
    pillars()  # what they declare is taken over, as at every start
    clock = SetClock(MORNING)
    database = Database.open(where, clock=clock)
    known = FactStore()
    limen = App(id=LIMEN, name="Limen", host="limen.harbor.example", upstream=Upstream(url=""))
    payroll = App(
        id="payroll", name="Payroll", host="payroll.harbor.example", upstream=Upstream(url="http://127.0.0.1:9")
    )
    known.set_company([limen, payroll], [])
    feed = Feed(database, known)  # its lease runs on real time, whatever the tests' clock does
    asked: list[tuple[Facts, str]] = []
    said: list[Event] = []
    effect = [Effect.PERMIT]

    def decide(facts: Facts, action: str) -> Decision:
        asked.append((facts, action))
        return Decision(
            effect=effect[0],
            reasons=(),
            at_once=(),
            watched=(),
            request=Request(action),
            facts=facts,
            now=clock.now(),
            revision="",
        )

    ports = Ports(
        settings=Settings(name="Harbor", domain="harbor.example", url=ORIGIN),
        clock=clock,
        known=known,
        database=database,
        keyring=Keyring.open(database, bytes(32), clock=clock),
        decide=decide,
        settled=feed.settled,
        say=said.append,
    )
    built = await services.build(ports, Passwords(processes=2), guarding=lambda: Guarding((), limen))
    projection.register(feed, ports.known, ports.now)
    await feed.start()
    house = House(ports, built, feed, clock, known, database, said, asked, effect)
    yield house
    await house.parts.close()
    await feed.stop()
    database.close()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(address="203.0.113.7", user_agent="Mozilla/5.0 Firefox/150.0", browser="browser-of-a-test")


@pytest.fixture
def stranger(visitor: Visitor) -> Visitor:
    return replace(visitor, address="198.51.100.9", browser="browser-of-a-stranger")


__all__ = ["MORNING", "ORIGIN", "PASSWORD", "House"]
