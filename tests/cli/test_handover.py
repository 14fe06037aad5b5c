from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def test_it_is_listed_and_handed_over_also_in_the_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_folder(tmp_path)
    settings = root / "limen.toml"
    settings.write_text(settings.read_text() + "\n# ask ida@harbor.example\n")
    assert leave("apply", str(root), "-m", "first") == 0
    database = Database.open(root / "data" / "limen.db")
    ida = Person("p_ida", "Ida", "ida@harbor.example", groups=frozenset({"staff"}))
    eve = Person("p_eve", "Eve", "eve@harbor.example")
    for one in (ida, eve):
        database.write(lambda tx, one=one: people.add(tx.connection, one, PersonStatus.ACTIVE, 1))  # type: ignore[misc]
    capsys.readouterr()
    assert leave("handover", "ida@harbor.example", str(root), "--json") == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(one["kind"], one["moves"]) for one in said} == {("groups", True), ("folder", True)}
    for wrong in (("nobody@harbor.example",), ("ida@harbor.example", "--to", "ida@harbor.example")):
        assert leave("handover", wrong[0], str(root), *wrong[1:]) == 1
    assert leave("handover", "ida@harbor.example", str(root), "--to", "eve@harbor.example") == 0
    assert database.read(lambda s: people.groups_of(s.connection, "p_eve")) == {"staff"}
    assert "# ask eve@harbor.example" in settings.read_text()
    database.close()
