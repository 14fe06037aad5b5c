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


def test_one_sender_leaves_room_to_the_others() -> None:
    room = Room(left=100, of_one=30)
    with Spool(room, "ann") as one, Spool(room, "ann") as other, Spool(room, "ben") as third, Spool(room) as unknown:
        one.write(b"x" * 20)
        with pytest.raises(NoRoomError):
            other.write(b"x" * 11)
        other.write(b"x" * 10)
        third.write(b"x" * 30)
        unknown.write(b"x" * 40)
    assert (room.left, dict(room.held)) == (100, {})


def test_the_rest_of_a_body_comes_in_pieces() -> None:
    with Spool(Room()) as spool:
        spool.write(b"0123456789" * 20_000)
        pieces = list(spool.pieces_from(3))
    assert (len(pieces), b"".join(pieces)) == (4, (b"0123456789" * 20_000)[3:])
