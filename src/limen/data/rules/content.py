"""What was found in something, in numbers: all that rules look at. It can be written into an event and read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from limen.data.documents import Inspected, WhyNot
from limen.data.labels.model import Claim, raised
from limen.data.model import Confidence, unique
from limen.data.scanning.scanner import MOST
from limen.facts import Label

Counts: TypeAlias = "tuple[int, int, int]"
"""How many different values are at least low, at least medium, and high."""
Value: TypeAlias = "tuple[str, bytes]"
"""A value by the detector that finds it, and its keyed digest."""
MOST_WRITTEN: Final = 40
"""So many detectors are written into an event; what was found most surely and often comes first."""


@dataclass(frozen=True, slots=True)
class Content:
    """By detector how much of it there is; what it says of itself, and why it could not be read as a whole.

    `claim` says how far `label` is believed; None: it can raise what the content counts as, and lower nothing.
    """

    counts: Mapping[str, Counts] = field(default_factory=dict)
    label: Label | None = None
    why_not: frozenset[WhyNot] = frozenset()
    claim: Claim | None = None

    def number_of(self, detector: str, confidence: Confidence) -> int:
        """How many different values of a detector there are of at least this confidence."""
        return self.counts.get(detector, (0, 0, 0))[confidence - 1]


def content_of(inspected: Inspected, allowed: Collection[Value] = (), claim: Claim | None = None) -> Content:
    """What was found, without the values that are `allowed`.

    Of a detector that found more than was kept, what was not kept may be none of these: it counts as `MOST`.
    What could not be read is never allowed by a value: nobody has seen what it is.
    """
    left = [one for one in inspected.found.findings if (one.detector, one.digest) not in allowed]
    label = raised(inspected.label, claim.label if claim is not None else None)
    by_confidence = [unique(left, confidence) for confidence in Confidence]
    for name, surest in inspected.found.more.items():
        for each in by_confidence[:surest]:
            each[name] = max(MOST, each.get(name, 0))
    low, medium, high = by_confidence
    counts = {name: (low[name], medium.get(name, 0), high.get(name, 0)) for name in low}
    return Content(counts, label, inspected.why_not, claim)


def without(inspected: Inspected, allowed: Collection[Value]) -> Inspected:
    """The same without values that are allowed, and the places at which they are."""
    is_left = [(one.detector, one.digest) not in allowed for one in inspected.found.findings]
    if all(is_left):
        return inspected
    findings = tuple(one for one, left in zip(inspected.found.findings, is_left, strict=True) if left)
    where = tuple(one for one, left in zip(inspected.where, is_left, strict=False) if left)
    return replace(inspected, found=replace(inspected.found, findings=findings), where=where)


def written(content: Content) -> str:
    """The counts in one line: `iban=3,3,2 payment-card=1,1,0`."""
    first = sorted(content.counts.items(), key=lambda it: (it[1][2], it[1][1], it[1][0]), reverse=True)[:MOST_WRITTEN]
    return " ".join(f"{name}={low},{medium},{high}" for name, (low, medium, high) in sorted(first))


def read(line: str, label: Label | None = None, why_not: Iterable[WhyNot] = ()) -> Content:
    """What `written` wrote. Raises ValueError."""
    counts: dict[str, Counts] = {}
    for one in line.split():
        name, _, numbers = one.partition("=")
        low, medium, high = (int(number) for number in numbers.split(","))
        counts[name] = (low, medium, high)
    return Content(counts, label, frozenset(why_not))
