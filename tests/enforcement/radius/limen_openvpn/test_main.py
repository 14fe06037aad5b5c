"""The program as one file: for Python 3.9, and with nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from limen.enforcement.radius.limen_openvpn.main import main
from limen.enforcement.radius.openvpn_configuration import PROGRAM
from limen.following.one_file import one_file


def test_it_is_of_the_python_that_servers_have() -> None:
    ast.parse(one_file(PROGRAM), feature_version=(3, 9))


def test_it_runs_by_itself_and_says_how(tmp_path: Path) -> None:
    (tmp_path / "limen-openvpn").write_text(one_file(PROGRAM))
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "limen-openvpn"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "/etc/openvpn/limen/devices.json" in done.stderr


def test_without_its_file_it_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["limen-openvpn", str(tmp_path / "nothing.json")])
    assert main() == 1
