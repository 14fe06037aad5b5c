"""What is kept of findings, and what of them counts: as somebody's risk, and for the preview of a suppression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from limen.clock import DAY, Instant, Milliseconds
from limen.facts import Session
from limen.monitor.alerts.model import Subject, Verdict
from limen.monitor.alerts.tables import alerts, findings
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.risk.arithmetic import Counted

MOST_ALIKE: Final = 20
"""Of what one rule found on one day at one level, so many count: more would come to no more points."""
COUNTS_FOR: Final = 30 * DAY
"""What is older has faded, whatever the half-life: it is 3 days at most."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as it is kept. `released_at`: when a verdict said that it counts for nothing (0: it counts)."""

    hit: Hit
    alert_id: str
    subject: Subject
    taken_at: Instant
    is_proven: bool
    explained_at: Instant = 0
    released_at: Instant = 0
    suppressed_by: str = ""


def times_of(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Which of these findings were taken before, and for how many each stood then."""
    rows = connection.execute(select(findings.c.id, findings.c.body).where(findings.c.id.in_(ids)))
    return {row.id: msgspec.json.decode(row.body, type=Hit).times for row in rows}


def grow(connection: Connection, hit: Hit) -> None:
    """The finding stands for more than it did. When it was found, and what became of it, stays."""
    body = msgspec.json.encode(hit).decode()
    connection.execute(update(findings).where(findings.c.id == hit.id).values(body=body))


def find(connection: Connection, finding_id: str) -> Finding | None:
    row = connection.execute(select(findings).where(findings.c.id == finding_id)).first()
    return _finding(row) if row is not None else None


def add(connection: Connection, several: Iterable[Finding]) -> None:
    rows = [
        {
            "id": one.hit.id,
            "alert_id": one.alert_id,
            "rule": one.hit.rule,
            "entity": one.hit.entity,
            "person_id": one.hit.person_id,
            "device_id": one.hit.device_id,
            "session": one.hit.session,
            "subject_kind": one.subject[0],
            "subject_id": one.subject[1],
            "level": one.hit.level.value,
            "confidence": one.hit.confidence,
            "at": one.hit.at,
            "taken_at": one.taken_at,
            "is_proven": one.is_proven,
            "may_be_explained": one.hit.is_explained_by_passkey,
            "explained_at": one.explained_at,
            "released_at": one.released_at,
            "suppressed_by": one.suppressed_by,
            "body": msgspec.json.encode(one.hit).decode(),
        }
        for one in several
    ]
    if rows:
        connection.execute(insert(findings), rows)


def of_alert(connection: Connection, alert_id: str, most: int) -> list[Finding]:
    """The newest of an alert, the newest first."""
    ordered = select(findings).where(findings.c.alert_id == alert_id).order_by(findings.c.at.desc(), findings.c.id)
    return [_finding(row) for row in connection.execute(ordered.limit(most))]


def of_rule(connection: Connection, rule: str, since: Instant, most: int) -> list[Finding]:
    """The newest that a rule has found since then, the newest first."""
    where = (findings.c.rule == rule, findings.c.at >= since)
    ordered = select(findings).where(*where).order_by(findings.c.at.desc(), findings.c.id)
    return [_finding(row) for row in connection.execute(ordered.limit(most))]


def taken_within(connection: Connection, since: Instant, within: Milliseconds) -> dict[str, tuple[int, int]]:
    """By rule, how many findings were taken from then on, and how many of them so soon after what they tell of."""
    is_soon = case((findings.c.taken_at - findings.c.at <= within, 1), else_=0)
    query = select(findings.c.rule, func.count(), func.sum(is_soon)).where(findings.c.taken_at >= since)
    return {rule: (number, int(soon)) for rule, number, soon in connection.execute(query.group_by(findings.c.rule))}


def with_cases(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[Finding, str]]:
    """Findings by their ids, each with the id of the case that it is in ("": in none)."""
    query = select(findings, alerts.c.case_id).outerjoin(alerts, alerts.c.id == findings.c.alert_id)
    rows = connection.execute(query.where(findings.c.id.in_(ids)))
    return {row.id: (_finding(row), row.case_id or "") for row in rows}


def count_of_alert(connection: Connection, alert_id: str) -> int:
    query = select(func.count()).select_from(findings).where(findings.c.alert_id == alert_id)
    return connection.scalar(query) or 0


def release(connection: Connection, alert_id: str, now: Instant) -> list[Subject]:
    """The findings of an alert count for nothing from now on; 0 as the instant: they count again. Whose they were."""
    where = findings.c.alert_id == alert_id
    connection.execute(update(findings).where(where).values(released_at=now))
    pairs = select(findings.c.subject_kind, findings.c.subject_id).where(where, findings.c.subject_kind != "")
    return [(row.subject_kind, row.subject_id) for row in connection.execute(pairs.distinct())]


def is_about(connection: Connection, alert_id: str, person_id: str) -> bool:
    """Whether a finding of this alert is about this person; of a storm's, one among many may be."""
    where = (findings.c.alert_id == alert_id, findings.c.person_id == person_id)
    return connection.scalar(select(findings.c.id).where(*where).limit(1)) is not None


def whose_with(connection: Connection, person_id: str) -> list[Subject]:
    """Whose scores the findings about a person count for."""
    where = (findings.c.person_id == person_id, findings.c.subject_kind != "")
    pairs = select(findings.c.subject_kind, findings.c.subject_id).where(*where).distinct()
    return [(row.subject_kind, row.subject_id) for row in connection.execute(pairs)]


def is_entity_of(connection: Connection, entity: str, person_id: str) -> bool:
    """Whether something that is called so was found to be this person's."""
    where = (findings.c.entity == entity, findings.c.person_id == person_id)
    return connection.scalar(select(findings.c.id).where(*where).limit(1)) is not None


def whom_it_found(connection: Connection, rule: str, since: Instant) -> tuple[set[str], set[str]]:
    """The ids of the people and of the devices that a rule has found something about since then."""
    where = (findings.c.rule == rule, findings.c.taken_at >= since)
    pairs = connection.execute(select(findings.c.person_id, findings.c.device_id).where(*where).distinct()).all()
    return {one.person_id for one in pairs} - {""}, {one.device_id for one in pairs} - {""}


# What counts as risk


def subjects(connection: Connection, now: Instant) -> list[Subject]:
    """Whoever has findings that may count."""
    where = (findings.c.subject_kind != "", findings.c.released_at == 0, findings.c.at >= now - COUNTS_FOR)
    pairs = select(findings.c.subject_kind, findings.c.subject_id).where(*where).distinct()
    return [(row.subject_kind, row.subject_id) for row in connection.execute(pairs)]


def counted(connection: Connection, subject: Subject, now: Instant) -> tuple[Counted, ...]:
    """What counts for somebody's score, the newest first: whatever one rule floods, the others' findings stay."""
    day = findings.c.at // DAY
    alike = (findings.c.rule, day, findings.c.level, findings.c.confidence, findings.c.is_proven)
    order = func.row_number().over(partition_by=(*alike, findings.c.explained_at > 0), order_by=findings.c.at.desc())
    where = (
        findings.c.subject_kind == subject[0],
        findings.c.subject_id == subject[1],
        findings.c.released_at == 0,
        findings.c.at >= now - COUNTS_FOR,
    )
    numbered = select(findings.c.id, findings.c.explained_at, findings.c.is_proven, findings.c.body, order.label("n"))
    chosen = numbered.where(*where).subquery()
    found = [
        (msgspec.json.decode(row.body, type=Hit), row.is_proven, row.explained_at)
        for row in connection.execute(select(chosen).where(chosen.c.n <= MOST_ALIKE))
    ]
    several = [
        Counted(
            id=hit.id,
            rule=hit.rule,
            title=hit.title,
            level=hit.level,
            at=hit.at,
            confidence=hit.confidence,
            tactics=hit.tactics,
            times=min(hit.times, MOST_ALIKE),
            is_proven=bool(is_proven),
            is_explained=explained_at > 0,
        )
        for hit, is_proven, explained_at in found
    ]
    return tuple(sorted(several, key=lambda one: (-one.at, one.id)))


def explain(connection: Connection, session: Session, now: Instant) -> list[Subject]:
    """A passkey was used in this session, on its device: what that explains of before counts for less. Whose it is.

    Only what names that device, or this session, which may have been found before it was tied to the device: a passkey
    on a laptop says nothing about a session elsewhere.
    """
    proved_at = session.auth.at
    where = (
        or_(
            findings.c.device_id == session.device_id,
            and_(findings.c.device_id == "", findings.c.session == session.id),
        ),
        findings.c.person_id == session.person_id,
        findings.c.may_be_explained.is_(True),
        findings.c.explained_at == 0,
        findings.c.at < proved_at,
        findings.c.at >= now - COUNTS_FOR,
    )
    pairs = select(findings.c.subject_kind, findings.c.subject_id).where(*where, findings.c.subject_kind != "")
    found = [(row.subject_kind, row.subject_id) for row in connection.execute(pairs.distinct())]
    if found:
        connection.execute(update(findings).where(*where).values(explained_at=now))
    return found


# The preview of a suppression


@dataclass(frozen=True, slots=True)
class WouldHide:
    """What a suppression would have hidden: how many findings on how many days, of how many alerts, and how many of
    those were real.
    """

    findings: int = 0
    days: int = 0
    alerts: int = 0
    real: int = 0
    worst: Level | None = None


def would_hide(connection: Connection, rule: str, entity: str, since: Instant) -> WouldHide:
    """Of the findings since then."""
    where = [findings.c.rule == rule, findings.c.taken_at >= since]
    where += [findings.c.entity == entity] if entity else []
    day = findings.c.taken_at // DAY
    several = select(func.count(), func.count(day.distinct()), func.count(findings.c.alert_id.distinct())).where(*where)
    number, days, of_alerts = connection.execute(several).one()
    joined = select(func.count(alerts.c.id.distinct())).join(findings, findings.c.alert_id == alerts.c.id)
    real = (
        connection.scalar(joined.where(*where, alerts.c.verdict.in_([one.value for one in Verdict if one.was_real])))
        or 0
    )
    levels = {Level(level) for level in connection.scalars(select(findings.c.level).where(*where).distinct())}
    worst = max(levels, key=tuple(Level).index) if levels else None
    return WouldHide(number, days, of_alerts, real, worst)


def _finding(row: Row[Any]) -> Finding:
    return Finding(
        hit=msgspec.json.decode(row.body, type=Hit),
        alert_id=row.alert_id,
        subject=(row.subject_kind, row.subject_id),
        taken_at=row.taken_at,
        is_proven=bool(row.is_proven),
        explained_at=row.explained_at,
        released_at=row.released_at,
        suppressed_by=row.suppressed_by,
    )
