"""What would have been other in the past days by files of parts, such as detections: looked at before they count."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from pathlib import Path
from typing import Final

from limen.clock import Instant
from limen.company.company import Company
from limen.company.places import events_beside
from limen.company.rehearsal import WINDOW
from limen.facts import Person
from limen.messages import times
from limen.pillar import Foreseen, Past
from limen.pillars import files as files_of_parts

MOST_SECONDS: Final = 60.0
"""How long a command looks at the past; what is not looked at by then is said."""


def foreseen(
    before: Company | None,
    after: Company,
    journal: Path,
    now: Instant,
    seconds: float = MOST_SECONDS,
    go_on: Callable[[], object] = lambda: None,
    people: Iterable[Person] = (),
) -> tuple[Foreseen, ...]:
    """What publishing `after` would have found in the last 30 days. `journal` is the folder of the journal, `people`
    is everybody there is.
    """
    by_id = {one.id: one for one in people}
    past = Past(journal, events_beside(journal), now - WINDOW, now, seconds, go_on, by_id)
    return tuple(
        one
        for files in files_of_parts()
        if files.would_have is not None
        for one in files.would_have(before.parts.get(files.name) if before else None, after.parts.get(files.name), past)
    )


def lines_of(found: tuple[Foreseen, ...], zone: tzinfo) -> list[str]:
    """The same for a terminal."""
    lines: list[str] = []
    for one in found:
        lines.append(one.said + (":" if one.newest else ""))
        lines += [f"  {times.date(at, zone)} {who}" for at, who, _event in one.newest]
    return lines
