"""People and their groups. What a probe made is no person: only who has its id, and `synthetic`, are told of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from limen.clock import Instant
from limen.facts import Person
from limen.identity.model import Member, PersonStatus
from limen.identity.store.factors import factors_by_person
from limen.identity.store.tables import memberships, people
from limen.storage.rows import inserted
from limen.synthetic import MARK

_BY_ID: Final = select(people).where(people.c.id == bindparam("person"))
_IS_SYNTHETIC: Final = people.c.id.startswith(f"{MARK}_", autoescape=True)
_REAL: Final = ~_IS_SYNTHETIC
_BY_EMAIL: Final = select(people).where(people.c.email == bindparam("email"), _REAL)
_GROUPS_OF: Final = select(memberships.c.group_id).where(memberships.c.person_id == bindparam("person"))
"""Built once: they are asked for whenever somebody changes."""


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
    _join(connection, person.id, person.groups)
    return True


def by_id(connection: Connection, person_id: str) -> Person | None:
    row = connection.execute(_BY_ID, {"person": person_id}).first()
    return _person(row, groups_of(connection, person_id)) if row else None


def by_email(connection: Connection, email: str) -> Person | None:
    row = connection.execute(_BY_EMAIL, {"email": email}).first()
    return _person(row, groups_of(connection, row.id)) if row else None


def everybody(connection: Connection) -> list[Person]:
    groups = _groups_by_person(connection)
    return [_person(row, groups.get(row.id, frozenset())) for row in connection.execute(select(people).where(_REAL))]


def synthetic(connection: Connection) -> list[Person]:
    """Those of probes; they are there for seconds."""
    groups = _groups_by_person(connection)
    return [
        _person(row, groups.get(row.id, frozenset())) for row in connection.execute(select(people).where(_IS_SYNTHETIC))
    ]


def members(connection: Connection) -> list[Member]:
    """Everybody with their status and factors, by name."""
    groups = _groups_by_person(connection)
    factors = factors_by_person(connection)
    rows = connection.execute(select(people).where(_REAL).order_by(func.lower(people.c.name), people.c.id))
    return [
        Member(
            person=_person(row, groups.get(row.id, frozenset())),
            status=PersonStatus(row.status),
            created_at=row.created_at,
            enrolled_at=row.enrolled_at,
            factors=frozenset(factors.get(row.id, ())),
            language=row.language,
            first_day=_day(row.first_day),
            last_day=_day(row.last_day),
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
    return _day(connection.scalar(select(people.c.last_day).where(people.c.id == person_id)) or "")


def set_first_day(connection: Connection, person_id: str, day: date | None) -> None:
    written = day.isoformat() if day is not None else ""
    connection.execute(update(people).where(people.c.id == person_id).values(first_day=written))


def first_day_of(connection: Connection, person_id: str) -> date | None:
    """The first day on which they have access; None: since they came."""
    return _day(connection.scalar(select(people.c.first_day).where(people.c.id == person_id)) or "")


def first_days(connection: Connection) -> dict[str, date]:
    """Of everybody who has one, by their id."""
    query = select(people.c.id, people.c.first_day).where(people.c.first_day != "", _REAL)
    return {row.id: date.fromisoformat(row.first_day) for row in connection.execute(query)}


def last_days(connection: Connection) -> dict[str, date]:
    """Of everybody who has one, by their id."""
    query = select(people.c.id, people.c.last_day).where(people.c.last_day != "", _REAL)
    return {row.id: date.fromisoformat(row.last_day) for row in connection.execute(query)}


def left_before(connection: Connection, today: date, person_id: str = "") -> list[tuple[str, PersonStatus]]:
    """Those whose last day is over and who still have access, or an invitation; of this person alone ("": of all)."""
    has_access = people.c.status.in_([PersonStatus.ACTIVE, PersonStatus.INVITED])
    is_over = (people.c.last_day != "") & (people.c.last_day < today.isoformat())
    query = select(people.c.id, people.c.status).where(has_access, is_over, _REAL).order_by(people.c.id)
    rows = connection.execute(query.where(people.c.id == person_id) if person_id else query)
    return [(row.id, PersonStatus(row.status)) for row in rows]


def set_groups(connection: Connection, person_id: str, groups: Iterable[str]) -> None:
    connection.execute(delete(memberships).where(memberships.c.person_id == person_id))
    _join(connection, person_id, groups)


def _join(connection: Connection, person_id: str, groups: Iterable[str]) -> None:
    rows = [{"person_id": person_id, "group_id": group} for group in sorted(groups)]
    if rows:
        connection.execute(insert(memberships), rows)


def groups_of(connection: Connection, person_id: str) -> frozenset[str]:
    return frozenset(connection.scalars(_GROUPS_OF, {"person": person_id}).all())


def active_in(connection: Connection, group: str) -> frozenset[str]:
    """Ids of the active people in a group."""
    query = (
        select(people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .where(memberships.c.group_id == group, people.c.status == PersonStatus.ACTIVE, _REAL)
    )
    return frozenset(connection.scalars(query).all())


def all_in(connection: Connection, group: str) -> dict[str, Instant]:
    """Everybody in a group, also who has not come yet or has no access any more, with when they enrolled (0: never)."""
    query = select(people.c.id, people.c.enrolled_at).join(memberships, memberships.c.person_id == people.c.id)
    return {row.id: row.enrolled_at for row in connection.execute(query.where(memberships.c.group_id == group, _REAL))}


def _person(row: Row[Any], groups: frozenset[str]) -> Person:
    active = row.status == PersonStatus.ACTIVE
    return Person(id=row.id, name=row.name, email=row.email, groups=groups, active=active)


def _day(kept: str) -> date | None:
    return date.fromisoformat(kept) if kept else None


def _groups_by_person(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in connection.execute(select(memberships)):
        found.setdefault(row.person_id, set()).add(row.group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}
