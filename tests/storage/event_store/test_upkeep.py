from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.storage.event_store.conftest import KEYS, lines
from tests.waiting import wait_until

from limen.clock import HOUR, MINUTE, SetClock
from limen.events import Event
from limen.storage.event_store import EventStore, upkeep as module
from limen.storage.event_store.batches import WRITER, closed
from limen.storage.event_store.sealed_list import EventCheckpoint
from limen.storage.event_store.verify import verify
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, is_genuine

Open = Callable[..., EventStore]


def test_the_thread_seals_what_is_over_by_itself(
    opened: Open, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.05)
    store = opened()
    store.append(lines(0, 3))
    clock.forward(HOUR)
    wait_until(lambda: [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True])


def test_checkpoints_are_signed_as_it_goes_on_and_exported(opened: Open, clock: SetClock, tmp_path: Path) -> None:
    exported: list[bytes] = []
    store = opened(exported=exported.append)
    clock.forward(MINUTE)
    store.append(lines(0, 3))
    store._upkeep.checkpoint(is_clean=False)
    store._upkeep.checkpoint(is_clean=False)
    store.close()
    found = [msgspec.json.decode(each, type=EventCheckpoint) for each in exported]
    assert [(each.n, each.is_clean) for each in found] == [(0, False), (3, False), (3, True)]
    assert all(is_genuine(each, Signer(WRITER, KEYS)) for each in found)
    assert (tmp_path / "events" / CHECKPOINT_FILE).read_bytes() == exported[-1]


def segments(folder: Path) -> list[bool]:
    return [name.is_sealed for name, _ in segments_in(folder)]


def test_a_changed_segment_is_sealed_as_it_is_said_once_and_kept_as_evidence(
    opened: Open, said: list[Event], tmp_path: Path
) -> None:
    root, store = tmp_path / "events", opened()
    store.append(lines(0, 3))
    store.append(lines(3, 6))
    ((_, path),) = segments_in(root)
    path.write_bytes(path.read_bytes().replace(b'"u1"', b'"u9"'))
    changed = path.read_bytes()
    store.seal()
    store.append(lines(6, 8))
    store.seal()
    assert [(event.kind, event.reason) for event in said] == [("event_store.damaged", "segment-changed")]
    assert segments(root) == [True, True]
    assert (root / f"{path.name}.evidence").read_bytes() == changed
    asked = 'select uid from events order by "at"'
    assert [uid for (uid,) in store.ask(asked).rows] == ["u0", "u9", *(f"u{n}" for n in range(2, 8))]
    assert [position.n for position, _ in store.read_from()] == list(range(1, 9))
    assert len(verify(root, KEYS).problems) == 2
    store.close()
    assert len(verify(root, KEYS).problems) == 2


def test_of_a_changed_segment_only_what_is_signed_is_taken(opened: Open, said: list[Event], tmp_path: Path) -> None:
    root, store = tmp_path / "events", opened()
    store.append(lines(0, 3))
    store.append(lines(3, 6))
    store.append(lines(6, 9))
    ((_, path),) = segments_in(root)
    data = path.read_bytes()
    begin = data.index(b'{"uid":"u3"')
    forged, _ = closed(lines(90, 95), b"", Link(3, b"x"), Signer(WRITER, (b"x" * 32,)))
    far, _ = closed(lines(95, 99), b"", Link(1 << 50, b"x"), Signer(WRITER, (b"x" * 32,)))
    path.write_bytes(data[:begin] + forged + data[data.index(b'{"uid":"u6"') :] + far)
    store.seal()
    assert [position.n for position, _ in store.read_from()] == [1, 2, 3, 7, 8, 9]
    assert store.append(lines(9, 10)).n == 10
    store.seal()
    assert segments(root) == [True, True]
    assert len(said) == 1


def test_a_segment_of_which_nothing_is_signed_is_moved_aside_and_later_ones_are_sealed(
    opened: Open, said: list[Event], tmp_path: Path
) -> None:
    root, store = tmp_path / "events", opened()
    store.append(lines(0, 3))
    ((_, path),) = segments_in(root)
    path.write_bytes(b"x" * path.stat().st_size)
    store.seal()
    store.append(lines(3, 6))
    store.seal()
    store.append(lines(6, 9))
    store.seal()
    assert segments(root) == [True, True]
    assert [event.details["segment"] for event in said] == [1, 2]  # the second does not follow from what is there
    assert [position.n for position, _ in store.read_from()] == [4, 5, 6, 7, 8, 9]
    assert not verify(root, KEYS).ok


def test_after_a_list_that_was_tampered_with_nothing_is_sealed_or_deleted(
    opened: Open, said: list[Event], tmp_path: Path
) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.seal()
    store.close()
    path = tmp_path / "events" / SEALED_FILE
    path.write_bytes(path.read_bytes().replace(b'"rows":3', b'"rows":2'))
    again = opened()
    again.append(lines(3, 6))
    again.seal()
    again.expire()
    assert [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True, False]
    assert [event.reason for event in said] == ["sealed-list-changed"]


def test_a_child_that_fails_leaves_the_segment_and_it_is_tried_again(
    opened: Open, said: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened()
    store.append(lines(0, 3))
    with monkeypatch.context() as patched:
        patched.setattr("limen.storage.segments.child.Child.answer", lambda *_, **__: (1, b""))
        store.seal()
    assert [event.reason for event in said] == ["segment-not-sealed"]
    store.seal()
    assert [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True]
