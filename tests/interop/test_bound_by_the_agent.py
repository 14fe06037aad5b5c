"""The proof over loopback, whole: a real Chromium that may reach this machine, the agent's own listener, and a thief.

The pages count as public ones, so Chromium asks whether they may reach this machine: hers may, by permission, and the
thief's may not, as if the agent were on another machine. A tie lasts for eight seconds here instead of a quarter of an
hour.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from tests.interop.bound_world import World, machine, world

from limen import ties
from limen.clock import SECOND
from limen.devices import binding
from limen.devices.binding import AGENT_PORTS
from limen.web.devices import proof
from limen_agent.proof.server import ProofServer

TIE_SECONDS = 8


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(binding, "LASTS", TIE_SECONDS * SECOND)
        patch.setattr(proof, "BY_AGENT", TIE_SECONDS * SECOND)
        patch.setattr(ties, "AT_THE_CHANGE", SECOND // 2)
        with world(tmp_path_factory.mktemp("agent"), upstream) as running:
            yield running


def is_on_the_device(own: World, browser: Any) -> bool:
    browser.page.goto(own.on("limen", "/devices"))
    return int(browser.page.locator(".label.this").count()) == 1


def test_cookies_in_a_second_profile_are_on_no_device_though_the_first_goes_on_proving(
    own: World, tmp_path: Path
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
            time.sleep(TIE_SECONDS)
            ida.page.goto(own.on("limen", "/devices/prove?app=limen&to=/devices"))
            ida.page.wait_for_url(own.on("limen", "/devices"))
            time.sleep(0.6)
            assert not is_on_the_device(own, thief)
            assert is_on_the_device(own, ida)
            assert own.alerts() == [own.harbor.people["Ida"]]
    finally:
        listener.stop()
