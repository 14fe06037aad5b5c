from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import change
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.cli.log import predicted
from limen.company.load import load_company
from limen.company.publish import CONSOLE, publish
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database


def test_the_log_says_who_published_what_when_why_and_through_which_door(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    change(root, "apps.yaml", "label: internal", "label: public")
    company = load_company(root)
    database = Database.open(root / "data/limen.db")
    jana = Person("p1", "Jana Novak", "jana@harbor.example")
    database.write(lambda one: people.add(one.connection, jana, PersonStatus.ACTIVE, 1))
    reach = [f"⟨p1⟩ gains Wiki · action {number}" for number in range(10)]
    effect = {"replayed": 120, "turns": {"gains": 3}, "reach": reach}
    publish(database, company, "p1", "For everybody", 1_795_510_800_000, via=CONSOLE, effect=effect)
    database.close()
    capsys.readouterr()
    assert leave("log", str(root)) == 0
    newest, earlier = capsys.readouterr().out.split("\n" + load_begin(root))
    assert newest.splitlines() == [
        f"{company.revision[:12]}  Tue 24 Nov 2026, 10:00:00 CET  Jana Novak, in the console  in force",
        "    For everybody",
        "    4 policy tests passed",
        "    The first administrator can still administer Limen with a passkey (administrators-run-limen).",
        "    predicted effect: of 120 replayed requests 3 let in",
        *[f"    Jana Novak gains Wiki · action {number}" for number in range(8)],
        "    and 2 more sentences; `limen log --json` has them",
    ]
    assert "the server's operator, on the server" in earlier
    assert "Begin" in earlier
    assert leave("log", str(root), "--json", "-n", "1") == 0
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["author"], told["via"], told["tests"], told["effect"]) == ("p1", "console", 4, effect)


def load_begin(root: Path) -> str:
    database = Database.open(root / "data/limen.db")
    from limen.company import store as revisions

    first = database.read(revisions.history)[-1]
    database.close()
    return first.id[:12]


def test_without_a_database_there_is_no_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("log", str(small_folder(tmp_path))) == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})


def test_that_nothing_is_expected_to_change_is_said_in_a_sentence() -> None:
    assert predicted({"replayed": 4, "turns": {}}) == ["predicted effect: none of 4 replayed requests changes"]
    assert predicted({"replayed": 1, "turns": {"stuck": 1}}) == [
        "predicted effect: of 1 replayed request 1 can no longer be opened by confirming"
    ]
    assert predicted({}) == []
