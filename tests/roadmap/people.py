"""People of Harbor as evidence has them."""

from __future__ import annotations

from limen.facts import Factor, Person
from limen.identity.model import Member, PersonStatus


def member(
    name: str, *factors: Factor, groups: tuple[str, ...] = ("staff",), status: PersonStatus = PersonStatus.ACTIVE
) -> Member:
    person = Person(f"p_{name.lower()}", name, f"{name.lower()}@harbor.example", groups=frozenset(groups))
    return Member(person, status, 1, 2, frozenset(factors))
