"""What somebody changed of a firewall's rules beside Limen, as a person is told of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.events import Event
from limen.network.nft.as_text import line
from limen.network.nft.tree import Line

KIND: Final = "network.drift"
_OWN_TABLE: Final = "table inet limen"
_WHOLE: Final = "there"


@dataclass(frozen=True, slots=True)
class Drift:
    """The first of so many `differences`: where, and what was and is there ("": nothing).

    `is_beside`: it is of another table than Limen's, which Limen tells of and leaves.
    """

    at: Instant
    where: str
    was: str
    is_now: str
    differences: int
    is_repaired: bool

    @property
    def is_beside(self) -> bool:
        return " at " in self.where and self.where.split(" ", 1)[0] in {"chain", "flowtable"}

    @property
    def what(self) -> str:
        """One of: emptied, beside, beside-gone, added, removed, changed."""
        if self.where == _OWN_TABLE:
            return "emptied"
        if self.is_beside:
            return "beside" if self.is_now == _WHOLE else "beside-gone"
        if not self.was:
            return "added"
        return "changed" if self.is_now else "removed"


def drift_of(event: Event) -> Drift:
    said = event.details
    where, was, is_now = (str(said.get(name, "")) for name in ("where", "was", "is"))
    return Drift(
        event.at, where, _as_text(was), _as_text(is_now), int(said.get("differences", 1)), said.get("repaired") is True
    )


def _as_text(said: str) -> str:
    """A rule in JSON as nftables writes it for people; whatever else it is, as it came."""
    try:
        told = json.loads(said)
        statements, comment = told["expr"], told["comment"]
        if isinstance(comment, str) and all(isinstance(one, dict) for one in statements):
            return line(Line(tuple(statements), comment))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return said
