from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW
from tests.storage.journal.decisions import a_permit, facts_about
from tests.waiting import wait_until

from limen.clock import DAY, HOUR, SetClock
from limen.events import Event, UndeclaredKindWarning, to_ocsf
from limen.facts.facts_json import facts_digest, facts_from_json, facts_to_json
from limen.storage import Database
from limen.storage.errors import JournalBusyError, JournalUnwritableError
from limen.storage.journal import Journal, Reader, verify
from limen.storage.journal.search import EventQuery, search
from limen.storage.segments.signed import SEALED_FILE

Open = Callable[..., Journal]
FAILED = Event(at=NOW, kind="sign_in.failed", actor="p1", reason="wrong-code")


def test_what_is_recorded_is_found_by_its_id_waiting_recent_and_on_disk(opened: Open, tmp_path: Path) -> None:
    journal = opened()
    event_id = journal.record(FAILED)
    waiting = journal.find(event_id)
    journal.flush()
    recent = journal.find(event_id)
    assert waiting == recent == Reader(tmp_path / "journal").find(event_id)
    assert recent is not None
    assert (recent.kind, recent.actor, recent.reason, recent.at) == ("sign_in.failed", "p1", "wrong-code", NOW)


def test_each_decision_id_resolves_to_its_event_and_no_other_does(opened: Open, tmp_path: Path) -> None:
    journal, facts = opened(), facts_about("p1")
    ids = [journal.decided("gateway", a_permit(facts), "s1", "192.0.2.1", 2.0) for _ in range(3)]
    journal.flush()
    for finder in (journal, Reader(tmp_path / "journal")):
        found = [finder.find(each) for each in ids]
        assert found[0] is not None
        assert found[0].count == 3
        assert found == [found[0]] * 3
        assert finder.find(ids[0].replace("-1", "-4")) is None
        assert finder.find("0" * 24) is None


def test_the_exact_facts_of_a_decision_are_kept_once_and_without_names(opened: Open, tmp_path: Path) -> None:
    journal, facts = opened(), facts_about("p1")
    for session in ("s1", "s2"):
        decision_id = journal.decided("gateway", a_permit(facts), session, "192.0.2.1", 2.0)
        journal.flush()
    event = journal.find(decision_id)
    assert event is not None
    kept = journal.facts_of(event)
    assert kept == facts_from_json(facts_to_json(facts))
    (segment,) = (tmp_path / "journal" / "main").glob("*.jsonl")
    written = segment.read_bytes()
    assert written.count(b'{"facts":"%s"' % facts_digest(facts).encode()) == 1
    assert b"Ada" not in written
    assert b"ada@" not in written


def test_the_facts_of_a_decision_that_still_waits_can_be_asked_for(opened: Open) -> None:
    journal, facts = opened(), facts_about("p1")
    event = journal.find(journal.decided("gateway", a_permit(facts), "s1", "192.0.2.1", 2.0))
    assert event is not None
    assert journal.facts_of(event) == facts_from_json(facts_to_json(facts))


def test_a_decision_whose_batch_is_just_being_written_is_found_with_its_facts(opened: Open) -> None:
    journal, facts = opened(), facts_about("p1")
    decision_id = journal.decided("gateway", a_permit(facts), "s1", "192.0.2.1", 2.0)
    event = journal.find(decision_id)
    with journal._writer._lock:  # the batch is taken, and waits to be written
        taken = journal._folding.take()
        journal._writer._unwritten += taken
    assert event is not None
    assert journal.facts_of(event) == facts_from_json(facts_to_json(facts))
    assert journal.find(decision_id) is not None


def test_the_newest_come_first_and_only_those_asked_for(opened: Open) -> None:
    journal = opened()
    for n in range(5):
        journal.record(Event(at=NOW + n, kind="sign_in.failed" if n % 2 else "link.refused"))
    journal.flush()
    assert [event.at - NOW for event in journal.recent(2)] == [4, 3]
    assert [event.at - NOW for event in journal.recent(9, where=lambda e: e.kind == "sign_in.failed")] == [3, 1]


