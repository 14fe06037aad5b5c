"""Each source's lines are looked at once and in their order, whoever floods; and whoever floods is who waits."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.clock import MINUTE
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.process import fair_reading
from limen.monitor.process.fair_reading import FairReading
from limen.monitor.process.state import State

NOW = 1_800_000_000_000


def line(number: int, source: str, received_at: int = NOW) -> bytes:
    return msgspec.json.encode(NormalEvent(uid=str(number), at=1, received_at=received_at, source=source))


def seen_in(lines: object) -> list[tuple[str, int]]:
    events = [msgspec.json.decode(one, type=NormalEvent) for one in lines]  # type: ignore[attr-defined]
    return [(one.source, int(one.uid)) for one in events]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_reading, "AT_ONCE", 10)
    monkeypatch.setattr(fair_reading, "LATE_AT_ONCE", 5)


@pytest.mark.usefixtures("small")
def test_who_floods_waits_and_is_looked_at_up_to_where_the_newest_is() -> None:
    kept, state = KeptInMemory(), State()
    kept.append([line(n, "loud" if n % 5 else "quiet", NOW - MINUTE) for n in range(30)])
    reading, seen = FairReading(kept, state), list[tuple[str, int]]()
    while (piece := reading.newest(NOW)) is not None:
        seen += seen_in(piece.lines)
        reading.done(piece)
    assert seen == [("quiet", n) for n in range(0, 30, 5)]
    assert (set(state.late), state.position) == ({"loud"}, (30, 0, 0))
    kept.append([line(30, "loud"), line(31, "quiet")])
    seen.clear()
    while (piece := reading.late()) is not None:
        assert piece.late == "loud"
        seen += seen_in(piece.lines)
        reading.done(piece)
    assert seen == [("loud", n) for n in range(30) if n % 5]
    assert state.late == {}
    piece = reading.newest(NOW)
    assert piece is not None
    assert seen_in(piece.lines) == [("loud", 30), ("quiet", 31)]


@pytest.mark.usefixtures("small")
def test_nobody_waits_where_everything_is_looked_at_in_time() -> None:
    kept, state = KeptInMemory(), State()
    kept.append([line(n, "loud") for n in range(30)])
    reading = FairReading(kept, state)
    piece = reading.newest(NOW)
    assert piece is not None
    assert (len(piece.lines), piece.is_all, state.late) == (10, False, {})


@pytest.mark.usefixtures("small")
def test_those_who_are_late_have_their_turn_one_after_the_other() -> None:
    kept, state = KeptInMemory(), State()
    kept.append([line(n, ("one", "two")[n % 2], NOW - MINUTE) for n in range(40)])
    reading, now = FairReading(kept, state), NOW
    while (piece := reading.newest(now := now + 1)) is not None:  # it falls behind more and more
        reading.done(piece)
    turns = []
    while (piece := reading.late()) is not None:
        turns.append(piece.late)
        reading.done(piece)
    assert turns[:4] == ["one", "two", "one", "two"]


def test_a_line_that_is_no_event_is_looked_at_with_the_others() -> None:
    kept, state = KeptInMemory(), State()
    kept.append([b'{"uid": "1"}', line(2, "app")])
    piece = FairReading(kept, state).newest(NOW)
    assert piece is not None
    assert (len(piece.lines), piece.until) == (2, NOW)


@settings(max_examples=size(150), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(("a", "b", "c")), st.integers(0, 4)), max_size=80),
    st.lists(st.sampled_from(("newest", "late", "more", "again")), max_size=60),
)
def test_every_line_is_looked_at_once_and_in_the_order_of_its_source(
    said: list[tuple[str, int]], steps: list[str]
) -> None:
    """Whatever is read when, and however often it begins anew from what was kept of its place."""
    lines = [line(n, source, NOW - minutes * MINUTE) for n, (source, minutes) in enumerate(said)]
    kept, state, seen = KeptInMemory(), State(), list[tuple[str, int]]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fair_reading, "AT_ONCE", 6)
        patch.setattr(fair_reading, "LATE_AT_ONCE", 4)
        reading = FairReading(kept, state)
        for step in [*steps, *["more"] * 20, *["newest"] * 20, *["late", "newest"] * 120]:
            if step == "more":
                kept.append(lines[len(kept.lines) : len(kept.lines) + 7])
            elif step == "again":
                state = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State)
                reading = FairReading(kept, state)
            elif (piece := reading.newest(NOW) if step == "newest" else reading.late()) is not None:
                seen += seen_in(piece.lines)
                reading.done(piece)
    assert sorted(seen, key=lambda one: one[1]) == [(source, n) for n, (source, _) in enumerate(said)]
    for name in ("a", "b", "c"):
        of_it = [n for source, n in seen if source == name]
        assert of_it == sorted(of_it)
    assert state.late == {}
