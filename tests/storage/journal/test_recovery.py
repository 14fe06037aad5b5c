from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import HOUR
from limen.storage.errors import JournalBusyError
from limen.storage.journal.checkpoint import Checkpoint
from limen.storage.journal.recovery import resume
from limen.storage.journal.segment import Segment
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.lock import lock_chain
from limen.storage.segments.signed import CHECKPOINT_FILE, write_signed

SIGNER = Signer("main", (b"k" * 32,))
AT = 1_800_000_000_000


def left_behind(folder: Path, *, is_clean: bool, n: int | None = None) -> Segment:
    segment = Segment.begin(folder, 4, AT, start_of("main"), SIGNER)
    segment.append([b'{"x":1}'])
    segment.close()
    link = segment.link
    point = Checkpoint(writer="main", n=n or link.n, h=link.head.decode(), segment=4, at=AT, is_clean=is_clean)
    write_signed(folder / CHECKPOINT_FILE, point, SIGNER)
    return segment


def test_nothing_is_taken_up_from_nothing_and_nothing_announced(tmp_path: Path) -> None:
    taken = resume(tmp_path, SIGNER, AT)
    assert (taken.segment.link, taken.segment.name.ordinal) == (start_of("main"), 1)
    assert taken.unsealed == taken.announcements == ()


def test_within_the_hour_the_same_segment_goes_on(tmp_path: Path) -> None:
    left = left_behind(tmp_path, is_clean=True)
    taken = resume(tmp_path, SIGNER, AT + 1)
    assert (taken.segment.path, taken.segment.size, taken.segment.link) == (left.path, left.size, left.link)
    assert taken.announcements == ()


def test_in_another_hour_a_new_one_begins_and_the_old_waits_to_be_sealed(tmp_path: Path) -> None:
    left = left_behind(tmp_path, is_clean=True)
    taken = resume(tmp_path, SIGNER, AT + HOUR)
    assert (taken.segment.name.ordinal, taken.segment.link) == (5, left.link)
    assert taken.unsealed == (left.name,)


def test_a_hard_stop_is_announced_even_where_nothing_had_to_be_cut(tmp_path: Path) -> None:
    left_behind(tmp_path, is_clean=False)
    (said,) = resume(tmp_path, SIGNER, AT).announcements
    assert (said.kind, said.details["cut_bytes"]) == ("journal.recovered", 0)


def test_a_hard_stop_before_the_first_event_is_announced_too(tmp_path: Path) -> None:
    start = start_of("main")
    point = Checkpoint(writer="main", n=0, h=start.head.decode(), segment=1, at=AT)
    write_signed(tmp_path / CHECKPOINT_FILE, point, SIGNER)
    assert [event.kind for event in resume(tmp_path, SIGNER, AT).announcements] == ["journal.recovered"]


def test_a_segment_of_which_nothing_is_whole_goes_and_the_chain_continues_before_it(tmp_path: Path) -> None:
    left = left_behind(tmp_path, is_clean=False)
    torn = Segment.begin(tmp_path, 5, AT + HOUR, left.link, SIGNER)
    torn.path.write_bytes(b'{"n":3,"s"')
    taken = resume(tmp_path, SIGNER, AT + HOUR)
    assert taken.segment.link == left.link
    assert not torn.path.exists()
    assert taken.announcements[0].details["cut_bytes"] == 10


def test_fewer_lines_than_the_checkpoint_vouches_for_is_damage_and_the_checkpoint_is_kept(tmp_path: Path) -> None:
    left_behind(tmp_path, is_clean=True, n=9)
    damaged, _ = resume(tmp_path, SIGNER, AT).announcements
    assert (damaged.kind, damaged.reason) == ("journal.damaged", "lines-missing")
    assert damaged.details == {"expected_line": 9, "found_line": 2}
    assert len(list(tmp_path.glob("checkpoint-*.evidence"))) == 1


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff"])
def test_a_checkpoint_that_is_none_is_damage(tmp_path: Path, raw: bytes) -> None:
    left_behind(tmp_path, is_clean=True)
    (tmp_path / CHECKPOINT_FILE).write_bytes(raw)
    assert resume(tmp_path, SIGNER, AT).announcements[0].reason == "checkpoint-changed"


def test_one_process_holds_a_chain(tmp_path: Path) -> None:
    held = lock_chain(tmp_path)
    with pytest.raises(JournalBusyError):
        lock_chain(tmp_path)
    held.close()
    lock_chain(tmp_path).close()
