from __future__ import annotations

from pathlib import Path

from tests.storage.event_store.conftest import NOW, lines

from limen.clock import HOUR
from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.recovery import Resumed, resume
from limen.storage.event_store.sealed_list import EventCheckpoint
from limen.storage.event_store.segment import EventSegment
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, write_signed

SIGNER = Signer(WRITER, (b"e" * 32,))


def written(folder: Path, batches: int = 2) -> EventSegment:
    segment = EventSegment.begin(folder, 1, NOW, start_of(WRITER), SIGNER)
    for n in range(batches):
        segment.append(lines(n * 3, n * 3 + 3))
    segment.close()
    return segment


def checkpoint(folder: Path, link: Link, *, is_clean: bool = True, signer: Signer = SIGNER) -> None:
    reached = EventCheckpoint(n=link.n, h=link.head.decode(), at=NOW, is_clean=is_clean)
    write_signed(folder / CHECKPOINT_FILE, reached, signer)


def reasons(found: Resumed) -> list[tuple[str, str]]:
    return [(event.kind, event.reason) for event in found.announcements]


def test_a_first_start_begins_with_the_first_segment(tmp_path: Path) -> None:
    found = resume(tmp_path, SIGNER, NOW)
    assert (found.segment.name.ordinal, found.segment.link, reasons(found)) == (1, start_of(WRITER), [])


def test_within_the_hour_it_goes_on_with_the_segment_and_after_it_with_the_next(tmp_path: Path) -> None:
    segment = written(tmp_path)
    checkpoint(tmp_path, segment.link)
    for now, ordinal, size in ((NOW + 1, 1, segment.size), (NOW + HOUR, 2, 0)):
        found = resume(tmp_path, SIGNER, now)
        assert (found.segment.name.ordinal, found.segment.size, found.segment.link) == (ordinal, size, segment.link)
        assert reasons(found) == []


def test_segments_of_which_nothing_whole_is_left_are_deleted(tmp_path: Path) -> None:
    segment = written(tmp_path)
    checkpoint(tmp_path, segment.link, is_clean=False)
    torn = EventSegment.begin(tmp_path, 2, NOW, segment.link, SIGNER)
    torn.path.write_bytes(b'{"segment":')
    found = resume(tmp_path, SIGNER, NOW)
    assert (found.segment.path, found.segment.link) == (segment.path, segment.link)
    assert not torn.path.exists()
    assert reasons(found) == [("event_store.recovered", "hard-stop")]


def test_what_a_checkpoint_covers_and_is_not_there_is_said_and_the_evidence_kept(tmp_path: Path) -> None:
    segment = written(tmp_path)
    checkpoint(tmp_path, segment.link)
    segment.path.write_bytes(segment.path.read_bytes()[:-5])
    found = resume(tmp_path, SIGNER, NOW)
    assert reasons(found) == [("event_store.damaged", "events-missing")]
    assert found.announcements[0].details == {"expected": 6, "found": 3}
    assert len(list(tmp_path.glob("checkpoint-*.evidence"))) == 1


def test_where_the_list_of_sealed_segments_is_lost_numbers_go_on_all_the_same(tmp_path: Path) -> None:
    reached = Link(9, b"head")
    checkpoint(tmp_path, reached)
    (tmp_path / SEALED_FILE).write_bytes(b"{")
    (tmp_path / "00000004-1800000000000.parquet").touch()
    found = resume(tmp_path, SIGNER, NOW)
    assert (found.segment.name.ordinal, found.segment.link) == (5, reached)


def test_a_checkpoint_that_is_forged_or_gone_is_said(tmp_path: Path) -> None:
    segment = written(tmp_path)
    assert reasons(resume(tmp_path, SIGNER, NOW)) == [("event_store.damaged", "checkpoint-missing")]
    checkpoint(tmp_path, segment.link, signer=Signer(WRITER, (b"x" * 32,)))
    assert reasons(resume(tmp_path, SIGNER, NOW)) == [("event_store.damaged", "checkpoint-changed")]
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"\xff")
    assert reasons(resume(tmp_path, SIGNER, NOW + 1)) == [("event_store.damaged", "checkpoint-changed")]
