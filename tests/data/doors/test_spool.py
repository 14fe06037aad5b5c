from __future__ import annotations

import pytest

from limen.data.doors.spool import IN_MEMORY, NoRoomError, Room, Spool


async def test_what_is_held_can_be_read_again_and_again() -> None:
    room, whole = Room(), b"0123456789" * (IN_MEMORY // 5)
    with Spool(room) as spool:
        for at in range(0, len(whole), 70_000):
            spool.write(whole[at : at + 70_000])
        for _ in range(2):
            assert b"".join([piece async for piece in spool.pieces()]) == whole
        assert (spool.size, spool.whole(7), spool.piece(len(whole))) == (len(whole), b"0123456", b"")
        assert room.left == Room().left - len(whole)
    spool.close()
    assert room.left == Room().left


def test_all_together_stay_within_one_budget() -> None:
    room = Room(left=100, largest=60)
    with Spool(room) as one, Spool(room) as other:
        one.write(b"x" * 60)
        assert one.is_full
        assert not other.is_full
        with pytest.raises(NoRoomError):
            other.write(b"x" * 41)
        other.write(b"x" * 40)
    assert room.left == 100
