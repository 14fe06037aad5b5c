"""`limen place`: what the files say of an address, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.mmdb import VIENNA, owner, write_mmdb

from limen.demo.harbor import copy_to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": {**VIENNA, **owner(8447, "A1 Telekom")}})
    (tmp_path / "tor.txt").write_text("203.0.113.66\n")
    lists = "  lists: {tor: {file: tor.txt, max_age: 365d}}\n"
    (tmp_path / "monitor.yaml").write_text(f"places:\n  databases: [city.mmdb, missing.mmdb]\n{lists}")
    return tmp_path


def test_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("place", "203.0.113.66", str(folder)) == 0
    out = capsys.readouterr().out
    assert all(one in out for one in ("AT", "Vienna", "A1 Telekom (AS8447)", "tor", "missing.mmdb"))


def test_for_programs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for address, known, anonymiser in (
        ("203.0.113.7", True, False),
        ("203.0.113.66", True, True),
        ("::1", False, False),
    ):
        assert leave("place", address, str(folder), "--json") == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["address"], said["known"], said["anonymiser"]) == (address, known, anonymiser)


def test_what_is_no_address_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("place", "203.0.113.0/24", str(folder)) == 1
    assert "203.0.113.0/24" in capsys.readouterr().err


def test_without_files_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    assert leave("place", "203.0.113.7", str(tmp_path)) == 0
    assert "monitor.yaml" in capsys.readouterr().out
