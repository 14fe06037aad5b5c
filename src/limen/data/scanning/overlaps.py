"""Which finds count where several stand at one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from limen.data.model import Confidence, Finding


def distinct(findings: Sequence[Finding]) -> list[Finding]:
    """Without those that another of the same detector, as sure, begins or ends with: one text, read twice."""
    surest: dict[tuple[str, bool, int], Confidence] = {}
    for one in findings:
        for place in ((one.detector, True, one.start), (one.detector, False, one.end)):
            surest[place] = max(one.confidence, surest.get(place, one.confidence))
    distinct: list[Finding] = []
    seen: set[tuple[str, bool, int]] = set()
    for one in findings:
        places = (one.detector, True, one.start), (one.detector, False, one.end)
        if not seen.intersection(places) and all(surest[place] == one.confidence for place in places):
            distinct.append(one)
            seen.update(places)
    return distinct


def outermost(findings: Sequence[Finding]) -> Iterator[Finding]:
    """These without those that lie within a surer one: digits of an IBAN are no telephone number. In order of place."""
    around: list[Finding] = []
    for one in findings:
        around = [other for other in around if other.end > one.start]
        if not any(one.end <= other.end and one.confidence < other.confidence for other in around):
            yield one
        around.append(one)
