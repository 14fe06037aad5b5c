from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.storage.event_store.conftest import KEYS, lines

from limen.clock import HOUR, MINUTE, SetClock
from limen.events import Event
from limen.storage.event_store import EventStore, upkeep as module
from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.sealed_list import EventCheckpoint
from limen.storage.segments.link import Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, is_genuine

Open = Callable[..., EventStore]


def until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_the_thread_seals_what_is_over_by_itself(
    opened: Open, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.05)
    store = opened()
    store.append(lines(0, 3))
    clock.forward(HOUR)
    until(lambda: [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True])


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


def test_a_changed_segment_is_not_sealed_and_said_once(opened: Open, said: list[Event], tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    ((_, path),) = segments_in(tmp_path / "events")
    path.write_bytes(path.read_bytes().replace(b"u1", b"u9"))
    store.seal()
    store.seal()
    assert [(event.kind, event.reason) for event in said] == [("event_store.damaged", "segment-changed")]
    assert path.exists()
    assert store.append(lines(3, 5)).n == 5


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
