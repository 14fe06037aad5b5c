"""Logging in to a real host: `limen ssh` in a terminal, a press in a real browser, plain ssh to a real sshd."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.enforcement.ssh.hosts import HOST, write
from tests.enforcement.ssh.real_host import RealHost, needs_a_host, real_host
from tests.journeys.conftest import Browser, serve
from tests.ports import free_port

from limen.clock import HOUR
from limen.enforcement.ssh.hosts import SshHostService
from limen.facts import Grant

pytestmark = [needs_a_host, pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is missing")]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RealHost]:
    with real_host(tmp_path / "host") as one:
        yield one


class Terminal:
    """`limen ssh` as somebody types it, with a home of their own."""

    def __init__(self, home: Path, host: RealHost, origin: str, *words: str) -> None:
        command = [sys.executable, "-m", "limen.cli.main", "ssh", "--limen", origin, "--no-browser"]
        command += ["-o", "HostName=127.0.0.1", "-o", f"Port={host.port}", *words]
        environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def asks(self) -> tuple[str, str]:
        """The code that it shows, and the address to open."""
        assert self.process.stderr is not None
        code = self.process.stderr.readline().strip().removesuffix(":").split()[-1]
        return code, self.process.stderr.readline().strip()

    def said(self) -> str:
        out, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        return out.strip()


def test_somebody_logs_in_with_a_press_and_as_root_with_a_grant(tmp_path: Path, host: RealHost, chromium: Any) -> None:
    harbor, stop = serve(tmp_path / "limen", free_port(), free_port(), None, write)
    browser = Browser(chromium)
    try:
        harbor.arrive(browser, "Mia Jansen", "staff")
        hosts = harbor.limen.core.offers.take(SshHostService)
        host.enrol(harbor.origin, harbor.run(hosts.token(HOST, by="")))
        page = browser.page

        terminal = Terminal(tmp_path, host, harbor.origin, HOST, "id", "-un")
        code, address = terminal.asks()
        page.goto(address)
        expect(page.locator("dd code").first).to_have_text(code)
        browser.clean()
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/\?"))
        assert terminal.said() == "mia-jansen"
        assert Terminal(tmp_path, host, harbor.origin, HOST, "echo", "again").said() == "again"  # without the browser

        terminal = Terminal(tmp_path, host, harbor.origin, "--sudo", HOST, "sudo", "-n", "id", "-un")
        page.goto(terminal.asks()[1])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(re.compile(r"/not-yet\?"))
        browser.clean()
        terminal.process.kill()
        terminal.process.wait()

        until = harbor.limen.clock.now() + HOUR
        grant = Grant("g_1", "databases", frozenset({"elevate"}), until, "a test", "p_ada")
        harbor.limen.known.grants.put(harbor.people["Mia Jansen"], (grant,))
        terminal = Terminal(tmp_path, host, harbor.origin, "--sudo", HOST, "sudo", "-n", "id", "-un")
        page.goto(terminal.asks()[1])
        page.get_by_role("button", name="Log in").click()
        assert terminal.said() == "root"
    finally:
        browser.context.close()
        stop()
