"""What rules would have found is told before they are in force, from what really is kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.monitor.detections.texts import START, compiled, correlation, event, rule
from tests.monitor.normal_form.frames import only

from limen.clock import DAY
from limen.monitor.detections.replay import MOST_SHOWN, foreseen, past_events, replay
from limen.monitor.stored import COLUMNS
from limen.pillar import Past
from limen.storage.event_store.store import EventStore


def test_a_rule_is_replayed_with_those_that_it_counts_and_no_others() -> None:
    base, other = rule({"kind": "failed"}, name="failed"), rule({"kind": "failed"}, title="Other")
    many = correlation("event_count", ["failed"], condition={"gte": 2})
    said = [event(str(number), number, kind="failed", user="jane") for number in range(3)]
    found = replay(compiled(base, other, many), {many["id"]}, said)
    assert {name: (one.title, one.count) for name, one in found.found.items()} == {many["id"]: (many["title"], 1)}
    assert (found.events, found.is_whole) == (3, True)


def test_how_often_and_the_newest_of_it_are_said() -> None:
    wanted, nothing = rule({"kind": "failed"}, title="Wanted"), rule({"kind": "never"}, title="Nothing")
    said = [event(str(number), number, kind="failed", user=f"u{number}\x1b[2J") for number in range(20)]
    found = replay(compiled(wanted, nothing), {wanted["id"], nothing["id"]}, said)
    assert [hit.events for hit in found.found[wanted["id"]].newest] == [(str(n),) for n in range(20 - MOST_SHOWN, 20)]
    first, second = foreseen(found)
    assert [event for _, _, event in first.newest] == [str(n) for n in range(19, 19 - MOST_SHOWN, -1)]
    assert "u19" in first.newest[0][1]
    assert "\x1b" not in first.said + "".join(who for _, who, _ in first.newest)
    assert second.newest == ()


def test_a_rule_whose_log_source_sends_nothing_is_told_from_one_that_finds_nothing() -> None:
    """Else whoever wrote the wrong product would believe that nothing happened."""
    wrong = rule({"kind": "failed"}, logsource={"product": "payroll"})
    right = rule({"kind": "never"}, logsource={"source": "shop"})
    many = correlation("event_count", [wrong["id"]], condition={"gte": 2})
    said = [event(str(number), number, kind="failed", source="shop", product="") for number in range(3)]
    found = replay(compiled(wrong, right, many), {wrong["id"], right["id"], many["id"]}, said)
    assert {name: one.looked_at for name, one in found.found.items()} == {wrong["id"]: 0, right["id"]: 3, many["id"]: 0}
    lines = [one.said for one in foreseen(found)]
    assert ['"payroll"' in line and '"shop"' in line for line in lines] == [True, False, True]


def test_whoever_waits_no_more_stops_it() -> None:
    def nobody_waits() -> None:
        raise KeyError

    wanted = rule({"kind": "failed"})
    with pytest.raises(KeyError):
        replay(compiled(wanted), {wanted["id"]}, (event(str(n), n) for n in range(10**9)), go_on=nobody_waits)


def test_it_ends_in_time_and_says_so() -> None:
    wanted = rule({"kind": "failed"})
    found = replay(compiled(wanted), {wanted["id"]}, (event(str(n), n) for n in range(10**9)), seconds=0.0)
    assert not found.is_whole
    assert len(list(foreseen(found))) == 2


def test_events_of_the_store_are_read_beside_whoever_writes_it(tmp_path: Path) -> None:
    store = EventStore.open(tmp_path / "events", columns=COLUMNS, keys=(b"k" * 32,))
    try:
        old, new = event("old", -40 * DAY / 1000), event("new", kind="failed", fields={"Image": "a"})
        store.append([msgspec.json.encode(one) for one in (old, new)])
        past = Past(tmp_path / "journal", tmp_path / "events", START - 30 * DAY, START)
        assert list(past_events(past)) == [new]
    finally:
        store.close()


def test_what_an_older_mapper_kept_is_read_anew_and_stays_as_it_was_kept(tmp_path: Path) -> None:
    """A mapper learns what a line means: rules find it in the past, and nothing that was kept is written again."""
    today = only("clamav", "Fri Nov 27 09:15:30 2026 -> /srv/a.exe: EICAR FOUND")
    before = {
        **msgspec.to_builtins(msgspec.structs.replace(today, person_id="p_1", mapper="clamav/0", fields={})),
        **dict.fromkeys(("category", "reason", "object"), ""),
        "class_uid": 0,
        "column_of_before": "x",
    }
    store = EventStore.open(tmp_path / "events", columns=COLUMNS, keys=(b"k" * 32,))
    try:
        store.append([msgspec.json.encode(before)])
        store.seal()
        past = Past(tmp_path / "journal", tmp_path / "events", today.at - DAY, today.at + DAY)
        (event,) = past_events(past)
        assert event == msgspec.structs.replace(today, person_id="p_1")
        wanted = rule({"reason": "EICAR"}, logsource={"category": "antivirus"})
        assert replay(compiled(wanted), {wanted["id"]}, [event]).found[wanted["id"]].count == 1
        store.append([msgspec.json.encode(today)])  # its sender sends it again, after the update
        kept = store.ask("select uid, mapper, class_uid, person_id from events").rows
        assert kept == [(today.uid, "clamav/0", 0, "p_1")]
    finally:
        store.close()
