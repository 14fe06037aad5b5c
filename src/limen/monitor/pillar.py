"""Monitoring as a part of Limen: what happens comes in, is understood, and changes access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limen.pillar import Core, Declarations, Every, Pillar, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

FADE_SECONDS = 5.0
LOOK_SECONDS = 1.0
FORGET_SECONDS = 3_600.0


def _declarations() -> Declarations:
    from limen.monitor.alerts import kinds, tables
    from limen.monitor.response import store as responses

    return Declarations(events=kinds.KINDS, tables=(*tables.TABLES, *responses.TABLES))


def _prepare(core: Core) -> None:
    from limen.monitor.risk.projection import RiskProjection
    from limen.monitor.risk.rules import RiskRules

    risk = RiskProjection(core.known, core.clock.now, RiskRules)
    risk.register(core.feed)
    core.offers.give(risk)


async def _build(core: Core) -> Running:
    from limen.monitor.alerts.intake import AlertIntake
    from limen.monitor.alerts.service import Alerts
    from limen.monitor.alerts.verdicts import Verdicts
    from limen.monitor.response.actions import Actions
    from limen.monitor.response.playbooks import Playbooks
    from limen.monitor.risk.projection import RiskProjection
    from limen.monitor.risk.proofs import Proofs
    from limen.pillar import DeviceResponses, PersonResponses

    devices = core.offers.find(DeviceResponses)
    actions = Actions(core, core.offers.take(PersonResponses), devices)
    alerts = Alerts(core, core.offers.take(RiskProjection), actions, Verdicts(devices))
    playbooks = Playbooks(actions, tuple)
    proofs = Proofs(core)
    intake = AlertIntake(core, lambda source: source == "limen", playbooks.respond, lambda *_: None)

    async def close() -> None:
        proofs.close()

    return Running(
        offers=(alerts, intake),
        periodic=(
            Every("let risks fade", FADE_SECONDS, alerts.keep_up),
            Every("let passkeys explain what was found", LOOK_SECONDS, proofs.look),
            Every("end what was done about alerts", FADE_SECONDS, alerts.run_out),
            Every("forget old alerts", FORGET_SECONDS, alerts.forget),
        ),
        close=close,
    )


def _changed_by_erasing(connection: Connection, person_id: str) -> Iterator[tuple[str, str]]:
    from limen.monitor.alerts.findings import whose_with
    from limen.monitor.risk.projection import CHANGE, key_of

    yield from ((CHANGE, key_of(subject)) for subject in whose_with(connection, person_id))


PILLAR = Pillar(
    name="monitor",
    declarations=_declarations,
    prepare=_prepare,
    build=_build,
    changed_by_erasing=_changed_by_erasing,
)
