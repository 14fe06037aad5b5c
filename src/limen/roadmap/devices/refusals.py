"""What became of people who were refused for their device: when they got in, and whether somebody helped. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from limen.clock import Instant
from limen.roadmap.devices.past_access import Refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: permitted, or refused for its device alone."""

    actor: str
    app: str
    action: str
    at: Instant
    is_permit: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody else did something about a device of this person's."""

    person: str
    at: Instant


def refusals(asked: Iterable[Asked], helped: Iterable[Told]) -> tuple[Refusal, ...]:
    """One for each time that somebody was shut out of something: the refusals until they got in are one."""
    of_each: defaultdict[tuple[str, str, str], list[tuple[Instant, bool]]] = defaultdict(list)
    for one in asked:
        of_each[one.actor, one.app, one.action].append((one.at, one.is_permit))
    help_for: defaultdict[str, list[Instant]] = defaultdict(list)
    for told in helped:
        help_for[told.person].append(told.at)
    return tuple(
        Refusal(*key, begun, until, any(begun <= at and (not until or at <= until) for at in help_for[key[0]]))
        for key, requests in sorted(of_each.items())
        for begun, until in _times(sorted(requests))
    )


def _times(requests: Iterable[tuple[Instant, bool]]) -> Iterator[tuple[Instant, Instant]]:
    """From the first refusal to the permit after it; 0 where there is none."""
    begun: Instant | None = None
    for at, is_permit in requests:
        if not is_permit:
            begun = at if begun is None else begun
        elif begun is not None:
            yield begun, at
            begun = None
    if begun is not None:
        yield begun, 0
