"""What a change of network.yaml opens and closes, in lines by the names of zones, hosts and services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.network.compiling import compiled
from limen.network.model import Network
from limen.network.packets.comparing import Part
from limen.network.proof.naming import Line, Named, lines
from limen.network.proof.newly_reachable import newly_reachable, renames

MOST_LINES: Final = 40
"""Of what is new, and again of what is gone."""


@dataclass(frozen=True, slots=True)
class ChangesSaid:
    """`opened_zones`: their hosts reach each other now and did not before. `more`: so many lines are left out.

    `is_whole`: that is all. False where the rules are too tangled: then more may open than is said.
    """

    new: tuple[Line, ...]
    gone: tuple[Line, ...]
    opened_zones: tuple[str, ...]
    more: int
    is_whole: bool


def changes_said(before: Network, after: Network, today: str, most: int = MOST_LINES) -> ChangesSaid:
    """What is new goes by the names of after, what is gone by those of before; a zone by its name now."""
    renamed = renames(before, after)
    found = newly_reachable(compiled(before, today), compiled(after, today), renamed)
    back = {now: was for was, now in renamed.items()}
    new = lines((_named(one) for one in found.new), after)
    gone = lines((_named(one, back) for one in found.gone), before)
    more = max(0, len(new) - most) + max(0, len(gone) - most)
    return ChangesSaid(new[:most], gone[:most], _opened(before, after, renamed), more, found.is_whole)


def _named(part: Part, names: dict[str, str] | None = None) -> Named:
    from_zone, to_zone = ((names or {}).get(zone, zone) for zone in (part.from_zone, part.to_zone))
    return Named(from_zone, to_zone, part.box, part.rule.id)


def _opened(before: Network, after: Network, renamed: dict[str, str]) -> tuple[str, ...]:
    isolated = {renamed.get(one.name, one.name) for one in before.zones if one.is_isolated}
    return tuple(one.name for one in after.zones if one.name in isolated and not one.is_isolated)
