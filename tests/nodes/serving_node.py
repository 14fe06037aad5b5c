"""One node as a process of its own, which a test steers: `python -m tests.nodes.serving_node FOLDER`.

It is all of Limen, put together and served as `limen serve` does. Each line that it reads is a JSON object with what it
is to `do`; it answers each with one. `jump` moves its clock, `alone` takes the other nodes away from it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from limen import logs
from limen.app import Limen, open_limen
from limen.clock import HOUR, SystemClock
from limen.company.load import load_company, load_settings
from limen.errors import LimenError
from limen.events import Event
from limen.facts import Factor, Person, Session
from limen.identity.model import PersonStatus, auth_of
from limen.identity.store import people, sessions
from limen.nodes import copying
from limen.nodes.services import NodeServices
from limen.pillar import Once
from limen.serving import serve
from limen.storage import Transaction

APP: Final = "wiki"


class JumpyClock(SystemClock):
    """The machine's, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = 0

    def now(self) -> int:
        return super().now() + self.ahead


def token_of(name: str) -> str:
    return sha256(f"session {name}".encode()).hexdigest()[:43]


def sign_in(transaction: Transaction, name: str) -> int:
    """Somebody with a session, and one that hangs on it at the app. Returns the change to wait for."""
    now, proofs = SystemClock().now(), {Factor.PASSKEY: SystemClock().now()}
    who = Person(f"p_{name}", name, f"{name}@harbor.example", frozenset({"staff"}), active=True)
    own = Session(f"s_{name}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR)
    at_app = Session(f"a_{name}", who.id, auth_of(proofs), now, now + 12 * HOUR, 2 * HOUR, app=APP, parent=own.id)
    if people.by_id(transaction.connection, who.id) is None:
        people.add(transaction.connection, who, PersonStatus.ACTIVE, now)
    sessions.add(transaction.connection, own, sha256(f"own {name}".encode()).digest(), proofs)
    sessions.add(transaction.connection, at_app, sha256(token_of(name).encode()).digest(), proofs)
    keys = (("person", who.id), ("session", own.id), ("session", at_app.id))
    return max(transaction.changed(kind, key) for kind, key in keys)


class Steered:
    """What a test can have this node do."""

    def __init__(self, limen: Limen, clock: JumpyClock) -> None:
        self.limen = limen
        self.core = limen.core
        self.clock = clock
        self.nodes = limen.core.offers.take(NodeServices)

    async def sign_in(self, names: list[str]) -> dict[str, Any]:
        def work(transaction: Transaction) -> int:
            return max(sign_in(transaction, name) for name in names)

        await self.core.feed.settled(await self.core.database.writing(work))
        return {}

    async def revoke(self, name: str) -> dict[str, Any]:
        began = time.monotonic()
        await self.limen.identity.sessions.revoke(f"s_{name}", by="")
        return {"ms": (time.monotonic() - began) * 1_000}

    async def say(self) -> dict[str, Any]:
        event = Event(at=self.clock.now(), kind="session.revoked", subject="p_nobody")
        said = await self.core.database.writing(lambda transaction: transaction.say(event))
        return {"id": said.id}

    async def holds(self, ids: list[str]) -> dict[str, Any]:
        found = await asyncio.to_thread(self.core.journal.reader.holds, ids)
        return {"missing": sorted(set(ids) - found)}

    async def decided(self) -> dict[str, Any]:
        """How many requests it has permitted at its gateway."""
        counts = self.core.journal.counters.counts().decisions
        await asyncio.to_thread(self.core.journal.flush)
        return {"requests": sum(number for (_, effect), number in counts.items() if effect == "permit")}

    async def address(self, app: str) -> dict[str, Any]:
        """From where the newest permitted request to an app came, as this node has it in its own chain."""
        await asyncio.to_thread(self.core.journal.flush)

        def is_one(event: Event) -> bool:
            return event.decision is not None and (event.decision.app, event.decision.effect) == (app, "permit")

        (newest,) = self.core.journal.recent(1, is_one)
        return {"at": newest.at, "address": newest.address}

    async def state(self) -> dict[str, Any]:
        return {
            "leads": self.core.leader.leads(Once.IN_ALL),
            "waiting": self.core.journal.waiting_for_a_copy,
            "answers": sorted(name for name, seen in self.nodes.seen().items() if seen.since),
            "shut": self.limen.doors.shut() or "",
            "workers": len(await asyncio.to_thread(self.core.database.workers.all)),
            "chain": self.core.journal.writer,
        }

    async def publish(self, text: str) -> dict[str, Any]:
        """Have `text` in a policy file in force."""
        file = self.core.root / "policies" / "90-more.cedar"
        await asyncio.to_thread(file.write_text, text)
        from limen.company.publish import SERVER, publish

        company = await asyncio.to_thread(load_company, self.core.root)
        before = self.limen.in_force.company
        await asyncio.to_thread(
            publish,
            self.core.database,
            company,
            SERVER,
            "a test",
            self.clock.now(),
            expected=before.revision if before else "",
        )
        return {"revision": company.revision}

    async def jump(self, ms: int) -> dict[str, Any]:
        self.clock.ahead = ms
        return {}

    async def alone(self, *, is_so: bool) -> dict[str, Any]:
        """Neither reach another node nor be reached."""

        async def nobody(*_: Any, **__: Any) -> Any:
            raise OSError("a test has split the nodes")

        real = asyncio.open_connection
        copying.asyncio.open_connection = nobody if is_so else _REAL  # type: ignore[attr-defined]
        telling = self.nodes._telling
        assert telling is not None
        assert real is not None
        telling._others = dict if is_so else (lambda: self.nodes.others)
        if is_so:
            telling.drop_strangers()
            for one in list(self.nodes._copying):
                await self.nodes._copying.pop(one).close()
        self.nodes.meet(list(self.nodes.known.values()))
        return {}


_REAL: Final = asyncio.open_connection


async def main(root: Path) -> None:
    settings, clock = load_settings(root), JumpyClock()
    logs.begin(settings.logs.format, settings.logs.level)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, settings, root, first=lambda: load_company(root), clock=clock)

        async def told() -> None:
            say(is_open=True)

        serving = asyncio.create_task(serve(limen, told))
        steered = Steered(limen, clock)
        doing: set[asyncio.Task[None]] = set()
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            work: Callable[..., Awaitable[dict[str, Any]]] = getattr(steered, asked.pop("do"))
            task = asyncio.create_task(answer(asked.pop("number"), work, asked))
            doing.add(task)
            task.add_done_callback(doing.discard)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def answer(number: int, work: Callable[..., Awaitable[dict[str, Any]]], asked: dict[str, Any]) -> None:
    try:
        say(number=number, **await work(**asked))
    except LimenError as error:
        say(number=number, wrong=type(error).__name__, what=error.what)


def say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
