"""`limen events verify`, on an event store as a server leaves it, whole and tampered with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.storage.event_store.conftest import COLUMNS, lines

from limen.company.load import load_settings
from limen.company.places import database_url, events_folder, key_file
from limen.demo.harbor import copy_to
from limen.storage import Database, Keyring, master_key
from limen.storage.event_store import EventStore
from limen.storage.event_store.store import KEYS


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    settings = load_settings(tmp_path)
    database = Database.open(database_url(tmp_path, settings))
    keyring = Keyring.open(database, master_key(key_file(tmp_path, settings), {}))
    store = EventStore.open(events_folder(tmp_path, settings), columns=COLUMNS, keys=keyring.keys_for(KEYS))
    store.append(lines(0, 20))
    store.close()
    database.close()
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "limen.cli.main", "events", *words, str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_a_whole_store_holds(harbor: Path) -> None:
    code, said, _ = run(harbor, "verify", "--json")
    assert (code, json.loads(said)["ok"], json.loads(said)["events"]) == (0, True, 20)
    assert "20 events" in run(harbor, "verify")[1]


def test_one_changed_byte_is_found(harbor: Path) -> None:
    (segment,) = events_folder(harbor, load_settings(harbor)).glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"u7"', b'"u8"'))
    code, said, _ = run(harbor, "verify", "--json")
    assert (code, json.loads(said)["ok"]) == (1, False)
    assert json.loads(said)["problems"]


def test_an_exported_checkpoint_is_held_against_it(harbor: Path, tmp_path: Path) -> None:
    folder = events_folder(harbor, load_settings(harbor))
    (tmp_path / "kept").write_bytes((folder / "checkpoint.json").read_bytes())
    assert run(harbor, "verify", "--exported", str(tmp_path / "kept"))[0] == 0
    for path in folder.iterdir():
        path.unlink()
    assert run(harbor, "verify", "--exported", str(tmp_path / "kept"))[0] == 1


def test_a_folder_without_events_says_what_to_do(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    code, _, wrong = run(tmp_path, "verify")
    assert (code, "limen serve" in wrong) == (1, True)


def test_only_what_it_can_do_is_offered(harbor: Path) -> None:
    code, _, wrong = run(harbor, "burn")
    assert (code, "limen events verify" in wrong) == (1, True)
