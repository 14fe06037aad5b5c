"""`limen data recipe|quarantine`: what others are told, and the way back for what was taken out of a share."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest
from tests.cli.test_main import leave
from tests.golden import Expected

from limen.cli.open_company import opened as opened_company
from limen.data.doors.looking_anew import take
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.share_files import opened
from limen.demo.harbor import copy_to
from limen.storage import Database

DATA = """
[data]
icap = "127.0.0.1:1344"
milter = "127.0.0.1:8891"
shares = { sales = "sales" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    with (tmp_path / "limen.toml").open("a") as settings:
        settings.write(DATA)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "sales").mkdir()
    Database.open(tmp_path / "data" / "limen.db").close()
    return tmp_path


@pytest.mark.parametrize("program", ["squid", "postfix", "samba"])
def test_what_a_program_is_told(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    expected: Expected,
    program: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("limen.cli.data_doors.user_of", lambda _uid: "limen")
    assert leave("data", "recipe", program, "--company", str(folder)) == 0
    expected(capsys.readouterr().out)


def test_who_listens_everywhere_is_reached_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = folder / "limen.toml"
    settings.write_text(settings.read_text().replace("127.0.0.1:1344", "0.0.0.0:1344"))
    assert leave("data", "recipe", "squid", "--company", str(folder)) == 0
    told = capsys.readouterr().out
    assert "0.0.0.0" not in told
    assert "icap://limen.harbor.localhost:1344/reqmod" in told


def test_what_nobody_set_cannot_be_told(tmp_path: Path) -> None:
    copy_to(tmp_path, prefer_usual_ports=False)
    assert leave("data", "recipe", "squid", "--company", str(tmp_path)) == 1
    assert leave("data", "recipe", "other", "--company", str(tmp_path)) == 2
    assert leave("data", "quarantine", "release", "--company", str(tmp_path)) == 2


def test_what_was_taken_is_listed_and_put_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--company", str(folder))
    assert leave("data", "quarantine", *words) == 0
    assert "[data]" in capsys.readouterr().out
    (folder / "sales" / "a.txt").write_text("secret")
    with opened(folder / "sales", PurePosixPath("a.txt")) as file:
        kept = Quarantine(folder / "data" / "quarantine").take(file, "sales", 1_000, "e1", ("no-cards",))
    assert leave("data", "quarantine", "--json", *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["share"], told["path"], told["rules"]) == (kept.id, "sales", "a.txt", ["no-cards"])
    assert leave("data", "quarantine", "release", "none", *words) == 1
    assert leave("data", "quarantine", "release", kept.id, *words) == 0
    assert (folder / "sales" / "a.txt").read_text() == "secret"
    with opened_company(folder) as company:
        outbox = company.database.read(
            lambda snapshot: snapshot.connection.exec_driver_sql("select * from outbox").all()
        )
    assert any("data.quarantine_released" in str(row) for row in outbox)


def test_what_lies_on_shares_is_looked_at_when_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--company", str(folder))
    assert leave("data", "shares", *words) == 2
    assert leave("data", "shares", "look", "none", *words) == 1
    assert take(folder / "data") == frozenset()
    assert leave("data", "shares", "look", *words) == 0
    assert "sales" in capsys.readouterr().out
    assert take(folder / "data") == {"sales"}


def test_what_was_taken_is_deleted_for_good_and_a_failing_release_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, quarantine = ("--company", str(folder)), Quarantine(folder / "data" / "quarantine")
    (folder / "sales" / "in").mkdir()
    (folder / "sales" / "in" / "a.txt").write_text("secret")
    with opened(folder / "sales", PurePosixPath("in/a.txt")) as file:
        kept = quarantine.take(file, "sales", 1_000, "e1", ("no-cards",))
    (folder / "sales" / "in").rmdir()
    assert leave("data", "quarantine", "release", kept.id, *words) == 1
    assert str(quarantine.folder / kept.id / "content") in capsys.readouterr().err
    assert not (quarantine.folder / "released.json").exists()
    assert leave("data", "quarantine", "delete", "none", *words) == 1
    assert leave("data", "quarantine", "list", *words) == 0
    assert kept.id in capsys.readouterr().out
    assert leave("data", "quarantine", "delete", kept.id, *words) == 0
    assert quarantine.all() == []
