"""Bodies that are held, in memory and in files."""

from __future__ import annotations

import pytest

from limen.http_bodies.spool import IN_MEMORY, SHARE, Budget, NoRoomError, Spool


def test_a_small_body_stays_in_memory_and_a_large_one_goes_to_a_file():
    budget = Budget()
    spool = Spool(budget, "ana")
    for _ in range(3):
        spool.write(b"a" * (IN_MEMORY // 4))
    assert budget.in_memory == spool.size
    spool.write(b"b" * IN_MEMORY)
    assert budget.in_memory == 0
    assert budget.held == spool.size
    for _ in range(2):
        assert b"".join(spool.read()) == b"a" * (IN_MEMORY // 4 * 3) + b"b" * IN_MEMORY
    spool.close()
    spool.close()
    assert budget.held == 0


def test_where_memory_is_full_small_bodies_go_to_files_too():
    budget = Budget(memory=10)
    first, second = Spool(budget, "ana"), Spool(budget, "bo")
    first.write(b"a" * 8)
    second.write(b"b" * 8)
    assert budget.in_memory == 8
    assert b"".join(second.read()) == b"b" * 8
    first.close()
    second.close()
    assert budget.in_memory == 0


def test_nobody_takes_the_room_of_others():
    budget = Budget(most=100, of_one=60)
    ana = Spool(budget, "ana")
    ana.write(b"a" * (100 // SHARE))
    with pytest.raises(NoRoomError) as full:
        ana.write(b"a")
    assert not full.value.is_too_large
    Spool(budget, "bo").write(b"b" * 20)
    with pytest.raises(NoRoomError) as large:
        Spool(budget, "cy").write(b"c" * 61)
    assert large.value.is_too_large


@pytest.mark.parametrize("size", [100, IN_MEMORY + 100])
async def test_what_is_held_can_be_read_again_and_again_also_by_two(size: int):
    budget, whole = Budget(), (bytes(range(256)) * (size // 256 + 1))[:size]
    with Spool(budget) as spool:
        for piece in (whole[:60], whole[60:80], whole[80:]):
            spool.write(piece)
        first, second = spool.read(), spool.read()
        one, other = next(first), next(second)
        assert one == other == whole[: len(one)]
        assert b"".join([piece async for piece in spool.pieces()]) == whole
        assert (spool.whole(7), spool.whole(size)) == (whole[:7], whole)
        assert b"".join(spool.read(70)) == whole[70:]
    assert budget.held == 0


def test_a_body_is_full_before_it_is_too_large():
    budget = Budget(most=200, of_one=100, full_at=60)
    with Spool(budget) as spool:
        spool.write(b"x" * 70)
        assert spool.is_full
        with pytest.raises(NoRoomError):
            spool.write(b"x" * 31)
