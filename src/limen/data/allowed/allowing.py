"""Somebody who owns the rules says that values are not what they look like: kept with an end, a reason, and journaled.

It makes Limen look away, so it is bounded: to one detector, to a year, and to a number of values. Nobody allows their
own: what an employee says is not sensitive is about one document (`limen.data.findings`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.clock import DAY, Instant
from limen.data.allowed import store
from limen.data.allowed.store import AllowedValue
from limen.data.model import digest_of
from limen.data.rules.content import Value
from limen.data.rules.stated import DataRules
from limen.errors import LimenError
from limen.events import Event
from limen.opaque import new_id
from limen.pillar import Core
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

CHANGE: Final = "data-allowed"
LONGEST: Final = 366 * DAY
MOST: Final = 10_000
MOST_AT_ONCE: Final = 1_000
LONGEST_WHY: Final = 200


class NotAllowedError(LimenError):
    """Values can't be allowed so."""


def allow(
    transaction: Transaction,
    key: bytes,
    rules: DataRules,
    detector: str,
    values: Iterable[bytes],
    why: str,
    until: Instant,
    now: Instant,
    *,
    by: str,
    person_id: str = "",
) -> int:
    """Allow what this detector finds in these values, which have equal digests under `key`; for everybody, or for one
    person. Returns how many there are. Raises NotAllowedError.
    """
    if detector not in rules.sought_ids:
        raise NotAllowedError(f"nothing that is looked for is called {detector[:40]}", "see `limen data detectors`")
    if not (reason := one_line(why, LONGEST_WHY)):
        raise NotAllowedError("there is no reason", f"say why they may pass, in at most {LONGEST_WHY} characters")
    if not now < until <= now + LONGEST:
        raise NotAllowedError("values are allowed for a year at the longest", "say a day within a year")
    digests = {digest_of(value, key).hex() for value in values if value.strip()}
    if not 0 < len(digests) <= MOST_AT_ONCE:
        raise NotAllowedError(f"these are {len(digests)} values", f"give 1 to {MOST_AT_ONCE}, one in each line")
    there = store.every(transaction.connection, now)
    if len(there) + len(digests) > MOST:
        raise NotAllowedError(f"there would be more than {MOST} values", "end some, or turn the detector off")
    again = {(one.detector, one.value_digest, one.person_id): one.id for one in there}
    store.remove(
        transaction.connection,
        [again[place] for one in digests if (place := (detector, one, person_id)) in again],
    )
    for one in sorted(digests):
        allowed = AllowedValue(new_id("dv"), detector, one, person_id, reason, until, by, now)
        store.add(transaction.connection, allowed)
    transaction.changed(CHANGE, detector)
    details: dict[str, str | int | bool] = {"detector": detector, "values": len(digests), "until": until}
    transaction.say(Event(at=now, kind="data.value_allowed", actor=by, subject=person_id, details=details))
    return len(digests)


def end(transaction: Transaction, ids: Iterable[str], now: Instant, *, by: str) -> int:
    """They count again. Returns how many there were. Raises NotAllowedError where there is none of them."""
    number = store.remove(transaction.connection, list(ids))
    if not number:
        raise NotAllowedError("there is no such value", "`limen data allowed list` shows those there are")
    transaction.changed(CHANGE, "")
    transaction.say(Event(at=now, kind="data.value_allowed_ended", actor=by, details={"values": number}))
    return number


class AllowedValues:
    """Values that are allowed, in memory: asked for everything that passes."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._until: dict[tuple[str, Value], Instant] = {}

    def register(self) -> None:
        """Follow the change feed. Called before it starts."""

        def load(snapshot: Snapshot, _key: str = "") -> list[AllowedValue]:
            return store.every(snapshot.connection, self._core.clock.now())

        def take(every: list[AllowedValue]) -> None:
            self._until = {(one.person_id, (one.detector, bytes.fromhex(one.value_digest))): one.until for one in every}

        self._core.feed.at_start(load, take)
        self._core.feed.on(CHANGE, load, lambda _key, every: take(every))

    def among(self, values: Iterable[Value], person_id: str) -> set[Value]:
        """Those of these values that are allowed for this person ("": for somebody nobody knows)."""
        if not self._until:
            return set()
        now, whose = self._core.clock.now(), {"", person_id}
        return {one for one in values if any(self._until.get((who, one), 0) > now for who in whose)}

    async def forget(self) -> None:
        """Drop what is over."""
        before = self._core.clock.now()
        await self._core.database.writing(lambda transaction: store.forget(transaction.connection, before))
