"""Reads where data lies, what each place lacks of what its label needs, and what was stopped on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.company.company import Company
from limen.company.store_overview import Minimums, kept_of, overviews_of, reaches_of
from limen.company.store_reach import Reaching
from limen.data.data_file import FILE
from limen.data.findings import store as findings
from limen.data.findings.model import FOUND, State, Triage, has_passed
from limen.data.inventory.controls import Held, Lack, Minimum, lacks, minimums
from limen.data.inventory.model import Store, StoreKind
from limen.data.rules.stated import NO_RULES, DataRules
from limen.events import Event
from limen.facts import LIMEN, Label, Person
from limen.identity.model import Member
from limen.roadmap.data.evidence import Stop, StoreEvidence
from limen.roadmap.events import events_since
from limen.roadmap.lasting import lasting
from limen.roadmap.sources import Sources
from limen.storage import Snapshot

LATELY: Final[Milliseconds] = 30 * DAY
_OF_POLICIES: Final = ("strength", "device", "session")
"""What an app can lack: the rest is about documents, and asked of stores."""


def store_evidence(
    sources: Sources, company: Company, members: Sequence[Member], breathe: Callable[[], object]
) -> StoreEvidence:
    """By data.yaml and the policies in force. `breathe` is called between apps. Raises StorageError."""
    rules = company.parts.get(FILE)
    stated = rules if isinstance(rules, DataRules) else NO_RULES
    needed, stores = minimums(stated), {one.name: one for one in stated.stores}
    kept = sources.database.read(lambda snapshot: kept_of(snapshot, stores, needed, sources.now))
    people = [one.person for one in members if one.person.active]
    breathe()
    reaches = reaches_of(company.engine(), company.all_apps, people, stores, kept, needed, sources.now)
    breathe()
    return StoreEvidence(
        minimums=needed,
        stores=tuple(overviews_of(stores, kept, reaches)),
        app_lacks=dict(_of_apps(sources, company, people, needed, breathe)),
        stops=_stops(sources),
    )


def _of_apps(
    sources: Sources, company: Company, people: Iterable[Person], needed: Minimums, breathe: Callable[[], object]
) -> Iterator[tuple[str, tuple[Lack, ...]]]:
    """An app is a place that is reached by itself."""
    everybody, now = tuple(people), sources.now
    reaching = lasting(
        company, "stores", everybody, now, lambda: Reaching(company.engine(), company.all_apps, everybody, now)
    )
    for app in company.all_apps.values():
        if app.id == LIMEN or app.label < Label.CONFIDENTIAL:
            continue
        minimum = needed.get(app.label, Minimum())
        place = Store(app.id, StoreKind.FOLDER, app.id, app.label, reached_by=(app.id,))
        held = Held(place, app.label, reaching.reach(place, minimum), None)
        yield app.id, tuple(one for one in lacks(held, minimum, sources.now) if one.control in _OF_POLICIES)
        breathe()


def _stops(sources: Sources) -> tuple[Stop, ...] | None:
    events = events_since(sources.reader, (FOUND,), sources.now - LATELY)
    if events is None:
        return None
    stopped = [one for one in events if not has_passed(one)]
    made_of = sources.database.read(lambda snapshot: _made_of(snapshot, stopped))
    return tuple(
        Stop(one.id, str(one.details.get("channel", "")), made_of.get(one.id, Triage()).state is State.NOT_SENSITIVE)
        for one in stopped
    )


def _made_of(snapshot: Snapshot, events: Iterable[Event]) -> dict[str, Triage]:
    return findings.triage_of(snapshot.connection, [one.id for one in events])
