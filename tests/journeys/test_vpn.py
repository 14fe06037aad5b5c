"""Signing in to a VPN: the real FreeRADIUS asks, a real browser confirms with the number that the VPN shows."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.enforcement.radius.networks import freeradius, needs_freeradius, set_up, writing
from tests.journeys.conftest import Browser, Harbor, heading, serve
from tests.ports import free_port

pytestmark = needs_freeradius


@dataclass
class Vpn:
    """What somebody's VPN client sends through the gateway, which is at this machine's own address."""

    port: int
    secret: str

    def asks(self, *more: str) -> subprocess.Popen[str]:
        said = [
            'User-Name="mia.jansen@harbor.example"',
            'Calling-Station-Id="127.0.0.1"',
            'User-Password="anything"',
            "Message-Authenticator=0x00",
            *more,
        ]
        words = ["radclient", "-x", "-r", "1", "-t", "25", f"127.0.0.1:{self.port}", "auth", self.secret]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write("\n".join(said) + "\n")
        process.stdin.close()
        process.stdin = None
        return process

    def begins(self) -> tuple[str, str]:
        """The number that it shows, and what it sends back to be answered."""
        said, _ = self.asks().communicate(timeout=60)
        number, state = re.search(r"\b([1-9][0-9])\b", _reply(said)), re.search(r"State = (0x[0-9a-f]+)", said)
        assert number is not None, said
        assert state is not None, said
        return number[1], f"State={state[1]}"


def _reply(said: str) -> str:
    found = re.search(r'Reply-Message = "(.*)"', said)
    return found[1] if found else ""


@pytest.fixture
def harbor(tmp_path: Path) -> Iterator[Harbor]:
    running, stop = serve(tmp_path / "limen", free_port(), free_port(), None, writing())
    yield running
    stop()


@pytest.fixture
def vpn(harbor: Harbor, tmp_path: Path) -> Iterator[Vpn]:
    own = tmp_path / "freeradius"
    secret, port, _ = harbor.run(set_up(harbor.limen.core, harbor.origin, own))
    with freeradius(own):
        yield Vpn(port, secret)


def test_somebody_types_the_number_that_the_vpn_shows_and_is_let_in(harbor: Harbor, vpn: Vpn, chromium: Any) -> None:
    mia = Browser(chromium)
    try:
        harbor.arrive(mia, "Mia Jansen", "staff")
        page = mia.page
        page.goto(f"{harbor.origin}/radius")
        mia.clean_both_ways()  # nothing waits for her

        number, state = vpn.begins()
        waits = vpn.asks(state)
        page.goto(f"{harbor.origin}/radius")
        expect(heading(mia)).to_have_text("Do you sign in to VPN?")
        mia.clean_both_ways()
        page.get_by_label("Number").fill(number)
        page.get_by_role("button", name="This is me").click()
        page.wait_for_url(re.compile(r"/radius\?done=confirmed$"))
        mia.clean()
        assert "Received Access-Accept" in waits.communicate(timeout=60)[0]

        _, state = vpn.begins()
        waits = vpn.asks(state)
        page.goto(f"{harbor.origin}/radius")
        page.get_by_role("button", name="This wasn't me").click()
        page.wait_for_url(re.compile(r"/radius\?done=stopped$"))
        mia.clean()
        assert "Received Access-Reject" in waits.communicate(timeout=60)[0]
    finally:
        mia.context.close()
