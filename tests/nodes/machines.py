"""Nodes over one database in one process, each with a disk of its own, and real TLS between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.ports import free_port

from limen.clock import SystemClock
from limen.events import Event
from limen.facts import FactStore
from limen.nodes import store
from limen.nodes.model import Node
from limen.nodes.services import NodeServices, load
from limen.pillar import Leader
from limen.storage import Database, Keyring
from limen.storage.journal import Journal

MASTER = b"m" * 32


@dataclass
class Machine:
    services: NodeServices
    database: Database
    journal: Journal
    root: Path

    def record(self, *events: Event) -> list[str]:
        ids = [self.journal.record(event) for event in events]
        self.journal.flush()
        return ids

    async def close(self) -> None:
        await self.services.close()
        await asyncio.to_thread(self.journal.close)
        self.database.close()


@dataclass
class Machines:
    """`start` one by name; `meet` is what the change feed does. `close` all."""

    folder: Path
    where: str
    running: dict[str, Machine] = field(default_factory=dict)

    def node(self, name: str, disk: str = "d1") -> Node:
        return Node(name, f"127.0.0.1:{free_port()}", disk)

    def join(self, node: Node) -> None:
        database = Database.open(self.where)
        database.write(lambda t: store.add(t.connection, node, 1))
        database.close()

    async def start(self, name: str, disk: str = "d1", node: Node | None = None) -> Machine:
        node = node or self.node(name, disk)
        self.join(node)
        database = Database.open(self.where)
        database.said_by = node.chain
        keyring = Keyring.open(database, MASTER)
        root = self.folder / f"{name}-{disk}" / "journal"
        journal = Journal.open(
            root,
            keyring.journal_keys,
            database=database,
            writer=node.chain,
            others=lambda: [one.database.said_by for one in list(self.running.values())],
        )
        settings = SimpleNamespace(name="Harbor", storage=SimpleNamespace(journal_days=90))
        core: Any = SimpleNamespace(
            root=root.parent,
            settings=settings,
            clock=SystemClock(),
            database=database,
            keyring=keyring,
            journal=journal,
            known=FactStore(),
            leader=Leader(),
        )
        machine = self.running[name] = Machine(NodeServices(core, node), database, journal, root)
        await machine.services.start()
        await self.meet()
        return machine

    async def meet(self) -> None:
        for machine in self.running.values():
            machine.services.meet(await machine.database.reading(load))

    async def stop(self, name: str) -> Machine:
        machine = self.running.pop(name)
        await machine.close()
        return machine

    async def close(self) -> None:
        for name in list(self.running):
            await self.stop(name)


async def until(is_so: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 -- it is asked of threads, too
            await asyncio.sleep(0.01)
