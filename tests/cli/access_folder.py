"""Harbor's folder, published, with a few people."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.demo.harbor import copy_to
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database

PEOPLE = {"oscar": ("staff", "engineering"), "farid": ("staff", "sales"), "ada": ("staff", "administrators")}


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    assert leave("apply", str(tmp_path), "-m", "as it is") == 0, capsys.readouterr()
    database = Database.open(tmp_path / "data" / "limen.db")
    for name, groups in PEOPLE.items():
        one = Person(f"p_{name}", name.title(), f"{name}@harbor.example", frozenset(groups))
        database.write(lambda t, one=one: people.add(t.connection, one, PersonStatus.ACTIVE, 1))  # type: ignore[misc]
    database.close()
    capsys.readouterr()
    return tmp_path
