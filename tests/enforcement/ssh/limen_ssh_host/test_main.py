"""The program as one file: for Python 3.9, and with nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from limen.enforcement.ssh.limen_ssh_host.main import main
from limen.following.one_file import one_file
from limen.web.access.ssh_hosts import PROGRAM


def test_it_is_of_the_python_that_hosts_have() -> None:
    ast.parse(one_file(PROGRAM), feature_version=(3, 9))


def test_it_runs_by_itself(tmp_path: Path) -> None:
    (tmp_path / "limen-ssh-host").write_text(one_file(PROGRAM))
    done = subprocess.run(
        [sys.executable, "-I", tmp_path / "limen-ssh-host", "--help"], capture_output=True, text=True, check=True
    )
    assert {"limen-ssh-host", "--authority"} <= set(done.stdout.split())


def test_what_it_does_not_do_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["limen-ssh-host", "reboot"])
    with pytest.raises(SystemExit):
        main()
