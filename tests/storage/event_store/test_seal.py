from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from tests.storage.event_store.conftest import COLUMNS, KEYS, NOW, line, lines

from limen.storage.event_store import seal as module
from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.orders import CHANGED, Order
from limen.storage.event_store.seal import UnfaithfulError, seal, thin
from limen.storage.event_store.sealed_list import SealedEvents
from limen.storage.event_store.segment import EventSegment
from limen.storage.files import file_sha256
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.parquet import in_memory, rows_of

KINDS = tuple((column.name, column.kind) for column in COLUMNS)


def a_segment(folder: Path, *batches: list[bytes], ordinal: int = 1, after: Link | None = None) -> EventSegment:
    segment = EventSegment.begin(folder, ordinal, NOW, after or start_of(WRITER), Signer(WRITER, KEYS))
    for batch in batches:
        segment.append(batch)
    segment.close()
    return segment


def order(segment: EventSegment, after: Link | None = None, earlier: Sequence[Path] = ()) -> Order:
    after = after or start_of(WRITER)
    part = str(segment.path.parent / f"{segment.name.ordinal}.sealing")
    before = tuple(str(path) for path in earlier)
    return Order(
        columns=KINDS, segment=str(segment.path), part=part, after=(after.n, after.head.decode()), earlier=before
    )


def kept(path: str) -> list[tuple[str, int]]:
    with in_memory("128MB") as connection:
        return connection.execute(f"select uid, n from {rows_of([path])}").fetchall()


def test_what_is_sealed_is_described_and_is_there_by_number(tmp_path: Path) -> None:
    segment = a_segment(tmp_path, lines(0, 3), [*lines(3, 5, "proxy"), line(2)])
    found = seal(order(segment))
    assert found is not None
    path = order(segment).part
    assert (found.first_n, found.last_n, found.head) == (1, 6, segment.link.head.decode())
    assert (found.rows, found.duplicates, found.sources) == (5, 1, {"firewall": 3, "proxy": 2})
    assert (found.first_at, found.last_at, found.begun_at) == (NOW, NOW + 4, NOW)
    assert (found.sha256, found.size) == (file_sha256(Path(path)), Path(path).stat().st_size)
    assert kept(path) == [("u0", 1), ("u1", 2), ("u2", 3), ("u3", 4), ("u4", 5)]
    assert sorted(each.name for each in tmp_path.iterdir()) == [str(segment.name), "1.sealing"]


def test_what_stands_in_an_earlier_file_is_left_out(tmp_path: Path) -> None:
    first = a_segment(tmp_path, lines(0, 5))
    assert seal(order(first)) is not None
    second = a_segment(tmp_path, lines(3, 8), ordinal=2, after=first.link)
    found = seal(order(second, first.link, [Path(order(first).part)]))
    assert found is not None
    assert (found.rows, found.duplicates) == (3, 2)
    assert kept(order(second).part) == [("u5", 8), ("u6", 9), ("u7", 10)]


def test_what_is_left_where_much_came_before_is_in_its_order(tmp_path: Path) -> None:
    """Whoever is not answered in time sends all of it again. DuckDB passes the few rows that are left of a vector of
    2,048 on later than the whole ones behind it.
    """
    before, new = 2_030, 6_000
    first = a_segment(tmp_path, lines(0, before))
    assert seal(order(first)) is not None
    second = a_segment(tmp_path, lines(0, before + new), ordinal=2, after=first.link)
    found = seal(order(second, first.link, [Path(order(first).part)]))
    assert found is not None
    assert (found.rows, found.duplicates) == (new, before)
    assert [uid for uid, _ in kept(order(second).part)] == [f"u{number}" for number in range(before, before + new)]


