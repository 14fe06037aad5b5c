"""The lengths of time that a form offers, up to the longest that a rule allows."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Milliseconds
from limen.configuration.lengths import length_of, length_text

_USUAL: Final = (15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR)
_DAYS: Final = (DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)


def offered_lengths(longest: Milliseconds) -> list[tuple[str, Milliseconds]]:
    """What can be chosen, the longest included, as it is sent (`8h`) and as milliseconds."""
    lengths = {one for one in (*_USUAL, *_DAYS) if one < longest} | {longest}
    return [(length_text(one), one) for one in sorted(lengths)]


def read_length(sent: str) -> Milliseconds:
    """A length that a form sent; 0 for what is none."""
    try:
        return length_of(sent)
    except ValueError:
        return 0
