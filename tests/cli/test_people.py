from __future__ import annotations

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
