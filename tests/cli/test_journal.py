"""`limen journal verify`, on a journal as a server leaves it, whole and tampered with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from limen.clock import SystemClock
from limen.company.load import load_settings
from limen.company.places import database_url, journal_folder, key_file
from limen.demo.harbor import copy_to
from limen.events import Event
from limen.storage import Database, Keyring, master_key
from limen.storage.journal import Journal


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    settings = load_settings(tmp_path)
    database = Database.open(database_url(tmp_path, settings))
    keyring = Keyring.open(database, master_key(key_file(tmp_path, settings), {}))
    journal = Journal.open(journal_folder(tmp_path, settings), keyring.journal_keys, database=database)
    for number in range(20):
        journal.record(Event(at=SystemClock().now(), kind="link.refused", reason=f"try-{number}"))
        journal.flush()
    journal.close()
    database.close()
    return tmp_path


def verify(folder: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "limen.cli.main", "journal", "verify", str(folder), *words]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_a_whole_journal_holds_and_it_says_what_it_cannot_know(harbor: Path) -> None:
    code, said, _ = verify(harbor)
    assert code == 0
    assert "The journal is intact" in said
    assert "can't be detected" in said


def test_one_changed_byte_is_found(harbor: Path) -> None:
    segment = max(journal_folder(harbor, load_settings(harbor)).rglob("*.jsonl"), key=lambda path: path.stat().st_size)
    raw = bytearray(segment.read_bytes())
    at = raw.index(b"try-7") + 4
    raw[at] = ord("8")
    segment.write_bytes(raw)
    code, said, _ = verify(harbor, "--json")
    assert code == 1
    found = json.loads(said)
    assert not found["ok"]
    assert found["problems"]


def test_a_folder_without_a_journal_says_what_to_do(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    code, _, wrong = verify(tmp_path)
    assert code == 1
    assert "limen serve" in wrong


def test_only_what_it_can_do_is_offered(harbor: Path) -> None:
    command = [sys.executable, "-m", "limen.cli.main", "journal", "burn", str(harbor)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "limen journal verify" in ran.stderr
