"""The proof over loopback, whole: a real Chromium that may reach this machine, the agent's own listener, and a thief.

The pages count as public ones, so Chromium asks whether they may reach this machine: hers may, by permission, and the
thief's may not, as if the agent were on another machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from tests.interop.bound_world import World, machine, world
from tests.web.conftest import MovableClock

from limen.clock import SystemClock
from limen.devices.binding import AGENT_PORTS
from limen.ties import AT_THE_CHANGE, BY_AGENT
from limen_agent.proof.server import ProofServer


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(SystemClock().now())


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, upstream: int, clock: MovableClock) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("agent"), upstream, clock=clock) as running:
        yield running


def is_on_the_device(own: World, browser: Any) -> bool:
    browser.page.goto(own.on("limen", "/devices"))
    return int(browser.page.locator(".label.this").count()) == 1


def test_cookies_in_a_second_profile_are_on_no_device_though_the_first_goes_on_proving(
    own: World, clock: MovableClock, tmp_path: Path
) -> None:
    passkey, _ = own.harbor._enrolled(own.harbor._invited("Ida", ("staff",)), "Mozilla/5.0")
    agent = own.enrolled(own.harbor.people["Ida"])
    listener = ProofServer(
        ports=list(AGENT_PORTS),
        origins=[own.harbor.origin],
        device=agent.device,
        prove=lambda asked: agent.proof({"challenge": asked.challenge, "session": asked.session}),
        may_ask=lambda: frozenset({os.geteuid()}),
    )
    listener.start()
    public = f"--ip-address-space-overrides={own.address}:443=public"
    try:
        with (
            sync_playwright() as playwright,
            machine(playwright, tmp_path / "ida", own, public) as ida,
            machine(playwright, tmp_path / "thief", own, public) as thief,
        ):
            ida.context.grant_permissions(["local-network-access"], origin=own.harbor.origin)
            ida.sign_in(own, passkey.credentials[0])
            ida.page.wait_for_url(own.on("limen", "/"))  # by way of the proof
            assert is_on_the_device(own, ida)
            thief.steal(ida)
            assert is_on_the_device(own, thief)  # for what is left of the tie
            clock.forward(BY_AGENT)
            own.harbor.run(agent.report())
            ida.page.goto(own.on("limen", "/devices/prove?app=limen&to=/devices"))
            ida.page.wait_for_url(own.on("limen", "/devices"))
            clock.forward(AT_THE_CHANGE)
            assert not is_on_the_device(own, thief)
            assert is_on_the_device(own, ida)
            assert own.alerts() == [own.harbor.people["Ida"]]
    finally:
        listener.stop()
