"""The files that tell where addresses are: each is there, can be read, and is not too old to count."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, SystemClock
from limen.doctor.in_thread import aside
from limen.doctor.monitor_said import monitor_said
from limen.doctor.setup import Setup
from limen.finding import Finding, State
from limen.monitor.monitor_file import FILE
from limen.monitor.places.atlas import FileState, open_atlas
from limen.monitor.places.files import Shelf
from limen.monitor.places.rules import NO_PLACES

NAME: Final = "places"
_FETCH: Final = "fetch it anew, and have that done by itself"


async def places(setup: Setup) -> list[Finding]:
    """It opens each file as Limen does, and looks at its age."""
    said = await aside(lambda: monitor_said(setup))
    rules = said.places if said is not None else NO_PLACES
    if rules == NO_PLACES:
        return [Finding(NAME, State.SKIPPED, "no file tells where addresses are", where=FILE)]
    now = SystemClock().now()
    atlas = await aside(lambda: open_atlas(rules, setup.root, now, Shelf()))
    return [_finding(state, now) for state in atlas.files]


def _finding(state: FileState, now: int) -> Finding:
    where, age = str(state.path), max(0, now - state.at) // DAY
    if state.problem:
        what = f"{state.name} tells no places: {state.problem}"
        return Finding(NAME, State.WRONG, what, "correct its path in monitor.yaml, or fetch it anew", where)
    if state.is_old:
        counts = "" if state.counts else "; whether an address is an anonymiser is not known by it any more"
        return Finding(NAME, State.WARNING, f"{state.name} is {age} days old{counts}", _FETCH, where)
    if state.bad_lines:
        what = f"{state.bad_lines} lines of {state.name} can't be read"
        return Finding(NAME, State.WARNING, what, "write one address or network on each line", where)
    return Finding(NAME, State.OK, f"{state.name} is {age} days old", where=where)
