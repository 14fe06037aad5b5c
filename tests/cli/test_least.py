"""`limen least`: what nobody used, and what nobody stands behind, on the server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

__all__ = ["folder"]


def test_rules_and_orphans_are_told_one_by_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("least", str(folder), "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    rules = {one["policy"]: one for one in found if one["part"] == "rule"}
    assert rules["sales-customers"]["never"] == ["view", "download", "edit", "share"]
    assert (rules["sales-customers"]["kept"], rules["sales-customers"]["idle"]) == ([], ["p_farid"])
    assert "sign-in" not in rules
    orphans = {(one["kind"], one["id"], one["why"]) for one in found if one["part"] == "orphan"}
    assert ("group", "finance", "no-members") in orphans
    assert ("app", "payroll", "owners-gone") in orphans
    assert ("app", "crm", "owners-gone") not in orphans


def test_it_is_told_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("least", str(folder)) == 0
    out = capsys.readouterr().out
    assert "sales-customers" in out
    assert "finance" in out
