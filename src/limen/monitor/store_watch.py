"""Whether the store of events is as Limen wrote it: looked at by itself, several times a day, and told where it is not.

Each time it is also held against how far it had come the time before, so that a store which somebody put back to an
older state is found, too, as long as Limen runs.
"""

from __future__ import annotations

import asyncio
import logging
from hashlib import sha256
from pathlib import Path
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.detections.health import TAMPERED
from limen.monitor.detections.hit import Hit
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.frame import LIMEN
from limen.pillar import Core, Figure
from limen.storage.event_store.checking import Checked, check
from limen.storage.event_store.store import KEYS

_log: Final = logging.getLogger("limen.monitor")


class StoreWatch:
    """`root` is the store's folder. Used on the event loop; the work is done by a process of its own."""

    def __init__(self, core: Core, root: Path, intake: AlertIntake) -> None:
        self.checked: Checked | None = None
        self.checked_at: Instant = 0
        self._core = core
        self._root = root
        self._intake = intake

    async def look(self) -> None:
        """Follow the whole store, where Limen watches. Raises LimenError where that can't be done, StorageError."""
        core = self._core
        if not (core.known.rules_of(MonitorRules) or MonitorRules(watch=False)).watch or not self._root.is_dir():
            return
        before = (self.checked.checkpoint,) if self.checked is not None and self.checked.checkpoint else ()
        try:
            found = await asyncio.to_thread(check, self._root, core.keyring.keys_for(KEYS), before)
        except LimenError as error:
            _log.error("%s", error.what)
            raise
        if found.problems:
            _log.error("stored events were changed: %s", "; ".join(found.said))
            await self._intake.take([_hit(found, core.clock.now())])
        self.checked, self.checked_at = _kept(found, self.checked), core.clock.now()

    def figures(self) -> list[Figure]:
        """For `/metrics`."""
        if self.checked is None:
            return []
        intact, at = float(not self.checked.problems), self.checked_at / 1_000
        return [
            Figure("limen_monitor_store_intact", "Whether the store of events is as Limen wrote it", intact),
            Figure("limen_monitor_store_checked", "When that was looked at, in seconds since 1970", at),
        ]


def _kept(found: Checked, before: Checked | None) -> Checked:
    """What the next look goes by: of a store that is not intact, the checkpoint from when it was."""
    if not found.problems or before is None:
        return found
    return Checked(events=found.events, problems=found.problems, said=found.said, checkpoint=before.checkpoint)


def _hit(found: Checked, now: Instant) -> Hit:
    """The same as long as the same is wrong."""
    digest = sha256("\n".join(found.said).encode()).hexdigest()[:32]
    says: dict[str, str | int] = {"count": found.problems, "first": found.said[0]}
    return TAMPERED.hit(f"{TAMPERED.id}-{digest}", now, f"{LIMEN}:events", says, since=now, sources=(LIMEN,))
