"""The journal is followed on the disk: what is written, what is sealed meanwhile, and from where it was left."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from limen.clock import HOUR, SetClock
from limen.events import Event, from_ocsf
from limen.monitor.process import journal_tail
from limen.monitor.process.journal_tail import JournalTail
from limen.storage.journal import Journal
from limen.storage.segments.name import Name, segments_in

KEYS = (b"k" * 32,)
NOW = 1_795_000_000_000 // HOUR * HOUR


def said(bodies: list[bytes]) -> list[str]:
    return [from_ocsf(msgspec.json.decode(body)).subject for body in bodies]


def write(journal: Journal, *subjects: str) -> None:
    for subject in subjects:
        journal.record(Event(at=NOW, kind="person.changed", subject=subject))
    journal.flush()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


def test_what_is_written_is_read_once_and_in_order(tmp_path: Path, clock: SetClock) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    tail = JournalTail(tmp_path)
    write(journal, "a", "b")
    assert said(tail.read())[-2:] == ["a", "b"]
    assert tail.read() == []
    write(journal, "c")
    assert said(JournalTail(tmp_path, tail.places).read()) == ["c"]
    journal.close()


def test_it_reads_so_many_at_once(tmp_path: Path, clock: SetClock) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    write(journal, *"abcdefg")
    tail, found = JournalTail(tmp_path), list[str]()
    while some := said(tail.read(2)):
        assert len(some) <= 2
        found += some
    assert [one for one in found if one] == [*"abcdefg"]
    journal.close()


def test_what_is_sealed_meanwhile_is_read_in_its_other_form(tmp_path: Path, clock: SetClock) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    tail = JournalTail(tmp_path)
    write(journal, "a")
    tail.read()
    write(journal, "b")
    clock.forward(HOUR)
    write(journal, "c")
    journal.close()
    again = Journal.open(tmp_path, KEYS, clock=clock)  # seals what is closed
    folder = tmp_path / "main"
    assert [one for one in said(tail.read()) if one] == ["b", "c"]
    again.close()
    assert list(folder.glob("*.parquet")) or list(folder.glob("*.jsonl"))


def test_what_is_sealed_at_the_moment_of_reading_is_read_next_time(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its open form was listed and is gone, while the next segment is there already: nothing is passed over."""
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    tail = JournalTail(tmp_path)
    write(journal, "a")
    tail.read()
    write(journal, "b")
    clock.forward(HOUR)
    write(journal, "c")
    journal.close()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(journal_tail, "segments_in", _with_the_first_gone)
        assert tail.read() == []
    assert [one for one in said(tail.read()) if one] == ["b", "c"]


def _with_the_first_gone(folder: Path) -> list[tuple[Name, Path]]:
    (first, path), *others = sorted(segments_in(folder), key=lambda one: one[0].ordinal)
    return [(first, path.with_name("gone")), *others]


def test_a_first_reading_does_not_go_back_for_months(tmp_path: Path, clock: SetClock) -> None:
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    write(journal, "old")
    clock.forward(HOUR)
    write(journal, "new")
    assert [one for one in said(JournalTail(tmp_path).read()) if one] == ["new"]
    journal.close()


def test_there_is_nothing_where_there_is_no_journal(tmp_path: Path) -> None:
    assert JournalTail(tmp_path / "none").read() == []
