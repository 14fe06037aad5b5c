from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.company import store
from limen.company.company import Company
from limen.company.gate import LockedOutError
from limen.company.load import FolderError, load_company
from limen.company.publish import CONSOLE, SERVER, OvertakenError, earlier, publish
from limen.company.states import in_state
from limen.errors import LimenError
from limen.events import Event
from limen.policy import State
from limen.storage import Database
from limen.storage.tables import changes, outbox

NOW = 1_795_510_800_000


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.fixture
def company(root: Path) -> Company:
    return load_company(root)


def rows(database: Database, table) -> list:
    return database.read(lambda snapshot: list(snapshot.connection.execute(select(table))))


def test_a_publication_is_a_revision_a_change_and_an_event(database: Database, company: Company) -> None:
    revision = publish(database, company, SERVER, "first  try\n", NOW)
    assert (revision.id, revision.author, revision.reason, revision.at) == (company.revision, SERVER, "first try", NOW)
    assert database.read(store.newest) == revision
    assert [(row.kind, row.key) for row in rows(database, changes)] == [("revision", company.revision)]
    (said,) = [msgspec.json.decode(row.event, type=Event) for row in rows(database, outbox)]
    assert (said.kind, said.actor, said.subject) == ("revision.published", SERVER, company.revision)
    assert said.details == {"previous": "", "why": "first try", "via": "server"}


@pytest.mark.parametrize(
    ("effect", "told"), [({"turns": {"gains": 12, "loses": 3}}, {"gains": 12}), ({"turns": {}}, {"gains": 0}), ({}, {})]
)
def test_the_event_says_how_many_requests_are_let_in_that_were_not(
    database: Database, company: Company, effect: dict, told: dict
) -> None:
    publish(database, company, SERVER, "first", NOW, effect=effect)
    (said,) = [msgspec.json.decode(row.event, type=Event) for row in rows(database, outbox)]
    assert {name: value for name, value in said.details.items() if name == "gains"} == told


def test_what_is_in_force_already_is_not_published_again(database: Database, company: Company) -> None:
    first = publish(database, company, SERVER, "first", NOW)
    assert publish(database, company, SERVER, "again", NOW + 1) == first
    assert len(rows(database, outbox)) == 1


def test_an_earlier_revision_can_be_published_again(database: Database, root: Path, company: Company) -> None:
    publish(database, company, SERVER, "first", NOW)
    change(root, "apps.yaml", "owner: staff", "owner: administrators")
    publish(database, load_company(root), "p1", "second", NOW + 1)
    publish(database, company, "p1", "back", NOW + 2)
    history = database.read(store.history)
    assert [one.reason for one in history] == ["back", "second", "first"]
    assert history[0].id == history[2].id
    assert history[0].seq > history[2].seq


def test_a_company_whose_tests_fail_is_not_published(database: Database, company: Company) -> None:
    broken = replace(company, tests=(replace(company.tests[0], effect=company.tests[1].effect),))
    with pytest.raises(FolderError, match="expected: "):
        publish(database, broken, SERVER, "try", NOW)
    assert rows(database, store.revisions) == []


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 501, "quiet \x1b]0;owned\x07\x1b[2J", "turned \u202e text"])
def test_a_publication_needs_a_reason(database: Database, company: Company, reason: str) -> None:
    with pytest.raises(LimenError, match="needs a reason"):
        publish(database, company, SERVER, reason, NOW)


def test_half_a_publication_is_none(database: Database, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from limen.storage.database import Transaction

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Transaction, "say", fail)
    with pytest.raises(OSError, match="disk full"):
        publish(database, company, SERVER, "try", NOW)
    assert rows(database, store.revisions) == []
    assert rows(database, changes) == []


DIES = """
import os, signal, sys
from pathlib import Path
from limen.company.load import load_company
from limen.company.publish import SERVER, publish
from limen.storage import Database
from limen.storage.database import Transaction

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(Transaction, sys.argv[3], die)
publish(Database.open(Path(sys.argv[1])), load_company(Path(sys.argv[2])), SERVER, "never", 1)
"""


