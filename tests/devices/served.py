"""Limen on a real port, called by its own name, with somebody of its staff: for agents that run on their own."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from tests.ports import free_port
from tests.web.conftest import ORIGIN, House, move_in

from limen.clock import SystemClock
from limen.devices.service import Devices
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Transaction

OWNER = "p_ida"


@dataclass
class Served:
    """Limen at `address`, at this very time."""

    house: House
    address: str

    @property
    def devices(self) -> Devices:
        return self.house.limen.core.offers.take(Devices)

    async def token(self) -> str:
        return await self.devices.token(OWNER, by="server")


@asynccontextmanager
async def served(folder: Path, write: Callable[[Path], object] = lambda _folder: None) -> AsyncIterator[Served]:
    port = free_port()
    address = f"http://limen.harbor.localhost:{port}"

    def written(root: Path) -> None:
        settings = root / "limen.toml"
        said = settings.read_text().replace(ORIGIN, address)
        settings.write_text(f'{said}\n[listen]\naddress = "127.0.0.1:{port}"\n')
        write(root)

    async with AsyncExitStack() as closing:
        house = await move_in(closing, folder, written)
        house.clock.forward(SystemClock().now() - house.clock.now())
        await house.limen.core.database.writing(_ida)
        await closing.enter_async_context(listening(house, port))
        await until(lambda: OWNER in house.limen.known.people)
        yield Served(house, address)


@asynccontextmanager
async def listening(house: House, port: int = 0) -> AsyncIterator[int]:
    """Limen on a port of loopback, any one by default, which is told."""
    server = uvicorn.Server(uvicorn.Config(house.limen.asgi, port=port, lifespan="off", log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn tells by this alone
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.force_exit = server.should_exit = True
        await serving


async def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait for what `holds` gives, or what becomes of it."""
    async with asyncio.timeout(seconds):
        while not (await found if inspect.isawaitable(found := holds()) else found):  # noqa: ASYNC110 -- nobody is told
            await asyncio.sleep(0.02)


def _ida(transaction: Transaction) -> None:
    who = Person(OWNER, "Ida Quay", "ida@harbor.example", frozenset({"staff"}), active=True)
    people.add(transaction.connection, who, PersonStatus.ACTIVE, SystemClock().now())
    transaction.changed("person", who.id)
