"""`limen told`: for people and for programs, before anything was published and after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.demo.harbor import copy_to
from limen.sso.told import NOT_MADE_YET

HARBOR = str(Path(__file__).parents[2] / "examples/harbor")


def test_what_an_app_is_told_and_how_long_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("told", "expenses", "maren", HARBOR) == 0
    out = capsys.readouterr().out
    first, *_ = out.splitlines()
    assert "Expenses" in first
    assert "Maren Petersen" in first
    for value in ("approver, employee", "maren@harbor.example", "phr", "12 hours", "limen why --app expenses"):
        assert value in out, value


def test_for_programs_and_with_a_weaker_proof(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("told", "accounting", "maren", HARBOR, "--json", "--strength", "1") == 0
    body = json.loads(capsys.readouterr().out)
    said = body["told"]["assertion"]
    assert said["groups"] == "bookkeeper, reader"
    assert said["NameID (persistent)"] == NOT_MADE_YET  # nothing is made by asking
    assert said["AuthnContextClassRef"].endswith(":PasswordProtectedTransport")
    assert body["milliseconds"]["assertion"] == 300_000
    assert body["hears_of_sign_outs"] is True


def test_an_app_or_a_person_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    assert leave("told", "payroll", "maren", str(tmp_path)) == 1
    assert "protocol: oidc" in capsys.readouterr().err
    assert leave("told", "expenses", "nobody here", str(tmp_path)) == 1
    assert "nobody called" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
