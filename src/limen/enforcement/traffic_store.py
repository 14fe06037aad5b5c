"""What was asked of apps in onboarding, kept over a restart. SQL; whoever calls holds the transaction.

Of the people behind a pattern only their number is kept. Who would have been refused is kept by name: that is asked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, Text, delete, insert, select

from limen.clock import Instant
from limen.enforcement.path_patterns import PathPatterns
from limen.enforcement.traffic import AppTraffic, Count, Kind, Often, Refused, Traffic, Unsaved
from limen.facts import App
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.tables import metadata, rows_called

observed_apps = Table(
    "observed_apps",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("forget_at", BigInteger, nullable=False),
    Column("uncounted", BigInteger, nullable=False),
    Column("wide", Text, nullable=False),
)
"""Apps that were noted. `wide`: the places of which only `*` is kept, as JSON."""

observed_kinds = Table(
    "observed_kinds",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("method", String(20), primary_key=True),
    Column("pattern", String(400), primary_key=True),
    Column("action", String(20), primary_key=True),
    Column("signed_in", BigInteger, nullable=False),
    Column("strangers", BigInteger, nullable=False),
    Column("people", Integer, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

observed_refusals = Table(
    "observed_refusals",
    metadata,
    Column("app", String(40), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("person_id", String(40), nullable=False, index=True),
    Column("action", String(20), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("newest", BigInteger, nullable=False),
    Column("decision", String(40), nullable=False),
    info=rows_called("request counted during onboarding", "requests counted during onboarding"),
)
"""Who would have been refused what, and by which policies. `id` is the hash of these three."""

_ALL = (observed_apps, observed_kinds, observed_refusals)


@dataclass(frozen=True, slots=True)
class _News:
    """What this worker has counted of one app, taken at one moment. `patterns` are the names that it knows."""

    app: str
    forget_at: Instant
    patterns: PathPatterns
    unsaved: Unsaved


async def keep_up(
    traffic: Traffic, apps: dict[str, App], people: Collection[str], database: Database, now: Instant
) -> None:
    """Add what is new to what all workers have counted, and know all of that; erase what is over, and whoever of
    `people` is not there any more.

    Call it every half minute, on the event loop.
    """
    over, gone = traffic.forget(apps, now), traffic.forget_people(people)
    news = [_news(app_id, seen) for app_id, seen in traffic.apps() if seen.unsaved]
    try:
        if over or gone or news:
            everything = await database.writing(lambda transaction: _save(transaction, over, gone, news))
        elif any(app.is_onboarding(now) for app in apps.values()):
            everything = await database.reading(lambda snapshot: _read(snapshot.connection))
        else:
            return
    except Exception:
        for one in news:  # nothing of it was written: the next try writes it all
            if (seen := traffic.of(one.app)) is not None:
                _give_back(seen, one.unsaved)
        raise
    for app_id, all_of_it in everything.items():
        if app_id not in over:
            traffic.known(app_id, all_of_it.forget_at).take_over(all_of_it)


def _news(app_id: str, seen: AppTraffic) -> _News:
    unsaved, seen.unsaved = seen.unsaved, Unsaved()
    for kind, count in unsaved.kinds.items():
        if (known := seen.kinds.get(kind)) is not None:
            count.people_before = known.people_count
    patterns = PathPatterns(wide=seen.patterns.wide)
    patterns.kept = set(seen.patterns.kept)
    return _News(app_id, seen.forget_at, patterns, unsaved)


def _give_back(seen: AppTraffic, unsaved: Unsaved) -> None:
    for kind, count in unsaved.kinds.items():
        seen.unsaved.count(kind, count)
    for refused, often in unsaved.refused.items():
        seen.unsaved.refuse(refused, often)
    seen.unsaved.uncounted += unsaved.uncounted


def _kind_row(app_id: str, kind: Kind, count: Count) -> dict[str, object]:
    return {
        "app": app_id,
        "method": kind.method,
        "pattern": "/".join(kind.segments),
        "action": kind.action,
        "signed_in": count.signed_in,
        "strangers": count.strangers,
        "people": count.people_count,
        "first_at": count.first,
        "last_at": count.last,
    }


def _refusal_row(app_id: str, refused: Refused, often: Often) -> dict[str, object]:
    reasons = json.dumps(refused.reasons)
    name = json.dumps([refused.person_id, refused.action, refused.reasons])
    return {
        "app": app_id,
        "id": sha256(name.encode()).hexdigest(),
        "person_id": refused.person_id,
        "action": refused.action,
        "reasons": reasons,
        "times": often.count,
        "newest": often.newest,
        "decision": often.decision,
    }


def _save(
    transaction: Transaction, over: Iterable[str], gone: Iterable[str], news: Iterable[_News]
) -> dict[str, AppTraffic]:
    """What all workers have counted, by the app."""
    connection = transaction.connection
    for person_id in gone:
        connection.execute(delete(observed_refusals).where(observed_refusals.c.person_id == person_id))
    for app_id in over:
        for table in _ALL:
            connection.execute(delete(table).where(table.c.app == app_id))
    everything = _read(connection)
    for one in news:
        seen = everything.setdefault(one.app, AppTraffic(one.forget_at))
        seen.forget_at = one.forget_at
        seen.join_patterns(one.patterns)
        seen.add(one.unsaved)
        _write(connection, one.app, seen, one.unsaved.refused)
    return everything


def _write(connection: Connection, app_id: str, seen: AppTraffic, refused: Collection[Refused]) -> None:
    wide = json.dumps(sorted(seen.patterns.wide))
    row = {"app": app_id, "forget_at": seen.forget_at, "uncounted": seen.uncounted, "wide": wide}
    connection.execute(delete(observed_apps).where(observed_apps.c.app == app_id))
    connection.execute(insert(observed_apps).values(row))
    connection.execute(delete(observed_kinds).where(observed_kinds.c.app == app_id))
    if kinds := [_kind_row(app_id, kind, count) for kind, count in seen.kinds.items()]:
        connection.execute(insert(observed_kinds), kinds)
    refusals = [_refusal_row(app_id, one, seen.refused[one]) for one in refused if one in seen.refused]
    for each in refusals:
        same = (observed_refusals.c.app == app_id) & (observed_refusals.c.id == each["id"])
        connection.execute(delete(observed_refusals).where(same))
    if refusals:
        connection.execute(insert(observed_refusals), refusals)


def load(traffic: Traffic, snapshot: Snapshot) -> None:
    """Go on from what was kept. The number of people behind a pattern is then the larger of before and since."""
    for app_id, seen in _read(snapshot.connection).items():
        traffic.load(app_id, seen)


def _read(connection: Connection) -> dict[str, AppTraffic]:
    rows = connection.execute(select(observed_apps)).all()
    apps = {row.app: AppTraffic(row.forget_at, uncounted=row.uncounted) for row in rows}
    for row in connection.execute(select(observed_kinds)):
        if row.app in apps:
            segments = tuple(row.pattern.split("/")) if row.pattern else ()
            count = Count(row.first_at, row.last_at, row.signed_in, row.strangers, row.people)
            apps[row.app].kinds[Kind(row.method, segments, row.action)] = count
    for row in connection.execute(select(observed_refusals)):
        if row.app in apps:
            refused = Refused(row.person_id, row.action, tuple(json.loads(row.reasons)))
            apps[row.app].refused[refused] = Often(row.times, row.newest, row.decision)
    for row in rows:
        seen, wide = apps[row.app], (tuple(place) for place in json.loads(row.wide))
        seen.patterns = PathPatterns((kind.segments for kind in seen.kinds), wide)
    return apps
