from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.cli.test_workload import folder_with_ada

from limen.access.service_accounts.model import Seen
from limen.access.service_accounts.service import take_over
from limen.cli.open_company import opened


def test_they_are_listed_claimed_and_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder_with_ada(tmp_path)
    assert leave("service-account", "list", root) == 0
    assert "None are known" in capsys.readouterr().out
    with opened(Path(root)) as here:
        backup = Seen(external_id="1", kind="principal", name="backup", secrets=1, secret_at=5)
        here.database.write(lambda t: take_over(t, "corp", [backup], 9))
    assert leave("service-account", "list", "--json", root) == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["name"], one["is_claimed"], one["has_old_secret"], one["never_expires"]) == (
        "backup",
        False,
        True,
        True,
    )
    assert leave("service-account", "claim", one["id"], root) == 1
    assert "--owner" in capsys.readouterr().err
    ends = (datetime.now(tz=UTC).date() + timedelta(days=90)).isoformat()
    words = ("--owner", "ada@harbor.example", "--purpose", "Backups", "--ends", ends)
    assert leave("service-account", "claim", one["id"], root, *words) == 0
    capsys.readouterr()
    assert leave("service-account", "list", root) == 0
    said = capsys.readouterr().out
    assert "Ada: Backups" in said
    assert leave("service-account", "release", one["id"], root) == 0
    assert leave("service-account", "release", one["id"], root) == 1


def test_what_goes_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = folder_with_ada(tmp_path)
    for words, what in ((("clam",), "can't"), (("claim",), "an ID"), (("release", "sa_1"), "no such account")):
        assert leave("service-account", *words, root) == 1
        assert what in capsys.readouterr().err
