from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_device import state, with_a_device
from tests.cli.test_main import leave

from limen.clock import HOUR, SystemClock
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.devices import store as devices_store
from limen.devices.model import State
from limen.devices.signals import store
from limen.devices.signals.model import Level, Signal, Topic
from limen.storage import Database


def with_a_source(tmp_path: Path) -> tuple[str, Path]:
    root, folder = with_a_device(tmp_path)
    written = "signals:\n  edr: {kind: webhook}\n  okta: {kind: caep, issuer: https://o.example, "
    (folder / "devices.yaml").write_text(written + "keys: https://o.example/keys, audience: x}\n")
    assert leave("apply", root, "-m", "sources") == 0
    return root, folder


def opened(folder: Path) -> Database:
    return Database.open(database_of(folder, load_settings(folder)))


def with_a_signal(folder: Path) -> Database:
    database, now = opened(folder), SystemClock().now()
    signal = Signal(
        "sg_1", "d_1", "edr", "7", Level.HIGH, Topic.MALWARE, "Trojan", now, now + HOUR, now, now, did="quarantine"
    )
    database.write(lambda t: store.keep(t.connection, signal, "p_1"))
    database.write(lambda t: devices_store.keep_risk(t.connection, "d_1", 3))
    database.write(
        lambda t: devices_store.set_state(t.connection, "d_1", State.QUARANTINED, now, "edr reports a high risk")
    )
    return database


def test_sources_are_listed_and_get_a_secret_that_is_shown_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, folder = with_a_source(tmp_path)
    capsys.readouterr()
    assert leave("device", "sources", "--json", root) == 0
    edr, okta = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (edr["name"], edr["has_secret"], edr["heard_at"], edr["when_high"]) == ("edr", False, 0, "end_sessions")
    assert (okta["name"], okta["has_secret"]) == ("okta", True)
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
    assert (leave("device", "secret", "okta", root), leave("device", "secret", "nobody", root)) == (1, 1)


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
    assert [(one["name"], one["tells"], one["has_secret"]) for one in listed][2:] == [
        ("cmdb", "devices", False),
        ("fleet", "devices", False),
    ]
    assert leave("device", "sources", root) == 0
    out = capsys.readouterr().out
    assert ("source-token cmdb`" in out, "source-secret fleet`" in out) == (True, True)
    assert leave("device", "secret", "cmdb", root) == 1
    assert "source-token cmdb`" in capsys.readouterr().err


def test_a_signal_is_listed_ended_and_counts_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, folder = with_a_source(tmp_path)
    database = with_a_signal(folder)

    def risk() -> int:
        return database.read(lambda snapshot: devices_store.last_of(snapshot.connection, {"d_1"}))["d_1"][1].risk

    capsys.readouterr()
    assert leave("device", "signals", "wren", "--json", root) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["level"], told["counts"], told["title"]) == ("sg_1", "high", True, "Trojan")
    assert leave("device", "end", "sg_1", root) == 0
    assert (risk(), state(folder)[0]) == (0, State.ACTIVE)
    assert leave("device", "end", "sg_1", root) == 1
    assert leave("device", "reopen", "sg_1", root) == 0
    assert risk() == 3
    assert leave("device", "end", "sg_2", root) == 1
    database.close()
