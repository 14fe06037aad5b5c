"""Events reach ClickHouse once each, whatever ends in between; while it is away they wait, and what is lost is said."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from tests.clickhouse_stand_in import StandIn
from tests.monitor.outgrown.test_event_table import line

from limen.clock import DAY, SetClock
from limen.connectors.clickhouse.client import ClickHouseError
from limen.monitor.outgrown import shipping as module
from limen.monitor.outgrown.shipping import Position, Shipping, read_shipped
from limen.storage.event_store.keeping import Keeping


class KeptLines:
    """The store here, in memory."""

    def __init__(self, number: int = 0) -> None:
        self.lines = [line(f"u{at:04}") for at in range(number)]
        self.expired_n = 0

    @property
    def last_n(self) -> int:
        return len(self.lines)

    def read(self, position: Position | None, most: int) -> Sequence[tuple[Position, bytes]]:
        begin = max(position[0] if position else 0, self.expired_n)
        return [((begin + at, 1, 0), one) for at, one in enumerate(self.lines[begin : begin + most], 1)]


def shipping(folder: Path, kept: KeptLines, clickhouse: StandIn) -> Shipping:
    return Shipping(folder, kept, clickhouse.server, Keeping, SetClock(1_800_000_000_000))


def test_all_of_it_is_brought_and_the_place_is_kept(tmp_path: Path, clickhouse: StandIn) -> None:
    kept = KeptLines(5)
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    kept.lines += [line("v")]
    assert one.figures.behind == 1
    shipping(tmp_path, kept, clickhouse).step()
    assert clickhouse.uids() == ["u0000", "u0001", "u0002", "u0003", "u0004", "v"]
    assert read_shipped(tmp_path).n == 6


def test_after_a_hard_stop_the_batch_that_was_on_its_way_comes_again_as_it_was(
    tmp_path: Path, clickhouse: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptLines(5)
    one = shipping(tmp_path, kept, clickhouse)
    keep, times = one._keep_state, list[int]()

    def stopped_after_the_answer() -> None:
        times.append(1)
        if len(times) == 2:
            raise KeyboardInterrupt
        keep()

    monkeypatch.setattr(one, "_keep_state", stopped_after_the_answer)
    with pytest.raises(KeyboardInterrupt):
        one.step()
    kept.lines += [line("later")]
    again = shipping(tmp_path, kept, clickhouse)
    again.step()
    assert clickhouse.written() == 5  # not even in parts that are merged later
    again.step()
    assert len(clickhouse.uids()) == 6


def test_while_it_is_away_events_wait_and_come_later(tmp_path: Path, clickhouse_engine: StandIn) -> None:
    clickhouse_engine.drop()
    kept = KeptLines(3)
    one = shipping(tmp_path, kept, clickhouse_engine)
    clickhouse_engine.kill()
    one.start()
    until(lambda: one.figures.wrong)
    assert (one.figures.behind, one.figures.since) == (3, 1_800_000_000_000)
    kept.lines += [line("later")]
    clickhouse_engine.start()
    until(lambda: one.figures.behind == 0 and not one.figures.wrong)
    one.close()
    assert clickhouse_engine.uids() == ["later", "u0000", "u0001", "u0002"]


def test_a_full_disk_there_loses_nothing_here(tmp_path: Path, clickhouse: StandIn) -> None:
    one = shipping(tmp_path, KeptLines(3), clickhouse)
    with clickhouse.fault("full"), pytest.raises(ClickHouseError) as refused:
        one.step()
    assert refused.value.word == "full"
    assert one.figures.behind == 3
    one.step()
    assert len(clickhouse.uids()) == 3


def test_what_went_here_before_it_was_there_is_said(tmp_path: Path, clickhouse: StandIn) -> None:
    kept = KeptLines(10)
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    kept.lines += [line(f"v{at}") for at in range(10)]
    kept.expired_n = 14
    one.step()
    assert one.figures.lost == 4
    assert len(clickhouse.uids()) == 16


def test_what_goes_before_any_of_it_was_there_is_said_too(tmp_path: Path, clickhouse: StandIn) -> None:
    kept = KeptLines(10)
    kept.expired_n = 2  # before it was ever to be brought
    one = shipping(tmp_path, kept, clickhouse)
    kept.expired_n = 5
    one.step()
    assert one.figures.lost == 3
    assert clickhouse.written() == 5


def test_a_store_that_was_put_back_is_brought_whole_under_a_new_name(tmp_path: Path, clickhouse: StandIn) -> None:
    shipping(tmp_path, KeptLines(5), clickhouse).step()
    before = read_shipped(tmp_path).chain
    restored = KeptLines(3)
    restored.lines += [line("after")]
    again = shipping(tmp_path, restored, clickhouse)
    again.step()
    assert (read_shipped(tmp_path).chain != before, read_shipped(tmp_path).n) == (True, 4)
    assert clickhouse.uids() == ["after", *(f"u{at:04}" for at in range(5))]


def brought_by_steps(one: Shipping, times: int = 3) -> None:
    """As the thread does it: what fails comes again."""
    for _ in range(times):
        try:
            one.step()
        except ClickHouseError as error:
            one._failed(error)


@pytest.mark.parametrize("lost", ["drop table events", "truncate table events", "delete from events where true"])
@pytest.mark.parametrize("is_started_anew", [False, True])
def test_a_table_that_was_lost_is_filled_again(
    tmp_path: Path, clickhouse: StandIn, lost: str, *, is_started_anew: bool
) -> None:
    kept = KeptLines(5)
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    clickhouse.command(lost)
    kept.lines += [line("later")]
    if is_started_anew:
        one = shipping(tmp_path, kept, clickhouse)
    brought_by_steps(one)
    assert clickhouse.uids() == ["later", *(f"u{at:04}" for at in range(5))]
    assert (one.figures.behind, one.figures.set_back, one.figures.gone, one.figures.lost) == (0, 5, 0, 0)
    brought_by_steps(one)
    assert one.figures.set_back == 5


def test_what_a_lost_table_had_comes_again_though_nothing_new_comes(
    tmp_path: Path, clickhouse: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = shipping(tmp_path, KeptLines(5), clickhouse)
    one.step()
    clickhouse.command("truncate table events")
    one.step()
    assert clickhouse.uids() == []  # it was looked at a moment ago
    monkeypatch.setattr(one, "_next_look", 0.0)
    one.step()
    assert len(clickhouse.uids()) == 5


def test_of_a_table_that_was_put_back_from_before_only_what_it_lacks_comes_again(
    tmp_path: Path, clickhouse: StandIn
) -> None:
    kept = KeptLines(5)
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    with clickhouse.put_back_afterwards():
        kept.lines += [line(f"v{at}") for at in range(3)]
        one.step()
    kept.lines += [line("w")]
    brought_by_steps(one)
    assert clickhouse.uids() == [*(f"u{at:04}" for at in range(5)), "v0", "v1", "v2", "w"]
    assert (clickhouse.written(), one.figures.set_back) == (9, 3)


def test_what_is_neither_there_any_more_nor_here_is_said(tmp_path: Path, clickhouse: StandIn) -> None:
    kept = KeptLines(10)
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    kept.lines += [line(f"v{at}") for at in range(10)]
    kept.expired_n = 12
    clickhouse.command("truncate table events")
    one.step()
    assert (one.figures.set_back, one.figures.gone, one.figures.lost) == (10, 10, 2)
    assert len(clickhouse.uids()) == 8


def test_a_quiet_store_whose_events_are_all_past_their_time_is_not_told_as_lost(
    tmp_path: Path, clickhouse: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    kept, now = KeptLines(3), SetClock(1_800_000_000_000 + 200 * DAY)
    one = Shipping(tmp_path, kept, clickhouse.server, Keeping, now)
    kept.expired_n = 3
    one.step()
    kept.lines += [line("v")]
    one.step()
    monkeypatch.setattr(one, "_expired_at", 0.0)
    one.step()
    one.step()
    assert clickhouse.uids() == []
    assert (one.figures.set_back, one.figures.behind) == (0, 0)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_an_older_limen_brought_without_marks_is_taken_over(
    tmp_path: Path, clickhouse: StandIn, *, is_there: bool
) -> None:
    kept = KeptLines(5)
    shipping(tmp_path, kept, clickhouse).step()
    before = read_shipped(tmp_path)
    file = tmp_path / module.FILE
    file.write_bytes(msgspec.json.encode({"chain": before.chain, "position": before.position, "sending": 5}))
    clickhouse.command("delete from events where source = ''" if is_there else "truncate table events")
    one = shipping(tmp_path, kept, clickhouse)
    one.step()
    assert len(clickhouse.uids()) == 5
    assert (read_shipped(tmp_path).chain, read_shipped(tmp_path).marked) == (before.chain, 5)
    assert (clickhouse.written(), one.figures.set_back) == (5, 0 if is_there else 5)


def test_nothing_is_deleted_before_it_is_known_how_long_it_is_kept(tmp_path: Path, clickhouse: StandIn) -> None:
    now = SetClock(1_800_000_000_000 + 200 * DAY)
    said: list[Keeping] = []
    one = Shipping(tmp_path, KeptLines(3), clickhouse.server, lambda: said[0] if said else None, now)
    one.step()
    assert len(clickhouse.uids()) == 3
    said.append(Keeping(days_of={"fw": 365}))
    one.step()
    assert len(clickhouse.uids()) == 3
    again = Shipping(tmp_path, KeptLines(3), clickhouse.server, Keeping, now)
    again.step()
    assert clickhouse.uids() == []


def test_killed_again_and_again_nothing_is_lost_or_doubled(
    tmp_path: Path, clickhouse_engine: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is killed while batches are on their way, and so is the memory of whoever brings them."""
    clickhouse_engine.drop()
    monkeypatch.setattr(module, "MOST_LINES", 40)
    kept = KeptLines(400)
    for _ in range(3):
        one = shipping(tmp_path, kept, clickhouse_engine)
        one.start()
        before = one.figures.behind
        until(lambda one=one, before=before: one.figures.behind < before or one.figures.behind == 0)
        clickhouse_engine.kill()
        one.close()
        clickhouse_engine.start()
    last = shipping(tmp_path, kept, clickhouse_engine)
    while last.step() or last.figures.behind:
        pass
    assert clickhouse_engine.uids() == [f"u{at:04}" for at in range(400)]


def test_a_state_that_is_lost_brings_all_of_it_again(tmp_path: Path, clickhouse: StandIn) -> None:
    kept = KeptLines(5)
    shipping(tmp_path, kept, clickhouse).step()
    (tmp_path / module.FILE).write_bytes(msgspec.json.encode({"position": "?"}))
    shipping(tmp_path, kept, clickhouse).step()
    assert len(clickhouse.uids()) == 5


def until(holds: object, seconds: float = 60) -> None:
    assert callable(holds)
    ends_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_at
        time.sleep(0.02)
