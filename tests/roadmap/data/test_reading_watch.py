"""How things are watched, as it is read from a real Limen: its database, its locks, its sealed events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.monitor.alerts.test_findings import finding
from tests.roadmap.data.houses import alert
from tests.web.conftest import House, move_in

from limen.clock import DAY, SECOND
from limen.company.places import events_folder
from limen.monitor.alerts import findings
from limen.monitor.alerts.store import keep_alert
from limen.monitor.monitor_file import FILE
from limen.monitor.monitor_rules import LogSource, MonitorRules, Way
from limen.monitor.sources import store as log_sources
from limen.monitor.sources.store import Totals
from limen.roadmap.data.evidence import WatchEvidence
from limen.roadmap.data.reading_watch import watch_evidence
from limen.roadmap.looking import RoadmapJob
from limen.storage.event_store.sealed_list import SEALED_FILE, SealedEventList, SealedEvents
from limen.storage.segments.lock import lock_chain

RULES = MonitorRules(sources={"linux": LogSource("syslog", Way.TLS)})


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


def read(house: House, rules: MonitorRules | None = RULES) -> WatchEvidence | None:
    sources = RoadmapJob(house.limen.core).sources(house.clock.now())
    assert sources.company is not None
    parts = {name: one for name, one in sources.company.parts.items() if name != FILE}
    company = replace(sources.company, parts={**parts, FILE: rules} if rules is not None else parts)
    return watch_evidence(replace(sources, company=company), lambda: None)


async def test_where_nothing_watches_nothing_is_known(harbor: House) -> None:
    assert read(harbor, None) is None
    assert read(harbor, replace(RULES, watch=False)) is None


async def test_sources_alerts_and_findings_are_read(harbor: House) -> None:
    now, write = harbor.clock.now(), harbor.limen.database.write
    write(lambda t: log_sources.add_totals(t.connection, {"linux": Totals(heard_at=now, events=3)}))
    kept = [alert("open", now - 90 * DAY, 0), alert("old", now - 31 * DAY), alert("new", now - DAY)]
    for one in kept:
        write(lambda t, one=one: keep_alert(t.connection, one))
    soon, late, old = (replace(finding(n, at=now - n), taken_at=now) for n in (2 * SECOND, 3 * SECOND, 40 * DAY))
    write(lambda t: findings.add(t.connection, (soon, late, replace(old, taken_at=now - 31 * DAY))))
    found = read(harbor)
    assert found is not None
    assert [(one.name, one.totals.events) for one in found.sources] == [("linux", 3)]
    assert {one.id for one in found.alerts} == {"open", "new"}
    assert dict(found.findings) == {"r": (2, 1)}
    assert (found.journal_days, found.zone.tzname(None)) == (90, None)


async def test_many_alerts_are_all_read(harbor: House) -> None:
    now = harbor.clock.now()

    def keep(transaction: object) -> None:
        for number in range(600):
            keep_alert(transaction.connection, alert(f"al_{number}", now - DAY))  # type: ignore[attr-defined]

    harbor.limen.database.write(keep)
    found = read(harbor)
    assert found is not None
    assert len(found.alerts) == 600


async def test_whether_it_runs_and_since_when_events_are_kept_is_read_from_the_disk(harbor: House) -> None:
    core = harbor.limen.core
    folder = events_folder(core.root, core.settings)
    before = read(harbor)
    assert before is not None
    assert (before.is_running, dict(before.oldest)) == (False, {})
    folder.mkdir(parents=True, exist_ok=True)
    segments = tuple(
        SealedEvents(
            ordinal=number,
            begun_at=number,
            first_n=0,
            last_n=0,
            before="",
            head="",
            sha256="",
            size=1,
            rows=1,
            duplicates=0,
            first_at=0,
            last_at=0,
            sources={"linux": number - 1, "other": 1},
        )
        for number in (1, 2, 3)
    )
    (folder / SEALED_FILE).write_bytes(msgspec.json.encode(SealedEventList(segments=segments)))
    with lock_chain(folder):
        found = read(harbor)
    assert found is not None
    assert (found.is_running, dict(found.oldest)) == (True, {"linux": 2, "other": 1})