def test_what_is_left_of_a_file_without_a_source_is_in_its_order(tmp_path: Path) -> None:
    segment = a_segment(tmp_path, lines(0, 2_030, "proxy"), lines(2_030, 8_000))
    found = seal(order(segment))
    assert found is not None
    Path(order(segment).part).rename(tmp_path / found.file_name)
    path = str(tmp_path / found.file_name)
    thinned = thin(msgspec.structs.replace(order(segment), segment=path, without=("proxy",)), found)
    assert thinned is not None
    assert [n for _, n in kept(order(segment).part)] == list(range(2_031, 8_001))


def test_a_chain_that_does_not_follow_is_not_sealed(tmp_path: Path) -> None:
    segment = a_segment(tmp_path, lines(0, 3))
    assert seal(order(segment, Link(4, start_of(WRITER).head))) is None
    segment.path.write_bytes(segment.path.read_bytes().replace(b"u1", b"u9"))
    assert seal(order(segment)) is None
    assert [each.name for each in tmp_path.iterdir()] == [str(segment.name)]


def test_many_events_go_in_portions_and_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", "96MB")
    monkeypatch.setattr(module, "PORTION", 100_000)
    monkeypatch.setattr(module, "ROWS", 2_048)
    batches = [lines(first, first + 1_000, raw="x" * 900) for first in range(0, 20_000, 1_000)]
    segment = a_segment(tmp_path, *batches)
    found = seal(order(segment))
    assert found is not None
    assert found.rows == 20_000
    assert [n for _, n in kept(order(segment).part)] == list(range(1, 20_001))


def test_a_file_that_does_not_hold_what_was_read_is_not_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module._write
    monkeypatch.setattr(module, "_write", lambda at, rows, part: real(at, f"{rows} where uid <> 'u1'", part))
    segment = a_segment(tmp_path, lines(0, 3))
    with pytest.raises(UnfaithfulError):
        seal(order(segment))
    assert [each.name for each in tmp_path.iterdir()] == [str(segment.name)]


def sealed(folder: Path) -> tuple[Order, SealedEvents]:
    segment = a_segment(folder, [*lines(0, 3), *lines(3, 5, "proxy"), *lines(5, 6, "it's")])
    asked = order(segment)
    found = seal(asked)
    assert found is not None
    again = Order(columns=KINDS, segment=asked.part, part=f"{asked.part}.replacing", without=("proxy", "it's"))
    return again, found


def test_sources_leave_a_sealed_file_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    asked, found = sealed(tmp_path)
    thinned = thin(asked, found)
    assert thinned is not None
    assert (thinned.rows, thinned.expired, thinned.sources) == (3, 3, {"firewall": 3})
    assert (thinned.last_n, thinned.head, thinned.duplicates) == (found.last_n, found.head, 0)
    assert kept(asked.part) == [("u0", 1), ("u1", 2), ("u2", 3)]


def test_a_sealed_file_that_was_changed_is_left_as_it_is(tmp_path: Path) -> None:
    asked, found = sealed(tmp_path)
    with Path(asked.segment).open("ab") as file:
        file.write(b"x")
    assert thin(asked, found) is None
    assert not Path(asked.part).exists()


def test_as_a_process_it_says_what_it_did_or_that_the_segment_was_changed(tmp_path: Path) -> None:
    segment = a_segment(tmp_path, lines(0, 3))
    command = [sys.executable, "-m", "limen.storage.event_store.seal"]
    ran = subprocess.run(command, input=msgspec.json.encode(order(segment)), capture_output=True, check=True)
    assert msgspec.json.decode(ran.stdout, type=SealedEvents).rows == 3
    assert ran.stderr == b""
    wrong = msgspec.json.encode(order(segment, Link(4, b"x")))
    assert subprocess.run(command, input=wrong, capture_output=True, check=False).returncode == CHANGED


def test_main_reads_its_order_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    segment = a_segment(tmp_path, lines(0, 3))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(msgspec.json.encode(order(segment)))))
    monkeypatch.setattr(sys, "stdout", sys.__stdout__)
    assert module.main() == 0
    assert b'"rows":3' in capfdbinary.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"columns":')))
    assert module.main() == 1
