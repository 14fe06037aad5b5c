"""`limen break-glass` on the server: a link, its end, a rehearsal; with and without database, server and disk."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.company_folder import new_folder
from tests.golden import Expected

from limen.clock import SystemClock
from limen.company.load import load_settings
from limen.company.places import break_glass_file, data_folder, database_url, journal_folder, key_file
from limen.facts import Person
from limen.front.places import Places
from limen.identity.model import PersonStatus
from limen.identity.store import people
from limen.storage import Database, Keyring, master_key
from limen.storage.break_glass import BreakGlass
from limen.storage.journal import Journal, verify
from limen.storage.journal.emergency import EMERGENCY_FILE, EmergencySegment
from limen.storage.keyring import journal_key

ADA = Person("p_ada", "Ada", "ada@harbor.example", frozenset({"administrators"}), active=True)


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A company that Limen has run for once; nothing runs now."""
    root = new_folder(tmp_path)
    toml = root / "limen.toml"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = toml.read_text().replace(".localhost:8080", f".localhost:{port}")
    toml.write_text(text.replace("[listen]", f'[listen]\naddress = "127.0.0.1:{port}"'))
    settings = load_settings(root)
    database = Database.open(database_url(root, settings))
    keys = Keyring.open(database, master_key(key_file(root, settings), os.environ)).journal_keys
    Journal.open(journal_folder(root, settings), keys, database=database).close()

    def join(transaction) -> None:
        for person, status in (
            (ADA, PersonStatus.ACTIVE),
            (Person("p_old", "Otto", "otto@harbor.example"), PersonStatus.INACTIVE),
        ):
            people.add(transaction.connection, person, status, SystemClock().now())

    database.write(join)
    database.close()
    return root


def keys_of(root: Path) -> tuple[bytes, ...]:
    return (journal_key(master_key(key_file(root, load_settings(root)), os.environ)),)


def glass_of(root: Path) -> BreakGlass:
    return BreakGlass(break_glass_file(root, load_settings(root)), keys_of(root))


def told(root: Path) -> list[tuple[str, str]]:
    emergency = EmergencySegment(journal_folder(root, load_settings(root)) / "main" / EMERGENCY_FILE, keys_of(root))
    return [(event.kind, event.reason) for event in emergency.events()]


def test_a_link_is_printed_for_one_active_person_and_journaled(
    tmp_path: Path, served: Path, capsys, expected: Expected
) -> None:
    assert leave("break-glass", str(served), "--person", "ADA@harbor.example", "-m", "policies lock us out") == 0
    said = capsys.readouterr().out
    found = re.search(r"/break-glass#([A-Za-z0-9_-]{43})\n", said)
    assert found is not None
    assert said.startswith("Break-glass for Ada. Open this once, within 15 minutes:")
    expected(said, {str(tmp_path): "FOLDER"})
    state = glass_of(served).good_link(found[1], SystemClock().now())
    assert state is not None
    assert (state.person, state.reason) == ("p_ada", "policies lock us out")
    assert told(served) == [("break_glass.used", "issued")]
    assert verify(journal_folder(served, load_settings(served)), keys_of(served)).ok


@pytest.mark.parametrize("who", ["otto@harbor.example", "p_old", "nobody@harbor.example", ""])
def test_only_somebody_active_gets_one(served: Path, capsys, who: str) -> None:
    assert leave("break-glass", str(served), "--person", who, "-m", "why") == 1
    assert "/break-glass#" not in capsys.readouterr().out
    assert glass_of(served).state() is None
    assert told(served) == []


@pytest.mark.parametrize("words", [(), ("--end", "--rehearse"), ("-m", "why", "--end"), ("--person", "p_ada")])
def test_it_does_one_thing_at_a_time(served: Path, capsys, words: tuple[str, ...]) -> None:
    assert leave("break-glass", str(served), *words) == 1
    assert "can't be combined" in capsys.readouterr().err


