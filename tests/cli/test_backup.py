"""`limen backup` by hand: what it prints, and the key that is kept apart."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.backup.saved_company import Served, on_free_port, serve_once
from tests.cli.test_main import leave
from tests.company.company_folder import change

from limen.backup.last_backup import last_backup
from limen.storage.master_key import read_key_file, written_key


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve_once(tmp_path)


def test_it_says_what_it_holds_and_that_the_key_is_apart(served: Served, tmp_path: Path, capsys) -> None:
    assert leave("backup", str(served.root), "--to", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "1 person" in said
    assert "journal main: lines 1 to" in said
    assert "NOT contain the master key" in said
    assert "not encrypted" in said
    last = last_backup(served.root / "data")
    assert last is not None
    assert (tmp_path / last.file).exists()
    assert leave("backup", str(served.root), "--to", str(tmp_path / "two.tar.gz"), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["people"], found["has_key"]) == (1, False)


def test_it_says_that_logs_of_other_systems_are_not_in_it(served: Served, tmp_path: Path, capsys) -> None:
    assert leave("backup", str(served.root), "--to", str(tmp_path / "a")) == 0
    assert "data/events" not in capsys.readouterr().out
    (served.root / "data" / "events").mkdir(exist_ok=True)
    assert leave("backup", str(served.root), "--to", str(tmp_path / "b")) == 0
    assert "data/events" in capsys.readouterr().out


def test_the_key_is_printed_or_written_for_its_owner_alone(served: Served, tmp_path: Path, capsys) -> None:
    assert leave("backup", "key", str(served.root)) == 0
    assert capsys.readouterr().out.strip() == written_key(served.key)
    assert leave("backup", "key", str(served.root), "--to", str(tmp_path / "safe.key")) == 0
    assert read_key_file(tmp_path / "safe.key") == served.key
    assert (tmp_path / "safe.key").stat().st_mode & 0o777 == 0o600


def test_the_key_goes_in_only_sealed(served: Served, tmp_path: Path, capsys) -> None:
    assert leave("backup", str(served.root), "--to", str(tmp_path / "b"), "--with-key") == 1
    assert "must be encrypted" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_it_is_taken_while_the_server_runs_and_a_second_machine_takes_the_place(tmp_path: Path, capsys) -> None:
    root, there, shared = serve_once(tmp_path).root, tmp_path / "there", tmp_path / "shared"
    shared.mkdir()
    on_free_port(root)
    change(root, "limen.toml", '# folder = "/mnt/backups"', f'folder = "{shared}"')
    shutil.copytree(root, there, ignore=shutil.ignore_patterns("data"))
    with serving(root) as first:
        assert leave("backup", str(root), "--to", str(shared)) == 0
        assert first.poll() is None
    (file,) = shared.iterdir()
    key = root / "data" / "master.key"
    assert leave("restore", str(file), str(there), "--key", str(key), "--promote", str(shared)) == 0
    assert leave("journal", "verify", str(there)) == 0
    assert "The journal is intact" in capsys.readouterr().out
    with serving(there) as second:
        assert second.poll() is None
    command = [sys.executable, "-m", "limen.cli.main", "serve", str(root)]
    replaced = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (replaced.returncode, "took this one's place" in replaced.stderr) == (1, True)


@contextmanager
def serving(root: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "limen.cli.main", "serve", str(root)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert any("Limen is running for" in line for line in server.stdout)
        yield server
    finally:
        server.terminate()
        server.communicate(timeout=60)
