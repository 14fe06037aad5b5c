"""What was found in a document, as pages say it: which kind of thing, how many, how sure, where; never a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from limen.data.documents import Inspected, WhyNot
from limen.data.model import Confidence
from limen.messages import gettext_noop

MOST_PLACES: Final = 5
UNREAD: Final[Mapping[WhyNot, str]] = {
    WhyNot.ENCRYPTED: gettext_noop("it is encrypted"),
    WhyNot.TOO_LARGE: gettext_noop("it is too large"),
    WhyNot.TOO_DEEP: gettext_noop("it is packed too many times"),
    WhyNot.TOO_MANY: gettext_noop("too many files are in it"),
    WhyNot.BROKEN: gettext_noop("it is broken"),
    WhyNot.TIMED_OUT: gettext_noop("reading it took too long"),
    WhyNot.UNKNOWN_KIND: gettext_noop("nothing reads files of its kind"),
    WhyNot.FAILED: gettext_noop("whatever read it failed"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What was found of one detector: how many different values, how sure, and the first places."""

    name: str
    number: int
    confidence: str
    places: tuple[str, ...]


def kinds_found(inspected: Inspected, names: Mapping[str, str]) -> Iterator[Kind]:
    """By detector, the surest first. A place is said once; no value is."""
    found = inspected.found
    number, highest = found.unique(), found.highest()
    where: dict[str, dict[str, None]] = {}
    places = inspected.where or ("",) * len(found.findings)
    for one, place in zip(found.findings, places, strict=True):
        where.setdefault(one.detector, {})[place] = None
    for detector in sorted(number, key=lambda one: (-highest[one], -number[one], one)):
        at = tuple(place for place in where[detector] if place)[:MOST_PLACES]
        confidence = Confidence(highest[detector]).name.lower()
        yield Kind(names.get(detector, detector), number[detector], confidence, at)
