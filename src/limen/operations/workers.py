"""How all workers do, for `/metrics`: looked at now and then, so that whoever asks waits for no database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from limen.pillar import Every, Figure, Once
from limen.storage import Database
from limen.storage.workers import Worker

LOOK_SECONDS: Final = 5.0


class WorkersSeen:
    """The register as it was at the last look. A worker is named by the chain of the journal that it writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: tuple[list[Worker], int] = ([], 0)

    def look(self) -> None:
        tip = self._database.read(lambda snapshot: snapshot.seq)
        self._seen = self._database.workers.all(), tip

    def figures(self) -> Iterator[Figure]:
        workers, tip = self._seen
        yield Figure("limen_workers", "Workers that are registered", float(len(workers)))
        for one in workers:
            its = {"worker": one.chain}
            yield Figure("limen_worker_decisions", "Decisions of a worker since it started", float(one.requests), its)
            behind = float(max(0, tip - one.seq))
            yield Figure("limen_worker_behind", "Changes that a worker has not applied yet", behind, its)

    @property
    def every(self) -> Every:
        return Every("see how workers do", LOOK_SECONDS, lambda: asyncio.to_thread(self.look), Once.PER_WORKER)
