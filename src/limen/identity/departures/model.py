"""What a departure is: why access ended, what each surface says of it, and what that comes to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.credentials import Remaining
from limen.pillar.surfaces import Standing

OVERDUE: Final[Milliseconds] = HOUR
"""So long after access ended something may be outstanding before an alert says so."""
_ASKED_EVERY: Final = ((10 * MINUTE, 5 * SECOND), (2 * HOUR, MINUTE), (DAY, 10 * MINUTE))
_ASKED_AT_LAST_EVERY: Final[Milliseconds] = HOUR
MOST_NAMED: Final = 10
"""Of what could not be asked, by name; of the others how many they are."""


class Why(StrEnum):
    """Why a departure began."""

    DEACTIVATED = "deactivated"
    LAST_DAY = "last-day"
    MOVED = "moved"
    """Their groups changed: access that hangs on a group they left ended, and all else stays."""


class Closed(StrEnum):
    """How a departure was closed."""

    PROVED = "proved"
    ACCEPTED = "accepted"
    """Somebody accepted what was left, with a reason."""
    RETURNED = "returned"
    """They were let in again."""
    AGAIN = "again"
    """Access ended once more: the newer departure goes on."""


class State(StrEnum):
    """What one surface comes to."""

    PROVED = "proved"
    KEPT = "kept"
    """Something is left, and opens nothing: `because` says why."""
    OUTSTANDING = "outstanding"
    AWAY = "not-reachable"

    @property
    def is_over(self) -> bool:
        return self in {State.PROVED, State.KEPT}


_WORST: Final = (State.OUTSTANDING, State.AWAY, State.KEPT, State.PROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One time that somebody's access ended. `by` is who ended it ("" for the server), `source` the system that said so
    ("": a person). `groups_left` and `groups_joined` are of somebody who moved. `alerted_at`: since when it is overdue.
    """

    id: str
    person: str
    why: Why
    at: Instant
    by: str = ""
    source: str = ""
    groups_left: frozenset[str] = frozenset()
    groups_joined: frozenset[str] = frozenset()
    asked_at: Instant = 0
    alerted_at: Instant = 0
    closed_at: Instant = 0
    closed: str = ""
    closed_by: str = ""
    closed_why: str = ""

    @property
    def is_open(self) -> bool:
        return not self.closed_at

    def is_due(self, now: Instant) -> bool:
        """Whether its surfaces are to be asked again: often at first, and ever more seldom."""
        age = now - self.at
        every = next((pause for until, pause in _ASKED_EVERY if age < until), _ASKED_AT_LAST_EVERY)
        return self.is_open and not 0 <= now - self.asked_at < every

    def is_overdue(self, now: Instant) -> bool:
        return self.is_open and now - self.at >= OVERDUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What one surface said of a departure when it was asked last (`asked_at`, 0: not yet). `proved_at`: since when it
    says that nothing is left (0: it does not). `is_beyond`: it is none of the registry of credentials; then `worker` is
    whose memory was asked.
    """

    departure: str
    name: str
    worker: str = ""
    state: State = State.OUTSTANDING
    ended: int = 0
    remaining: int = 0
    said: str = ""
    asked_at: Instant = 0
    proved_at: Instant = 0
    is_beyond: bool = False

    def after(self, other: Surface, now: Instant) -> Surface:
        """What is answered now, with what is known from the one before."""
        since = (other.proved_at or now) if self.state.is_over else 0
        return Surface(
            departure=self.departure,
            name=self.name,
            worker=self.worker,
            state=self.state,
            ended=max(self.ended, other.ended),
            remaining=self.remaining,
            said=self.said,
            asked_at=now,
            proved_at=since,
            is_beyond=self.is_beyond,
        )


def of_registry(departure: str, left: Remaining) -> Surface:
    """What the registry of credentials says of one kind."""
    state = State.PROVED if not left.count else State.KEPT if left.is_over else State.OUTSTANDING
    said = left.because if state is State.KEPT else ""
    return Surface(departure=departure, name=left.kind, state=state, remaining=left.count, said=said)


def of_standing(departure: str, name: str, standing: Standing, worker: str = "") -> Surface:
    """What a surface beyond the database says."""
    over = State.AWAY if standing.away else State.PROVED
    return Surface(
        departure=departure,
        name=name,
        worker=worker,
        state=State.OUTSTANDING if standing.open else over,
        ended=standing.ended,
        remaining=standing.open + len(standing.away),
        said=_named(standing.away) or standing.note,
        is_beyond=True,
    )


def failed(departure: str, name: str, worker: str = "") -> Surface:
    """A surface could not be asked at all."""
    said = "It could not be asked."
    return Surface(departure=departure, name=name, worker=worker, state=State.AWAY, said=said, is_beyond=True)


def of_all_workers(surfaces: Iterable[Surface]) -> tuple[Surface, ...]:
    """One for each name: what is left with any worker is left."""
    by_name: dict[str, list[Surface]] = {}
    for one in surfaces:
        by_name.setdefault(one.name, []).append(one)
    return tuple(several[0] if len(several) == 1 else _together(several) for several in by_name.values())


def _together(several: list[Surface]) -> Surface:
    worst = min(several, key=lambda one: _WORST.index(one.state))
    return Surface(
        departure=worst.departure,
        name=worst.name,
        state=worst.state,
        ended=sum(one.ended for one in several),
        remaining=sum(one.remaining for one in several),
        said=worst.said,
        asked_at=min(one.asked_at for one in several),
        proved_at=max(one.proved_at for one in several) if worst.state.is_over else 0,
        is_beyond=True,
    )


def outstanding(surfaces: Iterable[Surface]) -> list[Surface]:
    """Those by which access may go on."""
    return [one for one in surfaces if not one.state.is_over]


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMED
    said = ", ".join(names[:MOST_NAMED])
    return f"{said} and {more} more" if more > 0 else said
