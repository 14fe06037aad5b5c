"""Which workers follow the change feed, how far each has come, and until when each may still decide.

One process today, so the register is in memory; more processes will share one through the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """A worker has applied every change up to `seq`, and decides until `lease_until` (monotonic seconds)."""

    seq: int
    lease_until: float


@dataclass(slots=True)
class Workers:
    """Every worker that may be deciding."""

    _progress: dict[str, Progress] = field(default_factory=dict)

    def acknowledge(self, worker: str, seq: int, lease_until: float) -> None:
        """`worker` has applied everything up to `seq` and holds its lease until then."""
        self._progress[worker] = Progress(seq, lease_until)

    def leave(self, worker: str) -> None:
        """`worker` decides no more."""
        self._progress.pop(worker, None)

    def behind(self, seq: int, now: float) -> list[Progress]:
        """The workers that may at `now` still decide without knowing change `seq`."""
        return [each for each in self._progress.values() if each.seq < seq and each.lease_until > now]
