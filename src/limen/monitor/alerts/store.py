"""What is kept of alerts and cases. Their queries, and those of what becomes of them, stand here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, case as sql_case, delete, func, insert, or_, select, update

from limen.clock import Instant
from limen.monitor.alerts.model import JOINED_FOR, ORDER, Alert, Case, Suppression
from limen.monitor.alerts.tables import alerts, cases, findings, suppressions
from limen.monitor.detections.hit import Level

_PLAIN_OF_ALERT: Final = tuple(column.name for column in alerts.c if column.name not in {"level", "says", "events"})
_PLAIN_OF_CASE: Final = tuple(column.name for column in cases.c if column.name != "level")
_OF_SUPPRESSION: Final = tuple(column.name for column in suppressions.c)
AT_ONCE: Final = 500
"""How many ids stand in one query."""


# Alerts


def alert(connection: Connection, alert_id: str) -> Alert | None:
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).first()
    return _alert(row) if row else None


def open_alert(connection: Connection, rule: str, entity: str, last_after: Instant) -> Alert | None:
    """The newest open alert of this rule about this, with a finding since then."""
    where = (alerts.c.rule == rule, alerts.c.entity == entity, alerts.c.closed_at == 0, alerts.c.last_at >= last_after)
    row = connection.execute(select(alerts).where(*where).order_by(alerts.c.last_at.desc()).limit(1)).first()
    return _alert(row) if row else None


def count_opened(connection: Connection, rule: str, since: Instant) -> int:
    """How many alerts of a rule were opened since then."""
    where = (alerts.c.rule == rule, alerts.c.opened_at >= since)
    return connection.scalar(select(func.count()).select_from(alerts).where(*where)) or 0


def keep_alert(connection: Connection, kept: Alert) -> None:
    """Take this alert in the place of the one before."""
    connection.execute(delete(alerts).where(alerts.c.id == kept.id))
    values: dict[str, Any] = {name: getattr(kept, name) for name in _PLAIN_OF_ALERT}
    values |= {"level": kept.level.value, "says": _json(kept.says), "events": _json(kept.events)}
    connection.execute(insert(alerts).values(values))


def alerts_of(connection: Connection, case_id: str) -> list[Alert]:
    """Those of a case, the oldest first."""
    ordered = select(alerts).where(alerts.c.case_id == case_id).order_by(alerts.c.opened_at, alerts.c.id)
    return [_alert(row) for row in connection.execute(ordered)]


def worst_alert(connection: Connection, case_id: str) -> Alert | None:
    """Of those in a case the worst, of several the oldest."""
    badness = sql_case({level.value: place for place, level in enumerate(ORDER)}, value=alerts.c.level)
    ordered = (
        select(alerts).where(alerts.c.case_id == case_id).order_by(badness.desc(), alerts.c.opened_at, alerts.c.id)
    )
    row = connection.execute(ordered.limit(1)).first()
    return _alert(row) if row else None


def recent_alerts(connection: Connection, most: int, *, is_open: bool | None = None) -> list[Alert]:
    """The newest alerts, the newest first."""
    query = select(alerts).order_by(alerts.c.last_at.desc(), alerts.c.id).limit(most)
    if is_open is not None:
        query = query.where(alerts.c.closed_at == 0 if is_open else alerts.c.closed_at > 0)
    return [_alert(row) for row in connection.execute(query)]


def open_or_opened_since(connection: Connection, since: Instant) -> list[Alert]:
    """All alerts that are open, whenever they were opened, and all that were opened since then, the oldest first."""
    where = or_(alerts.c.closed_at == 0, alerts.c.opened_at >= since)
    ordered = select(alerts).where(where).order_by(alerts.c.opened_at, alerts.c.id)
    return [_alert(row) for row in connection.execute(ordered)]


def merge_storm(connection: Connection, rule: str, since: Instant, case_id: str) -> None:
    """Put the open alerts of a rule since then into this case, unless another rule has alerts in theirs."""
    mixed = select(alerts.c.case_id).where(alerts.c.rule != rule)
    own = (alerts.c.rule == rule, alerts.c.opened_at >= since, alerts.c.closed_at == 0)
    where = (*own, alerts.c.case_id != case_id, alerts.c.case_id.not_in(mixed))
    emptied = list(connection.scalars(select(alerts.c.case_id).where(*where).distinct()))
    connection.execute(update(alerts).where(*where).values(case_id=case_id))
    left = set(connection.scalars(select(alerts.c.case_id).where(alerts.c.case_id.in_(emptied)).distinct()))
    connection.execute(delete(cases).where(cases.c.id.in_([one for one in emptied if one not in left])))


# Cases


def case(connection: Connection, case_id: str) -> Case | None:
    row = connection.execute(select(cases).where(cases.c.id == case_id)).first()
    return _case(row) if row else None


def case_about(connection: Connection, person_id: str, device_id: str, entity: str, now: Instant) -> Case | None:
    """The open case, of late, that has an alert about this person, this device, or the like."""
    about = [alerts.c.entity == entity]
    about += [alerts.c.person_id == person_id] if person_id else []
    about += [alerts.c.device_id == device_id] if device_id else []
    joined = select(cases).join(alerts, alerts.c.case_id == cases.c.id)
    where = and_(or_(*about), cases.c.closed_at == 0, cases.c.last_at >= now - JOINED_FOR)
    row = connection.execute(joined.where(where).order_by(cases.c.opened_at, cases.c.id).limit(1)).first()
    return _case(row) if row else None


def case_of_rule(connection: Connection, rule: str, since: Instant) -> Case | None:
    """The oldest open case with an alert of this rule that was opened since then."""
    joined = select(cases).join(alerts, alerts.c.case_id == cases.c.id)
    where = (alerts.c.rule == rule, alerts.c.opened_at >= since, cases.c.closed_at == 0)
    row = connection.execute(joined.where(*where).order_by(cases.c.opened_at, cases.c.id).limit(1)).first()
    return _case(row) if row else None


def keep_case(connection: Connection, kept: Case) -> None:
    """Take this case in the place of the one before."""
    connection.execute(delete(cases).where(cases.c.id == kept.id))
    values: dict[str, Any] = {name: getattr(kept, name) for name in _PLAIN_OF_CASE}
    connection.execute(insert(cases).values({**values, "level": kept.level.value}))


def recent_cases(connection: Connection, most: int, *, is_open: bool | None = None) -> list[Case]:
    """The newest cases, the newest first."""
    query = select(cases).order_by(cases.c.last_at.desc(), cases.c.id).limit(most)
    if is_open is not None:
        query = query.where(cases.c.closed_at == 0 if is_open else cases.c.closed_at > 0)
    return [_case(row) for row in connection.execute(query)]


def open_cases(connection: Connection) -> list[Case]:
    return [_case(row) for row in connection.execute(select(cases).where(cases.c.closed_at == 0))]


def alerts_in(connection: Connection, case_ids: Iterable[str]) -> dict[str, list[Alert]]:
    """The alerts of these cases, by the case, the oldest first."""
    wanted, found = list(case_ids), dict[str, list[Alert]]()
    for start in range(0, len(wanted), AT_ONCE):
        chosen = alerts.c.case_id.in_(wanted[start : start + AT_ONCE])
        for row in connection.execute(select(alerts).where(chosen).order_by(alerts.c.opened_at, alerts.c.id)):
            found.setdefault(row.case_id, []).append(_alert(row))
    return found


# Suppressions


def suppression(connection: Connection, suppression_id: str) -> Suppression | None:
    row = connection.execute(select(suppressions).where(suppressions.c.id == suppression_id)).first()
    return _suppression(row) if row else None


def every_suppression(connection: Connection, *, ended_since: Instant = 0) -> list[Suppression]:
    """All of them, the newest first, without those that ended before then."""
    where = or_(suppressions.c.ended_at == 0, suppressions.c.ended_at >= ended_since)
    query = select(suppressions).where(where, suppressions.c.until >= ended_since)
    return [_suppression(row) for row in connection.execute(query.order_by(suppressions.c.since.desc()))]


def live_suppressions(connection: Connection, now: Instant) -> list[Suppression]:
    """Those that count now, the narrowest first."""
    where = (suppressions.c.ended_at == 0, suppressions.c.since <= now, suppressions.c.until > now)
    found = [_suppression(row) for row in connection.execute(select(suppressions).where(*where))]
    return sorted(found, key=lambda one: (one.entity == "", one.id))


def add_suppression(connection: Connection, kept: Suppression) -> None:
    connection.execute(insert(suppressions).values({name: getattr(kept, name) for name in _OF_SUPPRESSION}))


def end_suppression(connection: Connection, suppression_id: str, now: Instant, by: str) -> None:
    where = suppressions.c.id == suppression_id
    connection.execute(update(suppressions).where(where).values(ended_at=now, ended_by=by))


def count_suppressed(connection: Connection, suppression_id: str, times: int) -> None:
    where = suppressions.c.id == suppression_id
    connection.execute(update(suppressions).where(where).values(count=suppressions.c.count + times))


# As time passes


def forget(connection: Connection, before: Instant) -> None:
    """Drop findings, closed alerts and cases, and suppressions that were over, from before then."""
    connection.execute(delete(findings).where(findings.c.taken_at < before))
    connection.execute(delete(alerts).where(alerts.c.closed_at > 0, alerts.c.last_at < before))
    connection.execute(delete(cases).where(cases.c.closed_at > 0, cases.c.last_at < before))
    connection.execute(delete(suppressions).where(suppressions.c.until < before))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        **{name: getattr(row, name) for name in _PLAIN_OF_ALERT},
        level=Level(row.level),
        says=msgspec.json.decode(row.says, type=dict[str, str | int]),
        events=msgspec.json.decode(row.events, type=tuple[str, ...]),
    )


def _case(row: Row[Any]) -> Case:
    return Case(**{name: getattr(row, name) for name in _PLAIN_OF_CASE}, level=Level(row.level))


def _suppression(row: Row[Any]) -> Suppression:
    return Suppression(**{name: getattr(row, name) for name in _OF_SUPPRESSION})
