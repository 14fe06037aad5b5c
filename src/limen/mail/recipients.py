"""Who is written to where a group, or somebody by their address, answers for something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.facts import Person

MOST: Final = 20
"""Of a group, so many are written to."""


def recipients(owner: str, people: Iterable[Person]) -> list[Person]:
    """Those who are meant by a group or an email address and can be written to, in the order of their ids."""
    address = owner.casefold()
    found = [
        one
        for one in people
        if one.active and not one.is_workload and one.email
        if owner in one.groups or one.email.casefold() == address
    ]
    return sorted(found, key=lambda one: one.id)[:MOST]
