from __future__ import annotations

from pathlib import Path

from tests.storage.event_store.conftest import COLUMNS, NOW, lines

from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.hot import Hot
from limen.storage.event_store.sealed_list import SealedEventList
from limen.storage.event_store.segment import EventSegment
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.parquet import in_memory

SIGNER = Signer(WRITER, (b"e" * 32,))


def test_only_what_is_new_is_read_and_what_is_sealed_leaves(tmp_path: Path) -> None:
    hot = Hot(tmp_path, Columns.of(COLUMNS))
    first = EventSegment.begin(tmp_path, 1, NOW, start_of(WRITER), SIGNER)
    first.append(lines(0, 3))
    with in_memory("128MB") as connection:
        hot.make(connection)

        def seen(*segments: EventSegment) -> list[tuple[str, int, int]]:
            hot.refresh(connection, [(each.name, each.path) for each in segments], {}, SealedEventList())
            return connection.execute("select uid, n, segment from hot order by n").fetchall()

        assert seen(first) == [("u0", 1, 1), ("u1", 2, 1), ("u2", 3, 1)]
        read = first.size
        first.append(lines(2, 5))
        first.path.write_bytes(b"x" * read + first.path.read_bytes()[read:])  # what was read is not read again
        second = EventSegment.begin(tmp_path, 2, NOW, first.link, SIGNER)
        second.append(lines(4, 6))
        assert seen(first, second)[3:] == [("u3", 5, 1), ("u4", 6, 1), ("u5", 8, 2)]
        assert seen(second) == [("u5", 8, 2)]
    first.close()
    second.close()


def test_bytes_that_are_no_text_are_seen_as_far_as_they_go(tmp_path: Path) -> None:
    hot = Hot(tmp_path, Columns.of(COLUMNS))
    segment = EventSegment.begin(tmp_path, 1, NOW, start_of(WRITER), SIGNER)
    segment.append([b'{"uid":"a\xff","at":1}', *lines(0, 1)])
    segment.close()
    with in_memory("128MB") as connection:
        hot.make(connection)
        hot.refresh(connection, [(segment.name, segment.path)], {}, SealedEventList())
        found = connection.execute("select uid from hot order by n").fetchall()
    assert found == [("a\ufffd",), ("u0",)]
