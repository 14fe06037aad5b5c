from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.cli.test_device import with_a_device
from tests.cli.test_main import leave

from limen.company.load import load_settings
from limen.company.places import database_of
from limen.devices.signals import store
from limen.devices.sources import store as sources_store
from limen.opaque import hash_of
from limen.storage import Database


def with_a_source(tmp_path: Path) -> tuple[str, Path]:
    root, folder = with_a_device(tmp_path)
    (folder / "devices.yaml").write_text("signals:\n  edr: {kind: webhook}\n")
    assert leave("apply", root, "-m", "sources") == 0
    return root, folder


def opened(folder: Path) -> Database:
    return Database.open(database_of(folder, load_settings(folder)))


def test_sources_are_listed_and_get_a_secret_that_is_shown_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, folder = with_a_source(tmp_path)
    capsys.readouterr()
    assert leave("device", "sources", "--json", root) == 0
    (edr,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (edr["name"], edr["has_secret"], edr["heard_at"], edr["when_high"]) == ("edr", False, 0, "end_sessions")
    assert leave("device", "sources", root) == 0
    assert "secret edr`" in capsys.readouterr().out
    assert leave("device", "secret", "edr", root) == 0
    out = capsys.readouterr().out
    assert ("/signals/edr" in out, "whsec_" in out) == (True, True)
    database = opened(folder)
    row = database.read(lambda snapshot: store.source(snapshot.connection, "edr"))
    assert row.sealed
    assert out.rpartition("whsec_")[2].strip().encode() not in row.sealed
    database.close()
    assert leave("device", "secret", "nobody", root) == 1


def test_sources_of_both_kinds_are_listed_each_with_its_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, folder = with_a_source(tmp_path)
    with (folder / "devices.yaml").open("a") as written:
        written.write("sources:\n  cmdb: {kind: push}\n  fleet: {kind: fleet, url: https://fleet.harbor.example}\n")
    capsys.readouterr()
    assert leave("device", "secret", "cmdb", root) == 1
    assert "`limen apply`" in capsys.readouterr().err
    assert leave("apply", root, "-m", "sources") == 0
    capsys.readouterr()
    assert leave("device", "sources", "--json", root) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["name"], one["tells"], one["has_secret"]) for one in listed][1:] == [
        ("cmdb", "devices", False),
        ("fleet", "devices", False),
    ]
    assert leave("device", "sources", root) == 0
    out = capsys.readouterr().out
    assert ("source-token cmdb`" in out, "source-secret fleet`" in out) == (True, True)
    assert leave("device", "secret", "cmdb", root) == 1
    assert "source-token cmdb`" in capsys.readouterr().err
    assert leave("device", "secret", "fleet", root) == 1
    assert "source-secret fleet`" in capsys.readouterr().err
    assert leave("device", "source-token", "edr", root) == 1
    assert "device secret edr`" in capsys.readouterr().err


def test_a_source_of_devices_is_let_in_or_lets_limen_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, folder = with_a_source(tmp_path)
    with (folder / "devices.yaml").open("a") as written:
        written.write("sources:\n  cmdb: {kind: push}\n  fleet: {kind: fleet, url: https://fleet.harbor.example}\n")
    assert leave("apply", root, "-m", "sources") == 0
    capsys.readouterr()
    assert leave("device", "source-token", "cmdb", root) == 0
    token = capsys.readouterr().out.split()[-1]
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret-of-fleet"))
    assert leave("device", "source-secret", "fleet", root) == 0
    assert "s3cret" not in capsys.readouterr().out
    database = opened(folder)
    found = database.read(lambda s: sources_store.source_of_token(s.connection, hash_of(token)))
    states = database.read(lambda s: sources_store.states(s.connection))
    database.close()
    assert (found, states["fleet"].has_secret, states["cmdb"].has_token) == ("cmdb", True, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret-of-cmdb"))
    assert (leave("device", "source-secret", "cmdb", root), leave("device", "source-token", "fleet", root)) == (1, 1)
