"""Whoever is let in, or not, can't fill Limen's memory or database with the paths they ask for, nor hide others'."""

from __future__ import annotations

from itertools import islice, product

import pytest
from tests.enforcement.test_observed import asked, kinds

from limen.enforcement.observed import METHODS, MOST_PATTERNS, REST, Observed


def test_very_many_different_paths_by_one_person_stay_few_patterns_and_hide_nobody_elses() -> None:
    observed = Observed()
    for person in ("ana", "ben"):
        asked(observed, "/reports/list", person)
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=4), 20_000):
        asked(observed, "/" + "".join(one), "eve")
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=3), 1_000):
        asked(observed, "/" + "/".join(one) + "/end", "eve")
    found = kinds(observed)
    assert len(found) <= MOST_PATTERNS + 1
    assert found["GET /reports/list view"] == (2, 0, 2)
    assert sum(signed_in for signed_in, _, _ in found.values()) == 21_002


def test_every_combination_there_is_ends_in_one_rest_and_no_work_is_repeated_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observed = Observed()
    worked = []
    from limen.enforcement import observed as module

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
    observed = Observed()
    for one in islice(product("abcdefghijklmnopqrstuvwxyz", repeat=4), 20_000):
        asked(observed, "/" + "".join(one), "")
    asked(observed, "/reports", "ana")
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
    assert found["GET /reports view"] == (1, 0, 1)
    assert len(found) < 70
    assert not any(mark in name for name in found for mark in "<{';]\x1b%")
