"""The roadmap as it stands: what was measured now, held against what was measured before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from limen.clock import Instant
from limen.identity.days import today
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.exceptions import RoadmapException, chosen_not_to, excepted
from limen.roadmap.holding import Day, PhaseStanding, Standing, day_of, days_held, phases, stood
from limen.roadmap.model import Control, Measured
from limen.roadmap.plan import PlannedPhase, plan
from limen.settings import Settings
from limen.storage import Snapshot

LINE_DAYS: Final = 30
"""How many days the line beside a figure shows."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept before this look: days by control and date, standings by control, exceptions, and the first day on
    record (None before any).
    """

    days: Mapping[str, Mapping[date, Day]]
    standings: Mapping[str, Standing]
    closed_phases: Mapping[int, Instant]
    exceptions: tuple[RoadmapException, ...]
    begins: date | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One control as people see it. `held` is how many days in a row it was met; `line` are the last days on record;
    `excepted` says of missed rows until when they are excepted, and `left_out` who left out the whole control.
    """

    control: Control
    measured: Measured
    standing: Standing
    held: int
    line: tuple[Day, ...]
    excepted: Mapping[str, Instant]
    left_out: RoadmapException | None


@dataclass(frozen=True, slots=True)
class Roadmap:
    """`days` are those of today after this look, `standings` how each control stands after it."""

    at: Instant
    shown: tuple[Shown, ...]
    phases: tuple[PhaseStanding, ...]
    days: tuple[Day, ...]
    standings: tuple[Standing, ...]
    plan: tuple[PlannedPhase, ...] = ()

    @property
    def met(self) -> int:
        return sum(one.measured.is_met for one in self.shown)


def kept_in(snapshot: Snapshot, settings: Settings, now: Instant) -> Kept:
    """What is on record, as far back as a line goes."""
    connection, since = snapshot.connection, today(settings, now) - timedelta(days=LINE_DAYS)
    return Kept(
        store.days_since(connection, since),
        store.standings(connection),
        store.closed_phases(connection),
        tuple(store.exceptions(connection)),
        store.first_day(connection),
    )


def roadmap(evidence: Evidence, kept: Kept, day: date, controls: Iterable[Control] = CONTROLS) -> Roadmap:
    """How everything stands with this evidence, on this day. Pure."""
    controls = tuple(controls)
    measured = {one.id: one.measured(evidence) for one in controls}
    shown = tuple(_shown(one, measured[one.id], kept, day) for one in controls)
    standings = {one.control.id: one.standing for one in shown}
    stand = phases(controls, standings, measured)
    closed = {int(one.phase): one for one in stand if one.is_closed}
    return Roadmap(
        evidence.at,
        shown,
        stand,
        tuple(one.line[-1] for one in shown),
        tuple(standings.values()),
        plan(min(kept.begins or day, day), day, closed),
    )


def _shown(control: Control, measured: Measured, kept: Kept, today: date) -> Shown:
    past = kept.days.get(control.id, {})
    days = {**past, today: day_of(measured, today, past.get(today))}
    held = days_held(days, today)
    return Shown(
        control,
        measured,
        stood(kept.standings.get(control.id, Standing(control.id)), measured, held),
        held,
        tuple(one for day, one in sorted(days.items()) if day <= today)[-LINE_DAYS:],
        excepted((row for part in measured.parts for row in part.rows), control.id, kept.exceptions, measured.at),
        chosen_not_to(control.id, kept.exceptions, measured.at),
    )
