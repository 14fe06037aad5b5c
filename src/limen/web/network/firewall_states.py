"""How each firewall is: what is in force there, what is on trial, and what somebody changed beside Limen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, SECOND, Instant
from limen.events import Event
from limen.network.firewalls.drift_events import KIND as DRIFT, Drift, drift_of
from limen.network.firewalls.followers import Heard
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import TRIAL, EnrolledFirewall, RulesetChange
from limen.network.firewalls.unheard import SILENT_AFTER
from limen.network.model import NFTABLES, Firewall
from limen.network.remote.trial import TRIAL_SECONDS
from limen.network.shapes import MAKERS
from limen.storage.journal.search import EventQuery, search
from limen.web.site import Site

HISTORY: Final = (
    "network.change_made",
    "network.change_confirmed",
    "network.change_undone",
    "network.change_refused",
    "network.firewall_enrolled",
    DRIFT,
)
HISTORY_DAYS: Final = 30
MOST_EVENTS: Final = 200


@dataclass(frozen=True, slots=True)
class FirewallState:
    """`heard`: what it said last, to this Limen since it started. `change`: the one that is open. `history`: what
    happened with it, the newest first. `is_outdated`: what was confirmed is not what network.yaml says now.
    """

    firewall: Firewall
    enrolled: EnrolledFirewall | None
    heard: Heard | None
    change: RulesetChange | None
    trial_since: Instant | None
    history: tuple[Event, ...]
    now: Instant
    is_outdated: bool = False

    @property
    def follows(self) -> bool:
        """A program of Limen's runs there, or is to."""
        return self.firewall.kind == NFTABLES

    @property
    def is_asked_nothing(self) -> bool:
        """Limen writes a text for it, which somebody loads there."""
        return self.firewall.kind in MAKERS

    @property
    def drift(self) -> Drift | None:
        """What somebody changed last beside Limen."""
        return next((drift_of(one) for one in self.history if one.kind == DRIFT), None)

    @property
    def is_changed(self) -> bool:
        """Whether Limen's rules may still be what somebody made of them: nothing was put back since."""
        newest = next((one.kind for one in self.history if one.kind in {DRIFT, "network.change_confirmed"}), "")
        drift = self.drift
        return newest == DRIFT and drift is not None and not drift.is_repaired and not drift.is_beside

    @property
    def is_other(self) -> bool:
        """It said itself that something else than what was confirmed last is in force."""
        said = self.heard.in_force if self.heard is not None and self.enrolled is not None else ""
        return bool(said) and self.change is None and self.enrolled is not None and said != self.enrolled.digest

    @property
    def is_silent(self) -> bool:
        return self.enrolled is not None and (self.heard is None or self.heard.at < self.now - SILENT_AFTER)

    @property
    def seconds_left(self) -> int | None:
        """Of the trial; None where it is not known."""
        if self.change is None or self.change.state != TRIAL or self.trial_since is None:
            return None
        return max(0, round(TRIAL_SECONDS - (self.now - self.trial_since) / SECOND))

    @property
    def word(self) -> str:
        """Of all that may be said of it what matters most: command, new, trial, waiting, changed, silent, empty,
        outdated or in-force.
        """
        if not self.follows:
            return "command"
        if self.enrolled is None:
            return "new"
        if self.change is not None:
            return "trial" if self.change.state == TRIAL else "waiting"
        if self.is_changed or self.is_other:
            return "changed"
        if self.is_silent:
            return "silent"
        if not self.enrolled.digest:
            return "empty"
        return "outdated" if self.is_outdated else "in-force"


async def states(site: Site, firewalls: Sequence[Firewall], now: Instant) -> list[FirewallState]:
    """In the order of network.yaml, with what the journal has of the last 30 days."""
    names = {one.name for one in firewalls}
    query = EventQuery(
        kinds=HISTORY, since=now - HISTORY_DAYS * DAY, holds=lambda event: event.details.get("firewall") in names
    )
    found = await site.in_thread(lambda: search(site.ports.journal.reader, query, MOST_EVENTS))
    return [state(site, one, found.events, now) for one in firewalls]


def state(site: Site, firewall: Firewall, events: Iterable[Event], now: Instant) -> FirewallState:
    """As memory has it, beside these events: a search in a long journal may end before it found the last drift."""
    service = site.ports.offers.take(FirewallService)
    followers, name = service.followers, firewall.name
    enrolled = next((one for one in followers.firewalls.values() if one.name == name), None)
    change = followers.changes.get(name)
    heard = followers.heard.get(enrolled.id) if enrolled is not None else None
    since = service.on_trial_since(change) if change is not None else None
    history = [one for one in events if one.details.get("firewall") == name]
    drift = service.drifts.get(name)
    if drift is not None and not any(one.kind == DRIFT and one.at >= drift.at for one in history):
        history = sorted([drift, *history], key=lambda one: -one.at)
    return FirewallState(firewall, enrolled, heard, change, since, tuple(history), now)
