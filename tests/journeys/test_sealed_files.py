"""Sealing and opening a file: `limen seal` and `limen open` in a terminal, and a press in a real browser for each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from tests.interop.fronts import program
from tests.journeys.conftest import Browser, serve
from tests.ports import free_port
from tests.web.data.sealed import PAPER, write

from limen.data.sealing import manifest


class Terminal:
    """A command as somebody types it, with a home of their own."""

    def __init__(self, home: Path, *words: str) -> None:
        environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limen.cli.main", *words, "--no-browser"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def confirm(self, browser: Browser, button: str) -> None:
        """Open the address that it shows, see that the code is the same, and press."""
        assert self.process.stderr is not None
        code = self.process.stderr.readline().strip().removesuffix(":").split()[-1]
        browser.page.goto(self.process.stderr.readline().strip())
        expect(browser.page.locator("dd code").first).to_have_text(code)
        browser.clean()
        browser.page.get_by_role("button", name=button).click()
        browser.page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:\d+/\?"))

    def said(self) -> str:
        out, errors = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, errors
        return out.strip()


def test_a_file_is_sealed_and_opened_with_a_press_each_and_without_limen_by_age(tmp_path: Path, chromium: Any) -> None:
    harbor, stop = serve(tmp_path / "limen", free_port(), free_port(), None, write)
    browser = Browser(chromium)
    try:
        harbor.arrive(browser, "Mia Jansen", "staff")
        home = tmp_path / "home"
        home.mkdir()
        (home / "offer.txt").write_text("offer")
        sealing = Terminal(home, "seal", str(home / "offer.txt"), "--label", "confidential", "--limen", harbor.origin)
        sealing.confirm(browser, "Seal files")
        sealed = Path(sealing.said())
        assert manifest.read(sealed).manifest.label == "confidential"
        assert manifest.read(sealed).manifest.by == harbor.people["Mia Jansen"]

        (home / "minutes.txt").write_text("minutes")  # for hours it is not asked again
        assert Terminal(home, "seal", str(home / "minutes.txt"), "--label", "confidential").said()

        (home / "offer.txt").unlink()
        opening = Terminal(home, "open", str(sealed), str(home / "minutes.txt.age"), "--into", str(home / "out"))
        opening.confirm(browser, "Open")
        assert len(opening.said().splitlines()) == 2
        assert (home / "out" / "offer.txt").read_text() == "offer"
    finally:
        browser.context.close()
        stop()
    (home / "recovery.key").write_text(PAPER.text)  # Limen is gone
    command = [program("age"), "--decrypt", "-i", home / "recovery.key", sealed]
    assert subprocess.run(command, check=True, capture_output=True).stdout == b"offer"