def test_recent_events_and_hours_survive_a_restart(opened: Open, clock: SetClock) -> None:
    first = opened()
    first.record(FAILED)
    first.decided("gateway", a_permit(facts_about("p1"), NOW), "s1", "192.0.2.1", 2.0)
    first.close()
    clock.forward(1_000)
    second = opened()
    second.record(Event(at=clock.now(), kind="sign_in.failed"))
    second.flush()
    assert [event.kind for event in second.recent(9)] == ["sign_in.failed", "decision", "sign_in.failed"]
    assert second.hours(NOW - HOUR) == {NOW - NOW % HOUR: {"sign_in.failed": 2, "permit": 1}}
    assert second.hours(NOW + HOUR) == {}


async def test_what_a_transaction_said_is_in_the_journal_once_settled(opened: Open, database: Database) -> None:
    journal = opened(database=database)
    said = await database.writing(lambda t: t.say(FAILED))
    await journal.settled()
    assert journal.recent(1) == [said]
    wait_until(
        lambda: database.read(lambda s: s.connection.exec_driver_sql("select count(*) from outbox").scalar()) == 0
    )


def test_what_an_earlier_run_left_in_the_outbox_is_sent_once(opened: Open, database: Database, tmp_path: Path) -> None:
    first = opened(database=database)
    already = first.find(first.record(FAILED))
    first.flush()
    first.close()
    assert already is not None
    fresh = database.write(lambda t: [t.say(already), t.say(FAILED)][1])
    opened(database=database).close()
    (segment,) = (tmp_path / "journal" / "main").glob("*.jsonl")
    assert [segment.read_bytes().count(each.id.encode()) for each in (already, fresh)] == [1, 1]


async def test_a_live_client_sees_events_as_they_become_durable(opened: Open) -> None:
    journal = opened()
    async with journal.live() as live, asyncio.timeout(60):
        ids = [journal.record(FAILED) for _ in range(3)]
        seen = []
        async for event in live:
            seen.append(event.id)
            if len(seen) == 3:
                break
    assert seen == ids


def test_two_processes_can_not_write_one_chain(opened: Open) -> None:
    opened()
    with pytest.raises(JournalBusyError):
        opened()
    opened(writer="second")


def test_a_hard_stop_is_announced_with_what_may_be_lost_and_a_clean_one_is_not(opened: Open, tmp_path: Path) -> None:
    first = opened()
    first.record(FAILED)
    first.close()
    assert opened_kinds(opened) == ["sign_in.failed"]
    stop_hard(tmp_path)
    second = opened()
    second.flush()
    (said,) = second.recent(9, where=lambda event: event.kind == "journal.recovered")
    assert said.details == {"last_line": 2, "cut_bytes": 7, "window_ms": 200, "lost_from": NOW}
    second.close()
    assert verify(tmp_path / "journal", KEYS).ok


def opened_kinds(opened: Open) -> list[str]:
    journal = opened()
    journal.flush()
    kinds = [event.kind for event in journal.recent(9)]
    journal.close()
    return kinds


