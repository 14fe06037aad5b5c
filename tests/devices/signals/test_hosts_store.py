"""Hosts that only an EDR knows: the newest word counts, what has no name is none, and there is room for so many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.devices.signals import hosts_store
from limen.devices.signals.hosts_store import SensorHost, short_name
from limen.devices.signals.model import Alive, Named
from limen.storage import Database

NOW = 1_800_000_000_000


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def hear(database: Database, name: str = "", serial: str = "", at: int = NOW, *, is_gone: bool = False) -> None:
    spoke = Alive(Named(name=name, serial=serial), at, is_gone)
    database.write(lambda to: hosts_store.heard(to.connection, "defender", spoke, NOW))


def kept(database: Database) -> list[SensorHost]:
    return database.read(lambda snapshot: hosts_store.hosts(snapshot.connection))


def test_the_newest_word_counts_and_none_is_of_tomorrow(database: Database) -> None:
    hear(database, "Crane.harbor.example", at=NOW - 5)
    hear(database, "crane", at=NOW - 9, is_gone=True)
    assert kept(database) == [SensorHost("defender", "crane", "", NOW - 5)]
    hear(database, "crane", at=NOW - 4, is_gone=True)
    assert kept(database)[0].heard_at == 4 - NOW
    hear(database, "crane", at=NOW + 10**9)
    assert kept(database)[0].heard_at == NOW


@pytest.mark.parametrize("name", ["", "   ", "a\x1b[0m", ".harbor.example"])
def test_what_has_no_name_that_can_be_shown_is_none(database: Database, name: str) -> None:
    hear(database, name)
    assert kept(database) == []


def test_a_flood_of_names_pushes_out_the_oldest_alone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts_store, "MOST_HOSTS", 3)
    for number in range(5):
        hear(database, f"h{number}", at=NOW - 10 + number)
    assert [one.name for one in kept(database)] == ["h2", "h3", "h4"]
    hear(database, "h4", serial="PF-1234567")
    assert [(one.name, one.serial) for one in kept(database)] == [("h3", ""), ("h4", ""), ("h4", "pf-1234567")]


def test_what_nobody_heard_of_since_is_forgotten(database: Database) -> None:
    hear(database, "old", at=5, is_gone=True)
    hear(database, "new")
    assert database.write(lambda to: hosts_store.forget(to.connection, NOW)) == 1
    assert [one.name for one in kept(database)] == ["new"]


def test_a_name_is_without_its_domain() -> None:
    assert short_name(" Crane.Harbor.example ") == "crane"
