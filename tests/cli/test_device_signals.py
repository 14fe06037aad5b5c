from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_device import state
from tests.cli.test_device_sources import opened, with_a_source
from tests.cli.test_main import leave

from limen.clock import HOUR, SystemClock
from limen.devices import store as devices_store
from limen.devices.model import State
from limen.devices.signals import store
from limen.devices.signals.model import Level, Signal, Topic
from limen.storage import Database


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
