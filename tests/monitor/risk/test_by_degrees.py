"""What a risk takes away by the baseline: first a recent passkey, then all that is sensitive, then everything."""

from __future__ import annotations

import pytest
from tests.devices.laptops import Ida
from tests.monitor.over_harbor import about, agent, alerts_of, decided, harbor, hit, ida, risk_of, score, take, the_case
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.monitor.alerts.model import Verdict
from limen.monitor.detections.hit import Level

__all__ = ["agent", "harbor", "ida"]


async def found(house: House, ida: Ida, confidence: int) -> None:
    """A critical finding about Ida, which is worth as many points as its rule is sure."""
    risk_of(house).heard()
    await take(house, hit(house, level=Level.CRITICAL, **about(ida.id, confidence=confidence)))
    assert score(house, ida.id) == (confidence, True)


async def opened(house: House, ida: Ida) -> dict[str, str]:
    """What is decided of some apps and actions, by the app and the action."""
    asked = ("wiki", "view"), ("wiki", "edit"), ("wiki", "download"), ("wiki", "share"), ("payroll", "view")
    return {f"{app} {action}": await decided(house, ida.id, app, action) for app, action in asked}


@pytest.fixture
async def in_finance(harbor: House, ida: Ida) -> Ida:
    """Ida, who may read salaries, too."""
    await harbor.limen.identity.people.set_groups(ida.id, {"staff", "finance"}, by="server")
    risk_of(harbor).heard()
    assert set((await opened(harbor, ida)).values()) == {"permit"}
    return ida


async def test_at_a_raised_risk_a_recent_passkey_opens_all(harbor: House, in_finance: Ida) -> None:
    await found(harbor, in_finance, 69)
    assert set((await opened(harbor, in_finance)).values()) == {"permit"}
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    assert set((await opened(harbor, in_finance)).values()) == {"challenge"}


async def test_at_a_high_one_nothing_sensitive_opens_and_nothing_is_taken(harbor: House, in_finance: Ida) -> None:
    await found(harbor, in_finance, 80)
    wanted = {"wiki view": "permit", "wiki edit": "permit"}
    denied = dict.fromkeys(("wiki download", "wiki share", "payroll view"), "deny")
    assert await opened(harbor, in_finance) == {**wanted, **denied}
    harbor.clock.forward(16 * MINUTE)
    risk_of(harbor).heard()
    assert await opened(harbor, in_finance) == {**dict.fromkeys(wanted, "challenge"), **denied}


async def test_at_the_highest_nothing_opens_until_a_verdict(harbor: House, in_finance: Ida) -> None:
    await found(harbor, in_finance, 90)
    assert set((await opened(harbor, in_finance)).values()) == {"deny"}
    case = await the_case(harbor)
    await alerts_of(harbor).close_case(case.case.id, Verdict.FALSE_ALARM, by="server", why="A test")
    assert set((await opened(harbor, in_finance)).values()) == {"permit"}