@pytest.mark.gate("a kill")
@pytest.mark.parametrize("step", ["changed", "say"])
def test_a_publish_that_is_killed_half_way_leaves_the_old_revision_in_force(
    tmp_path: Path, root: Path, company: Company, step: str
) -> None:
    database = Database.open(tmp_path / "limen.db")
    first = publish(database, company, SERVER, "first", NOW)
    database.close()
    change(root, "apps.yaml", "label: internal", "label: public")
    command = [sys.executable, "-c", DIES, str(tmp_path / "limen.db"), str(root), step]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    database = Database.open(tmp_path / "limen.db")
    assert database.read(store.newest) == first
    assert database.read(store.history) == [first]
    assert [row.key for row in rows(database, changes)] == [company.revision]
    second = publish(database, load_company(root), SERVER, "second", NOW + 1, expected=first.id)
    assert database.read(store.newest) == second
    database.close()


def test_of_two_at_once_one_wins_and_the_other_is_told_what_changed(
    database: Database, root: Path, company: Company
) -> None:
    first = publish(database, company, SERVER, "first", NOW)
    change(root, "apps.yaml", "label: internal", "label: public")
    public = load_company(root)
    off = in_state(company, "payroll-from-the-office", State.OFF)
    together = threading.Barrier(2)

    def attempt(candidate: Company, author: str, why: str) -> object:
        together.wait()
        try:
            return publish(database, candidate, author, why, NOW + 1, expected=first.id, via=CONSOLE)
        except OvertakenError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        tries = [
            pool.submit(attempt, public, "p1", "for everybody"),
            pool.submit(attempt, off, "p2", "not now"),
        ]
        results = [one.result() for one in tries]
    (won,) = [one for one in results if isinstance(one, store.Revision)]
    (lost,) = [one for one in results if isinstance(one, OvertakenError)]
    assert database.read(store.newest) == won
    assert len(database.read(store.history)) == 2
    told = {"p1": "app wiki changed: label", "p2": "policy payroll-from-the-office changed"}
    assert f"by {won.author}, because “{won.reason}”" in lost.what
    assert won.id[:12] in lost.what
    assert told[won.author] in lost.what


def test_what_nobody_has_in_force_is_not_what_it_was_made_from(database: Database, company: Company) -> None:
    with pytest.raises(OvertakenError, match="no such revision is in force"):
        publish(database, company, SERVER, "first", NOW, expected="f" * 32)
    publish(database, company, SERVER, "first", NOW, expected="")
    with pytest.raises(OvertakenError, match="first"):
        publish(database, company, SERVER, "first", NOW, expected="")


def test_an_earlier_revision_goes_through_the_same_gate_and_says_which_door(
    database: Database, root: Path, company: Company
) -> None:
    publish(database, company, SERVER, "first", NOW)
    change(root, "apps.yaml", "label: internal", "label: public")
    second = publish(database, load_company(root), SERVER, "second", NOW + 1)
    first = earlier(database, company.revision)
    back = publish(database, first, "p1", "too early", NOW + 2, expected=second.id, via=CONSOLE)
    assert (back.id, back.author, back.via) == (company.revision, "p1", CONSOLE)
    assert back.seq > second.seq
    said = [msgspec.json.decode(row.event, type=Event) for row in rows(database, outbox)]
    assert [one.details["via"] for one in said] == ["server", "server", "console"]
    with pytest.raises(LimenError, match="there is no revision"):
        earlier(database, "0" * 32)


def test_a_company_that_locks_everybody_out_is_not_published(database: Database, company: Company) -> None:
    locked = replace(in_state(company, "administrators-run-limen", State.OFF), tests=())
    with pytest.raises(LockedOutError, match="administrators-run-limen"):
        publish(database, locked, SERVER, "try", NOW)
    assert rows(database, store.revisions) == []
