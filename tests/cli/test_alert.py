"""`limen alert` on the server: listed, shown, closed and reopened, suppressed, and channels set."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.monitor.notify.listeners import SLACK

from limen.clock import DAY, SystemClock
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.monitor.alerts import findings, store
from limen.monitor.alerts.findings import Finding
from limen.monitor.alerts.folding import Folding
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.notify.store import channel
from limen.storage import Database, Transaction


def database(root: Path) -> Database:
    return Database.open(database_of(root, load_settings(root)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one alert about somebody, of one finding."""
    root = small_folder(tmp_path)
    (root / "monitor.yaml").write_text("watch: false\nnotify:\n  chat: {kind: slack}\n  hook: {kind: webhook}\n")
    assert leave("alert", "list", str(root)) == 0
    here, now = database(root), SystemClock().now()
    hit = Hit(id="h1", rule="r1", title="Travel\x1b[2J", level=Level.HIGH, at=now, entity="user:jane", since=now)

    def work(transaction: Transaction) -> None:
        folding = Folding(transaction.connection, now)
        alert = folding.fold(hit, is_proven=True).alert
        findings.add(transaction.connection, [Finding(hit, alert.id, ("", ""), now, is_proven=True)])
        folding.write()

    here.write(work)
    here.close()
    return root


def listed(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert leave("alert", *(more or ("list",)), "--json", str(root)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_is_listed_shown_closed_and_reopened(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (alert,) = listed(folder, capsys)
    alert_id = str(alert["id"])
    assert (alert["rule"], alert["level"], alert["count"]) == ("r1", "high", 1)
    assert leave("alert", "list", str(folder)) == 0
    assert "\x1b" not in capsys.readouterr().out  # what a rule or a log wrote can't steer the terminal
    assert listed(folder, capsys, "show", alert_id)[0]["id"] == alert_id
    assert leave("alert", "close", alert_id, str(folder)) != 0
    assert leave("alert", "close", alert_id, str(folder), "--as", "whatever") != 0
    assert leave("alert", "close", alert_id, str(folder), "--as", "false-alarm", "--why", "A test") == 0
    assert listed(folder, capsys) == []
    (closed,) = listed(folder, capsys, "list", "--closed")
    assert closed["verdict"] == "false_alarm"
    assert leave("alert", "reopen", alert_id, str(folder)) == 0
    assert len(listed(folder, capsys)) == 1
    assert leave("alert", "show", "al_none", str(folder)) != 0


def test_the_like_is_suppressed_and_told_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alert_id = str(listed(folder, capsys)[0]["id"])
    assert leave("alert", "suppress", alert_id, str(folder), "--for", "a while", "--why", "x") != 0
    assert leave("alert", "suppress", alert_id, str(folder)) != 0  # no reason
    assert leave("alert", "suppress", alert_id, str(folder), "--why", "a test", "--for", "12h") == 0
    (made,) = listed(folder, capsys, "suppressions")
    assert (made["rule"], made["entity"], made["by"]) == ("r1", "user:jane", "server")
    assert int(str(made["until"])) < SystemClock().now() + DAY
    assert leave("alert", "unsuppress", str(made["id"]), str(folder)) == 0
    assert listed(folder, capsys, "suppressions") == []


def test_a_channels_address_is_typed_and_kept_sealed(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leave("apply", "-m", "Watch", str(folder)) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(SLACK))
    capsys.readouterr()
    assert leave("alert", "channel", "chat", str(folder)) == 0
    assert SLACK not in capsys.readouterr().out
    here = database(folder)
    assert here.read(lambda snapshot: channel(snapshot.connection, "chat")).sealed
    here.close()
    assert leave("alert", "channel", "none", str(folder)) != 0


def test_each_task_takes_an_id_or_none(folder: Path) -> None:
    assert leave("alert", "close", str(folder)) != 0
    assert leave("alert", "list", "al_1", str(folder)) != 0
    assert leave("alert", "explode", str(folder)) != 0


def test_the_store_knows_it(folder: Path) -> None:
    here = database(folder)
    assert len(here.read(lambda snapshot: store.recent_cases(snapshot.connection, 10))) == 1
    here.close()
