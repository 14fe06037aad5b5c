"""How findings become facts: the score of a person, session or device, put again whenever it is another whole number.

While Limen watches, whoever nothing is said of has a known risk of 0. When the process that watches has been silent for
a minute, their risk is unknown, which reads as the worst; of a raised one it stays known that it is raised. Where the
company has chosen that nothing is watched, nothing is said against anybody, and that is known, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import Clock, Instant
from limen.facts import UNKNOWN_RISK, FactStore, Risk
from limen.facts.tables import TableOf
from limen.monitor.alerts import findings
from limen.monitor.alerts.model import Subject
from limen.monitor.response import store as responses
from limen.monitor.response.model import Response, floor_of
from limen.monitor.risk.arithmetic import CALM, Counted, Score, score
from limen.monitor.risk.rules import RiskRules
from limen.storage import Feed, Snapshot

CHANGE: Final = "risk"
"""The kind of change in the feed; its key is that of the subject."""
SILENT_AFTER_SECONDS: Final = 60.0
RAISED: Final = 40
"""From this score on something speaks against somebody: it is known even while nobody watches, as a policy may let an
unknown risk pass. The baseline asks for a fresh passkey from here on."""
CALM_RISK: Final = Risk(0, known=True)


def key_of(subject: Subject) -> str:
    return f"{subject[0]}:{subject[1]}"


def subject_of_key(key: str) -> Subject:
    kind, _, id_ = key.partition(":")
    return kind, id_


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against somebody: findings, and what was asked of them meanwhile."""

    findings: tuple[Counted, ...] = ()
    responses: tuple[Response, ...] = ()

    def floor(self, now: Instant) -> int:
        """No score is lower while a step-up is asked for, or somebody is held off."""
        return max((floor_of(one, now) for one in self.responses), default=0)


class RiskProjection:
    """Keeps risks in the facts. `rules` are those in force, and `watches` says whether Limen is to watch at all. Used
    on the event loop.

    Whether the process was heard lately goes by the clock that nobody sets: a wall clock that jumps makes nobody
    unknown, and keeps nobody known.
    """

    def __init__(
        self,
        facts: FactStore,
        clock: Clock,
        rules: Callable[[], RiskRules],
        watches: Callable[[], bool] = lambda: True,
    ) -> None:
        self._facts = facts
        self._now = clock.now
        self._monotonic = clock.monotonic
        self._rules = rules
        self._watches = watches
        self._heard_at: float | None = None
        self._tables: dict[str, TableOf[Risk]] = {
            "person": facts.risks,
            "device": facts.detected_device_risks,
            "session": facts.session_risks,
        }
        self.held: dict[Subject, Against] = {}

    def register(self, feed: Feed) -> None:
        feed.at_start(self._load_all, self._apply_all)
        feed.on(CHANGE, lambda snapshot, key: self._load(snapshot, subject_of_key(key)), self._apply_key)

    # Whether somebody watches

    def heard(self) -> None:
        """The process that watches has given a sign of life: what it found until now has been taken."""
        was_watching = self.is_watching
        self._heard_at = self._monotonic()
        if not was_watching:
            self.refresh()

    @property
    def is_known(self) -> bool:
        """Whether nothing found means that there is nothing."""
        return self.is_watching or not self._watches()

    @property
    def is_watching(self) -> bool:
        return self._heard_at is not None and self._monotonic() - self._heard_at <= SILENT_AFTER_SECONDS

    # Scores

    def score_of(self, subject: Subject) -> Score:
        """The score at this instant, with its arithmetic; what was asked for meanwhile is no part of it."""
        return score(self.held[subject].findings, self._rules(), self._now()) if subject in self.held else CALM

    def floor_of(self, subject: Subject) -> int:
        return self.held[subject].floor(self._now()) if subject in self.held else 0

    def refresh(self) -> None:
        """Put what time has changed; call it every few seconds."""
        self._put_unsaid()
        for subject in tuple(self.held):
            self._put(subject)

    # Inside

    def _load_all(self, snapshot: Snapshot) -> dict[Subject, Against]:
        now = self._now()
        every = {*findings.subjects(snapshot.connection, now), *responses.subjects(snapshot.connection, now)}
        return {subject: self._load(snapshot, subject) for subject in every}

    def _load(self, snapshot: Snapshot, subject: Subject) -> Against:
        now = self._now()
        return Against(
            findings.counted(snapshot.connection, subject, now), responses.live(snapshot.connection, subject, now)
        )

    def _apply_all(self, every: dict[Subject, Against]) -> None:
        for gone in self.held.keys() - every.keys():
            self._apply(gone, Against())
        for subject, against in every.items():
            self._apply(subject, against)
        self.refresh()

    def _apply_key(self, key: str, against: Against) -> None:
        self._apply(subject_of_key(key), against)

    def _apply(self, subject: Subject, against: Against) -> None:
        self.held[subject] = against
        self._put_unsaid()
        self._put(subject)

    def _put_unsaid(self) -> None:
        self._facts.set_unsaid_risk(CALM_RISK if self.is_known else UNKNOWN_RISK)

    def _put(self, subject: Subject) -> None:
        table = self._tables.get(subject[0])
        if table is None:
            self.held.pop(subject, None)
            return
        value = max(self.score_of(subject).value, self.floor_of(subject))
        if value >= (1 if self.is_known else RAISED):
            before = table.get(subject[1])
            if before is None or before.score != value:
                table.put(subject[1], Risk(value, known=True, at=self._now()))
            return
        table.drop(subject[1])
        if value == 0 and not self.held[subject].responses:
            self.held.pop(subject, None)


def listed(projection: RiskProjection) -> Iterable[tuple[Subject, int]]:
    """Whoever something speaks against, the worst first."""
    scored = [
        (subject, max(projection.score_of(subject).value, projection.floor_of(subject))) for subject in projection.held
    ]
    return sorted((one for one in scored if one[1]), key=lambda one: (-one[1], one[0]))
