from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW

from limen.clock import HOUR, MINUTE, SetClock
from limen.events import Event
from limen.storage.errors import CopyRefusedError, JournalBusyError
from limen.storage.journal import Journal
from limen.storage.journal.chain_copy import ChainCopy, copy_state
from limen.storage.journal.held import lines_after
from limen.storage.segments.link import Signer
from limen.storage.segments.name import segments_in

SIGNER = Signer("main", KEYS)
FAILED = Event(at=NOW, kind="sign_in.failed")


@pytest.fixture
def told(opened: Callable[..., Journal], tmp_path: Path, clock: SetClock) -> bytes:
    """Two hours of a chain."""
    journal = opened()
    for _ in range(2):
        for _ in range(2):
            journal.record(FAILED)
            journal.flush()
        clock.forward(HOUR)
    return lines_after(tmp_path / "journal" / "main", 0)


@pytest.fixture
def copied(tmp_path: Path, clock: SetClock) -> Iterator[Callable[[], ChainCopy]]:
    made: list[ChainCopy] = []

    def begin() -> ChainCopy:
        made.append(ChainCopy(tmp_path / "copy" / "main", SIGNER, clock))
        return made[-1]

    yield begin
    for copy in made:
        copy._lock.close()


def test_segments_begin_where_those_of_the_original_do(told: bytes, copied: Callable[[], ChainCopy]) -> None:
    copy = copied()
    raws, closed = copy.take(told)
    assert b"".join(raws) == told
    assert [name.ordinal for name in closed] == [1]
    assert [name.begun_at for name, _ in segments_in(copy.folder)] == [NOW, NOW + HOUR]
    assert copy.link.n == len(raws)


def test_it_goes_on_after_a_stop_in_the_middle_of_a_batch(told: bytes, copied: Callable[[], ChainCopy]) -> None:
    copy = copied()
    raws = told.splitlines(keepends=True)
    copy.take(b"".join(raws[:2]))
    copy.close()
    ((_, path),) = segments_in(copy.folder)
    path.write_bytes(path.read_bytes() + raws[2][:50])
    again = copied()
    assert again.link.n == 2
    again.take(b"".join(raws[2:]))
    assert b"".join(path.read_bytes() for _, path in segments_in(copy.folder)) == told


def test_what_was_whole_before_something_else_is_kept(told: bytes, copied: Callable[[], ChainCopy]) -> None:
    copy = copied()
    raws = told.splitlines(keepends=True)
    with pytest.raises(CopyRefusedError):
        copy.take(b"".join(raws[:3]) + b"{}\n")
    assert copy.link.n == 3


def test_a_segment_is_closed_once_its_hour_is_over_and_nothing_comes(
    told: bytes, copied: Callable[[], ChainCopy], clock: SetClock
) -> None:
    copy = copied()
    copy.take(b"".join(told.splitlines(keepends=True)[:2]))
    assert copy.close_if_over() == []
    clock.forward(9 * MINUTE)
    assert copy.close_if_over() == []
    clock.forward(2 * MINUTE)
    assert [name.ordinal for name in copy.close_if_over()] == [1]
    copy.take(b"".join(told.splitlines(keepends=True)[2:]))  # it came after all: in a segment of its own
    assert [name.ordinal for name, _ in segments_in(copy.folder)] == [1, 2, 3]


def test_what_goes_on_in_a_closed_segment_bears_its_originals_instant(
    told: bytes, copied: Callable[[], ChainCopy], clock: SetClock
) -> None:
    copy = copied()
    raws = told.splitlines(keepends=True)
    copy.take(b"".join(raws[:2]))
    clock.forward(2 * HOUR)  # the other node's clock is behind
    assert copy.close_if_over()
    copy.take(b"".join(raws[2:3]))
    assert [name.begun_at for name, _ in segments_in(copy.folder)] == [NOW, NOW]


def test_a_clock_that_is_set_closes_no_segment_of_a_copy(
    told: bytes, copied: Callable[[], ChainCopy], clock: SetClock
) -> None:
    copy = copied()
    copy.take(b"".join(told.splitlines(keepends=True)[:2]))
    clock.set_to(NOW + 5 * HOUR)
    assert copy.close_if_over() == []
    clock.set_to(NOW - 5 * HOUR)
    clock.forward(11 * MINUTE)
    assert copy.close_if_over()


def test_one_process_keeps_a_copy(copied: Callable[[], ChainCopy]) -> None:
    copied()
    with pytest.raises(JournalBusyError):
        copied()


def test_a_folder_that_is_no_copy_has_no_state(opened: Callable[..., Journal], tmp_path: Path) -> None:
    opened()
    assert copy_state(tmp_path / "journal" / "main", SIGNER) is None
