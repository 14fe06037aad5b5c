"""Which entry points are not as the settings want them, and why: told by an event each, and kept for `limen doctor`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.clock import Instant
from limen.data.doors.kinds import BACK, FAILED
from limen.events import Event, Outcome

FILE: Final = "data-entry-points.json"
"""In the data folder, while Limen runs and something is wrong: by its setting, why."""
_LARGEST: Final = 1 << 20


class NotOpen:
    """Tells when that changes. `record` journals."""

    def __init__(self, folder: Path, record: Callable[[Event], object], now: Callable[[], Instant]) -> None:
        self._file, self._record, self._now = folder / FILE, record, now
        self._told: dict[str, str] = {}

    def tell(self, wrong: Mapping[str, str]) -> None:
        """These are wrong now, with why. Raises nothing where the file can't be written: the event says it, too."""
        for name, why in wrong.items():
            if name not in self._told:
                self._say(FAILED.name, Outcome.FAILURE, {"source": name, "error": why})
        for name in self._told.keys() - wrong.keys():
            self._say(BACK.name, Outcome.SUCCESS, {"source": name})
        if wrong != self._told or (wrong and not self._file.exists()):
            with suppress(OSError):
                self._file.write_text(json.dumps(dict(wrong)))
        self._told = dict(wrong)
        if not wrong:
            self.close()

    def close(self) -> None:
        """Nothing is said of it any more."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _say(self, kind: str, outcome: Outcome, details: dict[str, str]) -> None:
        self._record(Event(at=self._now(), kind=kind, outcome=outcome, details={**details}))


def not_open(folder: Path) -> dict[str, str]:
    """What the running Limen says; nothing where it says nothing."""
    try:
        with (folder / FILE).open("rb") as file:
            told = json.loads(file.read(_LARGEST))
        return {str(name): str(why) for name, why in told.items()}
    except (OSError, ValueError, AttributeError):
        return {}
