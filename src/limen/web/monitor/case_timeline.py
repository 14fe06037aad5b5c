"""The timeline of a case: what was found, what Limen did, what people did, and the journal of whom it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Final

from limen.clock import HOUR, Instant
from limen.events import Event
from limen.monitor.alerts.service import WholeCase
from limen.storage.journal.search import EventPage, EventQuery, search
from limen.web.console.rows import person_name, titles_of
from limen.web.console.timeline import line_of
from limen.web.monitor.evidence import evidence_of
from limen.web.site import Site

BEFORE: Final = HOUR
AFTER: Final = HOUR
"""How much of the journal before the first finding, and after the last, is shown."""
MOST_PEOPLE: Final = 3
MOST_OF_A_PERSON: Final = 60
MOST: Final = 200
SAID_ELSEWHERE: Final = ("alert.", "person.looked_at")
"""Kinds of events that are left out: what was done and said is shown as that, and looking at a case changes it not."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One thing that happened, or several of one kind by one person at a stretch: `count`, and `at` is of the newest.

    `sort`: found · done · said · journal. `source`: who told it.
    """

    at: Instant
    sort: str
    title: str
    who: str = ""
    source: str = ""
    href: str = ""
    count: int = 1


async def timeline(site: Site, whole: WholeCase) -> list[CaseLine]:
    """The newest first."""
    lines = [*_found(site, whole), *_done(site, whole), *_said(site, whole)]
    since = min([one.since for one in whole.alerts] or [whole.case.opened_at]) - BEFORE
    until = whole.case.last_at + AFTER
    for person_id in whole.people[:MOST_PEOPLE]:
        sought = EventQuery(person_id, since=since, holds=lambda event: _is_shown(event, until))
        page: EventPage = await site.in_thread(partial(search, site.ports.journal.reader, sought, MOST_OF_A_PERSON))
        lines += [_of_journal(site, event, person_id) for event in page.events]
    return list(folded(sorted(lines, key=lambda one: -one.at)))[:MOST]


def folded(lines: Iterable[CaseLine]) -> Iterator[CaseLine]:
    """Alike lines of the journal that follow each other become one: ten looks at pages say no more than one."""
    for (sort, *_), several in groupby(lines, key=lambda one: (one.sort, one.title, one.who)):
        first, *more = several
        if sort == "journal":
            yield replace(first, count=1 + len(more))
        else:
            yield from (first, *more)


def _is_shown(event: Event, until: Instant) -> bool:
    return event.at <= until and not event.kind.startswith(SAID_ELSEWHERE)


def _found(site: Site, whole: WholeCase) -> list[CaseLine]:
    return [
        CaseLine(
            one.hit.at,
            "found",
            one.hit.title,
            person_name(site.known, one.hit.person_id) if one.hit.person_id else one.hit.entity.partition(":")[2],
            ", ".join(one.hit.sources),
            rests.href if (rests := evidence_of([one.hit])) is not None else "",
        )
        for one in whole.findings
    ]


def _done(site: Site, whole: WholeCase) -> list[CaseLine]:
    lines = []
    for one in whole.responses:
        by = person_name(site.known, one.by) if one.by else f"playbook {one.playbook}"
        lines.append(CaseLine(one.at, "done", one.kind.value, by))
        if one.ended_at and one.until:
            ended = person_name(site.known, one.ended_by) if one.ended_by else "by itself"
            lines.append(CaseLine(one.ended_at, "ended", one.kind.value, ended))
    return lines


def _said(site: Site, whole: WholeCase) -> list[CaseLine]:
    return [
        CaseLine(one.closed_at, "said", one.verdict, person_name(site.known, one.closed_by))
        for one in whole.alerts
        if one.closed_at
    ]


def _of_journal(site: Site, event: Event, person_id: str) -> CaseLine:
    line = line_of(event, site.known, titles_of(site.ports.in_force.engine), person_id, "")
    return CaseLine(line.at, "journal", line.title, person_name(site.known, person_id), "limen", line.href)
