"""Correlations count within their time, for each group on its own, whatever comes late, twice or after a restart."""

from __future__ import annotations

import pytest
from tests.monitor.detections.texts import compiled, correlation, event, rule

from limen.monitor.detections.sigma import SigmaDetector
from limen.monitor.detections.windows import MOST_ENTRIES
from limen.monitor.normal_form.event import NormalEvent

FAILED = rule({"kind": "failed"}, name="failed")
PASSED = rule({"kind": "passed"}, name="passed")
OTHER = rule({"kind": "other"}, name="other")


def detector(*correlations: dict[str, object]) -> SigmaDetector:
    return SigmaDetector(compiled(FAILED, PASSED, OTHER, *correlations))


def failed(uid: str, at: float, **columns: object) -> NormalEvent:
    return event(uid, at, kind="failed", **{"src_ip": "192.0.2.1", "user": "jane", **columns})


def fed(one: SigmaDetector, events: list[NormalEvent]) -> list[list[str]]:
    """For each event, which rules found something."""
    return [[hit.title for hit in one.feed(each)] for each in events]


def test_events_are_counted_within_the_time_and_for_each_group() -> None:
    many = correlation("event_count", ["failed"], "60s", group_by=["src_ip"], condition={"gte": 3})
    one = detector(many)
    title = many["title"]
    said = [
        failed("1", 0),
        failed("2", 10, src_ip="192.0.2.2"),
        failed("3", 20),
        failed("4", 61),
        failed("5", 62),
        failed("6", 63, src_ip="192.0.2.2"),
    ]
    assert fed(one, said) == [[], [], [], [], [title], []]


def test_a_hit_says_who_how_many_and_on_what_it_rests() -> None:
    many = correlation("event_count", ["failed"], "5m", group_by=["user"], condition={"gte": 2})
    many["custom"] = {"limen": {"entity": "user", "sentence": "{count} in {minutes} minutes from {src_ip}, {app}"}}
    many["tags"] = ["attack.t1110", "limen.own"]
    one = detector(many)
    assert one.feed(failed("1", 0)) == []
    (hit,) = one.feed(failed("2", 120, person_id="p_1", session="s_1"))
    assert (hit.rule, hit.entity, hit.count, hit.events) == (many["id"], "user:jane", 2, ("1", "2"))
    assert (hit.person_id, hit.session, hit.tactics, hit.at - hit.since) == ("p_1", "s_1", ("attack.t1110",), 120_000)
    assert {name: hit.says[name] for name in ("count", "minutes", "src_ip", "app")} == {
        "count": 2, "minutes": 2, "src_ip": "192.0.2.1", "app": "",
    }  # fmt: skip


def test_it_is_quiet_after_a_hit_until_its_time_has_passed() -> None:
    one = detector(correlation("event_count", ["failed"], "60s", condition={"gte": 2}))
    found = fed(one, [failed(str(number), number) for number in range(200)])
    assert [index for index, titles in enumerate(found) if titles] == [1, 61, 121, 181]


def test_values_are_counted_and_not_how_often_each_comes() -> None:
    spray = correlation("value_count", ["failed"], group_by=["src_ip"], condition={"gte": 3, "field": "user"})
    one = detector(spray)
    said = [failed(str(number), number, user=f"u{number % 2}") for number in range(10)]
    assert fed(one, said) == [[]] * 10
    assert fed(one, [failed("x", 11, user="u9")]) == [[spray["title"]]]
    assert fed(detector(spray), [failed("x", 11, user="")] * 5) == [[]] * 5


def test_an_order_is_kept_and_one_event_is_not_two() -> None:
    then = correlation("temporal_ordered", ["failed", "passed"], "60s", group_by=["user"])
    passed = lambda uid, at: event(uid, at, kind="passed", user="jane")  # noqa: E731
    assert fed(detector(then), [passed("1", 0), failed("2", 1)]) == [[], []]
    assert fed(detector(then), [failed("1", 0), passed("2", 1)]) == [[], [then["title"]]]
    assert fed(detector(then), [failed("1", 0), passed("2", 61)]) == [[], []]
    both = SigmaDetector(
        compiled(
            rule({"host": "a"}, name="a"), rule({"host": "A"}, name="b"), correlation("temporal_ordered", ["a", "b"])
        )
    )
    assert both.feed(event("1", host="a")) == []


def test_rules_in_any_order() -> None:
    together = correlation("temporal", ["failed", "passed", "other"], "60s", condition={"gte": 2})
    said = [event("1", 5, kind="passed"), event("2", 6, kind="passed"), failed("3", 7)]
    assert fed(detector(together), said) == [[], [], [together["title"]]]


