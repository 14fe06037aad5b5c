"""`limen network probes`: what canaries tried last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.network.probes.test_model import DENIED, MEANT

from limen.clock import MINUTE, SystemClock
from limen.company.load import load_settings
from limen.company.places import journal_folder
from limen.events import Event
from limen.network.probes.model import Result
from limen.network.probes.records import KIND, record_of
from limen.storage.journal import Journal

__all__ = ["folder"]


def test_the_last_round_of_each_canary(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "probes", str(folder)) == 0
    assert "probes: true" in capsys.readouterr().out
    now = SystemClock().now()
    rounds = [
        ("db", now - 20 * MINUTE, [Result("db", DENIED, "silent", 0)]),
        ("db", now - 10 * MINUTE, [Result("db", DENIED, "through", 0), Result("db", MEANT, "through", 0)]),
        ("web", now - 15 * MINUTE, [Result("web", DENIED, "refused", 0, ("core",))]),
    ]
    journal = Journal.open(journal_folder(folder, load_settings(folder)), (b"k" * 32,))
    for canary, at, results in rounds:
        journal.record(Event(at=at, kind=KIND, details={"firewall": canary, **record_of(results)}))
    journal.close()
    assert leave("network", "probes", str(folder), "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["canary"], one["port"], one["outcome"], one["as_stated"], one["denied_by"]) for one in found] == [
        ("db", 22, "through", False, []),
        ("db", 443, "through", True, []),
        ("web", 22, "refused", True, ["core"]),
    ]
    assert leave("network", "probes", str(folder)) == 0
    said = capsys.readouterr().out.splitlines()
    assert ["NOT AS STATED" in line for line in said] == [True, False, False]
