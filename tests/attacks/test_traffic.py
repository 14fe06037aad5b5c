"""Whoever is let in, or not, can't fill Limen's memory or database with the paths they ask for, nor hide others'.

And of what only one or two people ever used nothing can be read: in the console, in the database, in memory.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import islice, product
from pathlib import Path

import pytest
from tests.enforcement.house import NOW, House
from tests.enforcement.test_traffic import WIKI, asked, asked_by_three, kinds

from limen.clock import DAY
from limen.enforcement.path_patterns import MOST_CANDIDATES, MOST_KEPT, PathPatterns
from limen.enforcement.traffic import METHODS, MOST_PATTERNS, REST, Traffic
from limen.enforcement.traffic_store import keep_up
from limen.facts import Facts, Label, Person
from limen.policy.decision import Decision, Effect, Request
from limen.storage.database import Database

SECRET = "lantern"
"""A token as unlucky as can be: it reads as a word."""


def test_what_one_person_used_in_three_sessions_is_never_kept() -> None:
    house = House()
    apps = (replace(house.known.apps["wiki"], label=Label.INTERNAL, onboarding_until=house.clock.now() + DAY),)
    house.known.set_company(apps, house.known.groups.values())
    host = b"wiki.harbor.example"
    for cookie in [house.cookie().encode() for _ in range(3)] * 2:
        house.doors.decide_request("check", b"GET", host, f"/docs/{SECRET}".encode(), cookie, "203.0.113.7")
    seen = house.doors.traffic.of("wiki")
    assert seen is not None
    assert [(kind.segments, count.signed_in) for kind, count in seen.kinds.items()] == [(("*", "*"), 6)]
    assert seen.patterns.kept == set()


@pytest.mark.parametrize("place", ["", "/docs", "/docs/*", "/reset"])
def test_two_people_strangers_and_programs_do_not_make_three(place: str) -> None:
    observed = Traffic()
    asked_by_three(observed, "/docs")
    for person in ("ana", "ben", "", "", "ana", ""):
        asked(observed, f"{place}/{SECRET}", person)
    batch = Person("w_batch", "Payroll batch", active=True, is_workload=True)
    gone = Person("p_gone", "Gone", active=False)
    for other in (batch, gone):
        decision = Decision(Effect.PERMIT, (), (), (), Request("view", "GET", "/**"), Facts(WIKI, other), NOW, "r1")
        observed.note(f"{place}/{SECRET}", decision, other.id, "d1")
    asked(observed, f"{place}/{SECRET}", "ana")
    assert not any(SECRET in name for name in kinds(observed))
    seen = observed.of("wiki")
    assert seen is not None
    assert not any(SECRET in segments for segments in seen.patterns.kept)
    asked(observed, f"{place}/{SECRET}", "eve")
    assert any(SECRET in name for name in kinds(observed)) is (place != "/reset")


def test_a_token_stays_secret_whatever_three_others_do_around_it() -> None:
    """They ask for what is before it and after it, and for it in other places, and learn nothing of it."""
    observed = Traffic()
    asked(observed, f"/docs/{SECRET}/edit", "ana")
    asked_by_three(observed, "/docs")
    asked_by_three(observed, "/docs/other/edit")
    asked_by_three(observed, f"/{SECRET}")
    asked(observed, f"/docs/{SECRET}/edit", "ana")
    assert "GET /docs/*/edit view" in kinds(observed)
    assert not any(f"docs/{SECRET}" in name for name in kinds(observed))


async def test_before_a_third_person_used_it_no_word_of_a_path_is_in_memory_or_in_the_database(tmp_path: Path) -> None:
    observed, database = Traffic(), Database.open(tmp_path / "limen.db")
    for person in ("ana", "ben"):
        asked(observed, f"/docs/{SECRET}", person)
    await keep_up(observed, {"wiki": WIKI}, {"ana", "ben"}, database, NOW)
    database.close()
    with sqlite3.connect(tmp_path / "limen.db") as opened:
        assert not any(SECRET in line or "docs" in line for line in opened.iterdump())
    seen = observed.of("wiki")
    assert seen is not None
    held = repr({name: getattr(seen.patterns, name) for name in vars(seen.patterns)} | {"kinds": seen.kinds})
    assert len(seen.patterns._candidates) > 0
    assert not any(word in held for word in (SECRET, "docs"))
    assert "ana" not in repr(vars(seen.patterns))


def test_the_same_path_has_another_hash_in_each_process() -> None:
    first, second = PathPatterns(), PathPatterns()
    for patterns in (first, second):
        patterns.pattern(f"/{SECRET}", "ana")
    assert first._candidates.keys().isdisjoint(second._candidates)


def test_a_flood_by_one_person_takes_only_their_own_candidates_away() -> None:
    patterns = PathPatterns()
    for person in ("ana", "ben"):
        patterns.pattern("/reports/list", person)
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=4), MOST_CANDIDATES * 2):
        patterns.pattern("/" + "".join(one), "eve")
    assert len(patterns._candidates) == MOST_CANDIDATES
    assert patterns.pattern("/reports/list", "cem") == ("reports", "list")


def test_three_who_work_together_fill_neither_the_names_nor_the_patterns() -> None:
    observed = Traffic()
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=3), 0, 3_000, 2):
        asked_by_three(observed, "/" + "/".join(one) + "/x" + one[0])
    seen = observed.of("wiki")
    assert seen is not None
    assert len(seen.patterns.kept) <= MOST_KEPT
    assert len(seen.kinds) <= MOST_PATTERNS + 1
    assert len(seen.patterns._candidates) <= MOST_CANDIDATES


def test_very_many_different_paths_by_one_person_stay_few_patterns_and_hide_nobody_elses() -> None:
    observed = Traffic()
    asked_by_three(observed, "/reports/list")
    before = kinds(observed)["GET /reports/list view"]
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=4), 20_000):
        asked(observed, "/" + "".join(one), "eve")
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=3), 1_000):
        asked(observed, "/" + "/".join(one) + "/end", "eve")
    found = kinds(observed)
    assert len(found) <= MOST_PATTERNS + 1
    assert found["GET /reports/list view"] == before
    assert sum(signed_in for signed_in, _, _ in found.values()) == 21_006


def test_every_combination_there_is_ends_in_one_rest_and_no_work_is_repeated_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observed = Traffic()
    worked = []
    from limen.enforcement import traffic as module

    make_room = module._make_room
    monkeypatch.setattr(module, "_make_room", lambda seen: (worked.append(1), make_room(seen)))
    for method, depth, action in product(sorted(METHODS), range(9), ("view", "edit", "share", "download")):
        asked(observed, "/1" * depth, "eve", method, action=action)
    seen = observed.of("wiki")
    assert seen is not None
    assert len(seen.kinds) == MOST_PATTERNS + 1
    assert seen.kinds[REST].signed_in == len(METHODS) * 9 * 4 - MOST_PATTERNS
    assert len(worked) == 1


def test_strangers_can_neither_take_the_place_of_people_nor_choose_what_is_kept_of_a_path() -> None:
    observed = Traffic()
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=4), 20_000):
        asked(observed, "/" + "".join(one), "")
    asked_by_three(observed, "/reports")
    for hostile in (
        "/<script>",
        "/{{7*7}}",
        "/'; DROP TABLE",
        "/a]: [b",
        "/**",
        "/\x1b[31m",
        "/%2e%2e",
        "/" + "a" * 9_000,
    ):
        asked(observed, hostile, "")
    found = kinds(observed)
    assert found["GET /reports view"] == (4, 0, 3)
    assert len(found) < 70
    assert not any(mark in name for name in found for mark in "<{';]\x1b%")
