"""`limen travel`: journeys that are announced on the server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.clock import DAY
from limen.demo.harbor import copy_to
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "data").mkdir(exist_ok=True)
    database = Database.open(tmp_path / "data" / "limen.db")
    eve = Person("p_eve", "Eve", "eve@harbor.example")
    database.write(lambda t: people.add(t.connection, eve, PersonStatus.ACTIVE, 1))
    database.close()
    return tmp_path


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert leave("travel", "list", str(folder), "--json") == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_journey_is_announced_listed_and_ended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--country", "pt", "--place", "Lisbon", "--until", day(3))
    assert leave("travel", "announce", "Eve@harbor.example", str(folder), *words) == 0
    (travel,) = listed(folder, capsys)
    assert (travel["person_id"], travel["country"], travel["place"]) == ("p_eve", "PT", "Lisbon")
    assert 2 * DAY < int(str(travel["until"])) - int(str(travel["since"])) < 5 * DAY
    assert leave("travel", "list", str(folder)) == 0
    assert all(one in capsys.readouterr().out for one in (str(travel["id"]),))
    assert leave("travel", "end", str(travel["id"]), str(folder)) == 0
    assert listed(folder, capsys) == []


@pytest.mark.parametrize(
    "words",
    [
        ("announce", "nobody@harbor.example", "--country", "PT", "--until", "2099-01-01"),
        ("announce", "eve@harbor.example", "--country", "PT", "--until", "soon"),
        ("announce", "eve@harbor.example", "--country", "PT"),
        ("announce", "eve@harbor.example", "--country", "Portugal", "--until", day(3)),
        ("announce",),
        ("end", "t_9"),
        ("fly", "eve@harbor.example"),
    ],
)
def test_what_makes_no_sense_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    task, *rest = words
    name = rest[:1] if rest and not rest[0].startswith("--") else []
    assert leave("travel", task, *name, str(folder), *rest[len(name) :]) == 1
    assert listed(folder, capsys) == []
