"""`limen access`: what somebody has access to, and who has access to something, on the server."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database

__all__ = ["folder"]
FRIDA = Person("p_frida", "Frida", "frida@harbor.example", frozenset({"staff", "finance"}), active=True)


@pytest.fixture
def with_frida(folder: Path) -> Path:
    database = Database.open(folder / "data" / "limen.db")
    database.write(lambda t: people.add(t.connection, FRIDA, PersonStatus.ACTIVE, 1))
    database.close()
    return folder


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert leave("access", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_of_somebody_everything_is_told_with_why_and_why_not(
    with_frida: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = said(capsys, "of", "frida@harbor.example", str(with_frida))
    assert {one["person"] for one in rows} == {"p_frida"}
    (payroll,) = [one for one in rows if one["app"] == "payroll" and "view" in one["actions"]]
    assert (payroll["answer"], payroll["policies"], payroll["through_groups"]) == (
        "if",
        ["finance-payroll"],
        ["finance"],
    )
    assert all(bool(one["why_not"]) is (one["answer"] == "never") for one in rows)
    assert leave("access", "of", "Frida", str(with_frida)) == 0
    assert "finance-payroll" in capsys.readouterr().out


def test_to_an_app_everybody_is_told(with_frida: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = said(capsys, "to", "payroll", str(with_frida))
    assert {one["app"] for one in rows} == {"payroll"}
    assert {one["person"] for one in rows if one["policies"] == ["finance-payroll"]} == {"p_frida"}
    assert leave("access", "to", "payroll", str(with_frida)) == 0
    assert "Frida" in capsys.readouterr().out


def test_all_of_it_as_csv(with_frida: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("access", "all", str(with_frida), "--csv") == 0
    lines = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {"p_frida", "p_ada"} <= {one["person_id"] for one in lines}
    assert {"payroll", "limen"} <= {one["app_id"] for one in lines}
    assert leave("access", "all", str(with_frida)) == 0
    assert "Frida" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [("of", "Nobody"), ("to", "nowhere"), ("of",), ("all", "Frida"), ("sideways", "x"), ("of", "x", "--json", "--csv")],
)
def test_what_makes_no_sense_is_refused(with_frida: Path, words: tuple[str, ...]) -> None:
    name, options = [one for one in words if not one.startswith("--")], [one for one in words if one.startswith("--")]
    assert leave("access", *name, str(with_frida), *options) != 0
