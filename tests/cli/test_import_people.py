from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.clock import SystemClock
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.mail import Mails
from limen.mail.store import take_due
from limen.storage import Database, Keyring
from limen.storage.master_key import read_key_file


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    folder = str(small_folder(tmp_path))
    assert leave("apply", folder, "-m", "first") == 0
    capsys.readouterr()
    return folder


def test_a_list_is_shown_then_done_then_nothing_to_do(
    root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "people.csv"
    listed.write_text("name;email;language\nEve Jansen;eve@harbor.example;de\n")
    assert leave("import", "people", str(listed), root, "--invite") == 0
    assert capsys.readouterr().out == (
        "+ Eve Jansen <eve@harbor.example>\n1 new, 0 changed, 0 unchanged, 0 not in the list.\nNothing was "
        "changed. To apply this, repeat the command with --yes.\n"
    )
    assert leave("import", "people", str(listed), root, "--invite", "--yes") == 0
    assert "Done: 1 added, 0 changed, 0 deactivated, 1 invitation to be written to files" in capsys.readouterr().out
    assert leave("import", "people", str(listed), root, "--yes") == 0
    assert capsys.readouterr().out.endswith("1 unchanged, 0 not in the list.\nNothing would change.\n")
    assert leave("people", root, "--json") == 0
    eve = json.loads(capsys.readouterr().out)
    assert (eve["name"], eve["status"], eve["language"]) == ("Eve Jansen", "invited", "de")
    from limen.mail.store import counted
    from limen.storage import Database

    database = Database.open(Path(root) / "data" / "limen.db")
    assert database.read(lambda snapshot: counted(snapshot.connection)) == {"queued": 1}
    database.close()


def test_the_mails_name_an_administrator_that_was_said_or_the_only_one(
    root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def mailed(name: str, *words: str) -> int:
        listed = tmp_path / f"{name}.csv"
        listed.write_text(f"name,email\n{name},{name}@harbor.example\n")
        return leave("import", "people", str(listed), root, "--invite", "--yes", *words)

    database = Database.open(f"sqlite:///{root}/data/limen.db")
    try:
        administers(database, "Noor")
        assert mailed("eve") == 0
        administers(database, "Ada")
        assert mailed("ben") == 0
        assert mailed("mia", "--as", "ADA@harbor.example") == 0
        assert mailed("kim", "--as", "eve@harbor.example") == 1
        assert "no active administrator" in capsys.readouterr().err
        now = SystemClock().now()
        due = database.write(lambda tx: take_due(tx.connection, now, 10, now))
        key = read_key_file(Path(root) / "data" / "master.key")
        opened = [Mails(Keyring.open(database, key)).opened(one) for one in due]
    finally:
        database.close()
    assert {one.to.partition("@")[0]: one.subject.partition(" ")[0] for one in opened} == {
        "eve": "Noor",
        "ben": "You've",
        "mia": "Ada",
    }


def administers(database: Database, name: str) -> None:
    groups = frozenset({"administrators"})
    person = Person(f"p_{name}", name, f"{name.lower()}@harbor.example", groups=groups)
    database.write(lambda tx: people.add(tx.connection, person, PersonStatus.ACTIVE, 1))


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("apps", "x.csv"), "can't import 'apps'"),
        (("people", "absent.csv"), "can't be read"),
        (("people", "absent.csv", ".", "--as", "noor@harbor.example"), "none are being sent"),
        (("people", "absent.csv", ".", "--yes", "--dry-run"), "can't be used together"),
    ],
)
def test_what_goes_wrong_is_said(words: tuple[str, ...], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("import", *words) == 1
    assert what in capsys.readouterr().err
