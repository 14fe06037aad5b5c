"""`limen data exceptions`: everything that may pass although rules say otherwise."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest
from tests.cli.test_main import leave

from limen.clock import SystemClock
from limen.data.doors.quarantine import Quarantine
from limen.data.doors.share_files import opened
from limen.data.findings import store
from limen.data.findings.model import DocumentException
from limen.demo.harbor import copy_to
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database, Transaction


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "sales").mkdir()
    Database.open(tmp_path / "data" / "limen.db").close()
    return tmp_path


def _listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    assert leave("data", "exceptions", "--json", "--company", str(folder)) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_values_and_files_are_listed_and_ended_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--company", str(folder))
    assert leave("data", "exceptions", *words) == 0
    (folder / "values.txt").write_text("4111 1111 1111 1111\n")
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    add = ("data", "allowed", "add", "payment-card", str(folder / "values.txt"), *words)
    assert leave(*add, "--why", "order numbers", "--until", until) == 0
    (folder / "sales" / "a.txt").write_text("secret")
    quarantine = Quarantine(folder / "data" / "quarantine")
    with opened(folder / "sales", PurePosixPath("a.txt")) as file:
        kept = quarantine.take(file, "sales", 1_000, "e1", ("no-cards",))
    quarantine.release(kept, folder / "sales", SystemClock().now())

    value, put_back = _listed(folder, capsys)
    assert (value["what"], value["where"], value["why"]) == ("value", "payment-card", "order numbers")
    assert (put_back["what"], put_back["where"], put_back["event"]) == ("file", "sales", "e1")
    assert leave("data", "exceptions", "list", *words) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == [value["id"], put_back["id"]]
    assert leave("data", "exceptions", "end", "dx_none", *words) == 1
    assert len(_listed(folder, capsys)) == 2
    assert leave("data", "exceptions", "end", value["id"], put_back["id"], *words) == 0
    assert _listed(folder, capsys) == []


def test_for_whom_a_document_may_pass_is_said_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = SystemClock().now()
    nina = Person("p_nina", "Nina Vogt", "nina@harbor.example")
    passes = DocumentException("dx_1", bytes(32), nina.id, "wiki", "e1", now + 60_000)

    def put(transaction: Transaction) -> None:
        people.add(transaction.connection, nina, PersonStatus.ACTIVE, now)
        store.add_exception(transaction.connection, passes)

    with closing(Database.open(folder / "data" / "limen.db")) as database:
        database.write(put)
    assert leave("data", "exceptions", "--company", str(folder)) == 0
    said = capsys.readouterr().out
    assert nina.name in said
    assert nina.id not in said


def test_whoever_may_not_write_there_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine = Quarantine(folder / "data" / "quarantine")
    (folder / "sales" / "a.txt").write_text("secret")
    with opened(folder / "sales", PurePosixPath("a.txt")) as file:
        kept = quarantine.take(file, "sales", 1_000, "e1", ())
    quarantine.release(kept, folder / "sales", SystemClock().now())
    (one,) = _listed(folder, capsys)

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Quarantine, "end_released", fail)
        assert leave("data", "exceptions", "end", one["id"], "--company", str(folder)) == 1
    assert str(quarantine.folder) in capsys.readouterr().err
    assert _listed(folder, capsys) == [one]


@pytest.mark.parametrize("words", [("end",), ("x",), ("list", "x")])
def test_a_wrong_call_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    assert leave("data", "exceptions", *words, "--company", str(folder)) == 2
