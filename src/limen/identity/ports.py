"""What identity needs from the rest of Limen; `app.py` plugs it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from limen.clock import Clock, Instant
from limen.events import Event
from limen.facts import Facts, FactStore
from limen.identity.attestation import NO_ATTESTATION, Attestation
from limen.identity.breached_passwords import NO_LIST, BreachedPasswords
from limen.identity.errors import NobodyCouldAdministerError
from limen.identity.model import Visitor
from limen.pillar import AccessSurfaces, committed
from limen.policy.decision import Decision
from limen.settings import Settings
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.keyring import Keyring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of identity.

    `decide(facts, action)` answers and journals the decision. `settled(seq)` returns when every live worker has
    applied the change of that number (0: none) and the journal has what was said. `say` takes events that nobody
    waits for; the others go into the outbox with their transaction. `first_groups` are the first administrator's.
    `device_of` names the enrolled device that a visitor proved to be on, "" where none did; never what a client claims.
    `locked_out` says what keeps everybody of the database from administering Limen, "" where somebody can. `breached`
    is the company's list of breached passwords, `attestation` whose word on the model of a passkey counts. `surfaces`
    are all that say where somebody's access goes on beyond the database.
    """

    settings: Settings
    clock: Clock
    known: FactStore
    database: Database
    keyring: Keyring
    decide: Callable[[Facts, str], Decision]
    settled: Callable[[int], Awaitable[object]]
    say: Callable[[Event], object]
    first_groups: frozenset[str] = frozenset({"administrators", "staff"})
    device_of: Callable[[Visitor], str] = lambda _visitor: ""
    locked_out: Callable[[Snapshot], str] = lambda _people: ""
    breached: BreachedPasswords = NO_LIST
    attestation: Attestation = NO_ATTESTATION
    surfaces: Callable[[], AccessSurfaces] = AccessSurfaces

    def now(self) -> Instant:
        return self.clock.now()

    @property
    def origin(self) -> str:
        """The sign-in host's origin exactly as browsers write it into `clientDataJSON`."""
        url = urlsplit(self.settings.public_url)
        return f"{url.scheme}://{url.netloc}".lower()

    @property
    def rp_id(self) -> str:
        """The relying party: the sign-in host itself, never the domain above it, which other hosts share."""
        return urlsplit(self.settings.public_url).hostname or ""

    async def read(self, work: Callable[[Snapshot], T]) -> T:
        return await self.database.reading(work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Commit `work`, then wait until what it changed is known everywhere and what it said is kept."""
        return await committed(self.database, self.settled, work)

    async def write_together(self, work: Callable[[Transaction], T]) -> T:
        """`write` in one transaction with what others write in this way at the same time: `work` may run twice."""
        return await committed(self.database, self.settled, work, together=True)

    async def take(self, work: Callable[[Transaction], T]) -> T:
        """`write` for what takes something from somebody, unless it takes the last way to administer Limen.

        Where there was no such way before, it takes none. Raises NobodyCouldAdministerError.
        """

        def watched(transaction: Transaction) -> T:
            result = work(transaction)
            why = self.locked_out(transaction)
            if why:
                raise NobodyCouldAdministerError(why)
            return result

        try:
            return await self.write(watched)
        except NobodyCouldAdministerError:
            if not await self.read(self.locked_out):
                raise
        return await self.write(work)