def stop_hard(tmp_path: Path) -> None:
    """As a kill leaves it: no clean checkpoint, half a line at the end."""
    folder = tmp_path / "journal" / "main"
    (folder / "checkpoint.json").unlink()
    (segment,) = folder.glob("*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"n":3,')


def test_a_full_disk_makes_it_unwritable_and_it_recovers_by_itself(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    journal = opened()
    journal.record(FAILED)
    journal.flush()
    really_write, is_full = os.write, True

    def write(handle: int, data: bytes) -> int:
        if is_full:
            really_write(handle, bytes(data)[:10])  # a full disk takes a part first
            raise OSError(errno.ENOSPC, "No space left on device")
        return really_write(handle, data)

    monkeypatch.setattr("limen.storage.segments.file.os.write", write)
    kept = journal.record(FAILED)
    wait_until(lambda: not journal.writable)
    with pytest.raises(JournalUnwritableError):
        journal.flush()
    is_full = False
    wait_until(lambda: journal.writable)
    found = Reader(tmp_path / "journal").find(kept)
    assert found is not None
    journal.close()
    assert verify(tmp_path / "journal", KEYS).ok


def test_a_failing_fsync_counts_as_unwritten(opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    journal = opened()
    really_sync, fails = os.fsync, True

    def fsync(handle: int) -> None:
        if fails:
            raise OSError(errno.EIO, "Input/output error")
        really_sync(handle)

    monkeypatch.setattr("limen.storage.segments.file.os.fsync", fsync)
    kept = journal.record(FAILED)
    wait_until(lambda: not journal.writable)
    assert Reader(tmp_path / "journal").find(kept) is None
    fails = False
    wait_until(lambda: journal.writable)
    assert Reader(tmp_path / "journal").find(kept) is not None


async def test_settled_says_so_when_the_disk_refuses_and_the_event_follows_later(
    opened: Open, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(database=database)
    with monkeypatch.context() as patched:

        def refuse(_handle: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        patched.setattr("limen.storage.segments.file.os.fsync", refuse)
        said = database.write(lambda t: t.say(FAILED))
        with pytest.raises(JournalUnwritableError):
            journal.wait_settled(timeout=0.3)
    wait_until(lambda: journal.recent(1) == [said])


def test_break_glass_is_written_at_once_and_again_to_the_journal(opened: Open, tmp_path: Path) -> None:
    journal = opened()
    event_id = journal.break_glass(Event(at=NOW, kind="break_glass.used"))
    assert event_id.encode() in (tmp_path / "journal" / "main" / "break-glass.segment").read_bytes()
    journal.flush()
    assert journal.find(event_id) is not None
    journal.close()
    assert verify(tmp_path / "journal", KEYS).ok


def test_every_hour_a_segment_is_sealed_and_everything_is_still_found(
    opened: Open, clock: SetClock, tmp_path: Path
) -> None:
    journal = opened()
    old = journal.decided("gateway", a_permit(facts_about("p1"), NOW), "s1", "192.0.2.1", 2.0)
    journal.flush()
    clock.forward(HOUR)
    journal.record(Event(at=clock.now(), kind="sign_in.failed"))
    journal.flush()
    folder = tmp_path / "journal" / "main"
    wait_until(lambda: journal.recent(1, where=lambda event: event.kind == "journal.sealed"))
    assert [path.suffix for path in sorted(folder.glob("0*"))] == [".parquet", ".jsonl"]
    event = Reader(tmp_path / "journal").find(old)
    assert event is not None
    assert journal.facts_of(event) == facts_from_json(facts_to_json(facts_about("p1")))
    assert [
        (each.kind, each.count) for each in search(journal.reader, EventQuery(app="payroll"), 10, patience=10).events
    ] == [("decision", 1)]
    failed = search(journal.reader, EventQuery(kinds=("sign_in.failed",)), 10, patience=10).events
    assert len(failed) == 1
    journal.close()
    assert verify(tmp_path / "journal", KEYS).ok


def test_whole_segments_past_their_keeping_time_are_deleted_and_the_rest_still_verifies(
    opened: Open, clock: SetClock, tmp_path: Path
) -> None:
    journal = opened(keep_days=90)
    old = journal.record(FAILED)
    journal.flush()
    clock.forward(HOUR)
    journal.record(Event(at=clock.now(), kind="sign_in.failed"))
    journal.flush()
    wait_until(lambda: journal.recent(1, where=lambda event: event.kind == "journal.sealed"))
    clock.forward(90 * DAY)
    journal.expire()
    journal.flush()
    (said,) = journal.recent(9, where=lambda event: event.kind == "journal.expired")
    assert said.details["first_line"] == 1
    journal.close()
    assert Reader(tmp_path / "journal").find(old) is None
    report = verify(tmp_path / "journal", KEYS)
    assert report.ok
    (tmp_path / "journal" / "main" / SEALED_FILE).unlink()
    assert not verify(tmp_path / "journal", KEYS).ok


def test_an_event_of_a_kind_that_nobody_declares_is_kept_and_warned_of(opened: Open) -> None:
    journal = opened()
    with pytest.warns(UndeclaredKindWarning, match=r"lamp\.lit"):
        event_id = journal.record(Event(at=NOW, kind="lamp.lit", actor="p1"))
    journal.flush()
    kept = journal.reader.find(event_id)
    assert kept is not None
    assert (kept.kind, to_ocsf(kept)["class_uid"]) == ("lamp.lit", 0)
