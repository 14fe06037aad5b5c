"""What follows from what was found, put together: risk, alerts, what is done about them, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from limen.clock import MINUTE
from limen.monitor.alerts.intake import AlertIntake
from limen.monitor.alerts.service import Alerts
from limen.monitor.alerts.verdicts import Verdicts
from limen.monitor.monitor_rules import MonitorRules, Way
from limen.monitor.normal_form.frame import LIMEN
from limen.monitor.notify.channels import Channels
from limen.monitor.notify.queueing import Queueing
from limen.monitor.notify.service import Notices
from limen.monitor.response.actions import Actions
from limen.monitor.response.playbooks import Playbooks
from limen.monitor.risk.passkey_proofs import Proofs
from limen.monitor.risk.projection import RiskProjection
from limen.pillar import Core, DeviceResponses, Every, Once, PersonResponses, RequestChannels, SignOn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from limen.facts import FactStore
    from limen.monitor.detections.hit import Hit
    from limen.monitor.link import Health
    from limen.monitor.supervision import Supervision

FADE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 1.0
ESCALATE_SECONDS: Final = 15.0
FORGET_SECONDS: Final = 3_600.0
LATE_AFTER: Final = 10 * MINUTE
"""Detections that are so far behind know nothing of now. A flood of logs makes them late, and must not be a way to make
everybody's risk unknown at once, so it is some minutes."""
MOST_MISSED: Final = 10
"""Test events: one is sent each minute, so it is the same here."""
NOTHING_SAID: Final = MonitorRules(watch=False)


def rules_in(known: FactStore) -> MonitorRules:
    """What `monitor.yaml` says now."""
    return known.rules_of(MonitorRules) or NOTHING_SAID


def prepare(core: Core) -> None:
    """How findings become facts, before the change feed starts."""
    known = core.known
    risk = RiskProjection(known, core.clock, lambda: rules_in(known).risk, lambda: rules_in(known).watch)
    risk.register(core.feed)
    core.offers.give(risk)


@dataclass(frozen=True, slots=True)
class Alerting:
    """`take` is what the process that watches hands its findings to; `offers` is for the pages."""

    core: Core
    risk: RiskProjection
    alerts: Alerts
    notices: Notices
    intake: AlertIntake
    proofs: Proofs
    channels: Channels

    @classmethod
    def over(cls, core: Core) -> Alerting:
        risk, devices = core.offers.take(RiskProjection), core.offers.find(DeviceResponses)
        actions = Actions(core, core.offers.take(PersonResponses), devices)
        queueing = Queueing(lambda: rules_in(core.known).notify, lambda: core.settings.zone)
        channels = Channels(core.offers.take(SignOn).resolver)
        playbooks = Playbooks(actions, lambda: rules_in(core.known).playbooks, queueing.tell_spared)
        return cls(
            core=core,
            risk=risk,
            alerts=Alerts(core, risk, actions, Verdicts(devices)),
            notices=Notices(core, lambda: rules_in(core.known).notify, queueing, channels.deliver),
            intake=AlertIntake(
                core,
                lambda source: _is_proven(core.known, source),
                playbooks.respond,
                queueing.tell,
                lambda source: _is_of_devices(core.known, source),
            ),
            proofs=Proofs(core),
            channels=channels,
        )

    @property
    def offers(self) -> tuple[object, ...]:
        return self.alerts, self.intake, self.notices, RequestChannels(tell=self.notices.queueing.tell_of_request)

    async def take(self, hits: Sequence[Hit]) -> None:
        await self.intake.take(hits)

    def begin(self) -> None:
        """At the start everybody's risk is known where Limen watches: the process has its first minute to be heard."""
        if rules_in(self.core.known).watch:
            self.risk.heard()

    def periodic(self, supervision: Supervision, missed: Callable[[], int] = lambda: 0) -> tuple[Every, ...]:
        """`missed`: how many test events in a row were not found. A process that finds none is not heard."""
        heard: list[Health] = []

        async def keep_up() -> None:
            health = supervision.health
            if health is not None and health not in heard and self._is_of_now(health, missed()):
                heard[:] = [health]
                self.risk.heard()
            await self.alerts.keep_up()

        return (
            Every("let risks fade, and see whether what watches is heard", FADE_SECONDS, keep_up, Once.PER_WORKER),
            Every("let passkeys explain what was found", LOOK_SECONDS, self.proofs.look, Once.PER_WORKER),
            Every("end what was done about alerts", FADE_SECONDS, self.alerts.run_out, Once.IN_ALL),
            Every("send notices about alerts", LOOK_SECONDS, self.notices.send_due, Once.IN_ALL),
            Every("tell others of cases that nobody takes", ESCALATE_SECONDS, self.notices.escalate, Once.IN_ALL),
            Every("forget old alerts", FORGET_SECONDS, self.alerts.forget, Once.IN_ALL),
            Every("forget old notices", FORGET_SECONDS, self.notices.forget, Once.IN_ALL),
        )

    async def close(self) -> None:
        self.proofs.close()
        await self.channels.close()

    def _is_of_now(self, health: Health, missed: int) -> bool:
        """Whether what came until a while ago has been looked at: not while detections are late, fail or hang. Where
        the clock was set back it is not known when that was, until they have looked again.
        """
        return missed <= MOST_MISSED and abs(health.at - health.detected_at) <= LATE_AFTER


def _is_proven(known: FactStore, source: str) -> bool:
    """Whether what this source says is its own: Limen's journal is, and whoever shows a token or a certificate."""
    found = rules_in(known).sources.get(source)
    return source == LIMEN or (found is not None and found.is_proven)


def _is_of_devices(known: FactStore, source: str) -> bool:
    found = rules_in(known).sources.get(source)
    return found is not None and found.way is Way.AGENT
