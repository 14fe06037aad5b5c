"""Stating on the server: by somebody who is known, listed without names, and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.access_folder import folder
from tests.cli.test_main import leave

from limen.roadmap import store
from limen.storage import Database

__all__ = ["folder"]
SAID = ("--by", "ada@harbor.example", "--why", "the bill of each month shows it")


def listed(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert leave("roadmap", str(folder), "--stated", "--json", *words) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_is_stated_by_somebody_and_taken_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("roadmap", str(folder), "--state", "cloud", *SAID, "--days", "30") == 0
    assert leave("roadmap", str(folder), "--state", "recovery_key:d_ben", *SAID) == 0
    keys, cloud = sorted(listed(folder, capsys), key=lambda one: one["area"], reverse=True)
    assert [(one["area"], one["subject"], one["state"]) for one in (cloud, keys)] == [
        ("cloud", "", "counts"),
        ("recovery_key", "", "counts"),
    ]
    assert "d_ben" in {one["subject"] for one in listed(folder, capsys, "--names")}
    database = Database.open(folder / "data" / "limen.db")
    kept = database.read(lambda snapshot: store.statements(snapshot.connection))
    database.close()
    assert {one.said_by for one in kept} == {"p_ada"}
    assert leave("roadmap", str(folder), "--take-back", cloud["id"], *SAID[:2]) == 0
    assert {one["area"]: one["state"] for one in listed(folder, capsys)}["cloud"] == "taken back"


@pytest.mark.parametrize(
    "words",
    [
        ("--state", "cloud", "--why", "the bill of each month shows it"),
        ("--state", "cloud", "--by", "nobody@harbor.example", "--why", "the bill of each month shows it"),
        ("--state", "banks", *SAID),
        ("--state", "cloud:x", *SAID),
        ("--state", "cloud", *SAID, "--days", "366"),
        ("--state", "cloud", *SAID[:2], "--why", "so"),
        ("--take-back", "rs_none", *SAID[:2]),
    ],
)
def test_what_is_unfit_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert leave("roadmap", str(folder), *words) != 0
    assert listed(folder, capsys) == []
