"""`limen probes` beside a Limen that runs, and without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

from limen.cli import probes as command
from limen.probes import store
from limen.probes.catalogue import BY_ID
from limen.probes.model import Outcome, Run, Try
from limen.storage import Database

__all__ = ["folder"]


def ends_at_once(monkeypatch: pytest.MonkeyPatch, *tries: Try, outcome: Outcome) -> None:
    """In place of the pause between two looks: what a Limen that runs does meanwhile."""

    def instead(_seconds: float) -> None:
        database = Database.open(instead.folder / "data" / "limen.db")  # type: ignore[attr-defined]
        (waiting,) = database.read(lambda s: store.open_runs(s.connection))
        over = Run(waiting.id, waiting.probe, waiting.asked_at, waiting.asked_by, 5, 9, outcome, 4, "", tries)
        database.write(lambda t: store.keep(t.connection, over))
        database.close()

    monkeypatch.setattr(command.time, "sleep", instead)
    ends_at_once.instead = instead  # type: ignore[attr-defined]


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_all_are_listed_also_before_any_ran(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("probes", "list", str(folder), "--json") == 0
    assert {(one["probe"], one["outcome"]) for one in said(capsys)} == {(name, None) for name in BY_ID}
    assert leave("probes", "list", str(folder)) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(BY_ID)


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.HELD, 0), (Outcome.DID_NOT_HOLD, 1), (Outcome.COULD_NOT_RUN, 1)]
)
def test_it_waits_for_what_the_running_limen_found(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, outcome: Outcome, code: int
) -> None:
    ends_at_once(monkeypatch, Try("a", held=True, took=4), outcome=outcome)
    ends_at_once.instead.folder = folder  # type: ignore[attr-defined]
    assert leave("probes", "run", "leaver", str(folder), "--json") == code
    (run,) = said(capsys)
    assert (run["probe"], run["outcome"], run["took_ms"]) == ("leaver", outcome.value, 4)
    assert [(one["name"], one["held"]) for one in run["tries"]] == [("a", True)]


def test_without_a_running_limen_nothing_stays_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "BEGINS_WITHIN_SECONDS", 0.0)
    monkeypatch.setattr(command, "_LOOK_SECONDS", 0.0)
    assert leave("probes", "run", "leaver", str(folder)) == 1
    database = Database.open(folder / "data" / "limen.db")
    assert database.read(lambda s: store.open_runs(s.connection)) == []
    database.close()


@pytest.mark.parametrize("words", [("run",), ("list", "leaver"), ("run", "nothing"), ("delete",)])
def test_a_wrong_call_asks_for_nothing(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("probes", *words, str(folder)) != 0
    database = Database.open(folder / "data" / "limen.db")
    assert database.read(lambda s: store.open_runs(s.connection)) == []
    database.close()
