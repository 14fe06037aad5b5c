"""Requests seen survives a restart, and is erased when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select
from tests.enforcement.house import NOW
from tests.enforcement.test_traffic import UNTIL, WIKI, asked, asked_by_three, kinds

from limen.enforcement.traffic import KEPT, MOST_PATTERNS, Traffic
from limen.enforcement.traffic_store import keep_up, load, observed_apps, observed_kinds, observed_refusals
from limen.policy.decision import Named
from limen.storage.database import Database

APPS = {"wiki": WIKI}
PEOPLE = {"ana", "ben", "eve"}


@pytest.fixture
def database(where: str) -> Database:
    return Database.open(where)


def loaded(database: Database) -> Traffic:
    traffic = Traffic()
    database.read(lambda snapshot: load(traffic, snapshot))
    return traffic


def rows(database: Database) -> list[int | None]:
    tables = (observed_apps, observed_kinds, observed_refusals)
    return [
        database.read(lambda s, table=table: s.connection.scalar(select(func.count()).select_from(table)))  # type: ignore[misc]
        for table in tables
    ]


async def test_it_goes_on_after_a_restart_and_names_no_person_behind_a_pattern(database: Database) -> None:
    traffic = Traffic()
    for person in ("ana", "ben"):
        asked(traffic, "/", person)
        asked(traffic, "/files/7/", person, reasons=(Named.ONBOARDING, "nothing-permits"))
    for one in range(MOST_PATTERNS):
        asked_by_three(traffic, f"/place/{chr(97 + one // 26)}{chr(97 + one % 26)}")
    await keep_up(traffic, APPS, PEOPLE, database, NOW)
    again = loaded(database)
    assert kinds(again) == kinds(traffic)
    kept, before = again.of("wiki"), traffic.of("wiki")
    assert kept is not None
    assert before is not None
    assert (kept.refused, kept.forget_at) == (before.refused, UNTIL + KEPT)
    assert kept.patterns.wide == before.patterns.wide == {("place",)}
    assert ("place",) in kept.patterns.kept
    assert kept.patterns.kept <= before.patterns.kept
    assert not any(count.people for count in kept.kinds.values())
    asked(again, "/", "ana", reasons=(Named.ONBOARDING, "nothing-permits"))
    assert kinds(again)["GET / view"] == (3, 0, 2)
    await keep_up(again, APPS, PEOPLE, database, NOW)
    assert loaded(database).of("wiki").refused == again.of("wiki").refused  # type: ignore[union-attr]


async def test_nothing_is_written_where_nothing_is_new_and_all_is_erased_when_it_is_over(database: Database) -> None:
    traffic = Traffic()
    asked(traffic, "/", reasons=(Named.ONBOARDING, "nothing-permits"))
    commits: list[int] = []
    database.watch(lambda: commits.append(1))
    await keep_up(traffic, APPS, PEOPLE, database, NOW)
    assert rows(database) == [1, 1, 1]
    await keep_up(traffic, {"wiki": replace(WIKI, onboarding_until=0)}, PEOPLE, database, NOW)
    await keep_up(traffic, {}, PEOPLE, database, NOW + KEPT - 1)
    assert rows(database) == [1, 1, 1]
    await keep_up(traffic, {}, PEOPLE, database, NOW + KEPT)
    assert rows(database) == [0, 0, 0]


async def test_what_could_not_be_written_is_written_next_time(database: Database) -> None:
    traffic = Traffic()
    asked(traffic, "/", reasons=(Named.ONBOARDING, "nothing-permits"))

    class Broken:
        async def writing(self, work: object) -> None:
            raise OSError("no space left")

    with pytest.raises(OSError, match="space"):
        await keep_up(traffic, APPS, PEOPLE, Broken(), NOW)  # type: ignore[arg-type]
    await keep_up(traffic, APPS, PEOPLE, database, NOW)
    assert rows(database) == [1, 1, 1]


async def test_who_was_erased_is_gone_from_memory_and_database_and_stays_a_number(database: Database) -> None:
    traffic = Traffic()
    for person in ("ana", "ben"):
        asked(traffic, "/", person, reasons=(Named.ONBOARDING, "nothing-permits"))
    await keep_up(traffic, APPS, PEOPLE, database, NOW)
    asked(traffic, "/", "ben", reasons=(Named.ONBOARDING, "nothing-permits"))
    await keep_up(traffic, APPS, {"ana"}, database, NOW)
    for one in (traffic, loaded(database)):
        seen = one.of("wiki")
        assert seen is not None
        assert {refused.person_id for refused in seen.refused} == {"ana"}
        assert not any("ben" in count.people for count in seen.kinds.values())
        assert kinds(one)["GET / view"] == (3, 0, 2)


async def test_what_several_workers_count_is_added_up_and_known_to_each(database: Database) -> None:
    here, there = Traffic(), Traffic()
    for worker, people in ((here, ("ana", "ben")), (there, ("ana", "eve"))):
        for person in people:
            asked(worker, "/", person, reasons=(Named.ONBOARDING, "nothing-permits"))
    asked(there, "/only/there", "eve")
    for worker in (here, there, here):
        await keep_up(worker, APPS, PEOPLE, database, NOW)
    for one in (here, there, loaded(database)):
        assert kinds(one)["GET / view"] == (4, 0, 2)
        seen = one.of("wiki")
        assert seen is not None
        assert {refused.person_id: often.count for refused, often in seen.refused.items()} == {
            "ana": 2,
            "ben": 1,
            "eve": 1,
        }
    assert kinds(here) == kinds(there)


async def test_a_name_that_one_worker_knows_is_known_to_the_others_and_what_one_folds_is_folded(
    database: Database,
) -> None:
    here, there = Traffic(), Traffic()
    asked_by_three(here, "/reports/list")
    asked(there, "/reports/list", "ana")
    for one in range(MOST_PATTERNS):
        asked_by_three(there, f"/place/{chr(97 + one // 26)}{chr(97 + one % 26)}")
    asked_by_three(here, "/place/mine")
    number = sum(sum(one[:2]) for worker in (here, there) for one in kinds(worker).values())
    for worker in (here, there, here, there):
        await keep_up(worker, APPS, PEOPLE, database, NOW)
    assert kinds(here) == kinds(there) == kinds(loaded(database))
    assert len(kinds(here)) <= MOST_PATTERNS + 1
    assert sum(sum(one[:2]) for one in kinds(here).values()) == number
    asked(there, "/reports/list", "ben")
    assert kinds(there)["GET /reports/list view"][0] == kinds(here)["GET /reports/list view"][0] + 1
