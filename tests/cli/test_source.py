"""`limen source`: sources listed, and their senders let in and out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

MONITOR = """sources:
  app: {kind: json, comes: http}
  servers: {kind: syslog, comes: tls}
"""


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    root = small_folder(tmp_path)
    (root / "monitor.yaml").write_text(MONITOR)
    assert leave("apply", str(root), "-m", "watch") == 0
    capsys.readouterr()
    return str(root)


def listed(folder: str, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert leave("source", "list", "--json", folder) == 0
    return {one["name"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}


def test_one_is_added_to_the_folder_with_the_products_it_brings(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(folder) / "monitor.yaml"
    path.write_text(f"# ours\n{MONITOR}")
    words = ("--kind", "json", "--product", "okta", "--product", "entra")
    assert leave("source", "add", "cloud", folder, *words) == 0
    text = path.read_text()
    line = "  cloud: {kind: json, comes: http, products: [okta, entra]}"
    assert text == f"# ours\n{MONITOR}{line}\n"
    assert leave("apply", folder, "-m", "watch more") == 0
    assert listed(folder, capsys)["cloud"]["products"] == ["entra", "okta"]
    for wrong in (("add", "cloud", folder, *words), ("add", "other", folder, "--kind", "json", "--product", "octa")):
        assert leave("source", *wrong) == 1
        assert path.read_text() == text


def test_a_token_is_made_listed_and_removed(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(folder, capsys)["app"]["state"] == "no_sender"
    assert leave("source", "token", "app", folder, "--sender", "wren") == 0
    assert len(capsys.readouterr().out.split("\n\n")[1].strip()) == 43
    (sender,) = listed(folder, capsys)["app"]["senders"]  # type: ignore[misc]
    assert sender["name"] == "wren"
    assert leave("source", "list", folder) == 0
    assert sender["id"] in capsys.readouterr().out
    assert leave("source", "remove", sender["id"], folder) == 0
    assert listed(folder, capsys)["app"]["senders"] == []


def test_a_certificate_is_written_into_files_for_its_owner_alone(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "sender"
    assert leave("source", "certificate", "servers", folder, "--into", str(into)) == 0
    assert sorted(one.name for one in into.iterdir()) == ["authority.pem", "certificate.pem", "key.pem"]
    assert all(one.stat().st_mode & 0o077 == 0 for one in into.iterdir())
    assert "PRIVATE KEY" not in capsys.readouterr().out
    assert leave("source", "certificate", "servers", folder, "--into", str(into)) == 1
    assert len(listed(folder, capsys)["servers"]["senders"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        ("tokn",),
        ("token",),
        ("list", "app"),
        ("token", "nothing"),
        ("token", "servers"),
        ("certificate", "app"),
        ("certificate", "servers"),
        ("remove", "ls_nobody"),
    ],
)
def test_what_goes_wrong_changes_nothing(
    words: tuple[str, ...], folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leave("source", *words, folder) == 1
    assert all(one["senders"] == [] for one in listed(folder, capsys).values())
