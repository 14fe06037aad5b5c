"""What verifying says in the ordinary cases; what it finds of tampering is in tests/attacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW
from tests.storage.journal.test_journal import until

from limen.clock import HOUR, SetClock
from limen.events import Event
from limen.storage.journal import Journal, verify
from limen.storage.journal.checkpoint import Sealed
from limen.storage.journal.verify import _Check

FAILED = Event(at=NOW, kind="sign_in.failed")


def test_an_empty_journal_holds(tmp_path: Path) -> None:
    report = verify(tmp_path, KEYS)
    assert report.ok
    assert report.lines == 0


def test_a_journal_that_is_being_written_holds(opened: Callable[..., Journal], tmp_path: Path) -> None:
    journal = opened()
    journal.record(FAILED)
    journal.flush()
    report = verify(tmp_path / "journal", KEYS)
    assert report.ok
    assert report.lines == 2
    assert "main: 2 lines intact, up to line 2." in report.sentences


def test_half_a_line_at_the_end_is_no_problem_while_somebody_is_writing_it(
    opened: Callable[..., Journal], tmp_path: Path
) -> None:
    journal = opened()
    journal.record(FAILED)
    journal.flush()
    (segment,) = (tmp_path / "journal" / "main").glob("*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole + b'{"n":3,')
    report = verify(tmp_path / "journal", KEYS)
    assert report.ok
    assert any("being written" in sentence for sentence in report.sentences)
    segment.write_bytes(whole)
    journal.close()
    segment.write_bytes(whole + b'{"n":3,')
    assert not verify(tmp_path / "journal", KEYS).ok


def test_exported_checkpoints_of_an_intact_journal_agree(opened: Callable[..., Journal], tmp_path: Path) -> None:
    exported: list[bytes] = []
    journal = opened(export=exported.append)
    journal.record(FAILED)
    journal.flush()
    journal.close()
    assert exported
    report = verify(tmp_path / "journal", KEYS, exported)
    assert report.ok
    assert not any("can't be detected" in sentence for sentence in report.sentences)


def test_an_exported_checkpoint_that_was_changed_is_itself_told(opened: Callable[..., Journal], tmp_path: Path) -> None:
    exported: list[bytes] = []
    journal = opened(export=exported.append)
    journal.record(FAILED)
    journal.close()
    report = verify(tmp_path / "journal", KEYS, [exported[-1].replace(b'"n":2', b'"n":1')])
    assert "was changed" in report.problems[0]


def test_a_failing_export_does_not_stop_the_journal(opened: Callable[..., Journal], tmp_path: Path) -> None:
    def fail(_line: bytes) -> None:
        raise ConnectionError

    journal = opened(export=fail)
    journal.record(FAILED)
    journal.flush()
    assert journal.writable
    journal.close()
    assert verify(tmp_path / "journal", KEYS).ok


def test_a_segment_that_is_sealed_after_the_list_was_read_is_no_problem(
    opened: Callable[..., Journal], clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.record(FAILED)
    journal.flush()
    clock.forward(HOUR)
    journal.record(FAILED)
    journal.flush()
    until(lambda: [*(tmp_path / "journal" / "main").glob("*.parquet")] and journal.recent(1, _is_of_sealing))
    seen = _Check._listed
    before = [Sealed(writer="main")]

    def listed(check: _Check, *told: Callable[[str], None]) -> Sealed:
        return before.pop() if before else seen(check, *told)

    monkeypatch.setattr(_Check, "_listed", listed)
    assert verify(tmp_path / "journal", KEYS).problems == ()
    assert before == []


def _is_of_sealing(event: Event) -> bool:
    return event.kind == "journal.sealed"
