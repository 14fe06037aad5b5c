"""Looks at the disk again and again, and has the journal say when room becomes scarce, and when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from limen.clock import Clock
from limen.events import Event
from limen.pillar import Every, Once
from limen.storage.space import Pressure, Space, space_in

LOOK_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


class Disk:
    """The newest look, and the change since the one before."""

    def __init__(
        self,
        *,
        data: Path,
        journal: Path,
        budget_bytes: int,
        tell: Callable[[Event], object],
        clock: Clock,
        is_ours: Callable[[], bool] = lambda: True,
    ) -> None:
        """`is_ours`: whether of all who look at this disk it is us who say so."""
        self._data, self._journal, self._budget_bytes = data, journal, budget_bytes
        self._tell = tell
        self._is_ours = is_ours
        self._clock = clock
        self.space: Space | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is scarce; nothing where there is room, or where nobody could look."""
        return tuple(self.space.sentences()) if self.space is not None else ()

    def look(self) -> None:
        """Look once. What can't be looked at is no news: the journal itself says when it can't be written."""
        try:
            space = space_in(self._data, self._journal, budget_bytes=self._budget_bytes)
        except OSError as error:
            _log.warning("the disk could not be checked: %s", error.strerror)
            return
        before = self.space.pressure if self.space is not None else Pressure.FINE
        self.space = space
        if space.pressure is before:
            return
        said = " ".join(space.sentences())
        if space.pressure > before:
            _log.warning("disk space is running out: %s", said)
        kind = "disk.low" if space.pressure is not Pressure.FINE else "disk.recovered"
        details: dict[str, str | int | bool] = {
            "pressure": space.pressure.name.lower(),
            "free_bytes": space.free_bytes,
            "said": said,
        }
        if self._is_ours():
            self._tell(Event(id="", at=self._clock.now(), kind=kind, details=details))

    @property
    def every(self) -> Every:
        """The look at the disk, again and again."""
        return Every("look at the disk", LOOK_SECONDS, lambda: asyncio.to_thread(self.look), Once.PER_WORKER)
