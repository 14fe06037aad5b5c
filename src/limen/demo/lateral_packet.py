"""A packet from a laptop towards the backups: through a real kernel's firewall, where this machine lets one be made."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from limen.demo.attacked_harbor import waited_for
from limen.demo.router import Router, can_be_made, inside, limen_reached, made_router
from limen.demo.running_company import BY_THE_SERVER, RunningCompany
from limen.errors import LimenError
from limen.identity.days import today
from limen.network.firewalls import changes, service, store
from limen.network.firewalls.intended import intended
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import CONFIRMED
from limen.network.model import Network
from limen.storage import Snapshot, Transaction

FIREWALL: Final = "router"
OFFICE, SERVERS, BACKUP = 10, 20, 60
ENDS: Final = {OFFICE: 41, SERVERS: 12, BACKUP: 4}
"""In each VLAN the host of Harbor's network.yaml that takes part: a laptop, Limen, the vault of the backups."""
LAPTOP, LIMEN, VAULT = "10.10.0.41", "10.20.0.12", "10.60.0.4"
FILES: Final = 445
"""The port of Windows shares, by which ransomware goes from computer to computer."""
_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Fenced:
    """Harbor's zones behind a firewall that follows Limen. The vault answers whoever reaches it."""

    router: Router

    async def tried(self) -> bool:
        """Send it from the laptop; whether it was refused."""
        return await asyncio.to_thread(self._is_refused)

    def _is_refused(self) -> bool:
        try:
            self.router.connect(OFFICE, VAULT, FILES, _SECONDS).close()
        except OSError:
            return True
        return False


@asynccontextmanager
async def fenced(company: RunningCompany, folder: Path) -> AsyncIterator[Fenced | str]:
    """A router with the rules of Harbor's network.yaml in force; or why none can be made here."""
    if why := await asyncio.to_thread(can_be_made):
        yield f"Not on this machine: {why}"
        return
    limen = company.limen
    url = limen.settings.public_url
    async with AsyncExitStack() as closing:
        router = await _entered(closing, folder)
        await closing.enter_async_context(limen_reached(router, SERVERS, LIMEN, urlsplit(url).port or 80))
        vault = inside(router.hosts[BACKUP], lambda: socket.create_server((VAULT, FILES)))
        closing.callback(vault.close)
        now = limen.clock.now()
        token = await limen.core.write(lambda write: service.make_token(write, FIREWALL, now, BY_THE_SERVER))
        await asyncio.to_thread(router.enrol, url, token)
        await asyncio.to_thread(router.follow)
        await _publish(company)
        yield Fenced(router)
        await limen.core.offers.take(FirewallService).remove(FIREWALL, BY_THE_SERVER)  # what it asks is answered then


async def _entered(closing: AsyncExitStack, folder: Path) -> Router:
    """The router, made and ended in a thread: both take long enough for somebody to wait."""
    making = made_router(Router, folder, ENDS, LIMEN)
    router = await asyncio.to_thread(making.__enter__)

    async def end() -> None:
        await asyncio.to_thread(making.__exit__, None, None, None)

    closing.push_async_callback(end)
    return router


async def _publish(company: RunningCompany) -> None:
    """Send what network.yaml means to the router, as an administrator does, until the router has it in force."""
    limen = company.limen
    network, now = limen.known.rules_of(Network), limen.clock.now()
    if network is None:
        raise LimenError("Harbor has no network", "restart the demo")
    ruleset = intended(network, FIREWALL, str(today(limen.settings, now)), now).ruleset

    def send(write: Transaction) -> str:
        return changes.make_change(write, FIREWALL, ruleset, "reach", now, BY_THE_SERVER).id

    change = await limen.core.write(send)
    await limen.core.offers.take(FirewallService).read_anew()

    def state(snapshot: Snapshot) -> bool | None:
        found = store.last_changes(snapshot.connection, FIREWALL)
        return any(one.id == change and one.state == CONFIRMED for one in found) or None

    async def is_in_force() -> bool | None:
        return await limen.core.database.reading(state)

    await waited_for("the rules of the router", is_in_force)
