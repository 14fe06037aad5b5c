"""One decision as a row: what lists, the live stream and the pages of people, apps and policies show of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

from limen.clock import Instant
from limen.company.protocols import PROTOCOLS
from limen.enforcement.reasons import REASONS
from limen.events import DecisionRecord, Event
from limen.facts import LIMEN, App, FactStore, Person
from limen.policy.engine import BAD_ACTION, INACTIVE, NOT_SIGNED_IN, NOTHING_PERMITS, ONBOARDING, Engine
from limen.web.charts import EFFECTS
from limen.web.requests import whole
from limen.web.site import Site

MOST_ROWS: Final = 100
NOBODY: Final = "Nobody signed in"
DOORS: Final = ("gateway", "check", "sign-in", *PROTOCOLS, "authzen")
_NAMED: Final = {name: reason.title for name, reason in REASONS.items()} | {
    reason.policy: reason.title for reason in (*NOTHING_PERMITS, *NOT_SIGNED_IN, *INACTIVE, *BAD_ACTION, *ONBOARDING)
}


@dataclass(frozen=True, slots=True)
class Row:
    """`person_id` and `app_id` are "" where there is no page for them. `count` equal decisions are one row.

    `micros` is the mean time that deciding took.
    """

    id: str
    at: Instant
    person: str
    person_id: str
    app: str
    app_id: str
    action: str
    method: str
    route: str
    effect: str
    why: str
    door: str
    count: int
    micros: float


@dataclass(frozen=True, slots=True)
class Filter:
    """Which decisions are shown; "" does not filter. It lives in the address, so it can be sent to a colleague.

    `watched` is a policy in state report-only that would have changed the answer; `until` is exclusive; `own` is "hide"
    where decisions about Limen itself are left out.
    """

    effect: str = ""
    app: str = ""
    person: str = ""
    door: str = ""
    policy: str = ""
    watched: str = ""
    since: Instant = 0
    until: Instant = 0
    own: str = ""

    def holds(self, event: Event) -> bool:
        decision = event.decision
        return (
            decision is not None
            and (not self.effect or self._has_effect(decision))
            and (not self.app or decision.app == self.app)
            and (not self.person or event.actor == self.person)
            and (not self.door or decision.door == self.door)
            and (not self.policy or self.policy in decision.reasons)
            and (not self.watched or self.watched in decision.watched)
            and event.at >= self.since
            and (not self.until or event.at < self.until)
            and (not self.own or decision.app != LIMEN)
        )

    def _has_effect(self, decision: DecisionRecord) -> bool:
        return decision.effect != "permit" if self.effect == REFUSED else decision.effect == self.effect

    @property
    def query(self) -> str:
        """The filter as an address says it; "" where everything is shown."""
        return self._without(())

    def without(self, *names: str) -> str:
        """The address of the list with these parts of the filter taken away."""
        left = self._without(names)
        if not left:
            return EVERYTHING if "own" in names else "/console/decisions"
        return f"/console/decisions?{left}"

    def _without(self, names: tuple[str, ...]) -> str:
        kept = (name for name in self.__slots__ if name not in names)
        return urlencode({name: value for name in kept if (value := getattr(self, name))})

    @property
    def is_open_ended(self) -> bool:
        """Whether something that happens from now on could still be shown."""
        return not self.until


EVERYTHING: Final = "/console/decisions?own=show"
"""The list of all decisions; without any question it leaves out those about Limen itself."""
REFUSED: Final = "refused"
"""A filter's effect that stands for challenge and deny together."""


def filter_from(get: Callable[[str], str]) -> Filter:
    """The filter that an address names; what can't be is left out."""
    effect, door = get("effect"), get("door")
    return Filter(
        effect=effect if effect in {*EFFECTS, REFUSED} else "",
        app=get("app"),
        person=get("person"),
        door=door if door in DOORS else "",
        policy=get("policy"),
        watched=get("watched"),
        since=whole(get("since"), 15),
        until=whole(get("until"), 15),
        own="hide" if get("own") == "hide" else "",
    )


@lru_cache(maxsize=4)
def titles_of(engine: Engine) -> Mapping[str, str]:
    """What each reason is called: the policies in force by their `@title`, and Limen's own."""
    return {policy.id: policy.annotations.get("title", policy.id) for policy in engine.policies} | _NAMED


def rows_of(events: Iterable[Event], known: FactStore, titles: Mapping[str, str]) -> list[Row]:
    """A row for each decision among `events`."""
    return [_row(event, event.decision, known, titles) for event in events if event.decision is not None]


def recent_rows(site: Site, chosen: Filter, most: int = MOST_ROWS) -> list[Row]:
    """The newest decisions of this filter that are still in memory."""
    events = site.ports.journal.recent(most, chosen.holds)
    return rows_of(events, site.known, titles_of(site.ports.in_force.engine))


def person_name(known: FactStore, person_id: str) -> str:
    """Whose id this is. Names are never in the journal, so of somebody erased only the id is left."""
    if not person_id:
        return NOBODY
    person: Person | None = known.people.get(person_id)
    return person.name if person is not None else f"{person_id[:10]}…"


def _row(event: Event, decision: DecisionRecord, known: FactStore, titles: Mapping[str, str]) -> Row:
    app: App | None = known.apps.get(decision.app)
    return Row(
        id=event.id,
        at=event.at,
        person=person_name(known, event.actor),
        person_id=event.actor if event.actor in known.people else "",
        app=app.name if app else decision.app,
        app_id=decision.app if app else "",
        action=decision.action,
        method=decision.method,
        route=decision.route,
        effect=decision.effect,
        why=titles.get(decision.reasons[0], decision.reasons[0]) if decision.reasons else "",
        door=decision.door,
        count=event.count,
        micros=decision.micros,
    )
