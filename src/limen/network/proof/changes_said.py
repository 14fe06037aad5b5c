"""What a change of network.yaml opens and closes on any day, in lines by the names of zones, hosts and services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.network.compiling import compiled
from limen.network.model import Network
from limen.network.packets.comparing import Part
from limen.network.proof.naming import Named, Reachable, lines
from limen.network.proof.newly_reachable import Difference, newly_reachable, renames
from limen.network.proof.opened_zones import Opened, opened_zones

MOST_LINES: Final = 40
"""Of what is new, and again of what is gone."""
MOST_RULES_OF_ALL_DAYS: Final = 1_000_000
"""That are compared, before the days that are left are not looked at: some ten seconds of it."""


@dataclass(frozen=True, slots=True)
class ChangesSaid:
    """`opened`: zones whose hosts reach each other now and did not before. `more`: so many lines are left out.

    `is_whole`: that is all. False where the rules are too tangled, or differ from day to day too often: then more may
    open than is said.
    """

    new: tuple[Reachable, ...]
    gone: tuple[Reachable, ...]
    opened: tuple[Opened, ...]
    more: int
    is_whole: bool


def changes_said(before: Network, after: Network, first_day: str, most: int = MOST_LINES) -> ChangesSaid:
    """What is new goes by the names of after, what is gone by those of before; a zone by its name now.

    What a flow lets through that expires, or a trial, is held against each day (ISO 8601) from the first: so it is new
    that a flow goes on which would have ended.
    """
    renamed = renames(before, after)
    new: dict[Named, None] = {}
    gone: dict[Named, None] = {}
    back = {now: was for was, now in renamed.items()}
    is_whole = True
    for found in _differences(before, after, first_day, renamed):
        new |= dict.fromkeys(_named(one) for one in found.new)
        gone |= dict.fromkeys(_named(one, back) for one in found.gone)
        is_whole = is_whole and found.is_whole
    new_lines, gone_lines = lines(new, after), lines(gone, before)
    more = max(0, len(new_lines) - most) + max(0, len(gone_lines) - most)
    opened = tuple(opened_zones(before, after, renamed))
    return ChangesSaid(new_lines[:most], gone_lines[:most], opened, more, is_whole)


def _differences(before: Network, after: Network, first_day: str, renamed: dict[str, str]) -> Iterator[Difference]:
    """On the first day, and on each on which something ends."""
    looked_at = 0
    for day in (first_day, *sorted(one for one in _ends(before) | _ends(after) if one > first_day)):
        if looked_at > MOST_RULES_OF_ALL_DAYS:
            yield Difference(is_whole=False)
            return
        one, other = compiled(before, day), compiled(after, day)
        looked_at += len(one.rules) + len(other.rules)
        yield newly_reachable(one, other, renamed)


def _ends(network: Network) -> set[str]:
    return {one.expires for one in network.flows if one.expires} | {one.until for one in network.trials}


def _named(part: Part, names: dict[str, str] | None = None) -> Named:
    from_zone, to_zone = ((names or {}).get(zone, zone) for zone in (part.from_zone, part.to_zone))
    return Named(from_zone, to_zone, part.box, part.rule.id)
