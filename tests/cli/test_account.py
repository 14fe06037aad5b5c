"""`limen account`."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.web.conftest import HARBOR

APP = """
- id: orders
  host: orders.harbor.localhost
  upstream: https://vendor.example
  label: internal
  owner: staff
  account: {user: orders@harbor.example, why: The vendor sells one account., sign_in: /login, never: [/account/**]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(HARBOR, tmp_path / "harbor")
    apps = tmp_path / "harbor" / "apps.yaml"
    apps.write_text(apps.read_text() + APP)
    assert leave("apply", "-m", "shared", str(tmp_path / "harbor")) == 0
    return tmp_path / "harbor"


def test_a_secret_is_stored_listed_without_it_and_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a-secret\n"))
    assert leave("account", "secret", "orders", str(folder)) == 0
    capsys.readouterr()
    assert leave("account", "list", str(folder), "--json") == 0
    said = capsys.readouterr().out
    assert "a-secret" not in said
    shown = json.loads(said)
    assert (shown["app"], shown["account"]) == ("orders", "orders@harbor.example")
    assert shown["due_at"] > shown["stored_at"] > 0
    assert leave("account", "remove", "orders", str(folder)) == 0
    capsys.readouterr()
    assert leave("account", "list", str(folder), "--json") == 0
    assert json.loads(capsys.readouterr().out)["stored_at"] == 0


@pytest.mark.parametrize("words", [("secret",), ("secret", "payroll"), ("show", "orders")])
def test_other_words_are_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("account", *words, *(("",) if len(words) == 1 else ()), str(folder)) != 0
