from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def test_people_are_listed_and_a_spreadsheet_runs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "first") == 0
    capsys.readouterr()
    assert leave("people", str(root)) == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    database = Database.open(root / "data" / "limen.db")
    bad = Person("p_1", '=HYPERLINK("x")', "eve@harbor.example", groups=frozenset({"staff"}))
    database.write(lambda tx: people.add(tx.connection, bad, PersonStatus.INVITED, 1))
    database.close()
    assert leave("people", str(root)) == 0
    assert "<eve@harbor.example> invited; groups: staff" in capsys.readouterr().out
    assert leave("people", str(root), "--csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("\"'=HYPERLINK(")
    assert leave("people", str(root), "--csv", "--json") == 1


def test_a_last_day_is_saved_shown_and_removed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "first") == 0
    database = Database.open(root / "data" / "limen.db")
    ida = Person("p_ida", "Ida", "ida@harbor.example")
    database.write(lambda tx: people.add(tx.connection, ida, PersonStatus.ACTIVE, 1))
    assert leave("people", str(root), "--last-day", "ida@harbor.example=2027-12-17") == 0
    capsys.readouterr()
    assert leave("people", str(root), "--json") == 0
    assert json.loads(capsys.readouterr().out)["last_day"] == "2027-12-17"
    for wrong in ("ida@harbor.example", "ida@harbor.example=tomorrow", "eve@harbor.example=2027-12-17"):
        assert leave("people", str(root), "--last-day", wrong) == 1
    assert leave("people", str(root), "--json", "--last-day", "ida@harbor.example=") == 1
    assert leave("people", str(root), "--last-day", "ida@harbor.example=") == 0
    assert database.read(lambda snapshot: people.last_days(snapshot.connection)) == {}
    database.close()
