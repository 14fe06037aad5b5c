"""What all workers know of for minutes: bounded by source and by kind, and of many at once one wins."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from limen.clock import APART, SetClock
from limen.storage import Database
from limen.storage.kept_briefly import LONGEST, KeptBriefly, Shelf, WhenFull

NOW = 1_700_000_000_000
END = NOW + 1_000
CODES = Shelf("codes", most=20)
SHARED = Shelf("shared", most=6, most_of_a_source=4, when_full=WhenFull.OF_THE_LARGEST)
STRICT = Shelf("strict", most=2, when_full=WhenFull.NOBODY)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def two(where: str, clock: SetClock) -> Iterator[list[KeptBriefly]]:
    """Two workers over one database."""
    opened = [Database.open(where, clock=clock) for _ in range(2)]
    yield [one.kept_briefly for one in opened]
    for one in opened:
        one.close()


@pytest.fixture
def kept(two: list[KeptBriefly]) -> KeptBriefly:
    return two[0]


async def test_what_one_worker_keeps_another_takes_once(two: list[KeptBriefly]) -> None:
    one, other = two
    assert await one.do(lambda rows: rows.put(CODES, "a", b"first", END, "mia"))
    found = await other.do(lambda rows: rows.look(CODES, "a"))
    assert found is not None
    assert (found.data, found.source, found.until) == (b"first", "mia", END)
    assert await other.do(lambda rows: rows.change(CODES, "a", b"second"))
    taken = await one.do(lambda rows: rows.take(CODES, "a"))
    assert taken is not None
    assert taken.data == b"second"
    assert await other.do(lambda rows: rows.take(CODES, "a")) is None
    assert not await other.do(lambda rows: rows.change(CODES, "a", b"third"))


def test_a_thread_that_may_wait_gets_the_same(two: list[KeptBriefly]) -> None:
    one, other = two
    assert one.waited_for(lambda rows: rows.put(CODES, "a", b"first", END))
    found = other.waited_for(lambda rows: rows.look(CODES, "a"))
    assert found is not None
    assert found.data == b"first"


async def test_what_is_over_is_not_there(kept: KeptBriefly, clock: SetClock) -> None:
    await kept.do(lambda rows: rows.put(CODES, "a", b"", END))
    clock.forward(END - NOW)
    assert await kept.do(lambda rows: (rows.look(CODES, "a"), rows.take(CODES, "a"))) == (None, None)
    assert await kept.do(lambda rows: rows.put_first(CODES, "a", b"new", END + 1_000))


async def test_what_is_over_takes_no_room_for_long(kept: KeptBriefly, clock: SetClock) -> None:
    await kept.do(lambda rows: [rows.put(shelf, "a", b"code", END) for shelf in (CODES, SHARED)])
    await kept.do(lambda rows: rows.put(STRICT, "a", b"", END))
    clock.forward(END - NOW)
    await kept.forget_what_is_over()
    assert await kept.do(lambda rows: [rows.count(shelf) for shelf in (CODES, SHARED, STRICT)]) == [0, 0, 1]
    clock.forward(APART)
    await kept.forget_what_is_over()
    assert await kept.do(lambda rows: rows.count(STRICT)) == 0


async def test_one_name_on_two_shelves_is_two_things(kept: KeptBriefly) -> None:
    await kept.do(lambda rows: rows.put(CODES, "a", b"code", END))
    assert await kept.do(lambda rows: rows.take(SHARED, "a")) is None
    assert await kept.do(lambda rows: rows.take(CODES, "a")) is not None


async def test_the_first_is_told_from_all_others(two: list[KeptBriefly]) -> None:
    first = [await one.do(lambda rows: rows.put_first(CODES, "a", b"", END)) for one in (*two, *two)]
    assert first == [True, False, False, False]


async def test_a_source_has_its_share_and_the_largest_makes_room(two: list[KeptBriefly]) -> None:
    await two[0].do(lambda rows: rows.put(SHARED, "hers", b"", END, "mia"))
    for number in range(30):
        await two[number % 2].do(lambda rows, number=number: rows.put(SHARED, str(number), b"", END, "flood"))
    assert await two[1].do(lambda rows: rows.count(SHARED)) == 5
    for number in range(30):
        await two[number % 2].do(
            lambda rows, number=number: rows.put(SHARED, f"x{number}", b"", END, f"flood{number % 3}")
        )
    assert await two[1].do(lambda rows: rows.look(SHARED, "hers")) is not None
    assert await two[1].do(lambda rows: rows.count(SHARED)) <= SHARED.most + 1


async def test_the_oldest_makes_room(kept: KeptBriefly) -> None:
    for number in range(50):
        await kept.do(lambda rows, number=number: rows.put(CODES, str(number), b"", END))
    assert await kept.do(lambda rows: rows.count(CODES)) <= CODES.most
    assert await kept.do(lambda rows: rows.look(CODES, "0")) is None
    assert await kept.do(lambda rows: rows.look(CODES, "49")) is not None


async def test_where_nobody_makes_room_none_more_is_taken(kept: KeptBriefly, clock: SetClock) -> None:
    taken = [await kept.do(lambda rows, one=one: rows.put_first(STRICT, one, b"", END)) for one in "abc"]
    assert taken == [True, True, False]
    clock.forward(END - NOW)
    assert await kept.do(lambda rows: rows.put_first(STRICT, "c", b"", END + 1_000))


async def test_what_is_too_long_is_an_error(kept: KeptBriefly) -> None:
    with pytest.raises(ValueError, match="bytes"):
        await kept.do(lambda rows: rows.put(CODES, "a", b"x" * (LONGEST + 1), END))


def test_whoever_holds_a_name_counts_alone(two: list[KeptBriefly]) -> None:
    def count_on(rows: object) -> None:
        rows.hold(CODES, "sum")
        found = rows.look(CODES, "sum")
        rows.put(CODES, "sum", b"%d" % (int(found.data if found else b"0") + 1), END)

    def many(one: KeptBriefly) -> None:
        for _ in range(50):
            one.do_here(count_on)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(many, two))
    assert two[0].do_here(lambda rows: rows.look(CODES, "sum")).data == b"100"


async def test_without_a_database_it_is_in_memory(clock: SetClock) -> None:
    kept = KeptBriefly.in_memory(clock)
    assert await kept.do(lambda rows: rows.put(CODES, "a", b"", END))
    assert await kept.do(lambda rows: rows.take(CODES, "a")) is not None
    kept.close()
