from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.clock import from_iso
from limen.facts import Person
from limen.identity.departures import store
from limen.identity.departures.model import Departure, State, Surface, Why
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database, Transaction

AT = from_iso("2026-11-24T09:00:00Z")


def kept(transaction: Transaction) -> None:
    connection = transaction.connection
    people.add(connection, Person("p_ida", "Ida", "ida@harbor.example"), PersonStatus.INACTIVE, 1)
    store.add(connection, Departure(id="dp_1", person="p_ida", why=Why.LAST_DAY, at=AT), [("links", 2)])
    host = Surface(departure="dp_1", name="ssh_on_hosts", state=State.AWAY, remaining=1, said="db1", asked_at=AT)
    links = Surface(departure="dp_1", name="links", state=State.PROVED, ended=2, asked_at=AT, proved_at=AT)
    store.put(connection, [host, links])


def test_departures_are_listed_shown_and_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "first") == 0
    capsys.readouterr()
    assert leave("departure", "list", str(root)) == 0
    expected(capsys.readouterr().out)
    database = Database.open(root / "data" / "limen.db")
    database.write(kept)
    database.close()
    assert leave("departure", "show", "dp_1", str(root)) == 0
    expected(capsys.readouterr().out)
    assert leave("departure", "list", str(root), "--json") == 0
    assert json.loads(capsys.readouterr().out)["outstanding"] == ["ssh_on_hosts"]
    assert leave("departure", "list", str(root), "--csv") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    for wrong in (("show",), ("show", "dp_2"), ("accept", "dp_1"), ("list", "--why", "x"), ("list", "--csv", "--json")):
        assert leave("departure", *wrong[:2], str(root), *wrong[2:]) == 1
        capsys.readouterr()
    why = "the host is gone"
    assert leave("departure", "accept", "dp_1", str(root), "--why", why) == 0
    capsys.readouterr()
    assert leave("departure", "list", str(root), "--json") == 0
    assert json.loads(capsys.readouterr().out)["state"] == "accepted"