def test_it_is_ended_from_the_server(served: Path, capsys) -> None:
    leave("break-glass", str(served), "--person", "p_ada", "-m", "why")
    assert leave("break-glass", str(served), "--end") == 0
    assert "no longer works" not in capsys.readouterr().err
    state = glass_of(served).state()
    assert state is not None
    assert state.step == "ended"
    assert [reason for _, reason in told(served)] == ["issued", "ended"]
    assert leave("break-glass", str(served), "--end") == 0
    assert "Nothing was open." in capsys.readouterr().out


def test_a_rehearsal_goes_the_whole_way_and_opens_nothing(served: Path, capsys) -> None:
    assert leave("break-glass", str(served), "--rehearse", "--person", "ada@harbor.example") == 0
    said = capsys.readouterr().out
    assert "Ada is active." in said
    assert said.endswith("Break-glass would work. Nothing was opened.\n")
    assert glass_of(served).state() is None
    assert told(served) == []


def test_a_rehearsal_says_what_would_fail(tmp_path: Path, served: Path, capsys, expected: Expected) -> None:
    segment = journal_folder(served, load_settings(served)) / "main" / EMERGENCY_FILE
    written = bytearray(segment.read_bytes())
    written[:4] = b"xxxx"
    segment.write_bytes(bytes(written))
    assert leave("break-glass", str(served), "--rehearse") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert leave("break-glass", str(served), "--person", "p_ada", "-m", "why") == 1
    assert glass_of(served).state() is None


def test_it_is_rehearsed_at_every_publication(tmp_path: Path, served: Path, capsys, expected: Expected) -> None:
    database = Database.open(database_url(served, load_settings(served)))
    database.write(lambda t: people.set_status(t.connection, "p_ada", PersonStatus.INACTIVE))  # the first is to come
    database.close()
    assert leave("apply", str(served), "-m", "Begin") == 0
    assert "break-glass would not work" not in capsys.readouterr().err
    segment = journal_folder(served, load_settings(served)) / "main" / EMERGENCY_FILE
    segment.write_bytes(b"xxxx" + segment.read_bytes()[4:])
    leave("apply", str(served), "-m", "Again")
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})


def test_policies_that_can_not_be_read_do_not_matter(served: Path, capsys) -> None:
    for file in (served / "policies").glob("*.cedar"):
        file.write_text("forbid (principal, action, resource);;; @")
    assert leave("break-glass", str(served), "--person", "p_ada", "-m", "why") == 0
    assert "/break-glass#" in capsys.readouterr().out


def test_without_the_database_a_person_is_named_by_id(tmp_path: Path, served: Path, capsys, expected: Expected) -> None:
    settings = load_settings(served)
    Path(database_url(served, settings).removeprefix("sqlite:///")).write_bytes(b"not a database" * 100)
    assert leave("break-glass", str(served), "--person", "ada@harbor.example", "-m", "why") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert leave("break-glass", str(served), "--person", "p_ada", "-m", "why") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    assert told(served) == [("break_glass.used", "issued")]


def test_where_limen_never_ran_there_is_nothing_to_open(tmp_path: Path, capsys) -> None:
    root = new_folder(tmp_path)
    assert leave("break-glass", str(root), "--rehearse") == 1
    assert "never run here" in capsys.readouterr().err
    assert not key_file(root, load_settings(root)).exists()


def test_it_says_when_something_listens_already(served: Path, capsys) -> None:
    host, _, port = load_settings(served).listen.address.partition(":")
    with socket.create_server((host, int(port))):
        assert leave("break-glass", str(served), "--person", "p_ada", "-m", "why") == 0
    assert "isn't running" not in capsys.readouterr().out


def test_it_says_so_too_when_limen_stands_behind_its_own_front(served: Path, capsys) -> None:
    places = Places(data_folder(served, load_settings(served)).resolve() / "front")
    places.folder.mkdir()
    with socket.socket(socket.AF_UNIX) as limen:
        limen.bind(str(places.limen_socket))
        limen.listen()
        assert leave("break-glass", str(served), "--rehearse") == 0
        assert "isn't running" not in capsys.readouterr().out
    assert leave("break-glass", str(served), "--rehearse") == 0
    assert "isn't running" in capsys.readouterr().out
