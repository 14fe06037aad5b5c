"""Harbor, watched over: findings that a test makes up go in as those of the process that watches do."""

from __future__ import annotations

from typing import Any

import pytest
from tests.devices.laptops import Ida, agent, devices_of, harbor, ida
from tests.devices.signals.sensors import bind
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import SECOND
from limen.facts import SessionState
from limen.monitor.alerts.intake import AlertIntake, Taken
from limen.monitor.alerts.model import Alert
from limen.monitor.alerts.service import Alerts, WholeCase
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.risk.projection import RiskProjection
from limen.policy.decision import Request

__all__ = ["agent", "harbor", "ida"]
TRAVEL = "6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5a001"
SPRAY = "6f0e4e32-2f4f-4c1d-9d35-1a4cf5a5a002"


def alerts_of(house: House) -> Alerts:
    return house.limen.core.offers.take(Alerts)


def risk_of(house: House) -> RiskProjection:
    return house.limen.core.offers.take(RiskProjection)


def meant_to_watch(house: House) -> RiskProjection:
    """As where monitor.yaml says `watch: true`, without the process: the test is what is heard. The clock that nobody
    sets goes with the test's.
    """
    risk = risk_of(house)
    risk._watches = lambda: True
    risk._monotonic = lambda: house.clock.now() / SECOND
    risk.refresh()
    return risk


def hit(house: House, number: int = 1, **more: Any) -> Hit:
    """A finding that is proven, high, and sure of it (52 points), about nobody."""
    values: dict[str, Any] = {
        "id": f"h{number}",
        "rule": TRAVEL,
        "title": "Impossible travel",
        "level": Level.HIGH,
        "at": house.clock.now(),
        "entity": "address:203.0.113.9",
        "confidence": 80,
        "sources": ("limen",),
        "events": (f"e{number}",),
    }
    return Hit(**{**values, **more})


def about(person_id: str, **more: Any) -> dict[str, Any]:
    return {"entity": f"person:{person_id}", "person_id": person_id, **more}


async def take(house: House, *hits: Hit) -> Taken:
    return await house.limen.core.offers.take(AlertIntake).take(hits)


async def open_alerts(house: House) -> list[Alert]:
    return [alert for case in await alerts_of(house).cases() for alert in case.alerts if alert.is_open]


async def the_case(house: House) -> WholeCase:
    """The one open case there is, with all that is in it."""
    (case,) = await alerts_of(house).cases()
    return await alerts_of(house).case(case.case.id)


def score(house: House, person_id: str) -> tuple[int, bool]:
    """What policies read as the risk of this person."""
    risk = house.limen.known.risk_of(person_id)
    return risk.score, risk.known


async def decided(house: House, person_id: str, app: str = "wiki", action: str = "view") -> str:
    """What is decided about the next request of this person's newest sign-in to an app."""
    known = house.limen.known
    signed_in = (one for one in known.sessions.values() if one.person_id == person_id and not one.parent)
    newest = max(signed_in, key=lambda one: one.started_at)
    if known.session_state(newest, "", house.clock.now()) is not SessionState.LIVE:
        return "ended"
    facts = known.facts(newest, known.apps[app], "203.0.113.7")
    decision = house.limen.core.engine().decide(Request(action), facts, house.clock.now())
    return decision.effect.value


def session_of(house: House, person_id: str) -> str:
    """The id of this person's newest sign-in."""
    signed_in = [one for one in house.limen.known.sessions.values() if one.person_id == person_id and not one.parent]
    return max(signed_in, key=lambda one: one.started_at).id


@pytest.fixture
async def laptop(harbor: House, ida: Ida, agent: SoftwareAgent) -> SoftwareAgent:
    """Ida's laptop, enrolled by a token, healthy as it says; her browser is tied to it."""
    await agent.enrol(await devices_of(harbor).token(ida.id, by="server"))
    await agent.report()
    await bind(ida, agent)
    return agent


@pytest.fixture
async def ada(harbor: House) -> Ida:
    """The administrator."""
    browser = harbor.browser()
    return Ida(browser, await harbor.administrator(browser))
