from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change, new_folder
from tests.ports import free_port

from limen.cli.doctor import report, summary
from limen.finding import Finding, State


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = new_folder(tmp_path_factory.mktemp("doctor"))
    port = free_port()
    change(root, "limen.toml", "localhost:8080", f"localhost:{port}")
    change(root, "limen.toml", '# address = "127.0.0.1:8080"', f'address = "127.0.0.1:{port}"')
    change(root, "limen.toml", '# check = "127.0.0.1:8081"', 'check = ""')
    return root


def test_json_says_all_and_holds_no_secret(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root, "apps.yaml", "127.0.0.1:9001", f"127.0.0.1:{free_port()}")
    assert leave("doctor", str(root), "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["healthy"] is False
    wrong = [one for one in said["findings"] if one["state"] == "wrong" and one["name"] == "apps"]
    assert "nothing is listening" in wrong[0]["what"]
    assert set(wrong[0]) == {"name", "state", "what", "fix", "where"}
    assert not (root / "data").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("doctor", str(tmp_path / "no")) == 1
    assert "there is no folder" in capsys.readouterr().err


def test_the_report_leads_with_what_is_wrong() -> None:
    found = [
        Finding("disk", State.WRONG, "full", "free up space", "/data"),
        Finding("clock", State.WARNING, "drifts", "keep it"),
        Finding("mail", State.SKIPPED, "none"),
        Finding("names", State.OK, "2 hosts lead here"),
    ]
    said = report(found)
    assert said.startswith("✗ disk: full [/data]\n    → free up space\n! clock")
    assert re.search(r"✓ names: 2 hosts lead here\n\n1 problem, 1 to review, 1 not checked, 1 fine\.$", said)
    assert summary(found[2:]) == "No problems, 1 not checked, 1 fine."
