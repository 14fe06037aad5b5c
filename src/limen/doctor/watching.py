"""Whether what happens is seen: the process that watches runs, its sources are heard, and what it keeps has room."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, SystemClock, to_iso
from limen.company.places import events_folder
from limen.doctor.in_thread import aside
from limen.doctor.monitor_said import monitor_said
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.monitor.monitor_file import FILE
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.settings import MonitorSettings
from limen.monitor.sources.listing import Listed, State as SourceState, listed
from limen.storage import Snapshot
from limen.storage.segments.lock import is_being_written
from limen.storage.segments.name import segments_in
from limen.storage.space import EVENTS_RESERVE_BYTES, EVENTS_RESERVE_PART, MEGABYTE, files_in, megabytes

NAME: Final = "watching"
FULL_PERCENT: Final = 95


async def watching(setup: Setup) -> list[Finding]:
    """It looks at locks, files and the database, and asks nobody."""
    rules = await aside(lambda: monitor_said(setup))
    if rules is None or not rules.watch:
        return [Finding(NAME, State.SKIPPED, "there is no monitor.yaml that says `watch: true`", where=FILE)]
    running, store = await aside(lambda: _running(setup)), await aside(lambda: _store(setup, rules))
    return [running, *store, *await aside(lambda: _sources(setup, rules))]


def _running(setup: Setup) -> Finding:
    """By the locks of what each of the two processes writes."""
    folder = events_folder(setup.root, setup.settings)
    if is_being_written(folder):
        return Finding(NAME, State.OK, "the process that watches runs", where=str(folder))
    if setup.limen is not None:
        fix = "the log says why it ends; until it runs, senders are told to send again"
        return Finding(NAME, State.WRONG, "Limen runs, and the process that watches does not", fix, str(folder))
    return Finding(NAME, State.SKIPPED, "Limen does not run, so nothing is watched", where=str(folder))


def _store(setup: Setup, rules: MonitorRules) -> list[Finding]:
    """How near its end the store of events is, by its own budget and by the disk."""
    folder, budget = events_folder(setup.root, setup.settings), setup.settings.section(MonitorSettings).megabytes
    if not folder.is_dir():
        return []
    where, taken = str(folder), sum(one.st_size for one in files_in(folder))
    found = []
    room = setup.outside.room(folder)
    if room.free_bytes < min(EVENTS_RESERVE_BYTES, room.total_bytes // EVENTS_RESERVE_PART):
        what = f"only {megabytes(room.free_bytes)} are free: no more events are taken, so that the journal goes on"
        found.append(Finding(NAME, State.WRONG, what, "free up space, or lower megabytes under [monitor]", where))
    days = _days(setup)
    longest = max([one.keep_ms // DAY for one in rules.sources.values()], default=0)
    if taken * 100 >= budget * MEGABYTE * FULL_PERCENT and days < longest:
        what = f"the events fill their {budget:,} MB after {days} days, and were to be kept for {longest}"
        fix = "raise megabytes under [monitor], or shorten `retention` in monitor.yaml"
        return [*found, Finding(NAME, State.WARNING, what, fix, where)]
    what = f"{megabytes(taken)} of {budget:,} MB of events are kept, of {days} days"
    return [*found, Finding(NAME, State.OK, what, where=where)]


def _days(setup: Setup) -> int:
    """How many days back the store reaches."""
    segments = segments_in(events_folder(setup.root, setup.settings))
    return (SystemClock().now() - segments[0][0].begun_at) // DAY if segments else 0


def _sources(setup: Setup, rules: MonitorRules) -> list[Finding]:
    try:
        every = _listed(setup, rules)
    except Exception:  # noqa: BLE001 -- whatever is wrong with the database is said by another examination
        return []
    found = [finding for one in every if (finding := _of_source(one)) is not None]
    heard = sum(one.state is SourceState.HEARD for one in every)
    return [*found, Finding(NAME, State.OK, f"{heard} of {len(every)} sources are heard", where=FILE)]


def _listed(setup: Setup, rules: MonitorRules) -> list[Listed]:
    engine = setup.database.readers()
    try:
        with engine.connect() as connection:
            return listed(Snapshot(connection), rules.sources, SystemClock().now())
    finally:
        engine.dispose()


def _of_source(one: Listed) -> Finding | None:
    name = one.name
    match one.state:
        case SourceState.SILENT:
            what = f"{name} is silent; it was last heard at {to_iso(one.totals.heard_at)}"
            return Finding(NAME, State.WARNING, what, "see whether it runs, and whether it reaches Limen", name)
        case SourceState.NO_SENDER:
            fix = "let a sender in with `limen source`, or on its page"
            return Finding(NAME, State.WARNING, f"nobody can send for {name} yet", fix, name)
        case SourceState.NO_SECRET:
            fix = "store it with `limen source secret`"
            return Finding(NAME, State.WARNING, f"Limen has no secret to ask for {name}", fix, name)
        case SourceState.FAILING:
            what = f"{name} could not be asked the last time"
            return Finding(NAME, State.WARNING, what, "its page under Sources says why", name)
        case _:
            return None
