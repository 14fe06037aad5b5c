"""What names an erased person without their id: findings and alerts about what logs call them, and texts of others.

Whoever was unknown to the process that watches when a line came is in a finding by their name alone. Such findings and
alerts go, with suppressions of them and cases that nothing is left of. Where others' alerts say the name, it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Connection, Table, delete, func, or_, select, update

from limen.monitor.alerts.model import Subject
from limen.monitor.alerts.tables import alerts, cases, findings, suppressions
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.identities import SHARED, called, shared_domain
from limen.monitor.response.store import alert_responses
from limen.pillar import ErasedPerson

AT_ONCE: Final = 500
_Says = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class _Names:
    """What logs call them: each word on its own, and those that are nobody else's wherever they stand in a text."""

    words: frozenset[str]
    in_texts: tuple[str, ...]
    entities: frozenset[str]

    def without(self, text: str) -> str:
        """The text without these names."""
        if text.casefold() in self.words:
            return ""
        for name in self.in_texts:
            text = re.sub(re.escape(name), "–", text, flags=re.IGNORECASE)
        return text

    def said_without(self, says: _Says) -> _Says:
        return {name: self.without(value) if isinstance(value, str) else value for name, value in says.items()}


def erase(connection: Connection, person: ErasedPerson) -> list[Subject]:
    """Delete it. Returns whose scores those findings counted for."""
    names = _names(person)
    about = _is_about(findings, names, person), findings.c.subject_kind != ""
    pairs = select(findings.c.subject_kind, findings.c.subject_id).where(*about).distinct()
    found = [(row.subject_kind, row.subject_id) for row in connection.execute(pairs)]
    touched = list(connection.scalars(select(alerts.c.case_id).where(_is_about(alerts, names, person))))
    for table in (findings, alerts):
        connection.execute(delete(table).where(_is_about(table, names, person)))
    connection.execute(delete(suppressions).where(func.lower(suppressions.c.entity).in_(sorted(names.entities))))
    theirs = alert_responses.c.subject_kind == "person", alert_responses.c.subject_id == person.id
    connection.execute(delete(alert_responses).where(*theirs))
    _forget_empty(connection, touched)
    _scrub(connection, names)
    return [*found, ("person", person.id)]


def _names(person: ErasedPerson) -> _Names:
    """By the same aliases as events are identified; a name that a colleague has, too, is nobody's."""
    others = {one.casefold() for each in person.others for one in each}
    domain = shared_domain([person.email, *(email for _, email in person.others)])
    domains = {domain, domain.partition(".")[0]} - {""}
    aliases = {one.casefold() for one in called(person.email, {domain})}
    words = {one for one in (*aliases, person.name.casefold()) if one and one not in others | SHARED}
    in_texts = tuple(one for one in (person.email, person.name) if one.casefold() in words)
    with_domain = {f"{each}\\{one}" for each in domains for one in words if "@" not in one}
    entities = {f"user:{one}" for one in words | with_domain} | {f"person:{person.id}".casefold()}
    return _Names(frozenset(words | with_domain), in_texts, frozenset(entities))


def _is_about(table: Table, names: _Names, person: ErasedPerson) -> Any:
    """What is theirs by their id, or by one of their names and nobody's by an id."""
    is_named = func.lower(table.c.entity).in_(sorted(names.entities)) & (table.c.person_id == "")
    return is_named | (table.c.person_id == person.id)


def _forget_empty(connection: Connection, case_ids: Sequence[str]) -> None:
    """Drop those of these cases that no alert is left of, with what was done about them."""
    several = sorted(set(case_ids))
    for begin in range(0, len(several), AT_ONCE):
        some = several[begin : begin + AT_ONCE]
        left = set(connection.scalars(select(alerts.c.case_id).where(alerts.c.case_id.in_(some)).distinct()))
        gone = [one for one in some if one not in left]
        connection.execute(delete(cases).where(cases.c.id.in_(gone)))


def _scrub(connection: Connection, names: _Names) -> None:
    """Take the names out of what findings and alerts of others say, and of the reasons that people gave."""
    for id_, body in connection.execute(
        select(findings.c.id, findings.c.body).where(_says_any(findings.c.body, names))
    ).all():
        hit = msgspec.json.decode(body, type=Hit)
        after = msgspec.structs.replace(hit, says=names.said_without(hit.says))
        values = {"body": msgspec.json.encode(after).decode()}
        connection.execute(update(findings).where(findings.c.id == id_).values(values))
    wanted = _says_any(alerts.c.says, names) | _says_any(alerts.c.why, names)
    for id_, said, why in connection.execute(select(alerts.c.id, alerts.c.says, alerts.c.why).where(wanted)).all():
        says = names.said_without(msgspec.json.decode(said, type=_Says))
        values = {"says": msgspec.json.encode(says).decode(), "why": names.without(why)}
        connection.execute(update(alerts).where(alerts.c.id == id_).values(values))
    reasons = select(suppressions.c.id, suppressions.c.why).where(_says_any(suppressions.c.why, names))
    for id_, why in connection.execute(reasons).all():
        values = {"why": names.without(why)}
        connection.execute(update(suppressions).where(suppressions.c.id == id_).values(values))


def _says_any(column: Column[str], names: _Names) -> Any:
    """Whether one of the names may stand there: a coarse look, which the database does."""
    wanted: Iterable[str] = {*(one.casefold() for one in names.in_texts), *(f'"{one}"' for one in _plain(names.words))}
    return or_(*(func.lower(column).contains(one, autoescape=True) for one in sorted(wanted)))


def _plain(words: Iterable[str]) -> list[str]:
    """As they stand in JSON."""
    return [msgspec.json.encode(one).decode()[1:-1] for one in words]
