from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import factors, people
from limen.storage import Database, Transaction

MIA = Person("p_mia", "Mia", "mia@harbor.example", groups=frozenset({"staff", "administrators"}), active=True)
BEN = Person("p_ben", "Ben", "ben@harbor.example", groups=frozenset({"staff"}), active=True)


def test_who_lacks_what_is_named_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = small_folder(tmp_path)
    (root / "factors.yaml").write_text("required: [{who: staff, factor: two factors, by: 2027-01-31}]")
    assert leave("apply", str(root), "-m", "first") == 0

    def work(transaction: Transaction) -> None:
        for person in (MIA, BEN):
            people.add(transaction.connection, person, PersonStatus.ACTIVE, 1)
            factors.set_password(transaction, person.id, "hash", 1)
        factors.set_code(transaction, MIA.id, b"sealed", 1, 1)

    database = Database.open(root / "data" / "limen.db")
    database.write(work)
    database.close()
    capsys.readouterr()
    assert leave("factors", str(root)) == 0
    expected(capsys.readouterr().out, {})
    assert leave("factors", str(root), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (required,) = told["required"]
    assert (required["who"], required["factor"], required["by"]) == ("staff", "two_factors", "2027-01-31")
    assert (required["numerator"], required["denominator"]) == (1, 2)
    assert required["lacking"] == [{"id": "p_ben", "name": "Ben"}]
    assert [one["id"] for one in told["sign_ins"]["everyone"]["silent"]] == ["p_ben", "p_mia"]
