from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder
from tests.golden import Expected

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.sources import store
from limen.identity.sources.model import SourcePerson
from limen.identity.sources.store import Record, Run
from limen.identity.store import people
from limen.storage import Database

FILE = "sources:\n  - {id: entra, kind: scim, title: Entra ID}\n"


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = small_folder(tmp_path)
    (folder / "people.yaml").write_text(FILE)
    assert leave("apply", str(folder), "-m", "first") == 0
    capsys.readouterr()
    return str(folder)


def kept(root: str, *records: Record) -> None:
    database = Database.open(Path(root) / "data" / "limen.db")
    person = Person("p_ida", "Ida", "ida@harbor.example", groups=frozenset({"staff"}))
    database.write(lambda t: people.add(t.connection, person, PersonStatus.INVITED, 1))
    for one in records:
        database.write(lambda t, one=one: store.save(t.connection, one))  # type: ignore[misc]
    run = Run("run_1", "entra", 1, 1_780_000_000_000, {"added": 2, "unchanged": 4})
    database.write(lambda t: store.save_run(t.connection, run))
    database.close()


def test_sources_and_what_waits_are_listed_and_answered(
    root: str, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("people-source", "list", root) == 0
    ida = Record("entra", "7", SourcePerson("7", "ida@harbor.example", "Ida"), waits="address-taken")
    tom = Record("entra", "8", SourcePerson("8", "tom@harbor.example", "Tom"), waits="address-taken")
    kept(root, ida, tom)
    assert leave("people-source", "list", root) == 0
    assert leave("people-source", "open", "entra", root) == 0
    assert leave("people-source", "link", "entra", root, "--record", "7") == 0
    assert leave("people-source", "ignore", "entra", root, "--record", "8") == 0
    assert leave("people-source", "keep", "entra", root) == 0
    assert leave("people-source", "go-on", "entra", root) == 0
    expected(capsys.readouterr().out)
    assert leave("people-source", "list", root, "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"all": 2, "linked": 1, "waits": 0, "held": 0}


def test_tokens_are_made_listed_and_revoked(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("people-source", "tokens", "entra", root) == 0
    assert leave("people-source", "token", "entra", root) == 0
    out = capsys.readouterr().out
    assert ("/scim/v2" in out, len(out.partition("Secret token: ")[2].split()[0])) == (True, 43)
    assert leave("people-source", "tokens", "entra", root, "--json") == 0
    token = json.loads(capsys.readouterr().out)
    assert leave("people-source", "tokens", "entra", root) == 0
    assert token["id"] in capsys.readouterr().out
    assert leave("people-source", "revoke", "entra", root, "--token", token["id"]) == 0
    assert leave("people-source", "revoke", "entra", root, "--token", token["id"]) == 1
    assert leave("people-source", "revoke", "entra", root) == 1


def test_a_wrong_call_says_what_is_right(root: str, capsys: pytest.CaptureFixture[str], expected: Expected) -> None:
    for words in (["fly"], ["open"], ["list", "entra"], ["link", "entra"], ["keep", "entra", "--record", "7"]):
        assert leave("people-source", *words) == 1, words
    assert leave("people-source", "keep", "nothing", root) == 1
    expected(capsys.readouterr().err)


def test_without_a_source_it_says_how_to_declare_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    folder = small_folder(tmp_path)
    assert leave("apply", str(folder), "-m", "first") == 0
    capsys.readouterr()
    assert leave("people-source", "list", str(folder)) == 0
    expected(capsys.readouterr().out)


def test_a_day_that_a_source_says_is_not_changed_here(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(root) / "people.yaml").write_text("sources:\n  - {id: entra, kind: scim, owns: [first_day, last_day]}\n")
    assert leave("apply", root, "-m", "days") == 0
    told = SourcePerson("7", "ida@harbor.example", "Ida", first_day=date(2026, 12, 1), last_day=date(2027, 3, 31))
    kept(root, Record("entra", "7", told, person_id="p_ida"))
    assert leave("people", root, "--first-day", "ida@harbor.example=2026-12-07") == 1
    assert leave("people", root, "--last-day", "ida@harbor.example=2027-02-28") == 1
    assert capsys.readouterr().err.count("people.yaml") == 2
