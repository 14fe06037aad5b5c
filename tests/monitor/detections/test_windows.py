"""What a correlation remembers: bounded, and what is forgotten first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor.detections import windows as module
from limen.monitor.detections.windows import Entry, Window, Windows


def touch(windows: Windows, name: str, source: str = "app") -> None:
    window = windows.of((name,))
    window.entries.append(Entry(len(window.entries), name, 0, source=source))
    windows.touched((name,), window)


def names(windows: Windows) -> list[str]:
    return [group[0] for group, _ in windows]


@pytest.fixture
def room_for_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ENTRIES", 10)


@pytest.mark.usefixtures("room_for_ten")
def test_single_ones_go_first_and_the_oldest_of_them() -> None:
    windows = Windows()
    for name in ("slow", "slow", *"abcdefghi"):
        touch(windows, name)
    assert names(windows) == ["slow", *"bcdefghi"]
    assert windows.forgotten == 1


@pytest.mark.usefixtures("room_for_ten")
def test_what_is_new_has_its_time_however_much_is_counted_of_others() -> None:
    """Else whoever fills the room with pairs makes whatever begins then unseen."""
    windows = Windows()
    for name in "aabbccddee":
        touch(windows, name)
    for name in ("new", "x", "new"):
        touch(windows, name)
    assert "new" in names(windows)
    assert len(windows.of(("new",)).entries) == 2


@pytest.mark.usefixtures("room_for_ten")
def test_the_source_that_takes_most_loses_first() -> None:
    windows = Windows()
    for name in "ab":
        touch(windows, name, "quiet")
    for number in range(50):
        touch(windows, f"n{number}", "loud")
        touch(windows, f"n{number}", "loud")
    assert {"a", "b"} <= set(names(windows))


@settings(max_examples=size(200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(("one", "two")), st.booleans()), max_size=80))
def test_memory_is_bounded_and_counted_right(steps: list[tuple[str, str, bool]]) -> None:
    windows = Windows()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_ENTRIES", 6)
        for name, source, is_dropped in steps:
            if is_dropped:
                windows.drop([(name,)])
            else:
                touch(windows, name, source)
            sizes = [len(window.entries) for _, window in windows]
            assert sum(sizes) <= 6 or len(sizes) == 1
            assert windows._entries == sum(sizes) == sum(room.entries for room in windows._rooms.values())
            assert len(windows) == len(sizes)


def test_one_that_is_quiet_and_empty_can_be_remembered() -> None:
    windows = Windows()
    windows.touched(("a",), Window([], 5))
    assert [window.quiet_until for _, window in windows] == [5]
