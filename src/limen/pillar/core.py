"""What stands before any part is built, and how a part commits what it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from limen.pillar.leading import Leader
from limen.pillar.offers import Offers

if TYPE_CHECKING:
    from pathlib import Path

    from limen.clock import Clock
    from limen.facts import FactStore
    from limen.policy import Engine
    from limen.settings import Settings
    from limen.storage import Database, Feed, Keyring, Snapshot, Transaction
    from limen.storage.break_glass import BreakGlass
    from limen.storage.journal import Journal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Core:
    """What stands before any part is built. `engine` is the one in force, read anew each time.

    `settled(seq)` returns when every live worker has applied the change of that number (0: none) and the journal has
    what was said. `locked_out` says what keeps everybody of the database from administering Limen; "" where somebody
    can. `leader` says what is for this worker to do, of all that must be done once.
    """

    root: Path
    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    journal: Journal
    known: FactStore
    feed: Feed
    engine: Callable[[], Engine]
    break_glass: BreakGlass
    locked_out: Callable[[Snapshot], str]
    leader: Leader = field(default_factory=Leader)
    offers: Offers = field(default_factory=Offers)

    async def settled(self, seq: int) -> None:
        import asyncio

        await asyncio.gather(self.feed.settled(seq), self.journal.settled())

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """`committed` with the database and the feed that stand here."""
        return await committed(self.database, self.settled, work)


async def committed(
    database: Database,
    settled: Callable[[int], Awaitable[object]],
    work: Callable[[Transaction], T],
    *,
    together: bool = False,
) -> T:
    """Commit `work`, then wait until what it changed is known everywhere and what it said is kept (`Core.settled`).

    `together`: in one transaction with what others ask for at the same time; `work` may run twice then.
    """

    def numbered(transaction: Transaction) -> tuple[T, int, int]:
        return work(transaction), transaction.changed_seq, transaction.said_seq

    result, changed, said = await (database.writing_together if together else database.writing)(numbered)
    if changed or said:
        await settled(changed)
    return result
