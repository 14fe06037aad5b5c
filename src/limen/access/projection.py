"""How grants become facts: those that are not over, of people who may still have them, by person; in every worker.

A grant's end needs nobody here: it is in the fact, and each decision holds it against the clock. A grant that was asked
for on a device counts on that one alone, and is no fact while decisions know no such device; neither is one of somebody
who has left the groups by which they asked: whatever the database says meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Final

from limen.access import store
from limen.access.credentials import is_still_asked_as
from limen.access.model import HeldGrant
from limen.access.occasion import CHANGED
from limen.clock import Instant
from limen.facts import FactStore, Grant
from limen.storage import Feed, Snapshot
from limen.synthetic import is_synthetic

_DEVICE: Final = "device"
_PERSON: Final = "person"


class GrantsHeld:
    """Keeps grants in the facts. `orphaned` are the ids of those whose device is gone, to be ended for good."""

    def __init__(self, known: FactStore, now: Callable[[], Instant]) -> None:
        self._known = known
        self._now = now
        self._held: dict[str, tuple[HeldGrant, ...]] = {}
        self.orphaned: set[str] = set()

    def register(self, feed: Feed) -> None:
        """Follow the change feed, behind whoever follows people and devices. Called before it starts."""

        def load(snapshot: Snapshot, person_id: str) -> list[HeldGrant]:
            return store.live_grants(snapshot.connection, self._now(), person_id)

        feed.at_start(lambda snapshot: store.live_grants(snapshot.connection, self._now()), self._apply_all)
        feed.on(CHANGED, load, self._apply)
        feed.on(_PERSON, lambda _snapshot, _key: None, lambda person_id, _nothing: self._put(person_id))
        feed.on(_DEVICE, lambda _snapshot, _key: None, lambda device_id, _nothing: self._device_changed(device_id))

    def live(self, app_id: str = "") -> list[HeldGrant]:
        """Those that are facts now, on an app or ("") on all, in the order of people and ids."""
        now = self._now()
        return [
            one
            for person_id in sorted(self._held)
            if not is_synthetic(person_id)
            for one in self._held[person_id]
            if one.is_active(now) and app_id in {"", one.app} and self._counts(one)
        ]

    def active(self, app_id: str) -> list[tuple[str, Grant]]:
        """As `live`, each as a fact with whose it is: what `AccessGrants` offers."""
        return [(one.person_id, fact_of(one)) for one in self.live(app_id)]

    def _apply_all(self, every: list[HeldGrant]) -> None:
        before = set(self._held)
        ordered = sorted(every, key=lambda one: one.person_id)
        now = {person_id: list(ones) for person_id, ones in groupby(ordered, key=lambda one: one.person_id)}
        for person_id in before | set(now):
            self._apply(person_id, now.get(person_id, []))

    def _apply(self, person_id: str, held: Iterable[HeldGrant]) -> None:
        several = tuple(sorted(held, key=lambda one: one.id))
        if several:
            self._held[person_id] = several
        else:
            self._held.pop(person_id, None)
        self._put(person_id)

    def _put(self, person_id: str) -> None:
        facts = tuple(fact_of(one) for one in self._held.get(person_id, ()) if self._counts(one))
        if facts:
            self._known.grants.put(person_id, facts)
        else:
            self._known.grants.drop(person_id)

    def _counts(self, grant: HeldGrant) -> bool:
        person = self._known.people.get(grant.person_id) or self._known.synthetic.get(grant.person_id)
        if person is None or not is_still_asked_as(grant, person.groups) or grant.id in self.orphaned:
            return False
        return not grant.device_id or grant.device_id in self._known.devices

    def _device_changed(self, device_id: str) -> None:
        """A device is another to decisions, or none any more: then what was asked for on it is over, for good."""
        if device_id in self._known.devices:
            return
        touched = [one for ones in self._held.values() for one in ones if one.device_id == device_id]
        self.orphaned |= {one.id for one in touched}
        for person_id in {one.person_id for one in touched}:
            self._put(person_id)


def fact_of(grant: HeldGrant) -> Grant:
    """What decisions know of a grant. Why it was asked for is no fact: facts are journaled with each decision."""
    return Grant(
        id=grant.id,
        app=grant.app,
        actions=frozenset(grant.actions),
        until=grant.until,
        approver=grant.approvers[-1] if grant.approvers else "",
        device=grant.device_id,
    )
