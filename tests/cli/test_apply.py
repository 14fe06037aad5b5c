from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change, new_folder

from limen.company import store
from limen.storage import Database


def test_apply_publishes_what_is_sound_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    assert "is in force: Begin" in capsys.readouterr().out
    database = Database.open(root / "data/limen.db")
    revision = database.read(store.newest)
    database.close()
    assert revision is not None
    assert (revision.author, revision.reason) == ("server", "Begin")


def test_apply_publishes_nothing_while_a_test_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    change(root, "policies/tests.yaml", "strength: 1}\n  expect: challenge", "strength: 1}\n  expect: permit")
    assert leave("apply", str(root), "-m", "Begin") == 1
    assert "policies/tests.yaml:" in capsys.readouterr().err
    database = Database.open(root / "data/limen.db")
    assert database.read(store.newest) is None
    database.close()


def test_apply_says_so_when_nothing_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = new_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    name = capsys.readouterr().out.split()[1]
    with (root / "apps.yaml").open("a") as apps:
        apps.write("# a comment changes nothing\n")
    assert leave("apply", str(root), "-m", "Again") == 0
    assert capsys.readouterr().out == (
        f"Nothing changed: revision {name} is in force already; the message is not used.\n"
    )
    database = Database.open(root / "data/limen.db")
    assert [one.reason for one in database.read(store.history)] == ["Begin"]
    database.close()


def test_apply_needs_a_reason(tmp_path: Path) -> None:
    assert leave("apply", str(new_folder(tmp_path))) == 2
