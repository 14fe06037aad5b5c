"""What somebody says an alert was, in one transaction: it is closed, and what was no danger counts for nothing.

Nobody says it of what is about themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.events import Event
from limen.monitor.alerts import findings, store
from limen.monitor.alerts.errors import AlertError, OwnAlertError, UnknownAlertError
from limen.monitor.alerts.model import Alert, Case, Verdict
from limen.monitor.risk.projection import CHANGE, key_of
from limen.pillar import DeviceResponses
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

LONGEST_WHY: Final = 300
SERVER: Final = "server"
"""Who does it on the server's command line: root, who is nobody's colleague."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """`devices` tells whose a device is; None where devices are no part of this Limen."""

    devices: DeviceResponses | None

    def close(
        self, transaction: Transaction, alert_id: str, verdict: Verdict, now: Instant, *, by: str, why: str = ""
    ) -> Alert:
        """What was real can be dealt with later. Raises UnknownAlertError, OwnAlertError, AlertError where it is closed
        already, or the reason is missing.
        """
        alert = known(transaction, alert_id)
        if not alert.is_open and (alert.verdict != Verdict.REAL or verdict is not Verdict.DEALT_WITH):
            raise AlertError("this alert is closed already", "reopen it to say something else")
        self.refuse_own(transaction, [alert], by)
        return self._close(transaction, alert, verdict, now, by, why)

    def close_case(
        self, transaction: Transaction, case_id: str, verdict: Verdict, now: Instant, *, by: str, why: str = ""
    ) -> Case:
        """All open alerts of a case. Raises UnknownAlertError, OwnAlertError, AlertError."""
        case = store.case(transaction.connection, case_id)
        if case is None:
            raise UnknownAlertError
        several = [one for one in store.alerts_of(transaction.connection, case_id) if one.is_open]
        self.refuse_own(transaction, several, by)
        for alert in several:
            self._close(transaction, alert, verdict, now, by, why)
        return case

    def reopen(self, transaction: Transaction, alert_id: str, now: Instant, *, by: str) -> Alert:
        """It was something else: it is open again, and what it rests on counts again.

        Raises UnknownAlertError, OwnAlertError, AlertError where it is open.
        """
        alert = known(transaction, alert_id)
        if alert.is_open:
            raise AlertError("this alert is open", "close it with a verdict")
        self.refuse_own(transaction, [alert], by)
        after = replace(alert, verdict="", closed_at=0, closed_by="", why="")
        store.keep_alert(transaction.connection, after)
        self._release(transaction, alert, 0)
        case = store.case(transaction.connection, alert.case_id)
        if case is not None:
            store.keep_case(transaction.connection, replace(case, closed_at=0))
        _say(transaction, "alert.reopened", after, now, by)
        return after

    def take(self, transaction: Transaction, case_id: str, now: Instant, *, by: str) -> Case:
        """Somebody looks at a case from now on, so nobody else is called. Raises UnknownAlertError, OwnAlertError."""
        case = store.case(transaction.connection, case_id)
        if case is None:
            raise UnknownAlertError
        self.refuse_own(transaction, store.alerts_of(transaction.connection, case_id), by)
        after = replace(case, taken_by=by, taken_at=now)
        store.keep_case(transaction.connection, after)
        transaction.say(Event(at=now, kind="alert.taken", actor=by, details={"case_id": case_id}))
        return after

    def refuse_own(self, transaction: Transaction, alerts: Iterable[Alert], by: str) -> None:
        """Raises OwnAlertError where one of these is about `by`, their device, or what they made happen."""
        if self.is_own(transaction, alerts, by):
            raise OwnAlertError

    def is_own(self, snapshot: Snapshot, alerts: Iterable[Alert], by: str) -> bool:
        """Whether one of these is about `by`, their device, or what they made happen, so that others judge it."""
        if by == SERVER:
            return False
        for alert in alerts:
            owner = self.devices.owner_of(snapshot, alert.device_id) if self.devices and alert.device_id else ""
            if by in {alert.person_id, owner} or findings.is_about(snapshot.connection, alert.id, by):
                return True
        return False

    # Inside

    def _close(
        self, transaction: Transaction, alert: Alert, verdict: Verdict, now: Instant, by: str, why: str
    ) -> Alert:
        reason = one_line(why[:LONGEST_WHY], LONGEST_WHY)
        if verdict is Verdict.DEALT_WITH and not reason:
            raise AlertError("the reason is missing", "say in one line what was done about it")
        closed = replace(alert, verdict=verdict.value, closed_at=now, closed_by=by, why=reason)
        store.keep_alert(transaction.connection, closed)
        if verdict.releases:
            self._release(transaction, alert, now)
        _close_case_if_done(transaction, alert.case_id, now)
        _say(transaction, "alert.closed", closed, now, by, verdict=verdict.value)
        return closed

    def _release(self, transaction: Transaction, alert: Alert, at: Instant) -> None:
        for subject in findings.release(transaction.connection, alert.id, at):
            transaction.changed(CHANGE, key_of(subject))


def known(transaction: Transaction, alert_id: str) -> Alert:
    """Raises UnknownAlertError."""
    alert = store.alert(transaction.connection, alert_id)
    if alert is None:
        raise UnknownAlertError
    return alert


def _close_case_if_done(transaction: Transaction, case_id: str, now: Instant) -> None:
    case = store.case(transaction.connection, case_id)
    if case is not None and not any(one.is_open for one in store.alerts_of(transaction.connection, case_id)):
        store.keep_case(transaction.connection, replace(case, closed_at=now))


def _say(transaction: Transaction, kind: str, alert: Alert, now: Instant, by: str, **more: str) -> None:
    details: dict[str, str | int | bool] = {
        "alert_id": alert.id,
        "case_id": alert.case_id,
        "rule_id": alert.rule,
        "level": alert.level.value,
        **more,
    }
    transaction.say(Event(at=now, kind=kind, actor=by, details=details))
