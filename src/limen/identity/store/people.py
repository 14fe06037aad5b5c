"""People and their groups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from limen.clock import Instant
from limen.facts import Person
from limen.identity.model import Member, PersonStatus
from limen.identity.store.factors import factors_by_person
from limen.identity.store.tables import memberships, people
from limen.storage.rows import inserted


def add(connection: Connection, person: Person, status: PersonStatus, now: Instant, language: str = "") -> bool:
    """Add a person and their groups; False when the email address is taken."""
    row = {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "status": status,
        "created_at": now,
        "enrolled_at": now if status is PersonStatus.ACTIVE else 0,
        "language": language,
    }
    if not inserted(connection, people, row):
        return False
    set_groups(connection, person.id, person.groups)
    return True


def by_id(connection: Connection, person_id: str) -> Person | None:
    row = connection.execute(select(people).where(people.c.id == person_id)).first()
    return _person(row, groups_of(connection, person_id)) if row else None


def by_email(connection: Connection, email: str) -> Person | None:
    row = connection.execute(select(people).where(people.c.email == email)).first()
    return _person(row, groups_of(connection, row.id)) if row else None


def everybody(connection: Connection) -> list[Person]:
    groups = _groups_by_person(connection)
    return [_person(row, groups.get(row.id, frozenset())) for row in connection.execute(select(people))]


def members(connection: Connection) -> list[Member]:
    """Everybody with their status and factors, by name."""
    groups = _groups_by_person(connection)
    factors = factors_by_person(connection)
    rows = connection.execute(select(people).order_by(func.lower(people.c.name), people.c.id))
    return [
        Member(
            person=_person(row, groups.get(row.id, frozenset())),
            status=PersonStatus(row.status),
            created_at=row.created_at,
            enrolled_at=row.enrolled_at,
            factors=frozenset(factors.get(row.id, ())),
            language=row.language,
            last_day=date.fromisoformat(row.last_day) if row.last_day else None,
        )
        for row in rows
    ]


def status_of(connection: Connection, person_id: str) -> PersonStatus | None:
    status = connection.scalar(select(people.c.status).where(people.c.id == person_id))
    return PersonStatus(status) if status else None


def set_status(connection: Connection, person_id: str, status: PersonStatus, enrolled_at: Instant = 0) -> None:
    values: dict[str, Any] = {"status": status}
    if enrolled_at:
        values["enrolled_at"] = enrolled_at
    connection.execute(update(people).where(people.c.id == person_id).values(values))


def set_name(connection: Connection, person_id: str, name: str) -> None:
    connection.execute(update(people).where(people.c.id == person_id).values(name=name))


def set_email(connection: Connection, person_id: str, email: str) -> bool:
    """False when somebody else has the address."""
    holder = connection.scalar(select(people.c.id).where(people.c.email == email))
    if holder not in {None, person_id}:
        return False
    connection.execute(update(people).where(people.c.id == person_id).values(email=email))
    return True


def language_of(connection: Connection, person_id: str) -> str:
    """The language that somebody is written to in; "" where nobody said."""
    return connection.scalar(select(people.c.language).where(people.c.id == person_id)) or ""


def set_language(connection: Connection, person_id: str, language: str) -> None:
    connection.execute(update(people).where(people.c.id == person_id).values(language=language))


def set_last_day(connection: Connection, person_id: str, day: date | None) -> None:
    connection.execute(
        update(people).where(people.c.id == person_id).values(last_day=day.isoformat() if day is not None else "")
    )


def last_day_of(connection: Connection, person_id: str) -> date | None:
    kept = connection.scalar(select(people.c.last_day).where(people.c.id == person_id))
    return date.fromisoformat(kept) if kept else None


def last_days(connection: Connection) -> dict[str, date]:
    """Of everybody who has one, by their id."""
    query = select(people.c.id, people.c.last_day).where(people.c.last_day != "")
    return {row.id: date.fromisoformat(row.last_day) for row in connection.execute(query)}


def left_before(connection: Connection, today: date) -> list[tuple[str, PersonStatus]]:
    """Those whose last day is over and who still have access, or an invitation."""
    has_access = people.c.status.in_([PersonStatus.ACTIVE, PersonStatus.INVITED])
    is_over = (people.c.last_day != "") & (people.c.last_day < today.isoformat())
    rows = connection.execute(select(people.c.id, people.c.status).where(has_access, is_over).order_by(people.c.id))
    return [(row.id, PersonStatus(row.status)) for row in rows]


def set_groups(connection: Connection, person_id: str, groups: Iterable[str]) -> None:
    connection.execute(delete(memberships).where(memberships.c.person_id == person_id))
    rows = [{"person_id": person_id, "group_id": group} for group in sorted(groups)]
    if rows:
        connection.execute(insert(memberships), rows)


def groups_of(connection: Connection, person_id: str) -> frozenset[str]:
    return frozenset(
        connection.scalars(select(memberships.c.group_id).where(memberships.c.person_id == person_id)).all()
    )


def active_in(connection: Connection, group: str) -> frozenset[str]:
    """Ids of the active people in a group."""
    query = (
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(memberships.c.group_id == group, people.c.status == PersonStatus.ACTIVE)
    )
    return frozenset(connection.scalars(query).all())


def all_in(connection: Connection, group: str) -> dict[str, Instant]:
    """Everybody in a group, also who has not come yet or has no access any more, with when they enrolled (0: never)."""
    query = select(people.c.id, people.c.enrolled_at).join(memberships, memberships.c.person_id == people.c.id)
    return {row.id: row.enrolled_at for row in connection.execute(query.where(memberships.c.group_id == group))}


def _person(row: Row[Any], groups: frozenset[str]) -> Person:
    active = row.status == PersonStatus.ACTIVE
    return Person(id=row.id, name=row.name, email=row.email, groups=groups, active=active)


def _groups_by_person(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(memberships)):
        found.setdefault(row.person_id, set()).add(row.group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}
