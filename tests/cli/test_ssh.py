"""`limen ssh`: what it runs, what it prints for ~/.ssh/config, and tokens for hosts."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.test_ssh_certificates import LIMEN, Answering
from tests.company.small_folder import small_folder

APPS = """
- id: databases
  label: internal
  protocol: ssh
  ssh:
    hosts: [db1.harbor.example]
    own_accounts: true
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_runs_plain_ssh_with_the_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(os, "execvp", lambda _program, words: ran.append(words))
    monkeypatch.setattr("webbrowser.open", Answering().show)
    assert leave("ssh", "-o", "Port=2222", "--limen", LIMEN, "db1.harbor.example", "ls", "-o", "--as") == 0
    assert leave("ssh", "db1.harbor.example") == 0  # the certificate at hand, without a browser
    words = ran[0]
    assert words[-6:] == ["-l", "ida", "db1.harbor.example", "ls", "-o", "--as"]
    assert {"Port=2222", "StrictHostKeyChecking=yes", "IdentityAgent=none"} <= set(words)
    assert ran[1][-3:] == ["-l", "ida", "db1.harbor.example"]


def test_config_prints_lines_that_ask_for_a_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("ssh", "--limen", LIMEN, "config", "db1.harbor.example", "db2.harbor.example") == 0
    said = capsys.readouterr().out
    assert re.search(
        r'^Match host db1\.harbor\.example,db2\.harbor\.example exec "\S+ ssh certificate %n"$', said, re.MULTILINE
    )
    assert "    HostKeyAlias %n" in said


@pytest.mark.parametrize(
    "words", [("config",), ("certificate",), ("host-setup",), ("-oProxyCommand=x",), ("a b",), ("db1.harbor.example",)]
)
def test_what_it_can_not_do_it_says(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "execvp", lambda *_: pytest.fail("nothing may run"))
    assert leave("ssh", *words) != 0


def test_a_host_is_given_a_token_where_an_app_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    (root / "apps.yaml").write_text((root / "apps.yaml").read_text() + APPS)
    assert leave("apply", str(root), "-m", "hosts") == 0
    capsys.readouterr()
    assert leave("ssh", "host-setup", "db1.harbor.example", str(root)) == 0
    assert re.search(r"^  [\w-]{43}$", capsys.readouterr().out, re.MULTILINE)
    assert leave("ssh", "host-setup", "db9.harbor.example", str(root)) == 1