def test_what_comes_late_counts_while_its_time_has_not_passed() -> None:
    then = correlation("temporal_ordered", ["failed", "passed"], "60s", group_by=["user"])
    late = [event("2", 50, kind="passed", user="jane", received_at=2**62), failed("1", 40, received_at=2**62)]
    assert fed(detector(then), late) == [[], [then["title"]]]
    too_late = [event("2", 150, kind="passed", user="jane"), failed("1", 40)]
    assert fed(detector(then), too_late) == [[], []]


def test_the_same_event_twice_counts_once() -> None:
    one = detector(correlation("event_count", ["failed"], condition={"gte": 2}))
    assert fed(one, [failed("1", 0), failed("1", 0), failed("1", 1)]) == [[], [], []]


def test_names_differ_from_rule_to_rule() -> None:
    aliased = correlation(
        "temporal_ordered",
        ["failed", "passed"],
        group_by=["who"],
        aliases={"who": {"failed": "user", "passed": "target_user"}},
    )
    said = [failed("1", 0), event("2", 1, kind="passed", target_user="JANE", user="root")]
    assert fed(detector(aliased), said) == [[], [aliased["title"]]]


def test_what_a_correlation_counts_is_a_finding_of_its_own_only_where_it_says_so() -> None:
    silent = correlation("event_count", ["failed"], condition={"gte": 2})
    shown = correlation("event_count", ["failed"], condition={"gte": 2}, generate=True)
    assert fed(detector(silent), [failed("1", 0)]) == [[]]
    alone = SigmaDetector(compiled(FAILED, shown))
    assert fed(alone, [failed("1", 0), failed("2", 1)]) == [["Made"], ["Made", shown["title"]]]


def test_after_a_restart_the_same_is_found_with_the_same_id() -> None:
    many = correlation("event_count", ["failed"], group_by=["user"], condition={"gte": 3})
    before, after = detector(many), detector(many)
    assert fed(before, [failed("1", 0), failed("2", 1)]) == [[], []]
    after.restore(before.snapshot())
    assert after.feed(failed("3", 2)) == before.feed(failed("3", 2)) != []


def test_what_was_remembered_of_a_correlation_that_was_changed_is_not_taken_for_its_own() -> None:
    many = correlation("event_count", ["failed"], group_by=["user"], condition={"gte": 2})
    before = detector(many)
    before.feed(failed("1", 0))
    changed = {**many, "correlation": {**many["correlation"], "group-by": ["host"]}}
    after = detector(changed)
    after.restore(before.snapshot())
    assert after.feed(failed("2", 1, host="jane")) == []


@pytest.mark.parametrize("damaged", [b"", b"\xff" * 20, b"\x81\xa1a\xc0"])
def test_a_damaged_snapshot_is_refused_and_nothing_is_forgotten(damaged: bytes) -> None:
    one = detector(correlation("event_count", ["failed"], condition={"gte": 2}))
    one.feed(failed("1", 0))
    with pytest.raises(ValueError):
        one.restore(damaged)
    assert len(one.feed(failed("2", 1))) == 1


def test_what_is_over_is_not_kept() -> None:
    one = detector(correlation("event_count", ["failed"], "60s", group_by=["user"], condition={"gte": 3}))
    for number in range(500):
        one.feed(failed(str(number), 0, user=f"u{number}"))
    full = len(one.snapshot())
    one.feed(failed("later", 3_661, user="jane"))
    assert len(one.snapshot()) < full / 100
    assert one.forgotten == 0


def test_memory_is_bounded_for_each_correlation_on_its_own() -> None:
    by_user = correlation("event_count", ["failed"], group_by=["user"], condition={"gte": 3})
    by_host = correlation("event_count", ["failed"], group_by=["host"], condition={"gte": 3})
    one = detector(by_user, by_host)
    one.feed(failed("a", 0, user="x", host="srv"))
    one.feed(failed("b", 0, user="x", host="srv"))
    for number in range(MOST_ENTRIES + 50):
        one.feed(failed(f"n{number}", 1, user=f"u{number}", host=""))
    assert len(one.snapshot()) < 150 * MOST_ENTRIES
    assert one.forgotten >= 49
    assert [hit.title for hit in one.feed(failed("c", 2, user="", host="srv"))] == [by_host["title"]]


def test_what_the_journal_folded_into_one_counts_as_often_as_it_happened_and_of_others_once() -> None:
    many = correlation("event_count", ["failed"], "60s", condition={"gte": 5})
    folded = failed("2", 1, source="limen", fields={"count": 4})
    assert fed(detector(many), [failed("1", 0), folded]) == [[], [many["title"]]]
    claimed = failed("2", 1, source="firewall", fields={"count": 4_000_000})
    assert fed(detector(many), [failed("1", 0), claimed]) == [[], []]
