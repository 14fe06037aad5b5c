"""Who is told of what, and when: in the transaction that opens an alert, and again where nobody takes a case.

A channel hears of so many cases a day one by one. What comes beyond that is a summary an hour; what is critical, or was
left to people by a playbook, is told by itself for three times as long. So nobody's telephone is flooded, and no flood
hides what is worst.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.monitor.alerts.folding import Folded
from limen.monitor.alerts.model import Case, is_at_least
from limen.monitor.detections.hit import Level
from limen.monitor.notify import store
from limen.monitor.notify.rules import Channel, NotifyRules
from limen.monitor.notify.store import CASE, DIGEST, QUEUED, REQUEST, SPARED, TEST, Queued
from limen.opaque import new_id
from limen.storage import Transaction

GOOD_FOR: Final = DAY
AGAIN_AFTER: Final = 10 * MINUTE
"""About the same case a channel hears no more often."""
URGENT_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Queueing:
    """`rules` are those in force; `zone` is the company's."""

    rules: Callable[[], NotifyRules]
    zone: Callable[[], tzinfo]

    def tell(self, transaction: Transaction, folded: Folded, now: Instant) -> None:
        """Have whoever should hear of this at once told of its case."""
        for name, channel in self.rules().channels.items():
            if not channel.after_ms and is_at_least(folded.alert.level, channel.at_level):
                self._queue(transaction, name, channel, folded.alert.case_id, folded.alert.level, now)

    def tell_spared(self, transaction: Transaction, folded: Folded, now: Instant) -> None:
        """Have them told at once, at any hour, that a playbook did not act on its case."""
        for name, channel in self.rules().channels.items():
            if not channel.after_ms and is_at_least(folded.alert.level, channel.at_level):
                self._queue(transaction, name, channel, folded.alert.case_id, folded.alert.level, now, SPARED)

    def escalate(self, transaction: Transaction, cases: list[Case], now: Instant) -> int:
        """Have whoever hears of cases that nobody takes told of these. Returns how many notices there are."""
        queued = 0
        for name, channel in self.rules().channels.items():
            for case in cases if channel.after_ms else ():
                waits = not case.taken_by and case.is_open and now >= case.opened_at + channel.after_ms
                if not waits or not is_at_least(case.level, channel.at_level):
                    continue
                if store.last_about(transaction.connection, name, case.id) is None:
                    self._queue(transaction, name, channel, case.id, case.level, now)
                    queued += 1
        return queued

    def tell_of_request(self, transaction: Transaction, request_id: str, now: Instant) -> None:
        """Have the channels told that hear of requests for access; those that had their share of today are not."""
        for name, channel in self.rules().channels.items():
            if not channel.requests:
                continue
            at = now if channel.hours is None else channel.hours.next_open(now, self.zone())
            if store.count_since(transaction.connection, name, now - DAY, (REQUEST,)) < channel.most_a_day:
                store.add(transaction.connection, _notice(name, request_id, REQUEST, Level.LOW, now, at))

    def try_out(self, transaction: Transaction, name: str, now: Instant) -> Queued:
        """A notice that says that this channel works."""
        notice = _notice(name, "", TEST, Level.LOW, now, now)
        store.add(transaction.connection, notice)
        return notice

    def _queue(
        self,
        transaction: Transaction,
        name: str,
        channel: Channel,
        case_id: str,
        level: Level,
        now: Instant,
        sort: str = CASE,
    ) -> None:
        connection = transaction.connection
        last, is_urgent = store.last_about(connection, name, case_id), level is Level.CRITICAL or sort == SPARED
        if last is not None and last.state == QUEUED:  # it will say what is so when it goes out
            if is_urgent:
                store.hurry(connection, last.id, SPARED if SPARED in (sort, last.sort) else sort, level.value, now)
            return
        at = now if is_urgent or channel.hours is None else channel.hours.next_open(now, self.zone())
        if last is not None and (sort == CASE or last.sort == SPARED):
            at = max(at, last.queued_at + AGAIN_AFTER)
        most = channel.most_a_day * (URGENT_TIMES if is_urgent else 1)
        if store.count_since(connection, name, now - DAY) < most:
            store.add(connection, _notice(name, case_id, sort, level, now, at))
            return
        summary = store.last_digest(connection, name)
        if summary is None or summary.state != QUEUED:
            store.add(connection, _notice(name, "", DIGEST, level, now, max(at, now + HOUR)))


def _notice(name: str, case_id: str, sort: str, level: Level, now: Instant, at: Instant) -> Queued:
    return Queued(
        id=new_id("no"),
        channel=name,
        case_id=case_id,
        sort=sort,
        level=level.value,
        queued_at=now,
        next_try_at=at,
        expires_at=at + GOOD_FOR,
    )
