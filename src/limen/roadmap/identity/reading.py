"""Reads the evidence of this phase from the database, the journal, the events and the company in force."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from limen.clock import DAY, Instant
from limen.company.company import Company
from limen.company.places import events_folder, journal_folder, watching_folder
from limen.company.unique_identities.listing import listed
from limen.company.unique_identities.reading import Held, read
from limen.enforcement.brokered import store as brokered_secrets
from limen.events import Event
from limen.identity.departures import store as departures
from limen.identity.departures.departures import Report
from limen.identity.departures.model import of_all_workers
from limen.identity.past_sign_ins import past_sign_ins
from limen.identity.shared_seeds import SharedSeeds
from limen.identity.sources import store as said_by_sources
from limen.identity.sources.model import PeopleSources, Source, SourceKind
from limen.identity.sources.people_file import PEOPLE_FILE
from limen.identity.store import factors
from limen.monitor.alerts import findings
from limen.monitor.monitor_file import FILE as MONITOR
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.outgrown.servers import clickhouse_server
from limen.monitor.search.answer import Found
from limen.monitor.search.query import Condition
from limen.monitor.search.service import Places, asked_of, run
from limen.monitor.settings import MonitorSettings
from limen.monitor.sources import pulls_store
from limen.probes.upstreams import own_addresses
from limen.roadmap.counted.reading import Counted
from limen.roadmap.events import events_since
from limen.roadmap.identity.decided import Decided
from limen.roadmap.identity.evidence import Brokered, GlassBroken, IdentityEvidence, ListOfPeople
from limen.roadmap.identity.imported import Imported, imported
from limen.roadmap.identity.providers import LOGGED, declared_providers, tells_of_sign_ins
from limen.roadmap.sources import Sources
from limen.storage import Snapshot
from limen.storage.break_glass import KIND as GLASS

LATELY: Final = 30 * DAY
DRILLS: Final = 90 * DAY
SILENT_AFTER: Final = 2 * DAY
"""A directory that was not read for so long is silent: it is asked every few minutes to hours."""
ALERT_OF_GLASS: Final = "63902704-b952-54ea-a558-e1d5f51456f5"
"""The detection that finds each use of break-glass."""
OPENED: Final = "opened"
_BROKERED: Final = "brokered.signed_in"
_MOST_FOUND: Final = 1_000


def identity_evidence(sources: Sources, counted: Counted, breathe: Callable[[], object]) -> IdentityEvidence:
    """Each part by itself; `breathe` is called between them."""
    seeds, reader, now, company = SharedSeeds(sources.keyring), sources.reader, sources.now, sources.company

    def held(snapshot: Snapshot) -> tuple[Held, dict[str, int], tuple[Report, ...], tuple[ListOfPeople, ...]]:
        found = read(snapshot, seeds, now)
        connection = snapshot.connection
        passkeys = dict.fromkeys((one.person.id for one in found.members), 0)
        return (
            found,
            passkeys | factors.passkeys_by_person(connection),
            _departures(snapshot),
            tuple(_lists(snapshot, company)),
        )

    breathe()
    accounts, passkeys, left, lists = sources.database.read(held)
    breathe()
    sign_ins = past_sign_ins(reader, now)
    breathe()
    glass = events_since(reader, (GLASS,), now - DRILLS)
    used = events_since(reader, (_BROKERED,), now - LATELY)
    breathe()
    return IdentityEvidence(
        sources=lists,
        held=accounts,
        accounts=listed(accounts, now),
        passkeys=passkeys,
        sign_ins=sign_ins,
        decided=Decided(counted.permits, counted.unknown),
        imported=_imported(sources),
        departures=left,
        glass=None if glass is None else _broken(sources, glass),
        brokered=None if used is None else _brokered(sources, used),
        own_addresses=own_addresses(),
    )


def _departures(snapshot: Snapshot) -> tuple[Report, ...]:
    found = departures.all_of(snapshot.connection)
    surfaces = departures.surfaces_of(snapshot.connection, *(one.id for one in found))
    return tuple(Report(one, of_all_workers(surfaces[one.id])) for one in found)


def _lists(snapshot: Snapshot, company: Company | None) -> Iterator[ListOfPeople]:
    declared = None if company is None else company.parts.get(PEOPLE_FILE.name)
    for one in declared.sources if isinstance(declared, PeopleSources) else ():
        runs = [run for run in said_by_sources.runs_of(snapshot.connection, one.id) if not run.failed]
        read_at = max((run.ended_at for run in runs), default=0)
        yield ListOfPeople(one.id, read_at, _silent_after(one))


def _silent_after(source: Source) -> int:
    return 0 if source.kind is SourceKind.SCIM else SILENT_AFTER


def _imported(sources: Sources) -> tuple[Imported, ...]:
    """Of each provider that is declared, or that an event ever told of, whatever is connected today."""
    root, settings = sources.root, sources.settings
    declared, folder = declared_providers(sources.company), events_folder(root, settings)
    if not declared and not folder.is_dir():  # no event was ever kept
        return ()
    places = Places(
        folder,
        journal_folder(root, settings),
        watching_folder(root, settings),
        lambda: clickhouse_server(settings.section(MonitorSettings), root, os.environ),
    )

    def look(
        condition: Condition, since: Instant, until: Instant, *, rows: int = 0, groups: tuple[str, ...] = ()
    ) -> Found:
        return run(asked_of(places, condition, since, until, rows=rows, is_summed=False, groups=groups))

    return imported(look, sources.now, declared, _connected(sources))


def _connected(sources: Sources) -> dict[str, Instant]:
    """The providers whose sign-ins a source tells of, with when it was last asked for them and answered (0: never)."""
    rules = None if sources.company is None else sources.company.parts.get(MONITOR)
    if not isinstance(rules, MonitorRules) or not rules.watch:
        return {}
    states = sources.database.read(lambda snapshot: pulls_store.ASKED.states(snapshot.connection))
    found: dict[str, Instant] = {}
    for provider in LOGGED:
        if names := [name for name, one in rules.sources.items() if tells_of_sign_ins(one, provider)]:
            found[provider] = max((states[one].done_at for one in names if one in states), default=0)
    return found


def _broken(sources: Sources, events: Iterable[Event]) -> tuple[GlassBroken, ...]:
    """Each opening with the first alert that was raised of it; of another person's use none counts."""
    since = sources.now - DRILLS
    found = sources.database.read(lambda s: findings.of_rule(s.connection, ALERT_OF_GLASS, since, _MOST_FOUND))
    raised = [one.hit for one in found]
    return tuple(
        GlassBroken(
            one.id,
            one.at,
            one.subject,
            min((each.at for each in raised if each.person_id == one.subject and each.at >= one.at), default=0),
        )
        for one in events
        if one.reason == OPENED
    )


def _brokered(sources: Sources, events: Sequence[Event]) -> tuple[Brokered, ...]:
    stored = sources.database.read(lambda snapshot: brokered_secrets.stored(snapshot.connection))
    apps = {} if sources.company is None else sources.company.all_apps
    return tuple(
        Brokered(app.id, Counter(one.actor for one in events if one.details.get("app") == app.id), app.id in stored)
        for app in apps.values()
        if app.account is not None
    )
