from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.storage.event_store.conftest import KEYS, lines

from limen.clock import MINUTE, SetClock
from limen.storage.event_store import EventStore
from limen.storage.event_store.verify import verify

Open = Callable[..., EventStore]


def test_a_whole_store_holds_open_and_sealed_while_it_is_written_and_after(opened: Open, tmp_path: Path) -> None:
    store = opened()
    for first in (0, 10, 20):
        store.append(lines(first, first + 12))
        if first < 20:
            store.seal()
    for _ in range(2):
        report = verify(tmp_path / "events", KEYS)
        assert (report.problems, report.lines) == ((), 34)
        store.close()


def test_an_empty_store_holds(opened: Open, tmp_path: Path) -> None:
    opened().close()
    assert verify(tmp_path / "events", KEYS).ok


def test_without_a_key_it_says_that_signatures_were_not_checked(opened: Open, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.close()
    with_key, without = verify(tmp_path / "events", KEYS), verify(tmp_path / "events")
    assert without.ok
    assert len(without.sentences) == len(with_key.sentences) + 1
    assert not verify(tmp_path / "events", (b"x" * 32,)).ok


def test_keys_of_earlier_master_keys_still_count(opened: Open, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.close()
    again = opened(keys=(b"new" * 10, *KEYS))
    again.append(lines(3, 6))
    again.close()
    assert verify(tmp_path / "events", (b"new" * 10, *KEYS)).problems == ()


def test_an_exported_checkpoint_is_held_against_what_is_there(opened: Open, clock: SetClock, tmp_path: Path) -> None:
    exported: list[bytes] = []
    store = opened(exported=exported.append)
    store.append(lines(0, 3))
    clock.forward(MINUTE)
    store._upkeep.checkpoint(is_clean=False)
    store.append(lines(3, 6))
    store.close()
    assert verify(tmp_path / "events", KEYS, exported).ok
    assert len(verify(tmp_path / "events", KEYS, [b"{", exported[0].replace(b'"n":0', b'"n":1')]).problems) == 2
