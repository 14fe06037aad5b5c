"""Harbor with people who ask for access and approve it: the whole product, but for its pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from tests.web.conftest import Browser, House, move_in

from limen.access.model import AccessRequest, HeldGrant
from limen.access.services import Access
from limen.clock import HOUR, Milliseconds
from limen.events import Event
from limen.facts import Session, SessionState
from limen.identity.sessions import bind_device
from limen.policy import Decision, Effect, Request
from limen.ties import BY_CERTIFICATE

WHY = "A customer complains about the last delivery."


@dataclass
class Colleague:
    """Somebody who is signed in with a passkey, used a moment ago."""

    at: AtHarbor
    id: str
    browser: Browser

    @property
    def session(self) -> Session:
        """Their newest sign-in."""
        mine = [one for one in self.at.house.limen.known.sessions.values() if one.person_id == self.id and not one.app]
        return max(mine, key=lambda one: (one.auth.at, one.started_at))

    @property
    def access(self) -> Access:
        return self.at.access

    async def asks(
        self, app: str = "crm", *actions: str, lasts: Milliseconds = 2 * HOUR, why: str = WHY, ticket: str = ""
    ) -> AccessRequest:
        return await self.access.ask(self.session, app, actions or ("view",), lasts, why, ticket=ticket)

    async def extends(self, grant: HeldGrant, lasts: Milliseconds = 2 * HOUR) -> AccessRequest:
        return await self.access.ask(self.session, grant.app, grant.actions, lasts, WHY, extends=grant.id)

    async def approves(self, request: AccessRequest) -> HeldGrant | None:
        return (await self.access.approve(self.session, request.id))[1]

    def opens(self, app: str = "crm", action: str = "view") -> bool:
        return self.decision(app, action).effect is Effect.PERMIT

    def decision(self, app: str = "crm", action: str = "view") -> Decision:
        return self.at.decision(self.session, app, action)

    async def uses_passkey(self) -> None:
        """Confirm it's them, again; or sign in, where that is over."""
        house = self.at.house
        state = house.limen.known.session_state(self.session, "", house.clock.now())
        done = await (self.browser.step_up("limen") if state is SessionState.LIVE else self.browser.sign_in())
        assert done.status_code == 200, done.text

    async def sits_at(self, device_id: str, lasts: Milliseconds = 12 * HOUR) -> None:
        """Their newest sign-in is on this device, proved by its agent."""
        core, until = self.at.house.limen.core, self.at.house.clock.now() + lasts
        session_id = self.session.id
        assert await core.write(lambda t: bind_device(t, session_id, device_id, BY_CERTIFICATE, until))

    def on(self, device_id: str) -> Session:
        """Their session, as it would be on this device."""
        return replace(self.session, device_id=device_id)


@dataclass
class AtHarbor:
    """`house` is Limen at work on Harbor's folder."""

    house: House

    @property
    def access(self) -> Access:
        return self.house.limen.core.offers.take(Access)

    async def colleague(self, name: str, *groups: str) -> Colleague:
        browser = self.house.browser()
        return Colleague(self, await self.house.member(browser, name, *groups), browser)

    async def administrator(self) -> Colleague:
        browser = self.house.browser()
        return Colleague(self, await self.house.administrator(browser), browser)

    def decision(self, session: Session, app: str, action: str) -> Decision:
        limen = self.house.limen
        facts = limen.known.facts(session, limen.known.apps[app], "203.0.113.7")
        return limen.in_force.engine.decide(Request(action), facts, self.house.clock.now())

    def events(self, kind: str) -> list[Event]:
        return self.house.events(kind)

    async def told_of_access(self, email: str) -> EmailMessage:
        """The mail about access that went to this address, as soon as it has left."""
        outbox = self.house.limen.core.root / "data" / "outbox"
        for _ in range(6_000):
            left = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(outbox.glob("*.eml"))]
            for one in left:
                if one["to"] == email and "/access" in plain(one):
                    return one
            await asyncio.sleep(0.01)
        pytest.fail(f"no mail about access left for {email}")


def plain(mail: EmailMessage) -> str:
    """A mail's text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[AtHarbor]:
    async with AsyncExitStack() as closing:
        yield AtHarbor(await move_in(closing, tmp_path / "harbor"))


@pytest.fixture
async def oscar(harbor: AtHarbor) -> Colleague:
    """He works in engineering, and has no business with customers."""
    return await harbor.colleague("Oscar", "staff", "engineering")


@pytest.fixture
async def farid(harbor: AtHarbor) -> Colleague:
    """He is in sales, which owns the app of the customers."""
    return await harbor.colleague("Farid", "staff", "sales")
