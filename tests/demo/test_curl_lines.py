"""The printed lines, as they are printed, with the real curl against the running demo."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from tests.demo.alive import Alive


def run(command: str) -> str:
    if shutil.which("curl") is None:
        said = "CURL IS NOT INSTALLED: the printed lines were not run (apt-get install curl)"
        if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
            pytest.fail(said)
        pytest.skip(said)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_each_line_works_as_it_stands(harbor: Alive) -> None:
    lines = harbor.opened.lines
    text = run(f"curl -sS {harbor.opened.url}curl")
    for line in lines:
        assert f"\n{line.command}\n" in text
        answered = run(f"{line.command} -sS")
        assert answered.startswith(f"HTTP/1.1 {line.status} "), line.shows
    assert [line.status for line in lines] == [401, 200, 403, 403]
    assert "You are <strong>Ewa Lis</strong>" in run(f"{lines[1].command} -sS")
