"""Somebody with a shell edits the stored events. Whatever they do to what was checkpointed, verifying finds it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.dial import size
from tests.storage.event_store.conftest import COLUMNS, KEYS, NOW, line, lines

from limen.clock import HOUR, SetClock
from limen.events import Event
from limen.storage.event_store import EventStore
from limen.storage.event_store.batches import WRITER, closed
from limen.storage.event_store.sealed_list import SealedEventList
from limen.storage.event_store.segment import EventSegment
from limen.storage.event_store.verify import verify
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.parquet import in_memory, quoted
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE

THIEF = Signer(WRITER, (b"x" * 32,))


def written(root: Path, exported: list[bytes] | None = None, record: Callable[[Event], object] = print) -> EventStore:
    """A store with two sealed segments and one open one."""
    clock = SetClock(NOW)
    told = exported if exported is not None else []
    store = EventStore.open(root, columns=COLUMNS, keys=KEYS, clock=clock, exported=told.append, record=record)
    for hour in range(2):
        store.append(lines(hour * 10, hour * 10 + 6))
        store.append(lines(hour * 10 + 6, hour * 10 + 10))
        store.seal()
        clock.forward(HOUR)
    store.append(lines(20, 26))
    store.append(lines(26, 30))
    return store


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("events")
    exported: list[bytes] = []
    written(root, exported).close()
    (root.parent / "exported").write_bytes(b"".join(exported))
    report = verify(root, KEYS)
    assert (report.problems, report.lines) == ((), 30)
    return root


@pytest.fixture
def copy(intact: Path, tmp_path: Path) -> Path:
    shutil.copytree(intact, tmp_path / "events")
    return tmp_path / "events"


def sealed_and_open(root: Path) -> tuple[list[Path], Path]:
    paths = [path for _, path in segments_in(root)]
    return paths[:2], paths[2]


@settings(max_examples=size(120), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(which=st.integers(0), at=st.integers(0), bit=st.integers(0, 7))
def test_any_bit_that_is_flipped_in_any_file_is_found(
    intact: Path, tmp_path: Path, which: int, at: int, bit: int
) -> None:
    copy = tmp_path / "flipped"
    shutil.copytree(intact, copy)
    files = sorted(path for path in copy.iterdir() if path.stat().st_size)
    path = files[which % len(files)]
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(bytes(data))
    assert not verify(copy, KEYS).ok, (path.name, at % len(data), bit)
    shutil.rmtree(copy)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_segment_that_is_deleted_is_missed(copy: Path, which: int) -> None:
    segments_in(copy)[which][1].unlink()
    assert not verify(copy, KEYS).ok


def test_the_end_that_is_cut_off_at_a_whole_batch_is_missed(copy: Path) -> None:
    _, path = sealed_and_open(copy)
    data = path.read_bytes()
    first_batch = data.index(b"\n", data.index(b'{"batch"')) + 1
    path.write_bytes(data[:first_batch])
    assert not verify(copy, KEYS).ok


def test_a_sealed_file_with_an_event_less_is_found_though_the_list_is_edited_too(copy: Path) -> None:
    (first, _), _ = sealed_and_open(copy)
    with in_memory("128MB") as connection:
        rows = f"select * from read_parquet({quoted(first)}) where uid <> 'u3'"
        connection.execute(f"copy ({rows}) to {quoted(copy / 'new')} (format parquet)")
    (copy / "new").replace(first)
    assert not verify(copy, KEYS).ok
    from limen.storage.files import file_sha256

    stored = msgspec.json.decode((copy / SEALED_FILE).read_bytes(), type=SealedEventList)
    lie = msgspec.structs.replace(stored.segments[0], sha256=file_sha256(first), rows=9)
    forged = msgspec.structs.replace(stored, segments=(lie, *stored.segments[1:]))
    (copy / SEALED_FILE).write_bytes(msgspec.json.encode(forged) + b"\n")
    assert not verify(copy, KEYS).ok


def test_events_that_are_added_under_another_key_are_found(copy: Path) -> None:
    _, path = sealed_and_open(copy)
    last = path.read_bytes().splitlines()[-1]
    said = msgspec.json.decode(last)["batch"]
    forged, _ = closed([line(99)], b"", Link(said["n"], said["h"].encode()), THIEF)
    with path.open("ab") as file:
        file.write(forged)
    assert not verify(copy, KEYS).ok


def test_a_planted_parquet_file_is_named(copy: Path) -> None:
    (first, _), _ = sealed_and_open(copy)
    shutil.copy(first, copy / f"00000009-{NOW}.parquet")
    assert not verify(copy, KEYS).ok


def test_a_store_that_is_made_anew_is_not_the_one_that_was_exported(copy: Path, intact: Path) -> None:
    exported = (intact.parent / "exported").read_bytes().splitlines()
    assert verify(copy, KEYS, exported).ok
    shutil.rmtree(copy)
    written(copy).close()
    other = copy.parent / "other"
    store = EventStore.open(other, columns=COLUMNS, keys=KEYS, clock=SetClock(NOW))
    store.append(lines(0, 9))
    store.close()
    assert verify(other, KEYS).ok
    assert not verify(other, KEYS, exported).ok


def test_putting_an_older_state_back_is_seen_at_the_next_start_or_by_an_export(tmp_path: Path) -> None:
    root, old = tmp_path / "events", tmp_path / "old"
    exported: list[bytes] = []
    store = written(root, exported)
    store.close()
    shutil.copytree(root, old)
    again = EventStore.open(root, columns=COLUMNS, keys=KEYS, clock=SetClock(NOW + 2 * HOUR), exported=exported.append)
    again.append(lines(40, 45))
    again.close()
    assert verify(root, KEYS, exported).ok
    shutil.rmtree(root)
    old.rename(root)
    assert not verify(root, KEYS, exported).ok


def test_a_start_after_tampering_says_so_and_never_seals_over_it(copy: Path) -> None:
    said: list[Event] = []
    _, path = sealed_and_open(copy)
    path.write_bytes(path.read_bytes().replace(b'"u27"', b'"u97"'))
    store = EventStore.open(copy, columns=COLUMNS, keys=KEYS, clock=SetClock(NOW + 2 * HOUR), record=said.append)
    assert [(event.kind, event.reason) for event in said] == [("event_store.damaged", "events-missing")]
    store.close()
    assert not verify(copy, KEYS).ok


def test_a_journals_signature_passes_for_none_of_the_events(tmp_path: Path) -> None:
    segment = EventSegment.begin(tmp_path, 1, NOW, Link(0, b"x"), Signer("main", KEYS))
    segment.append(lines(0, 3))
    segment.close()
    assert not verify(tmp_path, KEYS).ok


@pytest.mark.parametrize("raw", [b"", b"\xff" * 90, b"{", b"[" * 200_000, b'{"writer":1}', b"null"])
@pytest.mark.parametrize("name", [SEALED_FILE, CHECKPOINT_FILE])
def test_no_content_of_a_signed_file_stops_the_start_or_verifying(copy: Path, name: str, raw: bytes) -> None:
    said: list[Event] = []
    (copy / name).write_bytes(raw)
    assert not verify(copy, KEYS).ok
    store = EventStore.open(copy, columns=COLUMNS, keys=KEYS, clock=SetClock(NOW + 2 * HOUR), record=said.append)
    assert store.append(lines(50, 53)).n >= 3
    store.close()
    assert [event.kind for event in said] == ["event_store.damaged"]
