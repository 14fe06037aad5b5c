"""`limen data allowed`: values that are not what they look like."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.cli import data
from limen.demo.harbor import copy_to
from limen.storage import Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "data").mkdir(exist_ok=True)
    Database.open(tmp_path / "data" / "limen.db").close()
    return tmp_path


def test_values_are_allowed_listed_and_ended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "values.txt").write_text("4111 1111 1111 1111\n5500000000000004\n")
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    add = ("data", "allowed", "add", "payment-card", str(folder / "values.txt"), "--company", str(folder))
    for wrong in ((), ("--why", "orders"), ("--until", until), ("--why", "orders", "--until", "soon")):
        assert leave(*add, *wrong) != 0
    assert leave(*add, "--why", "order numbers", "--until", until) == 0
    capsys.readouterr()
    assert leave("data", "allowed", "list", "--company", str(folder), "--json") == 0
    out = capsys.readouterr().out
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(one["detector"], one["person_id"], one["why"]) for one in rows] == [
        ("payment-card", "", "order numbers")
    ] * 2
    assert "4111" not in out
    assert leave("data", "allowed", "end", *(one["id"] for one in rows), "--company", str(folder)) == 0
    capsys.readouterr()
    assert leave("data", "allowed", "list", "--company", str(folder), "--json") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [(), ("add", "payment-card"), ("end",), ("end", "dv_x"), ("add", "a", "away.txt")])
def test_a_wrong_call_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("data", "allowed", *words, "--company", str(folder)) != 0


@pytest.mark.parametrize(
    "words",
    [
        ("allowed",),
        ("allowed", "end"),
        ("exact", "add", "customers"),
        ("fingerprint", "remove"),
        ("lists", "x"),
        ("recipe",),
        ("quarantine", "release"),
        ("shares",),
        ("connect",),
        ("controls", "x"),
    ],
)
def test_a_wrong_call_is_told_how_it_is_before_any_folder_is_read(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert leave("data", *words) == 2
    assert f"limen data {words[0]}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("allowed", "list"),
        ("lists",),
        ("exact", "list"),
        ("exact", "remove", "customers"),
        ("inventory",),
        ("controls",),
        ("quarantine",),
        ("shares", "look"),
    ],
)
def test_whoever_is_in_no_company_folder_is_told_of_company(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for more in ((), ("--company", str(tmp_path / "none"))):
        assert leave("data", *words, *more) == 1
        said = capsys.readouterr().err
        assert "--company" in said
        assert "limen init" not in said


def test_the_help_names_the_words_of_each_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("data", "label", "set", "--help") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line for line in data.USAGE.splitlines() if f"  {line}" not in told] == []
    assert set(data.TASKS) == {line.split()[0] for line in data.USAGE.splitlines()}
