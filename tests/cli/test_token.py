from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder


def test_a_workloads_token_is_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(small_folder(tmp_path))
    assert leave("workload", "add", "ci", "--apps", "wiki", "--folder", root) == 0
    capsys.readouterr()
    assert leave("token", "add", "--workload", "ci", "--app", "wiki", "--days", "30", "--json", "--folder", root) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["secret"].startswith("limen_app_")
    assert leave("token", "list", "--folder", root) == 0
    said = capsys.readouterr().out
    assert f"{made['id']}: ci, of ci: view on wiki, until " in said
    assert made["secret"] not in said
    assert leave("token", "revoke", made["id"], "--folder", root) == 0
    capsys.readouterr()
    assert leave("token", "list", "--json", "--folder", root) == 0
    assert json.loads(capsys.readouterr().out)["good"] is False


@pytest.mark.parametrize(
    "words", [("ad",), ("revoke",), ("add", "--app", "wiki"), ("add", "--workload", "ci", "--app", "wikki")]
)
def test_what_makes_no_sense_is_said(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("token", *words, "--folder", str(small_folder(tmp_path))) == 1
    assert "limen token: " in capsys.readouterr().err
