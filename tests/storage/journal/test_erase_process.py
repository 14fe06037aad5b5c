"""Erasing bodies of a journal that runs: what goes, what stays, and that the chain holds however it was cut off."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.storage.journal.conftest import KEYS, NOW
from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import SetClock
from limen.events import Event
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal import Journal, verify
from limen.storage.journal.chain import ERASED
from limen.storage.journal.checkpoint import Sealed, read_sealed
from limen.storage.journal.erase_messages import ERASING, Order, ToErase
from limen.storage.journal.erase_process import erase, without_body
from limen.storage.journal.search import EventQuery, search
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.link import Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import SEALED_FILE, write_signed

pytestmark = pytest.mark.slow  # a process of its own does the work, six seconds in all

MIA, ADA = "p_mia", "p_ada"


def a_day(journal: Journal) -> list[str]:
    for person in (MIA, ADA):
        permit = a_permit(facts_about(person), NOW)
        for _ in range(3):
            journal.decided("gateway", permit, f"s_{person}", "203.0.113.7", 5.0)
        journal.record(Event(at=NOW, kind="sign_in.succeeded", actor=person, address="203.0.113.7"))
    journal.record(Event(at=NOW, kind="person.changed", actor=ADA, subject=MIA, details={"change": "let-go"}))
    journal.flush()
    return [event.id for event in journal.recent(100) if event.actor == MIA]


@pytest.fixture(scope="module")
def sealed_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day's journal, sealed; made once, since sealing starts a process."""
    root = tmp_path_factory.mktemp("sealed") / "journal"
    journal = Journal.open(root, KEYS, clock=SetClock(NOW))
    a_day(journal)
    journal.erase(["p_nobody"])
    journal.close()
    return root


def lines_of(root: Path) -> str:
    return "\n".join(line for _, path in segments_in(root / "main") for line in _lines(path))


def _lines(path: Path) -> list[str]:
    return (
        [raw.decode().removesuffix("\n") for raw in sealed_lines(path)]
        if path.suffix == ".parquet"
        else path.read_text().splitlines()
    )


def test_own_bodies_go_the_rest_stays_and_the_chain_holds(opened: Callable[..., Journal], tmp_path: Path) -> None:
    journal = opened()
    gone = a_day(journal)
    before = journal.hours(0)
    erased, failed = journal.erase([MIA])
    assert (erased, failed) == (3, 0)  # the facts, the decisions folded into one, the sign-in
    root = tmp_path / "journal"
    for event_id in gone:
        assert journal.find(event_id) is None
    kept = lines_of(root)
    assert f'"uid":"{MIA}"' not in kept
    assert f'"subject":"{MIA}"' in kept  # what Ada did stays
    assert kept.count(f'"uid":"{ADA}"') == 3
    assert journal.hours(0)[NOW - NOW % 3_600_000]["permit"] == before[NOW - NOW % 3_600_000]["permit"]
    report = verify(root, KEYS)
    assert report.ok, report.problems
    assert report.erased == 3
    assert journal.erase([MIA, ADA]) == (3, 0)
    journal.close()
    assert verify(root, KEYS).erased == 6
    again = opened()
    assert again.find(gone[0]) is None
    assert search(again.reader, EventQuery(kinds=("decision",)), 10, patience=10).events == ()
    assert again.hours(0)[NOW - NOW % 3_600_000]["permit"] == 6


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_stop_between_the_list_and_the_file_is_made_good(
    opened: Callable[..., Journal], sealed_day: Path, tmp_path: Path, is_listed: bool
) -> None:
    shutil.copytree(sealed_day, tmp_path / "journal")
    root, folder = tmp_path / "journal", tmp_path / "journal" / "main"
    sealed = read_sealed(folder / SEALED_FILE, "main")
    first = sealed.segments[0]
    path = segments_in(folder)[0][1]
    order = ToErase(first.ordinal, str(path), first.sha256, first.first_n - 1, first.before, first.head)
    (done,) = erase(Order((MIA,), (order,)))
    if is_listed:
        new = msgspec.structs.replace(first, sha256=done.sha256, erased=done.erased)
        write_signed(
            folder / SEALED_FILE, Sealed(writer="main", segments=(new, *sealed.segments[1:])), Signer("main", KEYS)
        )
    assert path.with_name(path.name + ERASING).exists()
    assert verify(root, KEYS).ok, verify(root, KEYS).problems
    again = opened()
    assert not list(folder.glob(f"*{ERASING}"))
    if not is_listed:
        assert again.erase([MIA]) == (3, 0)
    assert verify(root, KEYS).ok, verify(root, KEYS).problems
    assert MIA not in lines_of(root).replace(f'"subject":"{MIA}"', "")


def test_what_was_tampered_with_is_not_laundered(
    opened: Callable[..., Journal], sealed_day: Path, tmp_path: Path
) -> None:
    shutil.copytree(sealed_day, tmp_path / "journal")
    journal = opened()
    path = segments_in(tmp_path / "journal" / "main")[0][1]
    changed = path.read_bytes()[:-20] + bytes(20)
    path.write_bytes(changed)
    assert journal.erase([MIA]) == (0, 1)
    assert path.read_bytes() == changed
    journal.flush()
    assert [event.reason for event in journal.recent(9, lambda e: e.kind == "journal.damaged")] == ["segment-changed"]
    assert not verify(tmp_path / "journal", KEYS).ok


def test_a_body_that_somebodys_hand_erased_is_told_from_those_limen_erased(
    opened: Callable[..., Journal], tmp_path: Path, clock: SetClock
) -> None:
    journal = opened()
    a_day(journal)
    journal.close()
    path = segments_in(tmp_path / "journal" / "main")[-1][1]
    raws = path.read_bytes().splitlines(keepends=True)
    raws[2] = without_body(raws[2])
    path.write_bytes(b"".join(raws))
    assert not verify(tmp_path / "journal", KEYS).ok
    again = opened()
    again.erase([ADA])
    report = verify(tmp_path / "journal", KEYS)
    assert not report.ok
    assert "3 bodies were erased" in report.problems[0]
    assert "Limen erased 2" in report.problems[0]


def test_a_journal_that_stops_says_that_it_did_not_erase(opened: Callable[..., Journal]) -> None:
    journal = opened()
    journal._sealing._stopping.set()
    with pytest.raises(JournalUnwritableError):
        journal.erase([MIA])


def test_a_line_without_its_body_is_still_a_line() -> None:
    raw = b'{"n":1,"s":"' + b"0" * 32 + b'","d":"' + b"A" * 43 + b'=","h":"' + b"A" * 43 + b'=","b":{"b":{}}}\n'
    assert without_body(raw) == raw.replace(b'{"b":{}}', ERASED)
    assert without_body(b"none of ours\n") == b"none of ours\n"
