"""Strangers write little: what nobody signed in for is kept one by one up to a budget, and counted beyond it.

Each sort of it has a budget of its own, in bytes as they are written: noise of one sort takes no room from another.
What concerns somebody known is a sort by itself, which nobody uses up who knows no name. A budget is never used up for
good: it fills again as time goes by, so that even amid a flood some events of each sort are kept each hour. What
somebody did who is signed in, and everything that Limen says of itself, is under no budget.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Final

import msgspec

from limen.admission import network_of
from limen.clock import DAY, SECOND, Instant
from limen.events import KINDS, Event, Outcome
from limen.rate_limit import RateLimit
from limen.storage.journal.folding import Fold
from limen.storage.journal.recent import Written

EVENTS_AT_ONCE, EVENTS_A_DAY = 2_500_000, 2_500_000
"""Bytes of each sort of event but decisions: so many at once, and so many more in a day."""
DECISIONS_AT_ONCE, DECISIONS_A_DAY = 8_000_000, 16_000_000
"""The same of decisions that nobody signed in for, of each effect."""
SOURCE_AT_ONCE, SOURCE_A_DAY = 1_000, 2_000
"""Events of each sort from one source (see `network_of`), so that a single one leaves room for others."""
LINE_BYTES: Final = 200
"""What the chain adds to each line, at the most."""
LONGEST: Final = 256
"""Characters of each text in a stranger's event."""
MOST_TOLD: Final = 64
"""So many sorts, reasons and apps are counted apart; what is beyond is counted as "other"."""
TOLD_EVERY_SECONDS: Final = 300.0
LEFT_OUT: Final = "strangers.left_out"
DECISION: Final = "decision"


def sort_of(written: Written) -> str:
    """Under which budget this is; "" under none."""
    if isinstance(written, Fold):
        is_nobodys = not written.session and not written.decision.facts.person.id
        return f"{DECISION} {written.effect.value}" if is_nobodys else ""
    if written.actor or written.session:
        return ""
    kind = KINDS.get(written.kind)
    if kind is None or not kind.by_strangers:
        return ""
    return f"{written.kind} of somebody" if written.subject else written.kind


def bounded(event: Event) -> Event:
    """The same event, none of whose texts is longer than a stranger's may be."""
    details = {name: value[:LONGEST] if isinstance(value, str) else value for name, value in event.details.items()}
    return msgspec.structs.replace(
        event, address=event.address[:LONGEST], reason=event.reason[:LONGEST], details=details
    )


@dataclass(slots=True)
class _Left:
    """What is left of one budget, in bytes; below 0 while more was written than there was."""

    bytes: float
    at: Instant


class StrangersBudget:
    """What strangers may still have written, by sort. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, _Left] = {}
        self._sources = RateLimit(SOURCE_A_DAY * SECOND / DAY, SOURCE_AT_ONCE, most_keys=2_000)
        self._left_out: Counter[tuple[str, str, str]] = Counter()
        self.totals: Counter[str] = Counter()
        """How many of each sort were left out since the start."""

    def admits(self, sort: str, address: str, reason: str, now: Instant, app: str = "") -> bool:
        """Whether one more of this sort is kept by itself. If not, it is counted."""
        with self._lock:
            has_room = self._refilled(sort, now).bytes > 0
            is_admitted = has_room and (not address or self._sources.admits(f"{sort} {network_of(address)}", now))
            if not is_admitted:
                told = (sort, reason, app)
                is_known = told in self._left_out or len(self._left_out) < MOST_TOLD
                self._left_out[told if is_known else (sort, "other", "")] += 1
                self.totals[sort] += 1
            return is_admitted

    def wrote(self, written: Written, size: int) -> None:
        """So many bytes were written for this."""
        sort = sort_of(written)
        if sort:
            with self._lock:
                left = self._left.get(sort)
                if left is not None:
                    left.bytes -= size

    def left_out(self, now: Instant) -> list[Event]:
        """What was counted since this was last asked, as events."""
        with self._lock:
            counted, self._left_out = self._left_out, Counter()
        return [
            Event(
                at=now,
                kind=LEFT_OUT,
                outcome=Outcome.FAILURE,
                reason=reason,
                details={"of": sort, "events": number, **({"app": app} if app else {})},
            )
            for (sort, reason, app), number in counted.most_common()
        ]

    def _refilled(self, sort: str, now: Instant) -> _Left:
        at_once, a_day = (
            (DECISIONS_AT_ONCE, DECISIONS_A_DAY) if sort.startswith(DECISION) else (EVENTS_AT_ONCE, EVENTS_A_DAY)
        )
        left = self._left.setdefault(sort, _Left(at_once, now))
        left.bytes = min(at_once, left.bytes + max(0, now - left.at) * a_day / DAY)
        left.at = now
        return left
