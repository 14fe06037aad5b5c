"""`limen roadmap`: measured on the server, which keeps nothing of it and names nobody unless told to."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave
from tests.web.roadmap.controls import control, measured, people, unknown

from limen.cli import roadmap as command
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.model import Part, Phase, Row
from limen.storage import Database

__all__ = ["folder"]
I1 = control("I1", people("Oscar", "Farid", met=1))
I2 = control("I2", Part("apps", (Row("wiki", "Wiki", False, "no TLS", "/console/apps/wiki", 3),), 0.9))
D1 = control("D1", unknown(), phase=Phase.DEVICES)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = measured(1_000, (I1, I2, D1))
    monkeypatch.setattr(command, "_measured", lambda _here, _now: found)
    monkeypatch.setattr(command, "BY_ID", {one.id: one for one in (I1, I2, D1)})


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert leave("roadmap", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_control_is_measured_over_what_is_there_and_nothing_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = said(capsys, str(folder))
    assert [one["control"] for one in rows] == [one.id for one in CONTROLS]
    (two,) = (one for one in rows if one["control"] == "I2")
    assert two["is_met"] is False
    assert max(one["rows"] for one in two["parts"]) == 3
    database = Database.open(folder / "data" / "limen.db")
    assert database.read(lambda snapshot: store.standings(snapshot.connection)) == {}
    assert database.read(lambda snapshot: store.days_since(snapshot.connection, date(2000, 1, 1))) == {}
    database.close()


def test_nobody_is_named_unless_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("--json",), ("--control", "I2"), ("--control", "I2", "--json")):
        assert leave("roadmap", str(folder), *words) == 0
        out = capsys.readouterr().out
        assert not [name for name in ("oscar", "farid") if name in out.lower()], words
    for more in ((), ("--json",)):
        assert leave("roadmap", str(folder), "--control", "i2", "--names", *more) == 0
        assert {"Oscar", "Farid"} <= set(capsys.readouterr().out.replace('"', " ").replace(":", " ").split())


@pytest.mark.usefixtures("made_up")
def test_the_text_says_figures_grades_and_what_to_connect(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", str(folder)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("0 of 3")
    of = {line.split()[2].rstrip(":"): line for line in lines if line.startswith("  not met")}
    assert "1/2" in of["I1"]
    assert "0/3 (90% asked)" in of["I2"]
    (unclear,) = (line for line in lines if line.startswith("  unknown"))
    assert "0" not in unclear.partition("D1 ")[2]
    assert lines[-1].endswith("(D1)")


@pytest.mark.usefixtures("made_up")
def test_one_control_shows_the_rows_behind_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", str(folder), "--control", "I2") == 0
    out = capsys.readouterr().out
    assert "Wiki × 3: no TLS" in out
    assert "I1" not in out
    (one,) = said(capsys, str(folder), "--control", "I1")
    assert one["parts"][0]["missed"] == [{"why": "lacks it", "count": 1, "excepted_until": None}]
    assert one["parts"][0]["rows"] == 2
    (silent,) = said(capsys, str(folder), "--control", "D1")
    assert (silent["numerator"], silent["denominator"], silent["grade"]) == (None, None, "unknown")
    assert silent["connect_first"]


@pytest.mark.parametrize("hostile", ["X9", "../I2", "I2\x1b[2J", "I2;--"])
def test_a_control_that_there_is_not_is_refused(folder: Path, hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", str(folder), "--control", hostile) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_without_a_company_it_says_so(tmp_path: Path) -> None:
    assert leave("roadmap", str(tmp_path)) == 1
