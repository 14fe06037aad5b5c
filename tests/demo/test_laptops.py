"""What the demo's visitor sits at: a computer nobody knows, an enrolled laptop, and the same one in bad health."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.demo.alive import Alive
from tests.demo.test_visitor import ask, effect, role

from limen.clock import HOUR
from limen.demo.laptops import DEVICES, HEALTHY, UNHEALTHY, UNKNOWN
from limen.demo.shown_decision import shown
from limen.demo.visitor import TIE
from limen.devices.service import Devices


def devices_of(harbor: Alive) -> Devices:
    return harbor.opened.company.limen.core.offers.take(Devices)


def device_said(harbor: Alive) -> str:
    last = harbor.opened.visitor.last
    assert last is not None
    decided = harbor.run(shown(harbor.opened.company.limen, last.decision))
    assert decided is not None
    return decided.device


@pytest.fixture
def maren(harbor: Alive) -> Any:
    """The finance lead on a working day at ten, at a computer that nobody knows."""
    visitor = harbor.opened.visitor
    harbor.run(visitor.become(role("administrator")))
    harbor.run(visitor.become(role("finance")))
    harbor.run(visitor.stay_until(visitor.next_hour(10, on_a_working_day=True)))
    harbor.run(visitor.become(role("finance")))
    return visitor


def test_each_button_changes_the_device_and_with_it_the_answer(harbor: Alive, maren: Any) -> None:
    assert ask(harbor, "finance", "export") == "deny"
    assert device_said(harbor) == UNKNOWN
    for device, answer, compliance in (
        (HEALTHY, "permit", "compliant"),
        (UNHEALTHY, "deny", "non_compliant"),
        (HEALTHY, "permit", "compliant"),
    ):
        assert harbor.run(maren.sit_at(device)) is None
        harbor.run(maren.ask_again())
        (laptop,) = devices_of(harbor).of(maren.person.id)
        assert devices_of(harbor).known(laptop.id).compliance == compliance  # type: ignore[union-attr]
        assert effect(harbor) == answer
        assert device_said(harbor).startswith("maren-laptop")
    cookies = harbor.run(maren.sit_at(UNKNOWN))
    assert set(cookies) == {"__Host-limen", "__Host-limen-browser"}  # another computer, another sign-in
    harbor.run(maren.ask_again())
    assert (effect(harbor), device_said(harbor)) == ("deny", UNKNOWN)


def test_the_agent_goes_on_as_the_clock_is_moved(harbor: Alive, maren: Any) -> None:
    harbor.run(maren.sit_at(HEALTHY))
    assert ask(harbor, "finance", "export") == "permit"
    harbor.run(maren.stay_until(maren.clock.now() + HOUR))
    harbor.run(maren.ask_again())
    assert effect(harbor) == "permit"


def test_check_again_in_a_tab_is_answered_by_the_laptop(harbor: Alive, maren: Any) -> None:
    harbor.run(maren.sit_at(HEALTHY))
    (laptop,) = devices_of(harbor).of(maren.person.id)

    async def asked() -> bool:
        devices = devices_of(harbor)
        for _ in range(3_000):
            if devices.streams.listens(laptop.id):
                return await devices.check_again(laptop.id)
            await asyncio.sleep(0.02)
        return False

    before = devices_of(harbor).posture(laptop.id).seq
    assert harbor.run(asked())
    assert devices_of(harbor).posture(laptop.id).seq > before


def test_every_button_has_its_words() -> None:
    assert list(DEVICES) == [UNKNOWN, HEALTHY, UNHEALTHY]


@pytest.mark.parametrize("is_tied", [True, False])
def test_the_visitors_own_browser_sits_at_the_laptop_by_the_tie_that_it_is_handed(
    harbor: Alive, maren: Any, is_tied: bool
) -> None:
    harbor.run(maren.sit_at(HEALTHY))
    assert ask(harbor, "finance", "export") == "permit"
    cookies = harbor.run(handed(maren))
    assert cookies is not None
    assert TIE in cookies
    assert harbor.run(handed(maren)) is None  # until there is another
    own = maren.company.network.browser(maren.address)
    own._cookies[urlsplit(maren.company.url("limen", "/")).netloc] = {
        name: value for name, value in cookies.items() if is_tied or name != TIE
    }
    page = harbor.run(own.open(maren.company.url("payroll", "/.limen/start?to=/export/2026-11.csv")))
    assert (urlsplit(page.url).path == "/export/2026-11.csv") is is_tied


async def handed(visitor: Any) -> dict[str, str] | None:
    found: dict[str, str] | None = visitor.cookies_to_hand()
    return found
