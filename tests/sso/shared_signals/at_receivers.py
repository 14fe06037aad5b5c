"""Harbor that tells two services of security events: Grafana is pushed those of everyone, a watch polls the staff's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests import signal_receiver
from tests.signal_receiver import HEADER, Receiver
from tests.sso.client import written
from tests.web.conftest import ORIGIN, House

from limen.clock import Milliseconds
from limen.facts import Person
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.opaque import new_id
from limen.sso.shared_signals import outbox_store, store, tokens
from limen.sso.shared_signals.event_types import CAEP, RISC
from limen.sso.shared_signals.listing import ListedStream
from limen.sso.shared_signals.outbox_store import DueSet
from limen.sso.shared_signals.receivers import POLL, PUSH, SENT, SignalsFile
from limen.sso.shared_signals.store import Status, Stream
from limen.sso.shared_signals.transmitter import Transmitter
from limen.storage import Transaction

PUSHED, POLLED = "https://grafana.harbor.example/signals", "https://watch.example/signals"
ALL = ", ".join(SENT)


def signals(port: int) -> str:
    """What `signals.yaml` says."""
    return f"""
receivers:
- id: grafana
  name: Grafana
  audience: {PUSHED}
  app: grafana
  about: [everyone]
  subject: iss_sub
  events: [{ALL}]
  push: {signal_receiver.HOST}:{port}
  poll: false
- id: watch
  name: Night watch
  audience: {POLLED}
  about: [staff]
  events: [session-revoked, account-disabled, account-enabled, token-claims-change]
"""


def write(folder: Path, port: int) -> None:
    written(folder)
    (folder / "signals.yaml").write_text(signals(port))


@dataclass
class Caller:
    """A receiver as it calls Limen, with its token."""

    client: httpx2.AsyncClient
    token: str

    async def ask(self, method: str, path: str, sent: Any = None, **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return await self.client.request(method, path, json=sent, headers=headers, **more)

    async def stream(self, **asked: Any) -> dict[str, Any]:
        """A stream of its own."""
        made = await self.ask("POST", "/ssf/streams", asked)
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    async def poll(self, stream: dict[str, Any], **asked: Any) -> dict[str, Any]:
        path = stream["delivery"]["endpoint_url"].removeprefix(ORIGIN)
        reply = await self.ask("POST", path, {"returnImmediately": True, **asked})
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found


@dataclass
class AtReceivers:
    """`house` is Limen at work; `there` is what Grafana runs to be pushed to."""

    house: House
    there: Receiver

    @property
    def transmitter(self) -> Transmitter:
        return self.house.limen.core.offers.take(Transmitter)

    async def caller(self, receiver: str) -> Caller:
        """With a new token."""
        core, now = self.house.limen.core, self.house.clock.now()
        file = core.known.rules_of(SignalsFile)
        assert file is not None
        found = file.receiver(receiver)
        assert found is not None
        token = await core.write(lambda t: tokens.make(t, found, now, by=""))
        return self.caller_with(token)

    def caller_with(self, token: str) -> Caller:
        transport = httpx2.ASGITransport(app=self.house.limen.asgi, client=("192.0.2.9", 50_000))
        client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN)
        self.house.closing.push_async_callback(client.aclose)
        return Caller(client, token)

    async def pushed(self, **asked: Any) -> tuple[Caller, dict[str, Any]]:
        """Grafana with a stream that is pushed."""
        grafana = await self.caller("grafana")
        delivery = {"method": PUSH, "endpoint_url": self.there.endpoint, "authorization_header": HEADER}
        self.there.keys = (await grafana.client.get("/oidc/keys")).json()
        return grafana, await grafana.stream(delivery=delivery, **asked)

    async def polled(self, **asked: Any) -> tuple[Caller, dict[str, Any]]:
        """The watch with a stream that it polls."""
        watch = await self.caller("watch")
        return watch, await watch.stream(delivery={"method": POLL}, **asked)

    async def person(self, name: str, *groups: str) -> str:
        """Somebody active, without the ceremony of enrolling; their ID."""
        one = Person(new_id("pe"), f"{name.title()} Lind", f"{name}@harbor.example", frozenset(groups or ("staff",)))

        def work(transaction: Transaction) -> None:
            people.add(transaction.connection, one, PersonStatus.ACTIVE, self.house.clock.now(), "")
            transaction.changed("person", one.id)

        await self.house.limen.core.write(work)
        return one.id

    async def into(self, person_id: str, *groups: str) -> None:
        now = self.house.clock.now()
        await self.house.limen.core.write(lambda t: Membership(t, now, "").set_groups(person_id, frozenset(groups)))

    async def let_go(self, person_id: str) -> None:
        await self.house.limen.identity.people.deactivate(person_id, by="")

    async def set_status(self, stream: dict[str, Any], status: Status, reason: str) -> None:
        """As an administrator does."""
        stream_id, now = stream["stream_id"], self.house.clock.now()
        await self.transmitter.decide(lambda t, a: a.set_status(t, stream_id, status, reason, now, by=""))

    async def told(self, after: Milliseconds = 0) -> None:
        """Everything that is due then was tried."""
        self.house.clock.forward(after)
        self.transmitter._has_changed = True
        await self.transmitter.work()
        await self.transmitter.settled()
        await self.house.limen.journal.settled()

    def streams(self) -> dict[str, Stream]:
        found = self.house.limen.core.database.read(lambda s: store.streams(s.connection))
        return {one.receiver: one for one in found}

    async def listed(self) -> dict[str, ListedStream]:
        return {one.stream.receiver: one for one in await self.transmitter.streams()}

    def due(self, stream: dict[str, Any]) -> list[DueSet]:
        return self.house.limen.core.database.read(lambda s: outbox_store.due(s.connection, stream["stream_id"], 1_000))

    def said(self) -> list[str]:
        """Events of the family, the oldest first."""
        self.house.limen.journal.flush()
        found = self.house.limen.journal.recent(2_000, lambda event: event.kind.startswith("signals."))
        return [event.kind.removeprefix("signals.") for event in reversed(found)]


__all__ = ["CAEP", "RISC", "AtReceivers", "Caller"]
