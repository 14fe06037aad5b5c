"""Findings come in from the process that watches: each is kept once, counts for whom it is about, and becomes an alert.

They come at least once, so the id of a finding says whether it came before. When `take` returns they are committed, and
the next decision knows the risk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from limen.clock import Instant
from limen.events import Event
from limen.monitor.alerts import findings, store
from limen.monitor.alerts.findings import Finding
from limen.monitor.alerts.fitting import fitted, subject_of
from limen.monitor.alerts.flooding import Flooding
from limen.monitor.alerts.folding import Folded, Folding
from limen.monitor.alerts.model import Subject, Suppression
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.risk.projection import CHANGE, key_of
from limen.pillar import Core
from limen.storage import Transaction

AT_ONCE: Final = 500
"""How many findings are one transaction."""
QUIET: Final = frozenset({Level.INFORMATIONAL, Level.LOW})
"""What is found at these levels counts as risk, and calls nobody."""

Told = Callable[[Transaction, Folded, Instant], None]
"""What else happens in the transaction that takes a finding which is news."""


class Respond(Protocol):
    """What else happens in the transaction that takes a finding."""

    def __call__(
        self, transaction: Transaction, folded: Folded, hit: Hit, now: Instant, *, is_proven: bool
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """How many findings were `new`, how many of those were `suppressed`, and how many `alerts` they opened."""

    new: int = 0
    suppressed: int = 0
    alerts: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(self.new + other.new, self.suppressed + other.suppressed, self.alerts + other.alerts)


class AlertIntake:
    """Takes findings. `is_proven` tells whether a source, by its name, proves itself, and `is_of_devices` whether each
    of its senders is a device that speaks of itself; `respond` and `tell` hear of each finding and each piece of news
    in its transaction.
    """

    def __init__(
        self,
        core: Core,
        is_proven: Callable[[str], bool],
        respond: Respond,
        tell: Told,
        is_of_devices: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._core = core
        self._is_proven = is_proven
        self._is_of_devices = is_of_devices
        self._flooding = Flooding()
        self._respond = respond
        self._tell = tell

    async def take(self, hits: Sequence[Hit]) -> Taken:
        """Keep them; returns when they are committed and the risk is known everywhere. Raises StorageError."""
        known = self._core.known
        if any(hit.session and known.issued(hit.session) is None for hit in hits):
            await self._core.feed.settled()  # what was found can be about somebody who signed in this very moment
        taken = Taken()
        for start in range(0, len(hits), AT_ONCE):
            more, unkept = await self._core.write(partial(self._take, hits=hits[start : start + AT_ONCE]))
            self._flooding.remember(unkept)
            taken += more
        return taken

    def _take(self, transaction: Transaction, hits: Sequence[Hit]) -> tuple[Taken, dict[str, int]]:
        """What was taken; and of findings that are not kept by themselves, for how many each stands."""
        connection, now = transaction.connection, self._core.clock.now()
        fit = {one.id: one for one in (fitted(hit, self._core.known, now) for hit in hits)}
        before = {one: self._flooding.times_of[one] for one in fit if one in self._flooding.times_of}
        before |= findings.times_of(connection, list(fit))
        new = [hit for each, hit in fit.items() if each not in before]
        suppressions, folding = store.live_suppressions(connection, now), Folding(connection, now)
        kept, news, changed = list[Finding](), list[tuple[Folded, Finding]](), dict[Subject, None]()
        for hit in sorted(new, key=lambda one: (one.at, one.id)):
            subject = subject_of(hit)
            is_proven = self._proves(hit, subject)
            hidden = _suppressing(suppressions, hit)
            if hidden is not None:
                store.count_suppressed(connection, hidden.id, hit.times)
                kept.append(Finding(hit, "", ("", ""), now, is_proven, suppressed_by=hidden.id))
                continue
            if hit.level in QUIET:
                kept.append(Finding(hit, "", subject, now, is_proven))
            else:
                folded = folding.fold(hit, is_proven=is_proven)
                kept.append(Finding(hit, folded.alert.id, subject, now, is_proven))
                news.append((folded, kept[-1]))
            if subject[0]:
                changed[subject] = None
        unkept = self._keep(connection, kept, now)
        for hit in (hit for each, hit in fit.items() if each in before and hit.times > before[each]):
            taken = findings.find(connection, hit.id)
            _grow(connection, folding, taken, hit, hit.times - before[hit.id])
            if taken is None:
                unkept[hit.id] = hit.times
            elif taken.subject[0]:
                changed[taken.subject] = None
        folding.write()
        opened = 0
        for each, one in news:
            folded = _as_it_is(transaction, each) if each.is_news else each
            self._respond(transaction, folded, self._as_proven(one.hit), now, is_proven=one.is_proven)
            if folded.is_news:
                opened += folded.was is None
                _say(transaction, folded, now)
                self._tell(transaction, folded, now)
        for subject in changed:
            transaction.changed(CHANGE, key_of(subject))
        return Taken(len(new), sum(bool(one.suppressed_by) for one in kept), opened), unkept

    def _keep(self, connection: Connection, taken: Sequence[Finding], now: Instant) -> dict[str, int]:
        """Write down as many as a flood leaves room for; for how many each of the others stands, by its id."""
        admitted = [one for one in taken if self._flooding.admits(one.hit, now, is_proven=one.is_proven)]
        findings.add(connection, admitted)
        kept = {one.hit.id for one in admitted}
        return {one.hit.id: one.hit.times for one in taken if one.hit.id not in kept}

    def _proves(self, hit: Hit, subject: Subject) -> bool:
        """Whether every source proves what it says. A device proves what is its own: whoever is root on a laptop writes
        into its logs about anybody, so of people and of other devices it tells no more than syslog does.
        """
        if not hit.sources or not all(self._is_proven(name) for name in hit.sources):
            return False
        if not self._rests_on_devices(hit) or not subject[0]:
            return True
        return subject[0] == "device" and set(hit.devices) == {subject[1]}

    def _as_proven(self, hit: Hit) -> Hit:
        """Without whom a device only names: nothing is done by itself to people, nor to a device others tell of."""
        if not self._rests_on_devices(hit):
            return hit
        own = hit.device_id if set(hit.devices) == {hit.device_id} else ""
        return msgspec.structs.replace(hit, person_id="", session="", device_id=own)

    def _rests_on_devices(self, hit: Hit) -> bool:
        return any(self._is_of_devices(name) for name in hit.sources)


def _grow(connection: Connection, folding: Folding, taken: Finding | None, hit: Hit, more: int) -> None:
    """A finding that was taken stands for so many more; None where it was one too many to be kept by itself."""
    if taken is not None:
        findings.grow(connection, hit)
    if taken is not None and taken.suppressed_by:
        store.count_suppressed(connection, taken.suppressed_by, more)
    elif hit.level not in QUIET:
        folding.grow(hit, more)


def _suppressing(suppressions: Sequence[Suppression], hit: Hit) -> Suppression | None:
    return next((one for one in suppressions if one.covers(hit.rule, hit.entity)), None)


def _as_it_is(transaction: Transaction, folded: Folded) -> Folded:
    """With the case it has come into: a storm joins those that were there."""
    alert = store.alert(transaction.connection, folded.alert.id)
    return folded if alert is None else Folded(alert, folded.was)


def _say(transaction: Transaction, folded: Folded, now: Instant) -> None:
    """Of whom it is says the alert alone: an event about somebody is shown to them, and a thief reads it as well."""
    alert = folded.alert
    details: dict[str, str | int | bool] = {
        "alert_id": alert.id,
        "case_id": alert.case_id,
        "rule_id": alert.rule,
        "level": alert.level.value,
    }
    kind = "alert.opened" if folded.was is None else "alert.worse"
    transaction.say(Event(at=now, kind=kind, details=details))
