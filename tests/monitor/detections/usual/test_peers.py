from __future__ import annotations

from limen.monitor.detections.usual.peers import have_seen, peers_of, pooled
from limen.monitor.detections.usual.person import Person


def somebody(count: int, since: int = 1) -> Person:
    days = list(range(since, 31))
    return Person(
        since=since, days=days, counts={"downloads": dict.fromkeys(days, count)}, seen={"app": {"wiki": (1, 1)}}
    )


KNOWN = {f"p_{number}": somebody(number) for number in range(8)}
NEW = somebody(99, since=25)
MEMBERS = {"all": [*KNOWN, "p_new"], "sales": ["p_1", "p_2", "p_3", "p_new"], "two": ["p_1", "p_2", "p_new"]}
GROUPS = {"p_new": ("all", "sales", "two"), "p_1": ("all", "sales", "two")}


def test_the_smallest_group_that_is_known_well_enough_counts() -> None:
    peers = peers_of("p_new", GROUPS, MEMBERS, {**KNOWN, "p_new": NEW}, 31)
    assert peers == [KNOWN["p_1"], KNOWN["p_2"], KNOWN["p_3"]]
    assert sorted(set(pooled(peers, "downloads", 31))) == [1, 2, 3]


def test_nobody_is_a_peer_of_their_own() -> None:
    assert KNOWN["p_1"] not in peers_of("p_1", GROUPS, MEMBERS, KNOWN, 31)


def test_newcomers_are_no_measure_for_others() -> None:
    assert (
        peers_of(
            "p_1", {"p_1": ("new",)}, {"new": ["p_a", "p_b", "p_c"]}, dict.fromkeys(["p_a", "p_b", "p_c"], NEW), 31
        )
        == []
    )


def test_what_one_of_them_was_seen_with_is_nothing_new() -> None:
    assert have_seen([NEW], "app", "wiki")
    assert not have_seen([NEW], "app", "payroll")
    assert not have_seen([], "app", "wiki")
