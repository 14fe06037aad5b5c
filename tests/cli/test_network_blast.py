"""`limen network blast` of people, and `limen network largest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

from limen.cli.network_blast import is_typed

__all__ = ["folder"]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert leave("network", *words, "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_person_is_named_by_address_name_or_id(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, *rows = told(capsys, "blast", "person:ada@harbor.example", str(folder))
    assert (whole["kind"], whole["id"], whole["taken"]) == ("person", "p_ada", "laptop")
    assert whole["apps"] == len({one["app"] for one in rows if one["part"] == "app"})
    assert whole["reached"] == sum(one["part"] == "reached" for one in rows)
    assert {"place": "internet", "why": "internet"} in whole["begins"]
    assert {one["app"] for one in rows if one["part"] == "app"} >= {"limen"}
    for name in ("person:p_ada", "ada@harbor.example"):
        assert told(capsys, "blast", name, str(folder))[0] == whole
    assert whole["best_change"]["weight"] > 0


def test_of_a_password_that_nobody_has_nothing_is_permitted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, *rows = told(capsys, "blast", "person:p_ada", str(folder), "--taken", "password")
    assert whole["apps"] == 0
    assert not [one for one in rows if one["part"] == "app"]


def test_it_is_said_in_lines_as_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("network", "blast", "person:p_oscar", str(folder), "--taken", "cookie") == 0
    out = capsys.readouterr().out
    assert "oscar@harbor.example" in out
    assert "internet" in out
    assert leave("network", "blast", "host:vault", str(folder)) == 0
    assert "vault" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["person:nobody", "device:none", "workload:", "zone:attic", "host:"])
def test_who_is_not_there_is_said(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert leave("network", "blast", name, str(folder)) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("blast", "person:p_ada", "--taken", "token"), 1),
        (("blast", "guests", "--taken", "cookie"), 2),
        (("largest", "--taken", "cookie"), 2),
    ],
)
def test_what_can_not_be_stolen_is_refused(folder: Path, words: tuple[str, ...], code: int) -> None:
    assert leave("network", *words, str(folder)) == code


def test_the_largest_come_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys, "largest", str(folder))
    assert [one["weight"] for one in rows] == sorted((one["weight"] for one in rows), reverse=True)
    assert {one["id"] for one in rows if one["kind"] == "person"} == {"p_ada", "p_oscar", "p_farid"}
    assert {one["kind"] for one in rows} >= {"person", "host", "zone"}
    assert leave("network", "largest", str(folder)) == 0
    assert capsys.readouterr().out.count("\n") <= 41


@pytest.mark.parametrize(
    ("name", "typed"), [("person:ada", True), ("guests", False), ("thing:x", False), ("fd00::1", False)]
)
def test_a_kind_is_said_before_the_name(name: str, typed: bool) -> None:
    assert is_typed(name) is typed
