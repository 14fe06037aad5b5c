"""The tasks of `limen seal` that look after keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.sealing import PAPER, browser, root, salaries
from tests.cli.test_main import leave

from limen.cli import sealing_keys
from limen.data.sealing import files, manifest

__all__ = ["browser", "root", "salaries"]


def keys(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert leave("seal", "keys", "--company", str(root), "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def sealed(root: Path, path: Path, label: str = "internal") -> Path:
    assert leave("seal", str(path), "--label", label, "--company", str(root)) == 0
    return path.with_name(f"{path.name}.age")


def test_before_the_first_file_there_are_none(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("seal", "keys", "--company", str(root)) == 0
    assert capsys.readouterr().out
    assert leave("seal", "new-key", "--label", "internal", "--period", "1999", "--company", str(root)) == 1
    assert set(sealing_keys.TASKS) == {"recovery-key", "keys", "new-key", "shred", "keep"}


def test_files_come_to_a_new_key_and_stay_what_they_are(
    root: Path, salaries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sealed(root, salaries)
    digest = files.payload_digest(path)
    assert leave("seal", "new-key", "--label", "internal", "--company", str(root), "--json") == 0
    new = json.loads(capsys.readouterr().out.splitlines()[-1])["key"]
    assert leave("seal", "rotate", str(tmp_path), "--company", str(root), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"files": 1, "rotated": 1, "failed": 0}
    assert (manifest.read(path).manifest.key, files.payload_digest(path)) == (new, digest)
    assert leave("seal", "rotate", str(tmp_path), "--company", str(root)) == 0
    manifest.path_of(path).write_text("{}")
    capsys.readouterr()
    assert leave("seal", "rotate", str(tmp_path), "--company", str(root)) == 1
    assert str(path) in capsys.readouterr().out


def test_shredding_says_what_can_not_be_read_any_more_waits_and_can_be_taken_back(
    root: Path, salaries: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed(root, salaries)
    (key,) = keys(root, capsys)
    words = ("--label", "internal", "--period", key["period"], "--company", str(root))
    assert leave("seal", "shred", *words) == 0
    told = capsys.readouterr().out
    assert all(part in told for part in (key["key"], PAPER.recipient.text, "--yes"))
    assert keys(root, capsys)[0]["shred_at"] == 0
    assert leave("seal", "shred", *words, "--yes") == 0
    assert "limen seal keep" in capsys.readouterr().out
    assert keys(root, capsys)[0]["shred_at"] > 0
    assert leave("seal", str(salaries), "--label", "internal", "--company", str(root)) == 1
    assert leave("seal", "keep", *words) == 0
    assert keys(root, capsys)[0]["shred_at"] == 0
    assert leave("seal", "keep", *words) == 1
    assert leave("seal", "shred", *words, "--older") == 1  # the newest is all there is


def test_a_provider_that_destroys_leaves_backups_nothing(
    root: Path, salaries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = root / "limen.toml"
    sealed(root, salaries)
    (key,) = keys(root, capsys)
    words = ("shred", "--label", "internal", "--period", key["period"], "--company", str(root))
    assert leave("seal", *words) == 0
    with_backups = capsys.readouterr().out
    settings.write_text(settings.read_text() + f'keys = "file:{tmp_path / "keys"}"\n')
    assert leave("seal", "new-key", "--label", "restricted", "--company", str(root)) == 0
    capsys.readouterr()
    assert leave("seal", *("restricted" if word == "internal" else word for word in words)) == 0
    assert with_backups.count("backup") > 0 == capsys.readouterr().out.count("backup")
