"""Findings become alerts, and alerts cases: alike ones fold, what is about the same people joins, a storm is one case.

Nothing is lost by it: each finding is kept by itself, counts for whom it is about, and leads to its alert. In a storm,
what is about somebody that Limen knows stays an alert of its own, so that nobody hides one among thousands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from limen.clock import Instant
from limen.monitor.alerts import store
from limen.monitor.alerts.fitting import MOST_EVENTS
from limen.monitor.alerts.model import (
    FOLDED_FOR,
    STORM,
    STORM_ENTITY,
    STORM_WITHIN,
    Alert,
    Case,
    is_at_least,
    worse,
)
from limen.monitor.detections.hit import Hit, Level
from limen.opaque import new_id


@dataclass(frozen=True, slots=True)
class Folded:
    """What became of a finding. `was`: the level of its alert before, None where the alert is new."""

    alert: Alert
    was: Level | None

    @property
    def is_news(self) -> bool:
        """Whether somebody should hear of it: a new alert, or one that is worse than it was."""
        return self.was is None or not is_at_least(self.was, self.alert.level)


@dataclass(slots=True)
class Folding:
    """Folds the findings of one transaction; `write` keeps what became of them."""

    connection: Connection
    now: Instant
    _alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    _cases: dict[str, Case] = field(default_factory=dict)
    _opened: dict[str, int] = field(default_factory=dict)
    _storms: dict[str, str] = field(default_factory=dict)

    def fold(self, hit: Hit, *, is_proven: bool) -> Folded:
        """Into the alert that is there, or a new one."""
        entity, before = hit.entity, self._open(hit.rule, hit.entity)
        if before is None and self._is_storm(hit.rule) and not (hit.person_id or hit.device_id):
            entity, before = STORM_ENTITY, self._open(hit.rule, STORM_ENTITY)
        if before is None:
            return Folded(self._begin(hit, entity, is_proven=is_proven), None)
        after = replace(
            before,
            level=worse(before.level, hit.level),
            last_at=max(before.last_at, hit.at),
            since=min(before.since, hit.since),
            count=before.count + hit.times,
            says=hit.says,
            events=_newest(before.events, hit.events),
            is_proven=before.is_proven or is_proven,
        )
        self._keep(after)
        return Folded(after, before.level)

    def grow(self, hit: Hit, more: int) -> None:
        """A finding that was folded stands for so many more. Nobody hears of it; a closed alert stays as it is."""
        alert = self._open(hit.rule, hit.entity) or self._open(hit.rule, STORM_ENTITY)
        if alert is not None:
            events = _newest(alert.events, hit.events)
            last_at = max(alert.last_at, hit.at)
            self._keep(replace(alert, last_at=last_at, count=alert.count + more, says=hit.says, events=events))

    def write(self) -> Iterable[Alert]:
        """Keep them. Returns the alerts that were touched."""
        for case in self._cases.values():
            store.keep_case(self.connection, case)
        for alert in self._alerts.values():
            store.keep_alert(self.connection, alert)
        for rule, case_id in self._storms.items():
            store.merge_storm(self.connection, rule, self.now - STORM_WITHIN, case_id)
            self._raise(case_id)
        return self._alerts.values()

    def _raise(self, case_id: str) -> None:
        """What a storm brought into its case may be worse than what began it."""
        case, worst = store.case(self.connection, case_id), store.worst_alert(self.connection, case_id)
        if case is not None and worst is not None:
            store.keep_case(self.connection, _with(case, worst))

    def _open(self, rule: str, entity: str) -> Alert | None:
        kept = self._alerts.get((rule, entity))
        return kept or store.open_alert(self.connection, rule, entity, self.now - FOLDED_FOR)

    def _is_storm(self, rule: str) -> bool:
        if rule not in self._opened:
            self._opened[rule] = store.count_opened(self.connection, rule, self.now - STORM_WITHIN)
        return self._opened[rule] >= STORM

    def _begin(self, hit: Hit, entity: str, *, is_proven: bool) -> Alert:
        is_storm = entity == STORM_ENTITY
        alert = Alert(
            id=new_id("al"),
            case_id=self._case_for(hit, entity).id,
            rule=hit.rule,
            title=hit.title,
            level=hit.level,
            entity=entity,
            person_id="" if is_storm else hit.person_id,
            device_id="" if is_storm else hit.device_id,
            session="" if is_storm else hit.session,
            opened_at=self.now,
            last_at=hit.at,
            since=hit.since,
            count=hit.times,
            says=hit.says,
            events=hit.events,
            is_proven=is_proven,
        )
        self._opened[hit.rule] = self._opened.get(hit.rule, 0) + 1
        self._keep(alert)
        return alert

    def _case_for(self, hit: Hit, entity: str) -> Case:
        """That of whom or what it is about, else that of the storm, else a new one."""
        about = self._case_about(hit) if entity != STORM_ENTITY else None
        return about or self._storm_case(hit.rule) or self._new_case(hit)

    def _case_about(self, hit: Hit) -> Case | None:
        whose = {hit.person_id, hit.device_id} - {""}
        for alert in self._alerts.values():
            if alert.entity == hit.entity or whose & {alert.person_id, alert.device_id}:
                return self._cases[alert.case_id]
        return store.case_about(self.connection, hit.person_id, hit.device_id, hit.entity, self.now)

    def _storm_case(self, rule: str) -> Case | None:
        """In a storm, the case that all alerts of its rule come into; None where there is none."""
        if not self._is_storm(rule):
            return None
        if rule not in self._storms:
            of_late = next((alert.case_id for alert in self._alerts.values() if alert.rule == rule), "")
            case = self._cases.get(of_late) or store.case_of_rule(self.connection, rule, self.now - STORM_WITHIN)
            if case is None:
                return None
            self._cases.setdefault(case.id, case)
            self._storms[rule] = case.id
        return self._cases[self._storms[rule]]

    def _new_case(self, hit: Hit) -> Case:
        case = Case(id=new_id("ca"), title=hit.title, level=hit.level, opened_at=self.now, last_at=hit.at)
        self._cases[case.id] = case
        return case

    def _keep(self, alert: Alert) -> None:
        self._alerts[alert.rule, alert.entity] = alert
        case = self._cases.get(alert.case_id) or store.case(self.connection, alert.case_id)
        if case is None:
            case = Case(
                id=alert.case_id, title=alert.title, level=alert.level, opened_at=self.now, last_at=alert.last_at
            )
        self._cases[case.id] = _with(case, alert)


def _with(case: Case, alert: Alert) -> Case:
    """It is as bad as the worst in it, and called after that."""
    is_worse = not is_at_least(case.level, alert.level)
    return replace(
        case,
        title=alert.title if is_worse else case.title,
        level=worse(case.level, alert.level),
        last_at=max(case.last_at, alert.last_at),
    )


def _newest(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """The events of both, each once, the newest last."""
    return tuple(dict.fromkeys((*before, *more)))[-MOST_EVENTS:]
