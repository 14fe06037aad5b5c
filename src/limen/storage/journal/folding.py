"""Decisions wait here for the next batch; equal ones fold into one event with a count.

This is on the path of every request, so it only takes references; the writer's thread does all the writing down.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Protocol

from limen.clock import Instant
from limen.events import DecisionRecord, Event, EventIds, Outcome
from limen.facts import Facts
from limen.facts.facts_json import facts_digest
from limen.policy.decision import Effect, Reason, Remedy, Request
from limen.storage.journal.line_template import LineTemplate, encode


class Decided(Protocol):
    """What the journal reads of a decision."""

    @property
    def effect(self) -> Effect: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...
    @property
    def at_once(self) -> tuple[Remedy, ...]: ...
    @property
    def watched(self) -> tuple[Reason, ...]: ...
    @property
    def revision(self) -> str: ...
    @property
    def request(self) -> Request: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def now(self) -> Instant: ...


class Fold:
    """Equal decisions of one batch. Keeps their facts alive, so that no other facts can get the same `id()` meanwhile.

    Its line describes the first of them; for those that follow the device may have reported again since.
    """

    __slots__ = (
        "address",
        "batch",
        "count",
        "decision",
        "door",
        "effect",
        "id",
        "micros",
        "reasons",
        "request",
        "revision",
        "session",
        "template",
        "until",
        "watched",
    )

    def __init__(
        self,
        event_id: str,
        batch: list[Fold],
        door: str,
        decision: Decided,
        session: str,
        address: str,
        template: list[LineTemplate],
    ) -> None:
        self.id = event_id
        self.batch = batch
        self.door = door
        self.decision = decision
        self.effect = decision.effect
        self.reasons = decision.reasons
        self.request = decision.request
        self.revision = decision.revision
        self.watched = decision.watched
        self.session = session
        self.address = address
        self.micros = 0.0
        self.count = 0
        self.until = decision.now
        self.template = template

    def is_like(self, door: str, decision: Decided, session: str, address: str) -> bool:
        """Whether this decision, on the same facts, differs from the fold's own by nothing but its time."""
        return (
            # What is asked is a value of the route's own, the same one for each request: its identity will do.
            self.request is decision.request
            and self.effect is decision.effect
            and (self.reasons is decision.reasons or self.reasons == decision.reasons)
            and self.session == session
            and self.door == door
            and self.address == address
            and self.watched == decision.watched
            and self.decision.at_once == decision.at_once
            and self.revision == decision.revision
        )

    def line(self) -> bytes:
        """The body of the event's line: what `encode(self.event())` says, at a fraction of the cost."""
        if self.count == 1:
            return encode(self.event())
        if not self.template:
            self.template.append(LineTemplate(self.event()))
        micros = round(self.micros / self.count, 1)
        return self.template[0].filled(self.id, self.decision.now, self.until, self.count, micros)

    def event(self) -> Event:
        """The one event that all of them become; `micros` is their mean."""
        decision, request, facts = self.decision, self.decision.request, self.decision.facts
        return Event(
            id=self.id,
            at=decision.now,
            kind="decision",
            outcome=Outcome.SUCCESS if self.effect is Effect.PERMIT else Outcome.FAILURE,
            actor=facts.person.id,
            session=self.session,
            device=facts.device.id,
            address=self.address,
            count=self.count,
            until=self.until if self.count > 1 else 0,
            decision=DecisionRecord(
                effect=self.effect.value,
                reasons=tuple(reason.policy for reason in self.reasons),
                revision=decision.revision,
                facts=facts_digest(facts),
                now=decision.now,
                app=facts.app.id,
                action=request.action,
                method=request.method,
                route=request.route,
                host=request.host,
                door=self.door,
                remedies=tuple(remedy.kind for remedy in decision.at_once),
                watched=tuple(reason.policy for reason in decision.watched if reason.effect != "error"),
                micros=round(self.micros / self.count, 1),
                device_seen_at=facts.device.seen_at,
            ),
        )


class Folding:
    """Takes decisions from any thread; hands them over batch by batch."""

    def __init__(
        self, woken: Callable[[], object] = bool, admits: Callable[[Fold], bool] = lambda _stranger: True
    ) -> None:
        """`woken` is called whenever a first one of its kind begins to wait. `admits` is asked of a first one that
        nobody signed in for.
        """
        self._woken = woken
        self._admits = admits
        self._lock = threading.Lock()
        self._ids = EventIds(secrets.token_bytes)
        self._latest: dict[tuple[object, ...], Fold] = {}
        self._folds: list[Fold] = []

    def __len__(self) -> int:
        return len(self._folds)

    def add(self, door: str, decision: Decided, session: str, address: str, micros: float) -> str:
        """Note one decision; returns its id, or "" where strangers have had too many written down already."""
        derived = decision.facts.derived
        with self._lock:
            fold: Fold | None = derived.fold  # most often the very same was asked before
            if fold is None or fold.batch is not self._folds or not fold.is_like(door, decision, session, address):
                fold, is_new = self._fold(door, decision, session, address, fold)
                if fold is None:
                    return ""
                derived.fold = fold
                if is_new:
                    self._woken()
            fold.count = number = fold.count + 1
            fold.micros += micros
            fold.until = decision.now
        return f"{fold.id}-{number}"

    def _fold(
        self, door: str, decision: Decided, session: str, address: str, before: Fold | None
    ) -> tuple[Fold | None, bool]:
        """The fold that counts this decision, and whether it is new; None where it is a stranger's and one too many.

        Needs the lock. `before`: the last fold.
        """
        facts = decision.facts
        # A device that reports again makes other facts, which are the same but for that: equal decisions still fold.
        same = facts_digest(facts) if facts.device.seen_at else id(facts)
        key = (same, id(decision.request), session, door, address)
        fold = self._latest.get(key)
        if fold is not None and fold.is_like(door, decision, session, address):
            return fold, False
        is_same = before is not None and before.decision.facts.device.seen_at == facts.device.seen_at
        can_share = before is not None and is_same and before.is_like(door, decision, session, address)
        template = before.template if before is not None and can_share else []
        fold = Fold(self._ids.new(decision.now), self._folds, door, decision, session, address, template)
        if not session and not facts.person.id and not self._admits(fold):
            return None, False
        self._latest[key] = fold
        self._folds.append(fold)
        return fold, True

    def take(self) -> list[Fold]:
        """Everything that waits; what comes after goes to the next batch."""
        with self._lock:
            taken, self._folds, self._latest = self._folds, [], {}
        return taken

    def peek(self, event_id: str) -> Fold | None:
        """The waiting fold of this id: a decision's page may be asked for before its batch is written."""
        with self._lock:
            return next((fold for fold in self._folds if fold.id == event_id), None)
