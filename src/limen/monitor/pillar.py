"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Command, Core, Declarations, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from limen.finding import Finding
    from limen.pillar import ErasedPerson, Installation


def _declarations() -> Declarations:
    from limen.monitor.alerts import kinds as of_alerts, tables as alerts
    from limen.monitor.alerts.holdings import HOLDINGS
    from limen.monitor.credentials import CREDENTIALS
    from limen.monitor.detections.company_rules import DETECTIONS
    from limen.monitor.detections.travel import kinds as travel_kinds, store as travels
    from limen.monitor.monitor_file import MONITOR_FILE
    from limen.monitor.notify import store as notices
    from limen.monitor.places import familiar_store as places
    from limen.monitor.response import store as responses
    from limen.monitor.search import kinds as of_searches, saved_store as searches
    from limen.monitor.settings import MonitorSettings
    from limen.monitor.sources import kinds, pulls_store, store

    return Declarations(
        events=(*kinds.KINDS, *of_alerts.KINDS, *travel_kinds.KINDS, *of_searches.KINDS),
        settings=MonitorSettings,
        tables=(
            *store.TABLES,
            *pulls_store.TABLES,
            *alerts.TABLES,
            *responses.TABLES,
            *notices.TABLES,
            *places.TABLES,
            *travels.TABLES,
            *searches.TABLES,
        ),
        credentials=CREDENTIALS,
        holdings=HOLDINGS,
        files=(MONITOR_FILE,),
        folder=DETECTIONS,
    )


def _prepare(core: Core) -> None:
    from limen.monitor.services import prepare

    prepare(core)


async def _build(core: Core) -> Running:
    from limen.monitor.services import build

    return await build(core)


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.monitor.alerts.findings import whose_with
    from limen.monitor.detections.travel import announcing, store
    from limen.monitor.risk import projection

    yield from ((projection.CHANGE, projection.key_of(subject)) for subject in whose_with(connection, person_id))
    yield from ((announcing.CHANGE, one.id) for one in store.of_person(connection, person_id))


def _erase_names(connection: Connection, person: ErasedPerson) -> Iterator[tuple[str, str]]:
    from limen.monitor.alerts import erasing
    from limen.monitor.risk import projection

    yield from ((projection.CHANGE, projection.key_of(subject)) for subject in erasing.erase(connection, person))


async def _examine_clickhouse(here: Installation) -> list[Finding]:
    from limen.monitor.outgrown.examining import examine_clickhouse

    return await examine_clickhouse(here)


async def _examine_nats(here: Installation) -> list[Finding]:
    from limen.monitor.outgrown.examining import examine_nats

    return await examine_nats(here)


PILLAR = Pillar(
    name="monitor",
    examinations={"clickhouse": _examine_clickhouse, "nats": _examine_nats},
    commands={
        "alert": Command("limen.cli.alert", "List and close alerts, suppress what is no danger, and set channels"),
        "source": Command("limen.cli.source", "List sources of logs, and let their senders in"),
        "evtx": Command("limen.cli.evtx", "Print a log file of Windows as JSON lines, to send them to a source"),
        "detections": Command("limen.cli.detections", "List detection rules, and check a folder of Sigma rules"),
        "place": Command("limen.cli.place", "Say where an address is, and what policies see of it"),
        "search": Command("limen.cli.search", "Search what happened, over all sources and the journal"),
        "travel": Command("limen.cli.travel", "Announce journeys, so that signing in from there is no alarm"),
    },
    pages=(
        "limen.web.monitor.alerts",
        "limen.web.monitor.risk",
        "limen.web.monitor.suppressions",
        "limen.web.monitor.channels",
        "limen.web.monitor.intake",
        "limen.web.monitor.sources",
        "limen.web.monitor.detections",
        "limen.web.monitor.places",
        "limen.web.monitor.search",
    ),
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
    erase_names=_erase_names,
)
