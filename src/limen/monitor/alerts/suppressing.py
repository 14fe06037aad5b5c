"""What is not to be told any more: one rule about one thing, for a time, previewed, and never without a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.events import Event
from limen.monitor.alerts import findings, store
from limen.monitor.alerts.errors import OwnAlertError, SuppressionError
from limen.monitor.alerts.findings import WouldHide
from limen.monitor.alerts.model import STORM_ENTITY, Suppression
from limen.monitor.alerts.verdicts import SERVER
from limen.monitor.detections.hit import Level
from limen.opaque import new_id
from limen.pillar import DeviceResponses
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

PREVIEWED: Final = 30 * DAY
LONGEST: Final[Milliseconds] = 90 * DAY
LONGEST_OF_ALL: Final[Milliseconds] = 7 * DAY
"""How long what a rule finds about anybody may be suppressed: long enough to mend the rule."""
MOST: Final = 200
MOST_OF_ALL: Final = 10
"""How many at once, and how many of those may be about anybody."""
LONGEST_WHY: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """A suppression that somebody wants: of this rule, about `entity` ("": anybody), for so long, and why."""

    rule: str
    entity: str
    lasts_ms: Milliseconds
    why: str


def preview(snapshot: Snapshot, rule: str, entity: str, now: Instant) -> WouldHide:
    """What it would have hidden in the last 30 days."""
    return findings.would_hide(snapshot.connection, rule, entity, now - PREVIEWED)


def suppress(
    transaction: Transaction, wanted: Wanted, now: Instant, *, by: str, devices: DeviceResponses | None = None
) -> Suppression:
    """From now on. Raises SuppressionError with what is too much of it, OwnAlertError for what is about oneself."""
    why = one_line(wanted.why, LONGEST_WHY)
    if not why:
        raise SuppressionError("the reason is missing", "say in one line why this is no danger")
    if wanted.entity == STORM_ENTITY:
        raise SuppressionError("a storm is about many", "suppress what it is about, or the rule for a week")
    would = preview(transaction, wanted.rule, wanted.entity, now)
    _refuse_too_much(transaction, wanted, would, now)
    if by != SERVER and _is_own(transaction, wanted, now, by, devices):
        raise OwnAlertError
    made = Suppression(
        id=new_id("su"),
        rule=wanted.rule,
        entity=wanted.entity,
        since=now,
        until=now + wanted.lasts_ms,
        why=why,
        by=by,
    )
    store.add_suppression(transaction.connection, made)
    _say(transaction, "alert.suppressed", made, now, by)
    return made


def end(transaction: Transaction, suppression_id: str, now: Instant, *, by: str) -> Suppression:
    """It is told again from now on. Raises SuppressionError where nothing is suppressed by it."""
    made = store.suppression(transaction.connection, suppression_id)
    if made is None or not made.counts(now):
        raise SuppressionError("this suppression is over, or never was", "look at the list again")
    store.end_suppression(transaction.connection, suppression_id, now, by)
    _say(transaction, "alert.suppression_ended", made, now, by)
    return made


def _refuse_too_much(transaction: Transaction, wanted: Wanted, would: WouldHide, now: Instant) -> None:
    longest = LONGEST if wanted.entity else LONGEST_OF_ALL
    if not 0 < wanted.lasts_ms <= longest:
        days = longest // DAY
        raise SuppressionError(f"this may be suppressed for at most {days} days", "choose an earlier end")
    if not wanted.entity and would.worst is Level.CRITICAL:
        raise SuppressionError("what is critical can't be suppressed for everybody", "say whom or what it is about")
    if would.real:
        raise SuppressionError(
            f"it would have hidden {would.real} alert{'s' if would.real > 1 else ''} that turned out to be real",
            "choose something narrower",
        )
    live = store.live_suppressions(transaction.connection, now)
    if len(live) >= MOST or (not wanted.entity and sum(not one.entity for one in live) >= MOST_OF_ALL):
        raise SuppressionError("too much is suppressed already", "end what is not needed, or change the rules")
    if any(one.covers(wanted.rule, wanted.entity) for one in live):
        raise SuppressionError("this is suppressed already", "end that first")


def _is_own(transaction: Transaction, wanted: Wanted, now: Instant, by: str, devices: DeviceResponses | None) -> bool:
    """Whether it would hide something about `by`; of anybody, what was found about them or their devices lately."""
    if not wanted.entity:
        people, found_on = findings.whom_it_found(transaction.connection, wanted.rule, now - PREVIEWED)
        owners = {devices.owner_of(transaction, one) for one in found_on} if devices is not None else set()
        return by in people | owners
    entity = wanted.entity
    kind, _, id_ = entity.partition(":")
    if kind == "device" and devices is not None:
        return devices.owner_of(transaction, id_) == by
    return id_ == by or findings.is_entity_of(transaction.connection, entity, by)


def _say(transaction: Transaction, kind: str, made: Suppression, now: Instant, by: str) -> None:
    details: dict[str, str | int | bool] = {
        "suppression_id": made.id,
        "rule_id": made.rule,
        "of_all": not made.entity,
        "until": made.until,
    }
    transaction.say(Event(at=now, kind=kind, actor=by, details=details))
