"""What came of reading somebody else's rules, and what did not.

A reading never passes over in silence: what it does not understand is named with its place. Where something is not
understood it takes the more open meaning, so that nothing is called closed that may be open: a rule that lets packets
through on a condition that is not understood counts as if the condition held, and one that denies counts for nothing.
Only what can't be read as a rule at all is left out, and named as something that may err either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from limen.errors import LimenError
from limen.network.model import Prefix
from limen.network.packets import Rule, Ruleset

MOST_BYTES: Final = 64 << 20
"""Of one file."""
MOST_RULES: Final = 300_000
"""Of what a file comes to as a Ruleset."""
MOST_ZONES: Final = 500
_LONGEST: Final = 200
FIREWALL: Final = "firewall"
"""The zone that is the firewall itself: what it sends, and what is sent to it."""
OTHER: Final = "other"
"""The zone of every interface that no rule names."""


class UnreadableError(LimenError):
    """A file that is not read at all, since what it says can't be bounded or makes no sense as a whole."""


class Errs(StrEnum):
    """On which side a reading errs where it did not understand something."""

    TOO_OPEN = "too_open"
    """It may show something as open that is closed."""
    TOO_CLOSED = "too_closed"
    """It may show something as closed that is open."""
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """`where` as in the ids of rules (`rules.v4:12`), `what` as the file has it, shortened."""

    where: str
    what: str
    errs: Errs


def not_understood(where: str, what: str, errs: Errs = Errs.TOO_OPEN) -> NotUnderstood:
    return NotUnderstood(where, what if len(what) <= _LONGEST else what[: _LONGEST - 1] + "…", errs)


@dataclass(frozen=True)
class Reading:
    """`kind` is that of the firewall. `places`: the prefixes of zones, where the file says which they are."""

    kind: str
    ruleset: Ruleset
    not_understood: tuple[NotUnderstood, ...] = ()
    places: Mapping[str, tuple[Prefix, ...]] = field(default_factory=dict)

    @property
    def errs(self) -> Errs | None:
        """On which side it errs as a whole; None: it understood everything."""
        sides = {one.errs for one in self.not_understood}
        if not sides:
            return None
        return sides.pop() if len(sides) == 1 else Errs.EITHER


def together(readings: Iterable[Reading]) -> Reading:
    """Several files of one firewall as one, as its rules for IPv4 and for IPv6: no packet is met by two of them."""
    all_ = list(readings)
    zones = dict.fromkeys(zone for one in all_ for zone in one.ruleset.zones)
    places: dict[str, tuple[Prefix, ...]] = {}
    for one in all_:
        for zone, prefixes in one.places.items():
            places[zone] = tuple(dict.fromkeys((*places.get(zone, ()), *prefixes)))
    rules = tuple(rule for one in all_ for rule in one.ruleset.rules)
    doubts = tuple(doubt for one in all_ for doubt in one.not_understood)
    return Reading(all_[0].kind, Ruleset(tuple(zones), rules), doubts, places)


def bounded(rules: Iterable[Rule], most: int = MOST_RULES) -> list[Rule]:
    """All of them. Raises UnreadableError as soon as there are too many."""
    found: list[Rule] = []
    for one in rules:
        found.append(one)
        refuse_beyond(len(found), most, "rules")
    return found


def refuse_beyond(number: int, most: int, what: str) -> None:
    """Raises UnreadableError where there are more than Limen reads."""
    if number > most:
        raise UnreadableError(f"there are more than {most:,} {what}", "read it in parts")
