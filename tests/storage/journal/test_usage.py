from __future__ import annotations

from pathlib import Path

import pytest
from tests.storage.journal.decisions import Decided, a_permit, facts_about

from limen.clock import HOUR, SetClock
from limen.policy.decision import Effect, Reason, Request
from limen.storage.journal import Journal
from limen.storage.journal.reader import Reader
from limen.storage.journal.usage import Use, last_used, on_record_since, usage

KEYS = (b"journal key of these tests......",)
NOW = 1_800_000_000_000
EDIT = Request("edit", "POST", "/run/*", "payroll.harbor.example")


def keep(root: Path) -> None:
    """Three hours: Ada looks twice in the first and once in the second, and is refused a change in the third."""
    clock = SetClock(NOW)
    journal = Journal.open(root, KEYS, clock=clock)
    for number in (0, 1):
        journal.decided("gateway", a_permit(facts_about("ada"), clock.now() + number), f"s{number}", "", 1.0)
    journal.flush()
    clock.forward(2 * HOUR)
    journal.decided("gateway", a_permit(facts_about("ada"), clock.now()), "", "", 1.0)
    journal.flush()
    clock.forward(2 * HOUR)
    refused = Decided(Effect.DENY, (Reason("no", "forbid"),), facts_about("ada"), clock.now(), EDIT, "r2")
    journal.decided("gateway", refused, "", "", 1.0)
    journal.close()


LOOKED = Use("ada", "payroll", "view", "permit", ("staff-view",), "r1", 3, NOW + 2 * HOUR)
REFUSED = Use("ada", "payroll", "edit", "deny", ("no",), "r2", 1, NOW + 4 * HOUR)


def test_equal_uses_are_one_with_how_many_and_the_newest(tmp_path: Path) -> None:
    keep(tmp_path)
    assert set(usage(Reader(tmp_path), 0)) == {LOOKED, REFUSED}
    assert set(usage(Reader(tmp_path), NOW + 3 * HOUR)) == {REFUSED}


@pytest.mark.slow
def test_sealed_segments_tell_the_same(tmp_path: Path) -> None:
    keep(tmp_path)
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW + 9 * HOUR))
    for _ in range(600):
        if not [name for name, _ in Reader(tmp_path).segments()[:-1] if not name.is_sealed]:
            break
        journal._sealing._thread.join(0.1)
    journal.close()
    assert sum(name.is_sealed for name, _ in Reader(tmp_path).segments()) >= 2
    assert {LOOKED, REFUSED} <= set(usage(Reader(tmp_path), 0))
    assert LOOKED not in usage(Reader(tmp_path), NOW + HOUR)


def test_it_says_since_when_anything_is_on_record(tmp_path: Path) -> None:
    assert on_record_since(Reader(tmp_path), 5) == 5
    keep(tmp_path)
    assert on_record_since(Reader(tmp_path), NOW - HOUR) == NOW
    assert on_record_since(Reader(tmp_path), NOW + HOUR) == NOW + HOUR


def test_only_what_was_permitted_was_used() -> None:
    assert last_used([LOOKED, REFUSED]) == {("ada", "payroll", "view"): (NOW + 2 * HOUR, 3)}


def test_whoever_breathes_can_end_it(tmp_path: Path) -> None:
    keep(tmp_path)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        usage(Reader(tmp_path), 0, stop)


def test_nothing_is_read_where_there_is_no_journal(tmp_path: Path) -> None:
    assert usage(Reader(tmp_path / "none"), 0) == ()
