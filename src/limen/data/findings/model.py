"""A finding as it is looked through: something that passed or was stopped, read from its event. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.data.labels.kinds import LOWERED
from limen.data.links.model import KeptLink, LinkState
from limen.events import Event
from limen.facts.passing import Step

FOUND: Final = "data.found"
"""The kind of event that tells of something that passed or was stopped."""
KINDS: Final = frozenset({FOUND, LOWERED})
"""What is looked through: labels that somebody lowered as well, since what they are on passes more easily then."""
EXCEPTED_FOR: Final[Milliseconds] = 30 * DAY
"""So long what somebody says is not sensitive passes for them."""
WIDENED_FOR: Final[Milliseconds] = 90 * DAY
"""So long it passes for everybody, where an administrator says so."""


class State(StrEnum):
    """What somebody made of a finding."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    NOT_SENSITIVE = "not-sensitive"


@dataclass(frozen=True, slots=True)
class Triage:
    """What was made of a finding: by whom, when, and who looks after it ("": nobody)."""

    state: State = State.OPEN
    assigned_to: str = ""
    decided_by: str = ""
    at: Instant = 0


@dataclass(frozen=True, slots=True)
class DocumentException:
    """Documents that may pass, by a keyed digest: for one person, or ("") for everybody; `event` stopped them."""

    id: str
    digest: bytes
    person_id: str
    app: str
    event: str
    until: Instant


_OF_NOTE: Final = (
    LinkState.STOOD,
    LinkState.PASSES,
    LinkState.REMOVED,
    LinkState.JUSTIFIED,
    LinkState.AGAIN,
    LinkState.WAITS,
    LinkState.STANDS,
)


_THROUGH: Final = frozenset({LinkState.STOOD, LinkState.PASSES, LinkState.JUSTIFIED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that passed, or was stopped, by its event's id. `said` is what the person gave as their reason.

    `links` are those of a cloud drive that it is about, as they are now: the event tells how they were judged, and a
    link stands until it was taken away.
    `lowered`: instead of all that, somebody lowered a document's label, from the first word to the second.
    """

    id: str
    at: Instant
    person: str
    channel: str
    app: str
    kinds: str
    rules: str
    step: str
    passed: bool
    unread: str
    why: str
    said: str
    triage: Triage
    links: tuple[KeptLink, ...] = ()
    lowered: tuple[str, str] | None = None

    @property
    def was_stopped(self) -> bool:
        return not self.passed

    @property
    def is_through(self) -> bool:
        """Whether it passed, by its event or by what became of its link since."""
        link = self.link
        return self.passed if link is None else link.state in _THROUGH

    @property
    def link(self) -> KeptLink | None:
        """The link of it of which most is to be said: one that stands before one that is gone."""
        return max(self.links, key=lambda one: _OF_NOTE.index(one.state), default=None)


def finding_of(event: Event, triage: Triage, said: str, links: tuple[KeptLink, ...] = ()) -> Finding:
    """A finding of its event, with what was made of it and said about it."""

    def detail(name: str) -> str:
        return str(event.details.get(name, ""))

    return Finding(
        id=event.id,
        at=event.at,
        person=event.actor,
        channel=detail("channel"),
        app=detail("app"),
        kinds=detail("kinds"),
        rules=detail("rules"),
        step=detail("step") or Step.WATCH.name.lower(),
        passed=has_passed(event),
        unread=detail("unread"),
        why=event.reason,
        said=said or (detail("why") if event.kind == LOWERED else ""),
        triage=triage,
        links=links,
        lowered=(detail("before"), detail("after")) if event.kind == LOWERED else None,
    )


def has_passed(event: Event) -> bool:
    """Whether nobody was stopped."""
    return event.kind == LOWERED or bool(event.details.get("passed", False))
