"""Alerts, cases and what is done about them, put together for the pages and the notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.events import Event, Outcome
from limen.monitor.alerts import findings, store, suppressing
from limen.monitor.alerts.errors import UnknownAlertError
from limen.monitor.alerts.findings import Finding, WouldHide
from limen.monitor.alerts.model import Alert, Case, Subject, Suppression, Verdict
from limen.monitor.alerts.suppressing import Wanted
from limen.monitor.alerts.verdicts import Verdicts
from limen.monitor.response import store as responses
from limen.monitor.response.actions import Actions
from limen.monitor.response.errors import NothingToDoError
from limen.monitor.response.model import Doing, Response
from limen.monitor.risk.projection import RiskProjection
from limen.pillar import Core
from limen.storage import Snapshot, Transaction

KEPT: Final = 90 * DAY
"""How long findings, and closed alerts and cases, are kept."""
MOST_SHOWN: Final = 200
MOST_FINDINGS: Final = 200


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with all that is in it. `findings` are the newest of each alert, the newest first."""

    case: Case
    alerts: tuple[Alert, ...] = ()
    responses: tuple[Response, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        """The ids of the people in it, each once."""
        ids = [one.person_id for one in self.alerts] + [one.hit.person_id for one in self.findings]
        return tuple(dict.fromkeys(each for each in ids if each))

    @property
    def devices(self) -> tuple[str, ...]:
        ids = [one.device_id for one in self.alerts] + [one.hit.device_id for one in self.findings]
        return tuple(dict.fromkeys(each for each in ids if each))

    @property
    def sessions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.session for one in self.alerts if one.session))


