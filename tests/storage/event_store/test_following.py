from __future__ import annotations

from pathlib import Path

from tests.storage.event_store.conftest import COLUMNS, NOW, lines

from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.following import START, Position, follow_from
from limen.storage.event_store.segment import EventSegment
from limen.storage.segments.link import Signer, start_of

SIGNER = Signer(WRITER, (b"e" * 32,))
KNOWN = Columns.of(COLUMNS)


def test_a_reader_sees_whole_batches_only_and_each_of_them_once(tmp_path: Path) -> None:
    segment = EventSegment.begin(tmp_path, 1, NOW, start_of(WRITER), SIGNER)
    segment.append(lines(0, 3))
    seen = list(follow_from(tmp_path, KNOWN))
    assert [raw for _, raw in seen] == lines(0, 3)
    whole = segment.path.read_bytes()
    segment.append(lines(3, 5))
    after = segment.path.read_bytes()
    position = seen[-1][0]
    for torn in range(len(whole), len(after), 9):
        segment.path.write_bytes(after[:torn])
        assert list(follow_from(tmp_path, KNOWN, position)) == []
    segment.path.write_bytes(after)
    assert [raw for _, raw in follow_from(tmp_path, KNOWN, position)] == lines(3, 5)
    segment.close()


def test_from_the_middle_of_a_batch_it_goes_on_with_the_next_line(tmp_path: Path) -> None:
    segment = EventSegment.begin(tmp_path, 1, NOW, start_of(WRITER), SIGNER)
    segment.append(lines(0, 3))
    segment.append(lines(3, 6))
    segment.close()
    for at, (position, _) in enumerate(list(follow_from(tmp_path, KNOWN)), 1):
        assert [raw for _, raw in follow_from(tmp_path, KNOWN, position)] == lines(at, 6)
    assert position.offset == segment.size


def test_nothing_beyond_what_is_acknowledged_is_given_out(tmp_path: Path) -> None:
    segment = EventSegment.begin(tmp_path, 1, NOW, start_of(WRITER), SIGNER)
    segment.append(lines(0, 3))
    end = Position(segment.link.n, 1, segment.size)
    segment.append(lines(3, 6))
    segment.close()
    assert [raw for _, raw in follow_from(tmp_path, KNOWN, START, end)] == lines(0, 3)


def test_a_position_in_what_is_long_gone_goes_on_with_what_is_kept(tmp_path: Path) -> None:
    segment = EventSegment.begin(tmp_path, 7, NOW, start_of(WRITER), SIGNER)
    segment.append(lines(0, 3))
    segment.close()
    assert [raw for _, raw in follow_from(tmp_path, KNOWN, Position(0, 3, 99_999))] == lines(0, 3)
