from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.clock import SystemClock
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.devices import store
from limen.devices.installing import START
from limen.devices.model import EnrolledDevice, KeyStorage, Platform, State
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def with_a_device(tmp_path: Path) -> tuple[str, Path]:
    root = small_folder(tmp_path)
    assert leave("device", "list", str(root)) == 0
    database = Database.open(database_of(root, load_settings(root)))
    now = SystemClock().now()
    wren = EnrolledDevice("d_1", "p_1", "wren", Platform.LINUX, KeyStorage.FILE, is_managed=True, enrolled_at=now)
    database.write(lambda t: store.add(t.connection, wren, "t", {"kty": "EC"}))
    database.close()
    return str(root), root


def state(root: Path) -> tuple[State, bool]:
    database = Database.open(database_of(root, load_settings(root)))
    kept = database.read(lambda snapshot: store.by_id(snapshot.connection, "d_1"))
    database.close()
    assert kept is not None
    return kept.state, kept.is_managed


def test_a_device_is_listed_and_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, folder = with_a_device(tmp_path)
    capsys.readouterr()
    assert leave("device", "list", "--json", root) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["compliance"], listed["state"], listed["company"]) == (
        "d_1",
        "unknown",
        "active",
        True,
    )
    for task, becomes in (
        ("private", (State.ACTIVE, False)),
        ("company", (State.ACTIVE, True)),
        ("quarantine", (State.QUARANTINED, True)),
        ("release", (State.ACTIVE, True)),
        ("lost", (State.LOST, True)),
    ):
        assert leave("device", task, "wren", root) == 0
        assert state(folder) == becomes


@pytest.mark.parametrize(
    "words",
    [
        ("lst",),
        ("list", "wren"),
        ("seen", "wren"),
        ("quarantine",),
        ("quarantine", "nobody"),
        ("token", "nobody@harbor.example"),
        ("release", "wren"),
    ],
)
def test_what_goes_wrong_changes_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    root, folder = with_a_device(tmp_path)
    assert leave("device", *words, root) == 1
    assert state(folder) == (State.ACTIVE, True)


def test_a_token_is_for_those_who_have_signed_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, folder = with_a_device(tmp_path)
    database = Database.open(database_of(folder, load_settings(folder)))
    for id_, name, status in (("p_2", "Ida Quay", PersonStatus.INVITED), ("p_3", "Ada Mole", PersonStatus.ACTIVE)):
        who = Person(id_, name, f"{name[:3].lower()}@harbor.example", frozenset())
        database.write(lambda t, who=who, status=status: people.add(t.connection, who, status, SystemClock().now()))
    database.close()
    capsys.readouterr()
    assert leave("device", "token", "Ida@harbor.example", root) == 1
    assert "is invited" in capsys.readouterr().err
    assert leave("device", "token", "ada@harbor.example", root) == 0
    out = capsys.readouterr().out
    assert ("  sudo limen-agent enrol " in out, START[-1] in out) == (True, True)


def test_the_authority_is_printed_for_a_front_and_its_key_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = with_a_device(tmp_path)
    capsys.readouterr()
    printed = []
    for _ in range(2):
        assert leave("device", "authority", root) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert printed[0].startswith("-----BEGIN CERTIFICATE-----\n")
    assert "PRIVATE" not in printed[0]


def test_what_was_seen_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, _ = with_a_device(tmp_path)
    capsys.readouterr()
    assert leave("device", "seen", "--json", root) == 0
    (one,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (one["tier"], one["form"], one["sources"], one["device"]) == ("managed", "computer", ["agent"], "d_1")
    assert leave("device", "seen", root) == 0
    assert "1 in all" in capsys.readouterr().out