@dataclass(slots=True)
class Alerts:
    """What people do with alerts. Used on the event loop."""

    core: Core
    risk: RiskProjection
    actions: Actions
    verdicts: Verdicts
    _was_known: bool | None = field(default=None)

    # What there is

    async def cases(self, *, is_open: bool | None = True, most: int = MOST_SHOWN) -> list[WholeCase]:
        """The newest cases with their alerts, the newest first."""

        def work(snapshot: Snapshot) -> list[WholeCase]:
            found = store.recent_cases(snapshot.connection, most, is_open=is_open)
            alerts = store.alerts_in(snapshot.connection, [one.id for one in found])
            done: dict[str, list[Response]] = {}
            for one in responses.of_cases(snapshot.connection, [each.id for each in found]):
                done.setdefault(one.case_id, []).append(one)
            return [WholeCase(one, tuple(alerts.get(one.id, ())), tuple(done.get(one.id, ()))) for one in found]

        return await self.core.database.reading(work)

    async def case(self, case_id: str) -> WholeCase:
        """Raises UnknownAlertError."""
        return await self.core.database.reading(lambda snapshot: whole_case(snapshot, case_id))

    async def is_own(self, whole: WholeCase, person_id: str) -> bool:
        """Whether a case is about this person, their device or what they did: then others decide about it."""
        return await self.core.database.reading(
            lambda snapshot: self.verdicts.is_own(snapshot, whole.alerts, person_id)
        )

    async def behind(self, finding_ids: Sequence[str]) -> dict[str, tuple[Finding, str]]:
        """Findings by their ids, each with the id of its case ("": it has none)."""
        return await self.core.database.reading(lambda snapshot: findings.with_cases(snapshot.connection, finding_ids))

    async def suppressions(self) -> list[Suppression]:
        since = self.core.clock.now() - suppressing.PREVIEWED
        return await self.core.database.reading(
            lambda snapshot: store.every_suppression(snapshot.connection, ended_since=since)
        )

    async def preview(self, rule: str, entity: str) -> WouldHide:
        now = self.core.clock.now()
        return await self.core.database.reading(lambda snapshot: suppressing.preview(snapshot, rule, entity, now))

    # What people do; each raises LimenError

    async def close(self, alert_id: str, verdict: Verdict, *, by: str, why: str = "") -> Alert:
        now = self.core.clock.now()
        return await self.core.write(lambda t: self.verdicts.close(t, alert_id, verdict, now, by=by, why=why))

    async def close_case(self, case_id: str, verdict: Verdict, *, by: str, why: str = "") -> Case:
        now = self.core.clock.now()
        return await self.core.write(lambda t: self.verdicts.close_case(t, case_id, verdict, now, by=by, why=why))

    async def reopen(self, alert_id: str, *, by: str) -> Alert:
        now = self.core.clock.now()
        return await self.core.write(lambda t: self.verdicts.reopen(t, alert_id, now, by=by))

    async def take(self, case_id: str, *, by: str) -> Case:
        now = self.core.clock.now()
        return await self.core.write(lambda t: self.verdicts.take(t, case_id, now, by=by))

    async def suppress(self, wanted: Wanted, *, by: str) -> Suppression:
        now, devices = self.core.clock.now(), self.verdicts.devices
        return await self.core.write(lambda t: suppressing.suppress(t, wanted, now, by=by, devices=devices))

    async def end_suppression(self, suppression_id: str, *, by: str) -> Suppression:
        now = self.core.clock.now()
        return await self.core.write(lambda t: suppressing.end(t, suppression_id, now, by=by))

    async def do(
        self, case_id: str, kind: Doing, subject: Subject, *, by: str, lasts_ms: Milliseconds | None = None
    ) -> Response:
        """To somebody or something that is in the case."""
        now = self.core.clock.now()

        def work(transaction: Transaction) -> Response:
            whole = whole_case(transaction, case_id)
            those = {"person": whole.people, "device": whole.devices, "session": whole.sessions}
            if subject[1] not in those.get(subject[0], ()):
                raise NothingToDoError
            return self.actions.do(transaction, kind, subject, case_id, now, by=by, lasts_ms=lasts_ms)

        return await self.core.write(work)

    async def undo(self, response_id: str, *, by: str) -> Response:
        now = self.core.clock.now()

        def work(transaction: Transaction) -> Response:
            response = responses.by_id(transaction.connection, response_id)
            if response is not None and not response.ended_at:
                case_alerts = store.alerts_of(transaction.connection, response.case_id)
                self.verdicts.refuse_own(transaction, case_alerts, by)
            return self.actions.undo(transaction, response_id, now, by=by)

        return await self.core.write(work)

    # As time passes

    async def keep_up(self) -> None:
        """Let risks fade, and say when what watches has fallen silent."""
        self.risk.refresh()
        is_known = self.risk.is_known
        if self._was_known is not None and is_known is not self._was_known:
            kind = "monitor.heard" if is_known else "monitor.silent"
            outcome = Outcome.SUCCESS if is_known else Outcome.FAILURE
            self.core.journal.record(Event(at=self.core.clock.now(), kind=kind, outcome=outcome))
        self._was_known = is_known

    async def run_out(self) -> None:
        """End what was done and is over."""
        now = self.core.clock.now()
        if await self.core.database.reading(lambda snapshot: responses.over(snapshot.connection, now)):
            await self.core.write(lambda transaction: self.actions.run_out(transaction, now))

    async def forget(self) -> None:
        """Drop what is older than it is kept."""
        before = self.core.clock.now() - KEPT

        def work(transaction: Transaction) -> None:
            store.forget(transaction.connection, before)
            responses.forget(transaction.connection, before)

        await self.core.write(work)


def whole_case(snapshot: Snapshot, case_id: str) -> WholeCase:
    """Raises UnknownAlertError."""
    connection = snapshot.connection
    case = store.case(connection, case_id)
    if case is None:
        raise UnknownAlertError
    alerts = store.alerts_of(connection, case_id)
    each = max(1, MOST_FINDINGS // max(1, len(alerts)))
    found = [one for alert in alerts for one in findings.of_alert(connection, alert.id, each)]
    return WholeCase(
        case,
        tuple(alerts),
        tuple(responses.of_cases(connection, [case_id])),
        tuple(sorted(found, key=lambda one: (-one.hit.at, one.hit.id))),
    )
