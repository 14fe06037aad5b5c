"""Contacts in words, for tests of what is made of them."""

from __future__ import annotations

from limen.clock import DAY
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.flows import ends_of

TODAY = "2026-11-27"
DAY_NUMBER = 20_784
AT = DAY_NUMBER * DAY + 9 * 3_600_000


def contact(source: str, destination: str, port: int = 443, protocol: int = 6, person: str = "") -> Contact:
    ends = ends_of(source, destination)
    assert ends is not None
    return Contact(DAY_NUMBER, *ends, protocol, port, person)


def tally(count: int = 5, refused: int = 0) -> Tally:
    return Tally(count, refused=refused, first_at=AT, last_at=AT + 60_000)


def offices(destination: str, port: int = 443, many: int = 5) -> dict[Contact, Tally]:
    """So many workstations, each of which uses it five times."""
    return {contact(f"10.10.0.{number}", destination, port): tally() for number in range(10, 10 + many)}
