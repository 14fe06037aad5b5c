"""Services that are told security events: whether each takes them, and whether anybody it should know of is missing.

Limen writes down how it goes with each stream: that is what is looked at here. No service is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.sso.shared_signals.listing import Health, ListedStream, listed
from limen.sso.shared_signals.store import ChangedBy, Status

NAME: Final = "shared signals"
_GUIDE: Final = "see docs/how-to/shared-signals.md"


async def signals(setup: Setup) -> list[Finding]:
    """It reads the database."""
    every = await aside(lambda: _listed(setup))
    if not every:
        return [Finding(NAME, State.SKIPPED, "no service has a stream of security events", where="signals.yaml")]
    return [found for one in every for found in _of(one)]


def _listed(setup: Setup) -> list[ListedStream]:
    return setup.kept(lambda s: listed(s, ()), []) or []


def _of(one: ListedStream) -> list[Finding]:
    found = list(_wrong(one))
    return found or [Finding(NAME, State.OK, "it takes its events", where=one.name)]


def _wrong(one: ListedStream) -> Iterator[Finding]:
    stream = one.stream
    if one.health is Health.FAILING:
        what = f"it does not take its events, and {one.waiting} wait: {stream.error}"
        yield Finding(NAME, State.WRONG, what, _GUIDE, one.name)
    elif stream.status is not Status.ENABLED and stream.changed_by is ChangedBy.LIMEN:
        what = f"its stream is {stream.status.value}: {stream.reason}"
        yield Finding(NAME, State.WRONG, what, f"mend the service, then `limen signals enable {stream.id}`", one.name)
    elif stream.status is not Status.ENABLED:
        what = f"its stream is {stream.status.value} by the {stream.changed_by.value}, so it is told nothing"
        yield Finding(NAME, State.WARNING, what, "enable it again when that is over", one.name)
