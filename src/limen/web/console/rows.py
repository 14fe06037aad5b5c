"""One decision as a row: what lists, the live stream and the pages of people, apps and policies show of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from limen.clock import Instant
from limen.enforcement.doors import REASONS
from limen.events import Event
from limen.policy.engine import INACTIVE, NOTHING_PERMITS
from limen.web.drawing import EFFECTS
from limen.web.site import Site

MOST_ROWS = 100
_NAMED = {reason.policy: reason.title for reason in (*NOTHING_PERMITS, *INACTIVE)} | {
    name: reason.title for name, reason in REASONS.items()
}


@dataclass(frozen=True, slots=True)
class Row:
    """`person_id` is "" where nobody was signed in. `count` equal decisions are one row."""

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
    count: int
    micros: float


@dataclass(frozen=True, slots=True)
class Filter:
    """Which decisions are shown; "" does not filter. It lives in the address, so it can be sent to a colleague."""

    effect: str = ""
    app: str = ""
    person: str = ""
    policy: str = ""
    since: Instant = 0
    until: Instant = 0

    def holds(self, event: Event) -> bool:
        decision = event.decision
        if decision is None:
            return False
        return (
            (not self.effect or decision.effect == self.effect)
            and (not self.app or decision.app == self.app)
            and (not self.person or event.actor == self.person)
            and (not self.policy or self.policy in decision.reasons)
            and event.at >= self.since
            and (not self.until or event.at < self.until)
        )

    @property
    def query(self) -> str:
        said = {name: getattr(self, name) for name in ("effect", "app", "person", "policy", "since", "until")}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def is_open_ended(self) -> bool:
        return not self.until


def filter_from(get: Callable[[str], str]) -> Filter:
    """The filter that an address names; what can't be is left out."""
    effect = get("effect")
    return Filter(
        effect=effect if effect in EFFECTS else "",
        app=get("app"),
        person=get("person"),
        policy=get("policy"),
        since=_instant(get("since")),
        until=_instant(get("until")),
    )


def row_of(site: Site, event: Event) -> Row | None:
    """The row of a decision; None for every other event."""
    decision = event.decision
    if decision is None:
        return None
    person = site.known.people.get(event.actor)
    app = site.known.apps.get(decision.app)
    return Row(
        id=event.id,
        at=event.at,
        person=person.name if person else ("Nobody signed in" if not event.actor else event.actor),
        person_id=event.actor if person else "",
        app=app.name if app else decision.app,
        app_id=decision.app if app else "",
        action=decision.action,
        method=decision.method,
        route=decision.route,
        effect=decision.effect,
        why=why(site, decision.reasons[0]) if decision.reasons else "",
        count=event.count,
        micros=decision.micros,
    )


def why(site: Site, name: str) -> str:
    """The title of the policy, or of the reason of Limen's own, that spoke."""
    if name in _NAMED:
        return _NAMED[name]
    for policy in site.ports.in_force.engine.policies:
        if policy.id == name:
            return policy.annotations.get("title", name)
    return name


def recent_rows(site: Site, chosen: Filter, most: int = MOST_ROWS) -> list[Row]:
    """The newest decisions of this filter that are still in memory."""
    return [row for event in site.ports.journal.recent(most, chosen.holds) if (row := row_of(site, event)) is not None]


def _instant(text: str) -> Instant:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0
