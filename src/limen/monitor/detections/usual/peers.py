"""Those who work with somebody: what is usual for them stands in until somebody has a usual of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from limen.monitor.detections.usual.person import Person

LEAST: Final = 3
"""Fewer people, whose usual is known, are no group to go by."""
MOST: Final = 50
"""How many of a group are looked at."""


def peers_of(
    person_id: str,
    groups: Mapping[str, Sequence[str]],
    members: Mapping[str, Sequence[str]],
    known: Mapping[str, Person],
    day: int,
    since: int = 0,
) -> list[Person]:
    """The people of the smallest of their groups of which enough have a usual; [] where there is none."""
    for group in sorted(groups.get(person_id, ()), key=lambda one: (len(members.get(one, ())), one)):
        others = [known[one] for one in members.get(group, ()) if one != person_id and one in known]
        usual = [one for one in others if one.has_usual(day, since)]
        if len(usual) >= LEAST:
            return usual[:MOST]
    return []


def pooled(peers: Sequence[Person], measure: str, day: int, since: int = 0, until: int = 0) -> list[int]:
    """The counts of all of them, as `Person.history` gives them."""
    return [count for one in peers for count in one.history(measure, day, since, until)]


def have_seen(peers: Sequence[Person], sight: str, value: str) -> bool:
    """Whether this is nothing new among them."""
    return any(value in one.seen.get(sight, {}) for one in peers)
