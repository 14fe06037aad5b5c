from __future__ import annotations

import pytest

from limen.data.doors.spool import ALTOGETHER, LARGEST, budget
from limen.http_bodies.spool import NoRoomError, Spool


def test_all_together_stay_within_one_budget() -> None:
    room = budget(most=100, largest=60)
    with Spool(room) as one, Spool(room) as other:
        one.write(b"x" * 60)
        assert one.is_full
        assert not other.is_full
        with pytest.raises(NoRoomError):
            other.write(b"x" * 41)
        other.write(b"x" * 40)
    assert room.held == 0
    assert (budget().most, budget().full_at) == (ALTOGETHER, LARGEST)


def test_one_sender_leaves_room_to_the_others() -> None:
    room = budget(most=120)
    with Spool(room, "ann") as one, Spool(room, "ann") as other, Spool(room, "ben") as third, Spool(room) as unknown:
        one.write(b"x" * 20)
        with pytest.raises(NoRoomError):
            other.write(b"x" * 11)
        other.write(b"x" * 10)
        third.write(b"x" * 30)
        unknown.write(b"x" * 60)
        with pytest.raises(NoRoomError):
            unknown.write(b"x")
    assert room.held == 0
